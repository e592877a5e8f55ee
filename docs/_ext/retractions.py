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
from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import yaml
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
    text = path.read_text(encoding="utf-8")
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        content = yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise StandingsError(line, f"this is not YAML: {error.problem}") from None
    seen: set[str] = set()
    for key, line in _keys(root):
        if key in seen:  # YAML would drop the first one without a word
            raise StandingsError(line, f"{key} stands twice: delete one line")
        seen.add(key)
    try:
        return _ALL.validate_python(content or {})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"])) or "the file"
        line = next((line for key, line in _keys(root) if (key,) == first["loc"][:1]), 1)
        message = first["msg"].removeprefix("Value error, ")
        raise StandingsError(line, f"{place}: {message}") from None


def lines(path: Path) -> dict[str, int]:
    """The line of each source in a file that `read` can read."""
    if not path.is_file():
        return {}
    return dict(_keys(yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)))


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


def _keys(root: Any) -> Iterator[tuple[str, int]]:
    """The keys of a YAML document, each with its line."""
    if isinstance(root, yaml.MappingNode):
        for key, _value in root.value:
            yield key.value, key.start_mark.line + 1
