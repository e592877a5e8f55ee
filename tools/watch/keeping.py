"""Writes into the file of searches, which people edit too: lines are added, all others stay."""

import datetime
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml
from evidence_searches.record import Rejected, Run, parse

from tools.watch.known import Known, Reason, identifier


def add_runs(path: Path, runs: Mapping[str, Run]) -> None:
    """Add a run to each of these searches, by the searches' ids."""
    text = path.read_text(encoding="utf-8")
    for name, run in runs.items():
        ids = [search.id for search in parse(text, path).searches]
        fields = run.model_dump(mode="json") | {"day": run.day, "to": run.to}
        text = _added(text, ("searches", ids.index(name), "runs"), fields)
    _write(path, text)


def reject(
    path: Path, known: Known, names: Iterable[str], reason: str, day: datetime.date
) -> list[str]:
    """Add records that do not go in; their identifiers. Raises ValueError, and changes nothing."""
    if reason not in list(Reason):
        raise ValueError(f"REASON is {reason!r}; it is one of: {'; '.join(Reason)}")
    text = path.read_text(encoding="utf-8")
    added = list(dict.fromkeys(identifier(name) for name in names))
    for name in added:
        if name in known.sources:
            raise ValueError(f"{name} is a source of the handbook: it is in refs.bib")
        if name in known.rejected:
            raise ValueError(f"{name} was rejected already: {known.rejected[name]}")
        rejected = Rejected(id=name, reason=Reason(reason), day=day)
        text = _added(text, ("rejected",), rejected.model_dump(mode="json") | {"day": day})
    _write(path, text)
    return added


def _added(text: str, place: tuple[str | int, ...], fields: dict[str, Any]) -> str:
    """The text with one item more in the list at this place."""
    key, items = _at(yaml.compose(text, Loader=yaml.SafeLoader), place)
    line = yaml.safe_dump(fields, default_flow_style=True, sort_keys=False, width=10_000).strip()
    if items.value and items.flow_style:
        # "[a, b]", written by hand.
        end = items.end_mark.index - 1
        return f"{text[:end].rstrip()}, {line}{text[end:]}"
    if items.value:
        column = items.start_mark.column
        end = _last_in(items).end_mark.index
    else:
        column = key.start_mark.column + 2
        end = key.end_mark.index + 1
        text = text[:end] + text[items.end_mark.index :]
    # After the comment on that line, if it has one.
    end += len(text[end:].partition("\n")[0])
    return f"{text[:end]}\n{' ' * column}- {line}{text[end:]}"


def _last_in(node: yaml.Node) -> yaml.Node:
    """The last thing written in a node: a block itself reaches on to whatever comes after it."""
    while isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        node = last[1] if isinstance(last, tuple) else last
    return node


def _at(node: yaml.Node, place: tuple[str | int, ...]) -> tuple[yaml.Node, yaml.SequenceNode]:
    """The list at a place of the document, and the field that holds it."""
    key = node
    for step in place:
        if isinstance(step, int):
            node = node.value[step]
        else:
            key, node = next(pair for pair in node.value if pair[0].value == step)
    return key, node


def _write(path: Path, text: str) -> None:
    parse(text, path)  # never leave a file behind that the build refuses
    part = path.with_suffix(".part")
    part.write_text(text, encoding="utf-8")
    os.replace(part, path)
