"""Lines over time as a picture: measured times from left to right, the outcome upwards from zero.

Groups are told apart by mark and dash, and each line carries its name at its end; colours only help.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass

from .drawing import EDGE, FAINT, GRID, LINE, SMALL_LETTERS, WIDTH, Dot, Sketch, Stroke, Text

# Mark, colour, whether it is filled, and dash. The group that others are compared with has its own.
CONTROL = ("s", "#3f3f3f", False, (4.0, 2.0))
STYLES = (
    ("o", "#0060a8", True, ()),
    ("^", "#b04a00", True, (1.2, 1.4)),
    ("D", "#00694b", False, (7.0, 1.6, 1.2, 1.6)),
    ("v", "#7a3b8f", True, (3.0, 1.2)),
)
MOST_LINES = len(STYLES)

# Inches.
HEAD = 0.36  # what the axis shows
TALL = 2.1
LEFT = 0.62  # the numbers of the axis
NAMES = 1.7  # the lines' names on the right
ELSEWHERE = 2.2  # a name within the picture
INSET = 0.3  # between the axis and the first time
BESIDE = 0.07  # between marks of the same time
CAP = 0.04
TIME_LETTERS = 10

Style = tuple[str, str, bool, tuple[float, ...]]
Part = Text | Stroke | Dot


@dataclass(frozen=True)
class Spot:
    """One mark: when, how much, its spread, and how much and of how many in words."""

    months: float
    value: float
    low: float | None
    high: float | None
    words: str
    people: str
    """"" if that is not known."""

    @property
    def with_people(self) -> str:
        return f"{self.words} ({self.people})" if self.people else self.words


@dataclass(frozen=True)
class Line:
    name: str
    is_control: bool
    spots: tuple[Spot, ...]


@dataclass(frozen=True)
class OverTimeDrawing:
    axis: str
    """What is drawn upwards."""
    is_share: bool
    """Whether it is a share of people, in percent."""
    times: tuple[tuple[float, str], ...]
    """The measured times in months, with their words."""
    lines: tuple[Line, ...]
    below: str
    """What the numbers below the axis are called."""
    start: str
    """What month 0 is called where nothing was measured then."""
    cautions: tuple[str, ...]

    # --- Places ---

    @property
    def _top(self) -> float:
        return EDGE + HEAD

    @property
    def _foot(self) -> float:
        return self._top + TALL

    @property
    def _right(self) -> float:
        return WIDTH - EDGE - NAMES

    @property
    def _ends(self) -> tuple[float, float, float]:
        """The axis: its lowest and highest number, and the step between the numbers."""
        if self.is_share:
            return 0, 100, 25
        known = [
            x for line in self.lines for spot in line.spots
            for x in (spot.value, spot.low, spot.high) if x is not None
        ]  # fmt: skip
        values = [spot.value for line in self.lines for spot in line.spots]
        # An axis that does not begin at zero makes a small change look large. A spread may reach
        # below zero where no value can.
        low = min(0.0, *known) if min(values) < 0 else 0.0
        high = max(0.0, *known)
        step = _round_step((high - low) / 4)
        return math.floor(low / step) * step, math.ceil(high / step) * step, step

    def _y(self, value: float) -> float:
        low, high, _step = self._ends
        inside = min(max(value, low), high)
        return self._foot - (inside - low) / (high - low) * TALL

    def _x(self, months: float) -> float:
        last = self.times[-1][0]
        return LEFT + INSET + months / last * (self._right - LEFT - 2 * INSET)

    def _place(self, number: int, spot: Spot) -> float:
        """Marks of one time stand a little apart, so that none hides another."""
        return self._x(spot.months) + (number - (len(self.lines) - 1) / 2) * BESIDE

    @property
    def _time_rows(self) -> list[tuple[float, list[str], int]]:
        """Place, lines and row of each time's words: one that would touch the last goes lower."""
        told = dict(self.times)
        if 0 not in told:
            told = {0.0: self.start, **told}
        found: list[tuple[float, list[str], int]] = []
        free: list[float] = []
        for months, words in told.items():
            lines = textwrap.wrap(words, TIME_LETTERS, break_long_words=False)
            half = max(map(len, lines)) / SMALL_LETTERS / 2
            x = self._x(months)
            row = next((n for n, end in enumerate(free) if x - half > end), len(free))
            free[row : row + 1] = [x + half + 0.05]
            found.append((x, lines, row))
        return found

    @property
    def _times_height(self) -> float:
        return self._top_of_row(1 + max(row for _x, _lines, row in self._time_rows))

    def _top_of_row(self, number: int) -> float:
        """Inches from the axis to a row of times."""
        tall = (
            max((len(lines) for _x, lines, row in self._time_rows if row == before), default=0)
            for before in range(number)
        )
        return 0.1 + sum(lines * LINE + 0.04 for lines in tall)

    @property
    def _has_numbers(self) -> bool:
        """Whether numbers stand below the axis: the figures of several lines, or the people of one."""
        return len(self.lines) > 1 or any(spot.people for spot in self.lines[0].spots)

    @property
    def _numbers_height(self) -> float:
        return LINE * (1.4 + len(self.lines)) if self._has_numbers else 0

    @property
    def _caution_lines(self) -> list[str]:
        letters = int((WIDTH - 2 * EDGE) * SMALL_LETTERS * 0.9)
        return [line for words in self.cautions for line in textwrap.wrap(words, letters)]

    @property
    def height(self) -> float:
        cautions = LINE * (len(self._caution_lines) + 0.6)
        return self._foot + self._times_height + self._numbers_height + cautions + EDGE

    # --- The sketch ---

    @property
    def sketch(self) -> Sketch:
        """The parts, those named later on top."""
        return tuple(
            part
            for parts in (self._axes(), self._all_lines(), self._names(), self._below())
            for part in parts
        )

    @property
    def _styles(self) -> list[Style]:
        rest = iter(STYLES)
        return [CONTROL if line.is_control else next(rest) for line in self.lines]

    def _axes(self) -> Iterator[Part]:
        yield Text(EDGE, EDGE + LINE, self.axis, bold=True)
        low, high, step = self._ends
        for number in range(round((high - low) / step) + 1):
            value = low + number * step
            y = self._y(value)
            yield Stroke(LEFT, y, self._right, y, FAINT if value == 0 else GRID)
            words = f"{round(value, 6):g}".replace("-", "\N{MINUS SIGN}")
            words += "%" if self.is_share else ""
            yield Text(LEFT - 0.08, y + 0.04, words, faint=True, align="right")
        if low < 0:
            yield Stroke(LEFT, self._foot, self._right, self._foot, FAINT)
        for x, lines, row in self._time_rows:
            top = self._foot + self._top_of_row(row)
            yield Stroke(x, self._foot, x, top - 0.03, FAINT)
            for number, words in enumerate(lines, 1):
                yield Text(x, top + number * LINE - 0.04, words, align="center")

    def _all_lines(self) -> Iterator[Part]:
        for number, (line, style) in enumerate(zip(self.lines, self._styles, strict=True)):
            shape, color, filled, dash = style
            places = [(self._place(number, spot), self._y(spot.value)) for spot in line.spots]
            for (x0, y0), (x1, y1) in zip(places, places[1:], strict=False):
                yield Stroke(x0, y0, x1, y1, color, 1.6, dash)
            for spot, (x, y) in zip(line.spots, places, strict=True):
                yield from self._spread(spot, x, color)
                yield Dot(x, y, shape, color, filled, 7)
        if len(self.lines) == 1:
            yield from self._values(self.lines[0])

    def _spread(self, spot: Spot, x: float, color: str) -> Iterator[Part]:
        if spot.low is None or spot.high is None:
            return
        low, high, _step = self._ends
        yield Stroke(x, self._y(spot.low), x, self._y(spot.high), color, 1.1)
        for end in (spot.low, spot.high):
            # No stroke at an end that lies beyond the axis.
            if low <= end <= high:
                yield Stroke(x - CAP, self._y(end), x + CAP, self._y(end), color, 1.1)

    def _values(self, line: Line) -> Iterator[Part]:
        """The figure beside each mark of a line that is alone, where the line leaves room."""
        for index, spot in enumerate(line.spots):
            is_last = index + 1 == len(line.spots)
            near = line.spots[index - 1 if is_last else index + 1]
            beside = -0.1 if is_last else 0.1
            y = self._y(spot.value) + (0.13 if near.value > spot.value else -0.05)
            align = "right" if is_last else "left"
            yield Text(self._x(spot.months) + beside, y, spot.words, align=align)

    def _names(self) -> Iterator[Part]:
        """The name of each line at its end, moved apart where two would touch."""
        last = self.times[-1][0]
        edge = self._x(last) + len(self.lines) / 2 * BESIDE + 0.26
        at_the_edge: list[tuple[float, list[str], Style]] = []
        for number, (line, style) in enumerate(zip(self.lines, self._styles, strict=True)):
            spot = line.spots[-1]
            is_last = spot.months == last
            x = edge + 0.12 if is_last else self._place(number, spot) + 0.14
            wide = WIDTH - EDGE - x if is_last else ELSEWHERE
            words = textwrap.wrap(line.name, int(wide * SMALL_LETTERS * 0.95))
            middle = min(self._y(spot.value), self._foot - len(words) * LINE / 2)
            if is_last:
                at_the_edge.append((middle, words, style))
            else:
                yield from _lines_of(x, middle, words)
        at_the_edge.sort(key=lambda item: item[0])
        middles = _apart([(y, len(words) * LINE + 0.03) for y, words, _style in at_the_edge])
        for middle, (_y, words, style) in zip(middles, at_the_edge, strict=True):
            if len(self.lines) > 1:
                yield Dot(edge, middle, *style[:3], 5)
            yield from _lines_of(edge + 0.12, middle, words)

    def _below(self) -> Iterator[Part]:
        y = self._foot + self._times_height
        if self._has_numbers:
            y += LINE
            yield Text(EDGE, y, self.below, faint=True)
            for line, (shape, color, filled, _dash) in zip(self.lines, self._styles, strict=True):
                y += LINE
                is_alone = len(self.lines) == 1
                if not is_alone:
                    yield Dot(LEFT - 0.2, y - 0.04, shape, color, filled, 6)
                told = [spot.people or "–" if is_alone else spot.with_people for spot in line.spots]
                wanted = [
                    (self._x(spot.months), len(words) / SMALL_LETTERS + 0.08)
                    for spot, words in zip(line.spots, told, strict=True)
                ]
                for x, words in zip(_apart(wanted), told, strict=True):
                    yield Text(x, y, words, align="center")
            y += 0.4 * LINE
        for number, words in enumerate(self._caution_lines, 1):
            yield Text(EDGE, y + number * LINE + 0.05, words, bold=True)


def _lines_of(x: float, middle: float, words: list[str]) -> Iterator[Text]:
    top = middle - len(words) * LINE / 2
    for number, line in enumerate(words, 1):
        yield Text(x, top + number * LINE - 0.045, line)


def _apart(wanted: list[tuple[float, float]]) -> list[float]:
    """Middles near those wanted, in their order, so that things of these sizes do not touch."""
    found: list[float] = []
    end = -math.inf
    for middle, size in wanted:
        found.append(max(middle, end + size / 2))
        end = found[-1] + size / 2
    moved = sum(place - middle for place, (middle, _size) in zip(found, wanted, strict=True))
    # All of them back by what they moved on average: they stay around the places wanted.
    return [place - moved / len(found) for place in found] if found else []


def _round_step(least: float) -> float:
    """The smallest of 1, 2 and 5 times a power of ten that is not below this."""
    if least <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(least))
    return next(n * power for n in (1, 2, 5, 10) if n * power >= least * (1 - 1e-9))
