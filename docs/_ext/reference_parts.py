"""The reference list in parts, with every address that it ever had.

A list of some hundreds of sources is too heavy for one page. So each part is a page with a
`{bibliography}` of its own, which chooses sources by the first letters of their keys:
`:filter: cited and key % "^[ab]"`. Citations lead straight into the parts.

`{reference-lines}` stands on the page that holds the parts together. It lists all sources by part, a
line each, with the anchor that the source has in its part: `references.html#wang2018` goes on leading to
the source whichever part holds it. In print nothing is shown: there the parts follow each other and
are one list.
"""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from textwrap import shorten
from typing import Any

from docutils import nodes
from reference_style import SortingStyle, title_of
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective
from sphinxcontrib.bibtex.domain import Citation

logger = logging.getLogger(__name__)

LONGEST = 120
"""The most sources that a part may list."""
WIDTH = 50
"""The most characters of a title on a line: whole titles would make the page twice as heavy."""


class ReferenceLines(nodes.General, nodes.Element):
    """The place of the lines, which are known when all pages are read."""


class ReferenceLinesDirective(SphinxDirective):
    has_content = False

    def run(self) -> list[nodes.Node]:
        pages(self.env).add(self.env.docname)
        return [ReferenceLines()]


def pages(env: BuildEnvironment) -> set[str]:
    """The pages with lines."""
    if not hasattr(env, "reference_lines"):
        env.reference_lines = set()
    return env.reference_lines  # type: ignore[no-any-return]


def purge(app: Sphinx, env: BuildEnvironment, docname: str) -> None:
    pages(env).discard(docname)


def merge(app: Sphinx, env: BuildEnvironment, docnames: set[str], other: BuildEnvironment) -> None:
    pages(env).update(pages(other) & set(docnames))


def in_order(env: BuildEnvironment) -> list[Citation]:
    """All sources as the reference list has them, whichever of its parts was read first."""
    key = SortingStyle().sorting_key
    return sorted(env.get_domain("cite").citations, key=lambda one: (key(one.entry), one.key))


def words(citation: Citation) -> tuple[str, str]:
    """What the line of a source says: "Wang et al. 2018" and how its title begins."""
    title = shorten(title_of(citation.entry), WIDTH, placeholder=" …")
    return citation.formatted_entry.label, title


def check(app: Sphinx, env: BuildEnvironment) -> None:
    """No part grows past its limit unnoticed."""
    if not pages(env):
        return
    found = Counter(one.bibliography_key.docname for one in env.get_domain("cite").citations)
    for page, number in sorted(found.items()):
        if number > LONGEST:
            logger.warning(
                "this page lists %s sources, which is too heavy; at most %s. Make two pages of it, "
                "each with half of the letters in its :filter: and its title, name both in the "
                "toctree, and let the line '%s: %s' in moved-pages.yaml lead old addresses on",
                number, LONGEST, page, min(pages(env)),
                location=page, type="references", subtype="too_long",
            )  # fmt: skip


def lines_shown(app: Sphinx, env: BuildEnvironment) -> dict[str, Any]:
    """For the pages with lines, all that these say and where they lead."""
    if not pages(env):
        return {}
    said = [
        (
            *words(one),
            one.citation_id,
            part := one.bibliography_key.docname,
            env.titles[part].astext(),
        )
        for one in in_order(env)
    ]
    return dict.fromkeys(pages(env), said)


def fill_in(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    for place in list(doctree.findall(ReferenceLines)):
        if app.builder.format == "html":
            place.replace_self(lines(app, docname))
        else:
            place.parent.remove(place)
            join_parts(app.env, doctree)


def join_parts(env: BuildEnvironment, doctree: nodes.document) -> None:
    """Where all pages are one document, no lines about a page part the list of sources."""
    parts = {one.bibliography_key.docname for one in env.get_domain("cite").citations}
    for page in doctree.findall(addnodes.start_of_file):
        if page["docname"] in parts - pages(env):
            for box in list(page.findall(nodes.container)):
                if "page-status" in box["classes"]:
                    box.parent.remove(box)


def lines(app: Sphinx, docname: str) -> nodes.bullet_list:
    """A list of the parts, and below each the lines of its sources."""
    listed = nodes.bullet_list(bullet="-", classes=["reference-lines"])
    for part, citations in groupby(in_order(app.env), lambda one: one.bibliography_key.docname):
        address = app.builder.get_relative_uri(docname, part)
        below = nodes.bullet_list(bullet="-")
        for citation in citations:
            label, title = words(citation)
            link = _link(f"{address}#{citation.citation_id}", label)
            line = nodes.paragraph("", "", link, nodes.Text(f" {title}"))
            below += nodes.list_item("", line, ids=[citation.citation_id])
        head = nodes.paragraph("", "", _link(address, app.env.titles[part].astext()))
        listed += nodes.list_item("", head, below)
    return listed


def _link(address: str, text: str) -> nodes.reference:
    # Cards beside all links would be the whole list again.
    return nodes.reference("", text, refuri=address, internal=True, cardless=True)


def setup(app: Sphinx) -> dict[str, Any]:
    app.setup_extension("sphinxcontrib.bibtex")
    app.setup_extension("rebuilding")
    app.add_node(ReferenceLines)
    app.add_directive("reference-lines", ReferenceLinesDirective)
    app.connect("env-purge-doc", purge)
    app.connect("env-merge-info", merge)
    # After the labels of all citations are made.
    app.connect("env-updated", check, priority=700)
    app.connect("page-shows", lines_shown)
    # After terms were linked: titles of papers stay as they are.
    app.connect("doctree-resolved", fill_in, priority=700)
    return {"env_version": 1, "parallel_read_safe": True, "parallel_write_safe": True}
