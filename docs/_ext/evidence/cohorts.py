"""`{cohort-map}`: which reports come from one place, and who may be counted more than once.

A picture shows every pair of reports that share people; two tables hold what it is drawn from.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from docutils import nodes
from sphinx.application import Sphinx

from . import pictures, wording
from .cohort_drawing import CohortDrawing, Report
from .pieces import Cell, citation, table
from .record import Study
from .store import label, records
from .tabling import StudiesDirective, Wrong, headcount, separated, year
from .vocabulary import Overlap
from .wording import _, capitalised


@dataclass(frozen=True)
class Shared:
    """One report and others that it may share people with, for the same reason."""

    report: str
    others: tuple[str, ...]
    certainty: Overlap
    basis: str


class CohortMap(StudiesDirective):
    """A picture of the pairs, and two tables: the reports of each place, and the pairs with why."""

    def show(self) -> list[nodes.Node]:
        studies = self.studies()
        shared = list(grouped(studies))
        if not shared:
            raise Wrong("none of these reports shares people with another")
        return [*self._picture(studies), *self._places(studies), self._pairs(studies, shared)]

    def _picture(self, studies: dict[str, Study]) -> Iterator[nodes.figure]:
        """The reports of the archive that share people with one another; none if none do."""
        pairs = {
            pair: certainty
            for pair, (certainty, _basis) in pairs_in(studies).items()
            if set(pair) <= set(studies)
        }
        if not pairs:
            return
        sizes = Counter(study.cohort for study in studies.values())
        inside = {key: studies[key] for key in studies if any(key in pair for pair in pairs)}
        by_year = {key: index for index, (key, _study) in enumerate(self._by_year(inside))}
        in_order = sorted(
            inside,
            key=lambda key: (
                inside[key].cohort is None,
                -sizes[inside[key].cohort],
                inside[key].cohort or "",
                by_year[key],
            ),
        )
        drawing = CohortDrawing(
            [Report(k, self._with_size(k, inside[k]), inside[k].cohort or "") for k in in_order],
            pairs,
        )
        if not drawing.is_legible:
            raise Wrong(f"{len(in_order)} reports do not fit into one picture; choose fewer")
        yield pictures.figure(
            self.env,
            _("Who shares people with whom: reports, with the number of people in each"),
            drawing.alternative,
            drawing.height,
            drawing.sketch,
        )

    def _with_size(self, key: str, study: Study) -> str:
        n = headcount(study)
        return f"{label(self.env, key)} ({n})" if n else label(self.env, key)

    def _places(self, studies: dict[str, Study]) -> Iterator[nodes.table]:
        sizes = Counter(study.cohort for study in studies.values() if study.cohort)
        pairs = pairs_in(studies)
        rows: list[list[Cell]] = []
        for cohort, n in sorted(sizes.items(), key=lambda item: (-item[1], item[0])):
            if n < 2:
                continue
            inside = {key: study for key, study in studies.items() if study.cohort == cohort}
            found = Counter(
                certainty
                for (one, two), (certainty, _b) in pairs.items()
                if {one, two} <= set(inside)
            )
            rows.append(
                [
                    f"{cohort} ({wording.number(n)})",
                    separated([self._report(key, study) for key, study in self._by_year(inside)]),
                    "; ".join(f"{_(str(c))}: {found[c]}" for c in Overlap if found[c]) or _("none"),
                ]
            )
        if rows:
            yield table(
                self.caption(_("Reports that come from the same place, oldest first")),
                rows,
                head=[_("Place (reports)"), _("Reports (people)"), _("Pairs that share people")],
                widths=(18, 60, 22),
                stubs=1,
                classes=self.classes("cohort-map"),
            )

    def _report(self, key: str, study: Study) -> nodes.Node:
        found = nodes.inline("", "", self.labelled(key))
        if n := headcount(study):
            found += nodes.Text(f" ({n})")
        return found

    def _by_year(self, studies: dict[str, Study]) -> list[tuple[str, Study]]:
        return sorted(studies.items(), key=lambda item: (year(self.env, *item) or "9999", item[0]))

    def _pairs(self, studies: dict[str, Study], shared: list[Shared]) -> nodes.table:
        rows: list[list[Cell]] = [
            [
                self._linked(each.report),
                separated([self._linked(other) for other in each.others]),
                _(str(each.certainty)),
                capitalised(each.basis),
            ]
            for each in shared
        ]
        return table(
            _("Reports that share people, certainly, probably or possibly, and why we think so"),
            rows,
            head=[_("Report"), _("Shares people with"), _("How sure"), _("Why")],
            widths=(16, 34, 12, 38),
            stubs=1,
            classes=self.classes("cohort-map"),
        )

    def _linked(self, key: str) -> nodes.Node:
        if key in records(self.env):
            return self.labelled(key)
        return nodes.inline("", "", *citation(self, key))


def pairs_in(studies: dict[str, Study]) -> dict[tuple[str, str], tuple[Overlap, str]]:
    """Every pair that one of the two records names, the surer of the two if they differ."""
    order = list(Overlap)
    found: dict[tuple[str, str], tuple[Overlap, str]] = {}
    for key, study in sorted(studies.items()):
        for other in study.overlap:
            pair = (min(key, other.study), max(key, other.study))
            new = (other.certainty, other.basis)
            if pair not in found or order.index(new[0]) < order.index(found[pair][0]):
                found[pair] = new
    return found


def grouped(studies: dict[str, Study]) -> Iterator[Shared]:
    """The pairs in few rows: those with the same reason stand under the report with most of them."""
    for certainty in Overlap:
        left = {p: basis for p, (c, basis) in pairs_in(studies).items() if c is certainty}
        while left:
            sizes = Counter((key, basis) for pair, basis in left.items() for key in pair)
            # A report of the archive before a mere source, then the one in most pairs.
            report, basis = min(
                sizes, key=lambda item: (item[0] not in studies, -sizes[item], item)
            )
            mine = [pair for pair, why in left.items() if report in pair and why == basis]
            others = sorted(pair[0] if pair[1] == report else pair[1] for pair in mine)
            yield Shared(report, tuple(others), certainty, basis)
            for pair in mine:
                del left[pair]


def setup(app: Sphinx) -> None:
    app.add_directive("cohort-map", CohortMap)
