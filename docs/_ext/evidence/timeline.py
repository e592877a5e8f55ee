"""`{timeline}`: studies by the year of their report, registered trials by the year they began."""

from __future__ import annotations

from docutils import nodes
from sphinx.application import Sphinx

from .pieces import Cell, table
from .tabling import StudiesDirective, people, year
from .wording import _, capitalised


class Timeline(StudiesDirective):
    """What was reported and what was begun, year by year."""

    def show(self) -> list[nodes.Node]:
        dated = sorted(
            ((year(self.env, key, study), key, study) for key, study in self.studies().items()),
            key=lambda item: (item[0] or "9999", item[1]),
        )
        rows: list[list[Cell]] = [
            [
                when or _("not stated"),
                [nodes.paragraph("", "", self.named(key, study)), _source(self, key)],
                _(str(study.design)),
                people(study),
                capitalised(self.standing(study)) or _("reported"),
            ]
            for when, key, study in dated
        ]
        return [
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
            )
        ]


def _source(directive: StudiesDirective, key: str) -> nodes.paragraph:
    return nodes.paragraph("", "", *directive.source(key))


def setup(app: Sphinx) -> None:
    app.add_directive("timeline", Timeline)
