"""`{record-reference}`: the fields of a record, and its vocabulary, from the model itself.

With the argument ``fields`` it prints a table for the record and for each of its parts, with
``outcomes`` the outcomes and their units, with ``judgements`` the tools for the risk of bias.
"""

from __future__ import annotations

from pathlib import Path

from docutils import nodes
from docutils.parsers.rst import directives
from pydantic import BaseModel
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from . import record, vocabulary
from .describing import MANY, NAMED, FieldInWords, fields, parts
from .pieces import Cell, table
from .vocabulary import JUDGEMENTS, OUTCOMES, TOOL_FOR, Good, Kind
from .wording import _, capitalised

CLASSES = ("record-reference",)


class RecordReference(SphinxDirective):
    """Tables about the record, which cannot differ from what the build accepts."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        tables = {"fields": _fields, "outcomes": _outcomes, "judgements": _judgements}
        chosen = directives.choice(self.arguments[0], tuple(tables))
        for module in (record, vocabulary):
            self.env.note_dependency(str(Path(module.__file__ or "")))
        found = tables[chosen]()
        for node in found:
            self.set_source_info(node)
        return list(found)


def anchor_of(place: str) -> str:
    """Where a part of the record is explained: "record-results-arms"."""
    return "record-" + (place.replace(".", "-").replace("_", "-") or "study")


def _fields() -> list[nodes.table]:
    return [_part(place, part) for place, part in parts()]


def _part(place: str, part: type[BaseModel]) -> nodes.table:
    what = (part.__doc__ or "").strip().split("\n")[0]
    caption = [
        nodes.literal("", f"study.{place}" if place else "study"),
        nodes.Text(f": {what}"),
    ]
    rows: list[list[Cell]] = [
        [
            nodes.literal("", field.name),
            field.description,
            _form(place, field),
            _("yes") if field.is_required else _("no"),
        ]
        for field in fields(part)
    ]
    head = [_("Field"), _("What it holds"), _("What it may be"), _("Needed")]
    found = table(caption, rows, head=head, widths=(20, 36, 34, 10), stubs=1, classes=CLASSES)
    found["ids"].append(anchor_of(place))
    return found


def _form(place: str, field: FieldInWords) -> Cell:
    if field.part is None:
        return capitalised(field.form)
    inner = f"{place}.{field.name}".lstrip(".")
    words = {
        MANY: _("List of parts, each as in "),
        NAMED: _("A part for each arm, under the arm’s id, as in "),
    }.get(field.holds, _("Part, as in "))
    to = nodes.reference("", "", internal=True, refid=anchor_of(inner))
    to += nodes.literal("", f"study.{inner}")
    return [nodes.Text(words), to]


def _outcomes() -> list[nodes.table]:
    rows: list[list[Cell]] = [
        [
            outcome.name,
            _("people with it, of all") if outcome.kind is Kind.EVENT else ", ".join(outcome.units),
            _("more") if outcome.good is Good.MORE else _("less"),
            _("yes") if outcome.matters else _("no"),
        ]
        for outcome in OUTCOMES.values()
    ]
    head = [_("Outcome"), _("Counted or measured in"), _("Better is"), _("Felt, or a harm")]
    caption = _("Outcomes that a result may have")
    return [table(caption, rows, head=head, widths=(34, 34, 14, 18), stubs=1, classes=CLASSES)]


def _judgements() -> list[nodes.table]:
    rows: list[list[Cell]] = [
        [
            str(tool),
            "; ".join(design for design, fitting in TOOL_FOR.items() if fitting is tool),
            "; ".join(answers),
        ]
        for tool, answers in JUDGEMENTS.items()
    ]
    head = [_("Tool"), _("For which designs"), _("Its answers")]
    caption = _("Tools to judge the risk of bias")
    return [table(caption, rows, head=head, widths=(20, 45, 35), stubs=1, classes=CLASSES)]


def setup(app: Sphinx) -> None:
    app.add_directive("record-reference", RecordReference)
