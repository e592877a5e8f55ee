"""The state of each page, from its front matter: what it answers, when it was read, by whom.

Every page carries four fields, one more if it has changed, and nothing else::

    ---
    description: One plain sentence that says what this page answers.
    last_reviewed: 2026-11-22
    next_review: 2027-05-22
    reviewed_by: []
    changes:
      - {date: 2026-12-01, what: One plain sentence that says what is different now.}
    ---

They become the description for search engines and the lines at the page's foot. As long as
``reviewed_by`` is empty the foot says that nobody outside the project has reviewed the page.
`page_changes` gathers the changes of all pages.
"""

from __future__ import annotations

import datetime
from html import escape
from typing import Annotated, Any

from babel.dates import format_date
from docutils import nodes
from located_yaml import NoFrontMatter, NotYaml, first_fault, read_front_matter
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.locale import get_translation
from sphinx.util import logging

logger = logging.getLogger(__name__)
_ = get_translation("handbook")

REMEDY = "see 'Front matter' in about/contributing.md"


class Change(BaseModel):
    """What is different on a page since a day."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    date: datetime.date
    what: Annotated[str, Field(min_length=20, max_length=300, pattern=r"^[^\W_a-z].*[.!?]$")]
    """A plain sentence, without markup."""


class PageStatus(BaseModel):
    """The front matter of one page."""

    model_config = ConfigDict(extra="forbid")

    description: Annotated[str, Field(min_length=20, max_length=160)]
    last_reviewed: datetime.date
    next_review: datetime.date
    reviewed_by: list[Annotated[str, Field(min_length=3)]]
    changes: list[Change] = []

    @model_validator(mode="after")
    def _reviews_in_order(self) -> PageStatus:
        if self.next_review <= self.last_reviewed:
            raise ValueError("next_review must be later than last_reviewed")
        return self

    @field_validator("changes")
    @classmethod
    def _newest_first(cls, changes: list[Change]) -> list[Change]:
        days = [change.date for change in changes]
        if days != sorted(days, reverse=True):
            raise ValueError("put the newest change first")
        return changes


class FrontMatterError(ValueError):
    """A page's front matter is missing or wrong; carries the line to look at."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


def parse_front_matter(source: str) -> PageStatus:
    """Read and check the front matter at the head of a page's source.

    Raises FrontMatterError, with a line counted from 1 in the page, for missing front matter,
    YAML that cannot be read, and fields that are absent, unknown or of the wrong form.
    """
    try:
        page = read_front_matter(source)
    except NoFrontMatter as error:
        raise FrontMatterError(1, f"{error}; {REMEDY}") from None
    except NotYaml as error:
        raise FrontMatterError(error.line, f"the front matter is not YAML: {error}") from None
    if not isinstance(page.fields, dict):
        raise FrontMatterError(2, f"the front matter is not a list of fields; {REMEDY}")
    try:
        return PageStatus.model_validate(page.fields)
    except ValidationError as error:
        first, steps = first_fault(error)
        name = str(steps[0]) if steps else "next_review"
        line = page.line_of(*steps or (name,)) if name in page.fields else 1
        place = ".".join(str(step + 1 if isinstance(step, int) else step) for step in steps)
        message = "begin with a capital letter and end with a full stop"
        if first["type"] != "string_pattern_mismatch":
            message = first["msg"]
        raise FrontMatterError(
            line, f"front matter, {place or name}: {message}; {REMEDY}"
        ) from None


def check_source(app: Sphinx, docname: str, content: list[str]) -> None:
    """Warn, with file and line, about a page whose front matter is wrong; keep it if right."""
    try:
        status = parse_front_matter(content[0])
    except FrontMatterError as error:
        logger.warning(str(error), location=(docname, error.line), type="front_matter")
        return
    statuses(app.env)[docname] = status


def statuses(env: Any) -> dict[str, PageStatus]:
    """The checked front matter of every page, by document name."""
    if not hasattr(env, "page_statuses"):
        env.page_statuses = {}
    return env.page_statuses


def purge(app: Sphinx, env: Any, docname: str) -> None:
    statuses(env).pop(docname, None)


def merge(app: Sphinx, env: Any, docnames: set[str], other: Any) -> None:
    statuses(env).update({name: s for name, s in statuses(other).items() if name in docnames})


def foot(status: PageStatus, language: str) -> nodes.container:
    """The lines at the foot of a page, as ordinary nodes, for every output alike."""

    def day(date: datetime.date) -> str:
        return format_date(date, "d MMMM yyyy", locale=language)

    dates = nodes.paragraph()
    dates += nodes.Text(
        _("Last reviewed by the editors: {last}. Next review due: {next}.").format(
            last=day(status.last_reviewed), next=day(status.next_review)
        )
    )
    reviewers = nodes.paragraph()
    if status.reviewed_by:
        names = "; ".join(status.reviewed_by)
        reviewers += nodes.Text(_("Reviewed by: {names}.").format(names=names))
    else:
        reviewers += nodes.Text(
            _("Reviewed by: nobody outside the project yet, no clinician and nobody with lupus.")
        )
        offer = addnodes.pending_xref(
            "",
            nodes.inline("", _("How to offer a review")),
            refdomain="std",
            reftype="ref",
            reftarget="offer-a-review",
            refexplicit=True,
            refwarn=True,
        )
        reviewers += nodes.inline(
            "", "", nodes.Text(" "), offer, nodes.Text("."), classes=["offer-a-review"]
        )
    block = nodes.container("", dates, reviewers, classes=["page-status"])
    if status.changes:
        block += nodes.paragraph("", "", nodes.strong("", _("What changed")))
        block += nodes.bullet_list(
            "",
            *(
                nodes.list_item("", nodes.paragraph("", f"{day(change.date)}: {change.what}"))
                for change in status.changes
            ),
            bullet="-",
        )
    return block


def add_foot(app: Sphinx, doctree: nodes.document) -> None:
    """Put the foot at the end of the page, before the list of the pages below it."""
    status = statuses(app.env).get(app.env.docname)
    section = next(iter(doctree.findall(nodes.section)), None)
    if status is None or section is None:
        return
    menu = next(
        (n for n in section.findall(nodes.compound) if "toctree-wrapper" in n["classes"]), None
    )
    block = foot(status, app.config.language)
    if menu is None:
        section.append(block)
    else:
        menu.parent.insert(menu.parent.index(menu), block)


def add_description(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document
) -> None:
    status = statuses(app.env).get(pagename)
    if status:
        description = escape(status.description, quote=True)
        context["metatags"] += f'\n<meta name="description" content="{description}" />'


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("source-read", check_source)
    app.connect("doctree-read", add_foot)
    app.connect("env-purge-doc", purge)
    app.connect("env-merge-info", merge)
    app.connect("html-page-context", add_description)
    return {
        "version": "1",
        "env_version": 2,
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }
