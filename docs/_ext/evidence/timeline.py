"""`{timeline}`: studies by the year of their report, registered trials by the year they began.

Two pictures, of the reports and of the registered trials, and the table that they are drawn from.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from docutils import nodes
from sphinx.application import Sphinx

from . import pictures
from .drawing import TALLEST
from .pieces import Cell, table
from .record import Registration, Study
from .store import label
from .tabling import YEAR, StudiesDirective, Wrong, headcount, people, year
from .timeline_drawing import Row, TimelineDrawing, when
from .wording import _, capitalised

# Year, key and record.
Dated = tuple[str, str, Study]


class Timeline(StudiesDirective):
    """What was reported and what was begun, year by year."""

    def show(self) -> list[nodes.Node]:
        dated = sorted(
            ((year(self.env, key, study), key, study) for key, study in self.studies().items()),
            key=lambda item: (item[0] or "9999", item[1]),
        )
        rows: list[list[Cell]] = [
            [
                date or _("not stated"),
                [nodes.paragraph("", "", self.named(key, study)), _source(self, key)],
                _(str(study.design)),
                people(study),
                capitalised(self.standing(study)) or _("reported"),
            ]
            for date, key, study in dated
        ]
        return [
            *self._pictures(dated),
            table(
                self.caption(_("Studies and registered trials, year by year")),
                rows,
                head=[
                    _("Year"),
                    _("Study or trial"),
                    _("Design"),
                    _("People"),
                    _("Where it stands"),
                ],
                widths=(9, 32, 18, 14, 27),
                stubs=1,
                classes=self.classes("timeline"),
            ),
        ]

    def _pictures(self, dated: list[Dated]) -> Iterator[nodes.figure]:
        reports = [self._report(*each) for each in dated if not each[2].registry]
        trials = [self._trial(k, s.registry) for _year, k, s in dated if s.registry]
        for drawing in (
            TimelineDrawing(
                _("Reports, year by year"), reports, _("treatment began"), _("treatment ended")
            ),
            TimelineDrawing(
                _("Registered trials, and when they began and ended"),
                trials,
                _("began"),
                _("ended"),
            ),
        ):
            if not drawing.is_dated:
                continue
            if drawing.height > TALLEST:
                raise Wrong(f"{len(drawing.rows)} rows do not fit into one picture; choose fewer")
            yield pictures.figure(
                self.env, drawing.title, drawing.alternative, drawing.height, drawing.sketch
            )

    def _report(self, year: str, key: str, study: Study) -> Row:
        """A report with the years in which its people were treated, if it gives them."""
        n = headcount(study)
        size = (_("1 person") if n == "1" else _("{n} people").format(n=n)) if n else ""
        treated = study.years or ""
        told = [
            _("reported in {year}").format(year=year) if year else _("year not stated"),
            _("people treated: {years}").format(years=treated) if treated else "",
            size,
        ]
        start, end = when(treated), when(treated, last=True)
        both = start is not None and len(YEAR.findall(treated)) > 1
        return Row(
            label(self.env, key),
            size,
            "; ".join(words for words in told if words),
            start if both else None,
            end if both else None,
            report=int(year) + 0.5 if year else None,
        )

    def _trial(self, key: str, registry: Registration) -> Row:
        status = re.split("[;,]", registry.status)[0]
        told = [
            _("began or begins: {start}").format(start=registry.start) if registry.start else "",
            _("end: {end}").format(end=registry.end) if registry.end else "",
            status,
        ]
        return Row(
            label(self.env, key),
            status,
            "; ".join(words for words in told if words),
            when(registry.start),
            when(registry.end, last=True),
            is_planned="planned" in (registry.end or ""),
        )


def _source(directive: StudiesDirective, key: str) -> nodes.paragraph:
    return nodes.paragraph("", "", *directive.source(key))


def setup(app: Sphinx) -> None:
    app.add_directive("timeline", Timeline)
