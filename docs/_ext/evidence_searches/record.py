"""The record of the searches: ``evidence/searches.yaml``, read and checked.

Every record that a search found ends as one of three: found by an earlier search too, and counted
there; a source of the handbook; or left out for a reason. So the numbers of a run add up, and a
run is written down only when all that it found is decided.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from evidence.record import Count, Identifier, Misfit, Part, Words
from located_yaml import Document, NotYaml, first_fault, read
from pydantic import BeforeValidator, Field, ValidationError, model_validator

from .identifiers import identifier

FILE = "evidence/searches.yaml"
GUIDE = "see 'New studies' in about/link-and-source-checks.md"


class Service(StrEnum):
    PUBMED = "PubMed"
    TRIALS = "ClinicalTrials.gov"


class Reason(StrEnum):
    """Why a record does not go in."""

    NOT_LUPUS = "not about lupus"
    NOT_CELLS = "not about cells or vesicles as a treatment"
    NOT_IN_PEOPLE = "animals or laboratory only"
    NO_DATA = "no data of its own"
    SAME_STUDY = "same study as a source"
    NOT_ADDED = "nothing that a source does not say already"
    WITHDRAWN = "retracted or withdrawn"


class Before(Part):
    """What was done before there were documented searches."""

    until: datetime.date
    how: Words


class Run(Part):
    """One run of a search whose findings are all decided."""

    day: datetime.date
    """When the service was asked."""
    to: datetime.date
    """The last day of the service's records that it covers."""
    found: Count
    doubles: Count
    """Of those found: found by a search further up in the file, too."""
    included: Count
    """Sources of the handbook."""
    excluded: dict[Reason, Count]

    @property
    def screened(self) -> int:
        return self.found - self.doubles

    @model_validator(mode="after")
    def _adds_up(self) -> Run:
        left_out = sum(self.excluded.values())
        if self.found != self.doubles + self.included + left_out:
            raise ValueError(
                f"found ({self.found}) is not doubles ({self.doubles}) and included "
                f"({self.included}) and excluded ({left_out}) together: mend the count that is wrong"
            )
        if self.to > self.day:
            raise ValueError(f"'to' ({self.to}) is later than the day of the run ({self.day})")
        return self


class Search(Part):
    """One search string at one service."""

    id: Identifier
    topic: Words
    service: Service
    query: Annotated[str, Field(min_length=3, pattern=r"^[ -~]+$")]
    runs: list[Run]

    @property
    def last(self) -> Run | None:
        return self.runs[-1] if self.runs else None

    @model_validator(mode="after")
    def _runs_in_order(self) -> Search:
        ends = [run.to for run in self.runs]
        if ends != sorted(set(ends)):
            raise Misfit("they are not in the order of their 'to': put the oldest first", "runs")
        return self


class Rejected(Part):
    """A record that was looked at and does not go in."""

    id: Annotated[str, BeforeValidator(lambda given: identifier(str(given)))]
    reason: Reason
    day: datetime.date


class Searches(Part):
    before: Before
    searches: Annotated[list[Search], Field(min_length=1)]
    rejected: list[Rejected]

    @model_validator(mode="after")
    def _nothing_twice(self) -> Searches:
        for part in ("searches", "rejected"):
            names = [each.id for each in getattr(self, part)]
            for index, name in enumerate(names):
                if name in names[:index]:
                    raise Misfit(f"{name!r} stands twice: leave one", part, index, "id")
        return self


class SearchesError(ValueError):
    """The file cannot be used; the message names the file, the line and what to do."""

    def __init__(self, path: Path, line: int, message: str) -> None:
        super().__init__(f"{path}:{line}: {message}; {GUIDE}")
        self.path, self.line, self.message = path, line, f"{message}; {GUIDE}"


def load(path: Path) -> Searches:
    """The searches; raises SearchesError with the line, counted from 1, to look at."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise SearchesError(path, 1, f"the file cannot be read ({error.strerror})") from None
    return parse(text, path)


def parse(text: str, path: Path) -> Searches:
    """The same of a text; the path is for messages."""
    try:
        document = read(text)
    except NotYaml as error:
        raise SearchesError(path, error.line, f"this is not YAML: {error}") from None
    for name, line in document.doubled:
        raise SearchesError(path, line, f"the field {name!r} stands twice: leave one")
    try:
        return Searches.model_validate(document.fields)
    except ValidationError as error:
        fault, steps = first_fault(error)
        line, message = _fault(document, fault, steps)
        raise SearchesError(path, line, message) from None


def _fault(document: Document, fault: dict, steps: tuple[str | int, ...]) -> tuple[int, str]:
    steps = tuple(step for step in steps if step != "[key]")
    place = ".".join(str(step + 1 if isinstance(step, int) else step) for step in steps)
    given = fault["input"]
    match fault["type"]:
        case "missing":
            message = "this field is needed, and missing"
        case "extra_forbidden":
            known = _fields_at(steps)
            message = f"unknown field; {_likely(str(steps[-1]), known)}"
        case "enum":
            known = [*map(str, Reason if "reason" in steps or "excluded" in steps else Service)]
            message = f"{given!r} is not one of the handbook's words; {_likely(str(given), known)}"
        case "value_error":
            message = fault["msg"].removeprefix("Value error, ")
        case _:
            message = f"{given!r} does not fit: {fault['msg'][:1].lower()}{fault['msg'][1:]}"
    return document.line_of(*steps), f"{place}: {message}" if place else message


_PARTS: dict[str, type[Part]] = {
    "before": Before,
    "searches": Search,
    "runs": Run,
    "rejected": Rejected,
}


def _fields_at(steps: tuple[str | int, ...]) -> list[str]:
    """The fields of the part in which the last step is a stranger."""
    named = [step for step in steps[:-1] if step in _PARTS]
    return list((_PARTS[str(named[-1])] if named else Searches).model_fields)


def _likely(given: str, known: Iterable[str]) -> str:
    listed = list(known)
    likely = get_close_matches(given, listed, n=1)
    return f"did you mean {likely[0]!r}?" if likely else f"known are: {', '.join(listed)}"
