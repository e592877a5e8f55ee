"""Claims and quotations as records, read from the two pages on which they stand.

The content of each ``:::{claim} id`` in evidence/claims.md and ``:::{quotation} id`` in
evidence/quotations.md is YAML, one field a line. All are loaded from the files before any page is
read, so that every page can name them; wrong ones warn on every build until they are mended.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import located_yaml
from located_yaml import NotYaml, first_fault
from pydantic import ConfigDict, ValidationError, model_validator
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging

from .grading import Certainty
from .loading import unknown_field
from .record import Misfit, Part, Words

logger = logging.getLogger(__name__)

CLAIM, QUOTATION = "claim", "quotation"
PAGES = {CLAIM: "evidence/claims", QUOTATION: "evidence/quotations"}
ORIGIN = "“Systemic Lupus Erythematosus”, an article of the site Understanding Stem Cells"


class Verdict(StrEnum):
    """The answers; the methods page says what each means."""

    SUPPORTED = "supported"
    PARTLY = "partly"
    NOT_SUPPORTED = "not supported"
    CONTRADICTED = "contradicted"
    UNTESTED = "cannot be tested"


class Topic(StrEnum):
    LUPUS = "lupus"
    CARE = "usual treatment"
    STEM_CELLS = "stem cells"
    EXOSOMES = "exosomes"


class Match(StrEnum):
    """How much of a quotation was found in its source."""

    VERBATIM = "verified word for word"
    PARTLY = "partly verified"
    NUMBERS = "numbers verified, wording not"
    MEANING = "meaning verified, wording not"
    NOT = "not verified"


class Statement(Part):
    """What claims and quotations share."""

    model_config = ConfigDict(alias_generator=lambda name: name.replace("_", "-"))

    short: Words
    """A few words for tables and links."""

    @property
    def sources(self) -> set[str]:
        """The citation keys that it names."""
        raise NotImplementedError


class Claim(Statement):
    wording: Words
    """Letter by letter as it was made."""
    origin: Words = ORIGIN
    """Who made it."""
    about: Topic
    cited: list[Words] = []
    """The citation keys of the sources that it names."""
    cited_where: Words | None = None
    """Where they are named, if not at the claim."""
    source_says: Verdict
    """Whether the cited sources say it."""
    evidence_says: Verdict
    """Whether the evidence as a whole supports it."""
    certainty: Certainty | None = None
    """How certain the evidence on the effect is; left out where the claim is about no effect."""
    results_for: list[Words] = []
    """Results that speak for it, as {result} writes them."""
    results_against: list[Words] = []
    """Results that weaken it."""

    @model_validator(mode="after")
    def _only_a_source_can_say_it(self) -> Claim:
        if not self.cited and self.source_says is not Verdict.UNTESTED:
            raise Misfit(
                f"no source is cited, so that the answer must be '{Verdict.UNTESTED}'",
                "source-says",
            )
        return self

    @property
    def sources(self) -> set[str]:
        results = (*self.results_for, *self.results_against)
        return {*self.cited, *(target.partition(":")[0] for target in results)}


class Quotation(Statement):
    source: Words
    """Citation key of the source that it is said to come from."""
    words: Words
    """Letter by letter as they were quoted."""
    attribution: Words | None = None
    """What stood behind the words."""
    match: Match
    """How much of them was found in the source."""
    checked: datetime.date | None = None
    """The day on which somebody looked; left out if nobody has."""
    checked_where: Words | None = None
    """Where they looked."""
    missing: Words | None = None
    """What they could not see."""

    @model_validator(mode="after")
    def _a_check_says_when_and_where(self) -> Quotation:
        if (self.checked is None) is not (self.checked_where is None):
            raise Misfit("checked and checked-where go together", "checked")
        if self.checked is None and self.match is not Match.NOT:
            raise Misfit(f"without 'checked' it is '{Match.NOT}'", "match")
        if self.checked and (self.match is Match.VERBATIM) is not (self.missing is None):
            raise Misfit("say what is missing, unless every word was seen", "missing")
        return self

    @property
    def sources(self) -> set[str]:
        return {self.source}


RECORDS: dict[str, type[Statement]] = {CLAIM: Claim, QUOTATION: Quotation}


@dataclass(frozen=True)
class Statements:
    """All claims and quotations at the start of a build, in the order of their pages."""

    claims: Mapping[str, Claim] = field(default_factory=dict)
    quotations: Mapping[str, Quotation] = field(default_factory=dict)
    broken: frozenset[tuple[str, str]] = frozenset()
    """Kind and id of those that are wrong; the build has warned about them."""

    def of(self, kind: str) -> Mapping[str, Claim] | Mapping[str, Quotation]:
        return self.claims if kind == CLAIM else self.quotations

    def get(self, kind: str, name: str) -> Claim | Quotation | None:
        return self.of(kind).get(name)


def statements(env: BuildEnvironment) -> Statements:
    """Every claim and quotation; pages that print them say so with `note`."""
    return getattr(env, "evidence_statements", Statements())


def using(env: BuildEnvironment, key: str) -> list[tuple[str, str, str]]:
    """Kind, id and title of the claims and quotations that name this source."""
    return [
        (kind, name, record.short)
        for kind in PAGES
        for name, record in statements(env).of(kind).items()
        if key in record.sources
    ]


def anchor_of(kind: str, name: str) -> str:
    return f"{kind}-{name}"


# --- Loading ----------------------------------------------------------------------------------

_BLOCK = re.compile(
    r"^(?P<fence>:{3,})\{(?P<kind>claim|quotation)\}[ \t]+(?P<name>\S+)[ \t]*\n"
    r"(?P<content>.*?)^(?P=fence)[ \t]*$",
    re.MULTILINE | re.DOTALL,
)
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class StatementError(ValueError):
    """A record that cannot be used; its line is counted from 1 within the directive's content."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


def parse(kind: str, content: str) -> Any:
    """The record that a directive holds; raises StatementError for anything wrong."""
    try:
        found = located_yaml.read(content)
    except NotYaml as error:
        raise StatementError(error.line, f"this is not YAML: {error}") from None
    if not isinstance(found.fields, dict):
        raise StatementError(1, "the content must be fields, such as 'short: words'")
    for name, line in found.doubled:
        raise StatementError(line, f"the field {name!r} stands twice")
    try:
        return RECORDS[kind].model_validate(found.fields)
    except ValidationError as error:
        first, steps = first_fault(error)
        place = ".".join(str(step + 1 if isinstance(step, int) else step) for step in steps)
        raise StatementError(found.line_of(*steps), f"{place}: {_message(kind, first)}") from None


def _message(kind: str, error: Any) -> str:
    match error["type"]:
        case "extra_forbidden":
            known = [info.alias or name for name, info in RECORDS[kind].model_fields.items()]
            return unknown_field(str(error["loc"][-1]), known)
        case "missing":
            return "this field is needed, and missing"
        case "value_error":
            return error["msg"].removeprefix("Value error, ")
        case "enum":
            return f"{error['input']!r} does not fit; expected {error['ctx']['expected']}"
    return error["msg"]


def blocks(source: str) -> Iterator[tuple[str, str, int, str]]:
    """Kind, id, line of the first content line and content of each directive of a page."""
    for found in _BLOCK.finditer(source):
        line = source.count("\n", 0, found.start("content")) + 1
        yield found["kind"], found["name"], line, found["content"]


def load_all(app: Sphinx, env: BuildEnvironment, *changes: set[str]) -> list[str]:
    """Load all, warn about wrong ones, and name the pages that must be read again."""
    known: dict[str, dict[str, Any]] = {CLAIM: {}, QUOTATION: {}}
    broken = set()
    for home in PAGES.values():
        if home not in env.found_docs:
            continue
        for kind, name, line, content in blocks(env.doc2path(home).read_text(encoding="utf-8")):
            if PAGES[kind] != home:
                continue  # The directive itself says that it stands on the wrong page.
            try:
                if not _ID.fullmatch(name):
                    raise StatementError(
                        0, f"{name!r} is no id: use lower-case letters, digits and hyphens"
                    )
                if name in known[kind]:
                    raise StatementError(0, f"the {kind} {name!r} stands twice")
                known[kind][name] = parse(kind, content)
            except StatementError as error:
                broken.add((kind, name))
                _warn(home, line + error.line - 1, f"{{{kind}}} {name}: {error}")
    env.evidence_statements = Statements(  # type: ignore[attr-defined]
        known[CLAIM], known[QUOTATION], frozenset(broken)
    )
    return [
        docname
        for docname, seen in _seen(env).items()
        if docname in env.found_docs and any(_now(env, what) != then for what, then in seen.items())
    ]


def _warn(docname: str, line: int, message: str) -> None:
    logger.warning(message, location=(docname, line), type="evidence", subtype="statement")


# --- Which page shows what, as it was when the page was read ----------------------------------

What = tuple[str, str]
FAULT = "fault"
ALL = ""


def note(env: BuildEnvironment, kind: str, name: str = ALL) -> None:
    """The page now read shows this claim or quotation, or with no name all of them."""
    _seen(env).setdefault(env.docname, {})[kind, name] = _now(env, (kind, name))


def note_fault(env: BuildEnvironment, kind: str, name: str) -> None:
    """The page now read got a warning about it: the next build reads it again."""
    _seen(env).setdefault(env.docname, {})[kind, name] = FAULT


def _now(env: BuildEnvironment, what: What) -> Any:
    kind, name = what
    return statements(env).get(kind, name) if name else dict(statements(env).of(kind))


def _seen(env: Any) -> dict[str, dict[What, Any]]:
    if not hasattr(env, "evidence_statements_seen"):
        env.evidence_statements_seen = {}
    return env.evidence_statements_seen


def purge(app: Sphinx, env: BuildEnvironment, docname: str) -> None:
    _seen(env).pop(docname, None)


def merge(app: Sphinx, env: BuildEnvironment, docnames: set[str], other: Any) -> None:
    _seen(env).update({name: seen for name, seen in _seen(other).items() if name in docnames})
