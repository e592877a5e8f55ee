"""What became of the sources after they were published: `evidence/retractions.yaml`.

One line for each source that was checked::

    wang2018: {status: retracted, checked: 2026-12-01, source: "PubMed", notices: ["10.1000/2"]}

`status` is one of `RetractionStatus`, `checked` the day of the check,
`source` who says so, and `notices` names the notices that are known: DOIs, or "PubMed 123".
A source without a line has not been checked.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import located_yaml
from located_yaml import NotYaml, first_fault
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, field_validator

NOTICE = r"^(10\.\d{4,9}/\S+|PubMed \d{1,8})$"
FILE = "evidence/retractions.yaml"
HEAD = """\
# What became of the sources after they were published: corrected, retracted, withdrawn, ...
# `make audit FIX=1` proposes lines for this file. Who has read a notice may add one by hand.
# The build marks a retracted source wherever it is cited. No line: not checked yet by machine.
"""


class RetractionStatus(StrEnum):
    """What became of a source after it was published, from harmless to grave."""

    UNCHECKED = "not checked"
    NONE_FOUND = "none found"
    CORRECTED = "corrected"
    CONCERN = "expression of concern"
    PARTLY = "partly retracted"
    WITHDRAWN = "withdrawn"
    RETRACTED = "retracted"

    @property
    def gravity(self) -> int:
        """Its place in that order."""
        return list(RetractionStatus).index(self)

    @property
    def is_grave(self) -> bool:
        """Whether readers must be told wherever the source is cited."""
        return self.gravity >= RetractionStatus.CONCERN.gravity


class Standing(BaseModel):
    """What is known of one source."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    status: RetractionStatus
    """What was found."""
    checked: datetime.date
    """The day of the check."""
    source: Annotated[str, Field(min_length=2)]
    """Who says so."""
    notices: tuple[Annotated[str, Field(pattern=NOTICE)], ...] = ()
    """The notices that are known: DOIs, or "PubMed 123"."""

    @field_validator("status")
    @classmethod
    def _something_was_checked(cls, status: RetractionStatus) -> RetractionStatus:
        if status is RetractionStatus.UNCHECKED:
            raise ValueError("a source that was not checked has no line here: delete it")
        return status


Standings = Mapping[str, Standing]
_ALL = TypeAdapter(dict[str, Standing])


class StandingsError(ValueError):
    """A file that cannot be used; carries the line to look at."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


def read(path: Path) -> dict[str, Standing]:
    """What is known of each source, by its key; nothing where there is no such file.

    Raises StandingsError, with a line counted from 1.
    """
    if not path.is_file():
        return {}
    try:
        document = located_yaml.read(path.read_text(encoding="utf-8"))
    except NotYaml as error:
        raise StandingsError(error.line, f"this is not YAML: {error}") from None
    for name, line in document.doubled:
        raise StandingsError(line, f"{name} stands twice: delete one")
    try:
        return _ALL.validate_python(document.fields or {})
    except ValidationError as error:
        first, steps = first_fault(error)
        place = ".".join(map(str, steps)) or "the file"
        message = first["msg"].removeprefix("Value error, ")
        raise StandingsError(document.line_of(*steps), f"{place}: {message}") from None


def line_of(path: Path, key: str) -> int:
    """The line of a source in a file that `read` can read."""
    return located_yaml.read(path.read_text(encoding="utf-8")).line_of(key)


def written(standings: Standings) -> str:
    """The file's text, sorted by key."""
    return HEAD + "".join(_line(key, standings[key]) for key in sorted(standings))


def _line(key: str, standing: Standing) -> str:
    # JSON's strings are YAML's, too, and hold whatever a DOI may hold.
    parts = [
        f"status: {standing.status}",
        f"checked: {standing.checked}",
        f"source: {json.dumps(standing.source, ensure_ascii=False)}",
    ]
    if standing.notices:
        parts.append(f"notices: {json.dumps(standing.notices, ensure_ascii=False)}")
    return f"{key}: {{{', '.join(parts)}}}\n"
