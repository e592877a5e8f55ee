"""The timeline as a picture: a row for each study or trial, the years from left to right."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from .drawing import EDGE, GRID, LEGEND_LINE, SMALL_LETTERS, WIDTH, Dot, Sketch, Stroke, Text
from .wording import _

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
_DATE = re.compile(rf"(?:(?:(\d{{1,2}}) )?({'|'.join(MONTHS)}) )?\b((?:19|20)\d\d)\b")

LABELS = 1.95  # inches
ROW = 0.162
HEAD = 0.28  # the years above the rows
COLOR, PLANNED = "#0060a8", "#595959"
DASH = (2.0, 1.5)


def when(text: str | None, *, last: bool = False) -> float | None:
    """The first date in a text (or the last) as years: "March 2007" is 2007.17; None if none.

    A month counts from its first day, a year alone from January; as an end both count in full.
    """
    found = list(_DATE.finditer(text or ""))
    if not found:
        return None
    day, month, year = found[-1 if last else 0].groups()
    if month is None:
        return int(year) + (1 if last else 0)
    months = MONTHS.index(month) + (((int(day) - 1) / 31) if day else (1 if last else 0))
    return int(year) + months / 12


@dataclass(frozen=True)
class Row:
    """A study or a trial."""

    label: str
    words: str
    """How it stands, for the right side."""
    told: str
    """Its dates, for those who cannot see the picture."""
    start: float | None = None
    end: float | None = None
    is_planned: bool = False
    """Whether the end is planned, so that it may have come otherwise."""
    report: float | None = None
    """The year of the report."""


@dataclass(frozen=True)
class TimelineDrawing:
    title: str
    rows: Sequence[Row]
    began: str
    ended: str
    """What the marks of a start and an end are called."""

    @property
    def _words(self) -> float:
        """The width of the words on the right."""
        return max(len(row.words) for row in self.rows) / SMALL_LETTERS + 0.15

    @property
    def is_dated(self) -> bool:
        """Whether there is anything to draw."""
        return any(x is not None for row in self.rows for x in (row.start, row.end, row.report))

    @property
    def height(self) -> float:
        return 2 * EDGE + HEAD + len(self.rows) * ROW + LEGEND_LINE

    @property
    def _years(self) -> tuple[int, int]:
        """The first and the last year's end, whole."""
        known = [x for row in self.rows for x in (row.start, row.end, row.report) if x is not None]
        return math.floor(min(known)), math.ceil(max(known) + 0.01)

    def _x(self, year: float) -> float:
        first, last = self._years
        width = WIDTH - 2 * EDGE - LABELS - self._words
        return EDGE + LABELS + (year - first) / (last - first) * width

    @property
    def sketch(self) -> Sketch:
        parts: list[Text | Stroke | Dot] = []
        first, last = self._years
        foot = EDGE + HEAD + len(self.rows) * ROW
        step = 5 if last - first > 8 else 1
        for year in range(first, last + 1):
            if year % step == 0:
                x = self._x(year)
                parts.append(Stroke(x, EDGE + HEAD - 0.06, x, foot, GRID))
                parts.append(Text(x, EDGE + HEAD - 0.1, str(year), faint=True, align="center"))
        for index, row in enumerate(self.rows):
            parts += self._row(row, EDGE + HEAD + (index + 0.5) * ROW)
        parts += self._legend(foot + LEGEND_LINE)
        return tuple(parts)

    def _row(self, row: Row, y: float) -> list[Text | Stroke | Dot]:
        most = int((LABELS - 0.05) * SMALL_LETTERS)
        label = row.label if len(row.label) <= most else f"{row.label[: most - 1]}…"
        parts: list[Text | Stroke | Dot] = [
            Text(EDGE, y + 0.04, label),
            Text(WIDTH - EDGE - self._words + 0.12, y + 0.04, row.words, faint=True),
        ]
        if row.start is not None and row.end is not None:
            ends = self._x(row.start), self._x(row.end)
            color = PLANNED if row.is_planned else COLOR
            dash = DASH if row.is_planned else ()
            parts.append(Stroke(ends[0], y, ends[1], y, color, 2.2, dash))
        for at, shape, filled in (
            (row.start, ">", True),
            (row.end, "|", not row.is_planned),
            (row.report, "o", True),
        ):
            if at is not None:
                parts.append(Dot(self._x(at), y, shape, COLOR if filled else PLANNED, filled, 5))
        return parts

    def _legend(self, y: float) -> list[Text | Stroke | Dot]:
        """Only what the picture shows."""
        shown = (
            (any(r.report is not None for r in self.rows), "o", _("report")),
            (any(r.start is not None for r in self.rows), ">", self.began),
            (any(r.end is not None and not r.is_planned for r in self.rows), "|", self.ended),
            (any(r.end is not None and r.is_planned for r in self.rows), "", _("to end (planned)")),
        )
        parts: list[Text | Stroke | Dot] = []
        x = EDGE + 0.1
        for is_shown, shape, words in shown:
            if not is_shown:
                continue
            if shape:
                parts.append(Dot(x, y - 0.045, shape, COLOR, size=5))
            else:
                parts.append(Stroke(x - 0.1, y - 0.045, x + 0.1, y - 0.045, PLANNED, 2.2, DASH))
                parts.append(Dot(x + 0.1, y - 0.045, "|", PLANNED, size=5))
            parts.append(Text(x + 0.17, y, words))
            x += 0.45 + len(words) / SMALL_LETTERS
        return parts

    @property
    def alternative(self) -> str:
        return " ".join([f"{self.title}.", *(f"{row.label}: {row.told}." for row in self.rows)])
