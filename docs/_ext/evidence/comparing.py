"""`{comparison-table}`: chosen outcomes in chosen studies, side by side.

::

    :::{comparison-table}
    :caption: Two trials
    :studies: deng2017, kamen2022
    :outcomes: any remission; SLEDAI
    :::
"""

from __future__ import annotations

from typing import ClassVar

from docutils import nodes
from sphinx.application import Sphinx

from .pieces import Cell, bullets, table
from .record import Study
from .tabling import CHOICE, StudiesDirective, Wrong, outcomes_known, people, words
from .vocabulary import OUTCOMES
from .wording import _, capitalised

MOST_STUDIES = 5


class ComparisonTable(StudiesDirective):
    """A row for each outcome, a column for each study, in the order in which they are named."""

    option_spec: ClassVar = {**CHOICE, "outcomes": words}

    def show(self) -> list[nodes.Node]:
        if not self.options.get("studies"):
            raise Wrong("name the studies to compare: ':studies: deng2017, kamen2022'")
        found = self.studies()
        studies = {key: found[key] for key in self.options["studies"] if key in found}
        if not studies:
            return []
        if len(studies) > MOST_STUDIES:
            raise Wrong(
                f"{len(studies)} studies do not fit on a page; name {MOST_STUDIES} or fewer"
            )
        outcomes = outcomes_known(self.options.get("outcomes") or self._shared(studies))
        if not outcomes:
            raise Wrong("these studies have no outcome in common; name some: ':outcomes: death'")
        rows = [
            [
                capitalised(_(name)),
                *(self._cell(key, study, name) for key, study in studies.items()),
            ]
            for name in outcomes
        ]
        rows.append([_("Source"), *(nodes.inline("", "", *self.source(key)) for key in studies)])
        return [
            table(
                self.caption(_("Studies side by side")),
                rows,
                head=[_("Outcome"), *(self._head(key, study) for key, study in studies.items())],
                widths=[24, *[76 // len(studies)] * len(studies)],
                stubs=1,
                classes=self.classes(
                    "comparison-table", *(["landscape"] if len(studies) > 3 else [])
                ),
            )
        ]

    def _shared(self, studies: dict[str, Study]) -> list[str]:
        """The outcomes that at least two of the studies have, in the vocabulary's order."""
        measured = [{result.outcome for result in study.results} for study in studies.values()]
        return [name for name in OUTCOMES if sum(name in names for names in measured) > 1]

    def _head(self, key: str, study: Study) -> Cell:
        parts = [_(str(study.design)), people(study)]
        return [
            nodes.paragraph("", "", self.named(key, study)),
            nodes.paragraph("", "; ".join(part for part in parts if part)),
        ]

    def _cell(self, key: str, study: Study, outcome: str) -> Cell:
        results = [result for result in study.results if result.outcome == outcome]
        if results:
            lines: list[Cell] = [
                self.shown(key, study, result, _start(result.time, result.change))
                for result in results
            ]
            return [bullets(lines)] if len(lines) > 1 else lines[0]
        if outcome in study.not_reported:
            return _("looked for in the whole source, not reported")
        return _("not in the record")


def _start(time: str | None, change: bool) -> str:
    when = time or ""
    if change:
        when = _("change, {when}").format(when=when) if when else _("change")
    return f"{when}: " if when else ""


def setup(app: Sphinx) -> None:
    app.add_directive("comparison-table", ComparisonTable)
