"""YAML that knows its lines, for all that is written in it: front matter, records, claims, tables.

Numbers with a decimal point keep the digits that they are written with: ``1.0`` is
``Decimal("1.0")``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

import yaml
from pydantic import ValidationError

FENCE = "---"


class NotYaml(ValueError):
    """Text that cannot be read; carries the line, counted from 1, and what YAML says of it."""

    def __init__(self, line: int, problem: str) -> None:
        super().__init__(problem)
        self.line = line


class NoFrontMatter(ValueError):
    """A page without front matter."""


@dataclass(frozen=True)
class Document:
    """What was read, and where each part of it stands."""

    fields: Any
    root: yaml.Node | None
    """None if the text was empty."""

    def line_of(self, *path: str | int) -> int:
        """The line, counted from 1, of the deepest part of a path that the document holds."""
        node, line = self.root, self.root.start_mark.line + 1 if self.root else 1
        for step in path:
            if isinstance(node, yaml.MappingNode):
                found = next((pair for pair in node.value if pair[0].value == str(step)), None)
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

    @property
    def doubled(self) -> Iterator[tuple[str, int]]:
        """Fields that stand twice in one part, with the second's line: YAML keeps only the last."""
        return _doubled(self.root)


def read(text: str) -> Document:
    """Read one YAML document; raises NotYaml."""
    try:
        return _read(text, _Quick)
    except yaml.YAMLError:
        pass
    try:
        return _read(text, _Clear)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise NotYaml(line, error.problem or "it cannot be read") from None


def read_front_matter(source: str) -> Document:
    """Read the front matter of a page, with the page's lines; raises NotYaml and NoFrontMatter."""
    lines = source.split("\n")
    if lines[0].rstrip() != FENCE:
        raise NoFrontMatter("the page has no front matter")
    end = next((n for n, line in enumerate(lines[1:], 1) if line.rstrip() == FENCE), None)
    if end is None:
        raise NoFrontMatter("no line '---' closes the front matter")
    # An empty line stands for the fence, so that YAML's lines are the page's.
    return read("\n" + "\n".join(lines[1:end]))


def first_fault(error: ValidationError) -> tuple[Any, tuple[str | int, ...]]:
    """What to tell of all that pydantic found wrong, and the steps that lead there."""
    # A misspelt field is also a missing one: name the misspelling.
    first = min(error.errors(), key=lambda found: found["type"] != "extra_forbidden")
    return first, (*first["loc"], *getattr(first.get("ctx", {}).get("error"), "steps", ()))


def _doubled(node: yaml.Node | None) -> Iterator[tuple[str, int]]:
    if isinstance(node, yaml.MappingNode):
        names = [key.value for key, _value in node.value]
        for index, (key, value) in enumerate(node.value):
            if key.value in names[:index]:
                yield key.value, key.start_mark.line + 1
            yield from _doubled(value)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from _doubled(value)


class _Quick(yaml.CSafeLoader):
    """Ten times as quick as the other."""


class _Clear(yaml.SafeLoader):
    """Its messages are clearer."""


def _read(text: str, kind: type[_Quick | _Clear]) -> Document:
    loader = kind(text)
    try:
        root = loader.get_single_node()
        return Document(loader.construct_document(root) if root else None, root)
    finally:
        loader.dispose()


def _number(loader: _Quick | _Clear, node: yaml.ScalarNode) -> Decimal | float:
    try:
        return Decimal(node.value.replace("_", ""))
    except InvalidOperation:  # .inf, .nan and hours such as 1:30.5
        return loader.construct_yaml_float(node)


for _kind in (_Quick, _Clear):
    _kind.add_constructor("tag:yaml.org,2002:float", _number)
