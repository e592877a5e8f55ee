"""The cohort map as a picture: a triangle in which each pair of reports has one place.

Each report has a row and a column, both with its number. Where the column of one crosses the row of
another, a mark says how surely they share people. Marks differ in shape, colours only help.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .drawing import (
    EDGE,
    FAINT,
    GRID,
    INK,
    LEGEND_LINE,
    SMALL_LETTERS,
    WIDTH,
    Dot,
    Sketch,
    Stroke,
    Text,
)
from .vocabulary import Overlap
from .wording import _, capitalised

# Shape, colour and whether it is filled: full, then slanted, then hollow.
MARKS = {
    Overlap.CERTAIN: ("s", INK, True),
    Overlap.PROBABLE: ("D", "#0060a8", True),
    Overlap.POSSIBLE: ("o", "#b04a00", False),
}

LABELS = 2.1  # inches, with the number
CELL, SMALLEST = 0.2, 0.14
HEADING = 0.27

Pairs = Mapping[tuple[str, str], Overlap]


@dataclass(frozen=True)
class Report:
    key: str
    label: str
    """ "Gu et al. 2014 (81)"."""
    cohort: str


@dataclass(frozen=True)
class CohortDrawing:
    """The reports in the order of their rows, those of one cohort together."""

    reports: Sequence[Report]
    pairs: Pairs

    @property
    def cell(self) -> float:
        """Width and height of one place, in inches."""
        return min(CELL, (WIDTH - 2 * EDGE - LABELS) / len(self.reports))

    @property
    def is_legible(self) -> bool:
        return self.cell >= SMALLEST

    @property
    def _tops(self) -> list[float]:
        """The y of each row's middle; a heading stands above the first of each cohort."""
        tops, y, before = [], EDGE, None
        for report in self.reports:
            y += HEADING if report.cohort != before else 0
            tops.append(y + self.cell / 2)
            y, before = y + self.cell, report.cohort
        return tops

    @property
    def height(self) -> float:
        return self._tops[-1] + self.cell / 2 + LEGEND_LINE + 2 * EDGE

    @property
    def sketch(self) -> Sketch:
        parts: list[Text | Stroke | Dot] = []
        tops = self._tops
        columns = [EDGE + LABELS + (index + 0.5) * self.cell for index in range(len(tops))]
        before = None
        for index, (report, x, y) in enumerate(zip(self.reports, columns, tops, strict=True)):
            if report.cohort != before:
                words = report.cohort or _("Other places")
                parts.append(Text(EDGE, y - self.cell / 2 - 0.06, words, bold=True))
            before = report.cohort
            half = self.cell / 2
            parts.append(Stroke(EDGE + LABELS, y, x - half, y, GRID))
            parts.append(Stroke(x, y + half, x, tops[-1], GRID))
            parts.append(Text(EDGE + 0.2, y + 0.04, str(index + 1), align="right", faint=True))
            parts.append(Text(EDGE + 0.27, y + 0.04, self._short(report.label)))
            parts.append(Text(x, y + 0.04, str(index + 1), align="center", faint=True))
        for row, y in enumerate(tops):
            for column in range(row):
                if certainty := self._between(row, column):
                    parts.append(_dot(columns[column], y, certainty))
        x = EDGE + 0.1
        for certainty in self._shown:
            words = capitalised(_(str(certainty)))
            y = self.height - EDGE
            parts += [_dot(x, y - 0.045, certainty), Text(x + 0.12, y, words)]
            x += 0.45 + len(words) / SMALL_LETTERS
        parts.append(Stroke(EDGE, tops[-1] + self.cell, WIDTH - EDGE, tops[-1] + self.cell, FAINT))
        return tuple(parts)

    @property
    def alternative(self) -> str:
        """Each pair once, under the report whose row stands first."""
        parts = [_("Map of {n} reports that share people.").format(n=len(self.reports))]
        for row, report in enumerate(self.reports):
            told = []
            for certainty in Overlap:
                others = [
                    other.label
                    for column, other in enumerate(self.reports)
                    if column > row and self._between(row, column) is certainty
                ]
                if others:
                    told.append(
                        _("{certainty} with {others}").format(
                            certainty=_(str(certainty)), others=", ".join(others)
                        )
                    )
            if told:
                parts.append(f"{report.label}: {'; '.join(told)}.")
        return " ".join(parts)

    @property
    def _shown(self) -> list[Overlap]:
        return [certainty for certainty in Overlap if certainty in set(self.pairs.values())]

    def _between(self, row: int, column: int) -> Overlap | None:
        one, two = sorted((self.reports[row].key, self.reports[column].key))
        return self.pairs.get((one, two))

    @staticmethod
    def _short(label: str) -> str:
        most = int((LABELS - 0.3) * SMALL_LETTERS)
        return label if len(label) <= most else f"{label[: most - 1]}…"


def _dot(x: float, y: float, certainty: Overlap) -> Dot:
    shape, color, filled = MARKS[certainty]
    return Dot(x, y, shape, color, filled, size=5.5 if shape == "D" else 6.5)
