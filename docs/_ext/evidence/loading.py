"""Read study records from their pages, and say file and line when something is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from located_yaml import NoFrontMatter, NotYaml, first_fault, read_front_matter
from pydantic import ValidationError

from .describing import field_at, fields_at
from .record import Study, from_fields


class RecordError(ValueError):
    """A record that cannot be used; carries the line of its page to look at."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


def parse(source: str) -> Study:
    """The record in the front matter of a study page.

    Raises RecordError, with a line counted from 1, where the front matter is missing or is not
    YAML, has no ``study`` part, or holds a field that is unknown, missing or wrong.
    """
    try:
        page = read_front_matter(source)
    except NoFrontMatter:
        raise RecordError(1, "the page has no front matter with a 'study' record") from None
    except NotYaml as error:
        raise RecordError(error.line, f"the front matter is not YAML: {error}") from None
    if not isinstance(page.fields, dict) or "study" not in page.fields:
        raise RecordError(1, "the front matter has no 'study' record")
    for name, line in page.doubled:
        raise RecordError(line, f"the field {name!r} stands twice")
    record = page.fields["study"]
    try:
        return from_fields(record)
    except ValidationError as error:
        first, steps = first_fault(error)
        line = page.line_of("study", *steps)
        raise RecordError(line, f"{_place(record, steps)}: {_message(first, steps)}") from None


def _place(record: Any, steps: tuple[str | int, ...]) -> str:
    """Where in the record that is, with the ids of arms and results: "results.remission.where"."""
    names, inner = [], record
    for step in steps:
        try:
            inner = inner[step]
        except (KeyError, IndexError, TypeError):
            inner = None
        known = inner.get("id") if isinstance(step, int) and isinstance(inner, dict) else None
        names.append(str(known or (step + 1 if isinstance(step, int) else step)))
    return ".".join(names) or "study"


def unknown_field(name: str, known: Sequence[str]) -> str:
    """What to say of a field that no record has: the likely one, or all there are."""
    likely = get_close_matches(name, known, n=1)
    hint = f"did you mean {likely[0]!r}?" if likely else f"known are: {', '.join(known)}"
    return f"unknown field; {hint}"


def _message(error: Any, steps: tuple[str | int, ...]) -> str:
    """What is wrong and what was expected, in words."""
    match error["type"]:
        case "extra_forbidden":
            known = fields_at(steps[:-1])
            return unknown_field(str(steps[-1]), known)
        case "missing":
            return "this field is needed, and missing"
        case "value_error":
            return error["msg"].removeprefix("Value error, ")
        case "string_too_short":
            return f"{error['input']!r} is too short"
    expected = field_at(steps)
    given = error["input"]
    if expected is None or isinstance(given, (dict, list)):
        return error["msg"]
    shown = str(given) if isinstance(given, Decimal) else repr(given)
    return f"{shown} does not fit; expected {expected}"


def load(path: Path) -> Study:
    """The record of one study page; raises RecordError as `parse` does."""
    return parse(path.read_text(encoding="utf-8"))
