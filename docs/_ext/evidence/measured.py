"""`{not-measured-table}`: what matters to people with lupus, and which studies measured it."""

from __future__ import annotations

from collections import Counter
from typing import ClassVar

from docutils import nodes
from sphinx.application import Sphinx

from . import wording
from .pieces import Cell, table
from .record import Study
from .tabling import (
    CHOICE,
    StudiesDirective,
    is_clinical,
    is_compared,
    outcomes_known,
    own_count,
    separated,
    without_reports_of_the_same,
    words,
)
from .vocabulary import OUTCOMES, Evidence, Treatment
from .wording import _, capitalised


class NotMeasuredTable(StudiesDirective):
    """For each outcome the studies whose record has it, and plainly where none has.

    Reviews and trials without results are left out, and reports that certainly count the same
    people count once.
    """

    treatments = (str(Treatment.MSC),)
    option_spec: ClassVar = {**CHOICE, "outcomes": words, "without": words}

    def show(self) -> list[nodes.Node]:
        studies = {key: study for key, study in self.studies().items() if is_clinical(study)}
        without = outcomes_known(self.options.get("without") or [])
        names = outcomes_known(self.options.get("outcomes") or []) or [
            name for name, outcome in OUTCOMES.items() if outcome.matters and name not in without
        ]
        n = len(without_reports_of_the_same(studies))
        rows = [
            [capitalised(_(name)), self._measured(studies, name, n), self._compared(studies, name)]
            for name in names
        ]
        return [
            table(
                self.caption(_("What matters to people with lupus, and where it was measured")),
                rows,
                head=[
                    _("What matters"),
                    _("Studies whose record has it"),
                    _("Of them with a comparison group"),
                ],
                widths=(24, 50, 26),
                stubs=1,
                classes=self.classes("not-measured-table"),
            ),
            nodes.paragraph("", "", own_count(self._basis(studies, n))),
        ]

    def _measured(self, studies: dict[str, Study], outcome: str, n: int) -> Cell:
        having = [k for k, s in studies.items() if any(r.outcome == outcome for r in s.results)]
        if not having:
            return own_count(none_of(n))
        return separated([self.labelled(key) for key in having])

    def _compared(self, studies: dict[str, Study], outcome: str) -> Cell:
        having = [
            key
            for key, study in studies.items()
            if any(r.outcome == outcome and is_compared(study, r) for r in study.results)
        ]
        return separated([self.labelled(key) for key in having]) if having else _("none")

    def _basis(self, studies: dict[str, Study], n: int) -> str:
        """How much was read: what is not in an abstract may be in the full text."""
        read = Counter(study.read for study in studies.values())
        parts = [
            _("{how}: {n}").format(how=_(str(kind)), n=wording.number(read[kind]))
            for kind in Evidence
            if read[kind]
        ]
        reports = _("{n} reports").format(n=wording.number(len(studies)))
        return _(
            "Counted are the {n} studies of {treatment} that have a record here ({reports}). How "
            "much of the reports was read: {parts}. What was not read may hold more."
        ).format(
            n=wording.number(n),
            treatment=wording.listing(
                sorted({_(str(study.treatment)) for study in studies.values()})
            ),
            reports=reports,
            parts="; ".join(parts),
        )


def none_of(n: int) -> str:
    return _("none of the {n} studies").format(n=wording.number(n))


def setup(app: Sphinx) -> None:
    app.add_directive("not-measured-table", NotMeasuredTable)
