"""Read study records from their pages, and say file and line when something is wrong."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from .describing import field_at, fields_at
from .record import Study, from_fields

FENCE = "---"


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
    lines = source.split("\n")
    fences = [number for number, line in enumerate(lines) if line.rstrip() == FENCE][:2]
    if len(fences) < 2 or fences[0] != 0:
        raise RecordError(1, "the page has no front matter with a 'study' record")
    # An empty line stands for the fence, so that YAML's lines are the page's.
    text = "\n" + "\n".join(lines[1 : fences[1]])
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        fields = yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise RecordError(line, f"the front matter is not YAML: {error.problem}") from None
    if not isinstance(fields, dict) or "study" not in fields:
        raise RecordError(1, "the front matter has no 'study' record")
    for doubled in _doubled(root):
        raise RecordError(doubled.start_mark.line + 1, f"the field {doubled.value!r} stands twice")
    record = fields["study"]
    try:
        return from_fields(record)
    except ValidationError as error:
        # A misspelt field is also a missing one: name the misspelling.
        first = min(error.errors(), key=lambda found: found["type"] != "extra_forbidden")
        steps = (*first["loc"], *getattr(first.get("ctx", {}).get("error"), "steps", ()))
        line = line_of(root, ("study", *steps))
        raise RecordError(line, f"{_place(record, steps)}: {_message(first, steps)}") from None


def _doubled(node: yaml.Node) -> Iterator[yaml.Node]:
    """Fields that stand twice in one part: YAML would drop the first without a word."""
    if isinstance(node, yaml.MappingNode):
        names = [key.value for key, _value in node.value]
        for index, (key, value) in enumerate(node.value):
            if key.value in names[:index]:
                yield key
            yield from _doubled(value)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from _doubled(value)


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
    return f"{given!r} does not fit; expected {expected}"


def line_of(root: yaml.Node, path: tuple[str | int, ...]) -> int:
    """The line, counted from 1, of the deepest part of a path that the document holds."""
    node, line = root, root.start_mark.line + 1
    for step in path:
        if isinstance(node, yaml.MappingNode):
            found = next(
                ((key, value) for key, value in node.value if key.value == str(step)), None
            )
            if found is None:
                break
            line, node = found[0].start_mark.line + 1, found[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int):
            if step >= len(node.value):
                break
            node = node.value[step]
            line = node.start_mark.line + 1
        else:
            break
    return line


def load(path: Path) -> Study:
    """The record of one study page; raises RecordError as `parse` does."""
    return parse(path.read_text(encoding="utf-8"))
