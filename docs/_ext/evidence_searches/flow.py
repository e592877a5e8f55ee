"""The way of records into the handbook, drawn after PRISMA 2020's flow diagram.

On the left what documented searches found, with what was left out beside it; on the right what was
found before there were any; below, the studies in the handbook. What was not counted says so.
"""

from __future__ import annotations

import math
import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from evidence import drawing, wording
from evidence.drawing import EDGE, LETTERS, LINE, SMALL, SMALL_LETTERS, WIDTH
from evidence.wording import _

from .record import Reason, Run, Search, Searches, Service

if TYPE_CHECKING:
    from evidence.drawing import Paper


@dataclass(frozen=True)
class Totals:
    """The sums over some searches."""

    runs: tuple[Run, ...]
    not_run: int
    """How many of the searches have not been run."""

    @property
    def found(self) -> int:
        return sum(run.found for run in self.runs)

    @property
    def doubles(self) -> int:
        return sum(run.doubles for run in self.runs)

    @property
    def screened(self) -> int:
        return sum(run.screened for run in self.runs)

    @property
    def included(self) -> int:
        return sum(run.included for run in self.runs)

    @property
    def excluded(self) -> dict[Reason, int]:
        counted: Counter[Reason] = Counter()
        for run in self.runs:
            counted.update(run.excluded)
        return {reason: counted[reason] for reason in Reason if counted[reason]}

    @property
    def left_out(self) -> int:
        return sum(self.excluded.values())

    def words(self, number: int) -> str:
        """A number, or that there is none; and of how many searches it is not."""
        if not self.runs:
            return _("not run yet")
        if not self.not_run:
            return wording.number(number)
        several = _("{n}; {searches} searches not run yet")
        one = _("{n}; 1 search not run yet")
        return (one if self.not_run == 1 else several).format(
            n=wording.number(number), searches=self.not_run
        )


def totals(searches: Iterable[Search]) -> Totals:
    listed = list(searches)
    return Totals(
        tuple(run for search in listed for run in search.runs),
        sum(not search.runs for search in listed),
    )


@dataclass(frozen=True)
class Box:
    """A box of the diagram: what it is, and the lines in it."""

    title: str
    lines: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        return ": ".join(filter(None, [self.title, "; ".join(self.lines)])) + "."


@dataclass(frozen=True)
class Flow:
    """The whole diagram in words."""

    found: Box
    doubles: Box
    screened: Box
    left_out: Box
    included: Box
    before: Box
    before_screened: Box
    together: Box
    headings: tuple[str, str]

    @property
    def alternative(self) -> str:
        left = (self.found, self.doubles, self.screened, self.left_out, self.included)
        parts = [_("Flow diagram."), f"{self.headings[0]}."]
        parts += [box.sentence for box in left]
        parts += [f"{self.headings[1]}.", self.before.sentence, self.before_screened.sentence]
        return " ".join([*parts, self.together.sentence])


def flow(searches: Searches, kinds: Sequence[tuple[str, int]], language: str = "en") -> Flow:
    """The diagram of these searches and of the studies with a record, by their kind."""
    every = totals(searches.searches)
    services = {
        service: totals(search for search in searches.searches if search.service is service)
        for service in Service
    }
    reasons = [f"{_(str(reason))}: {wording.number(n)}" for reason, n in every.excluded.items()]
    together = wording.number(sum(n for _kind, n in kinds))
    return Flow(
        found=Box(
            _("Records found"),
            tuple(f"{service}: {part.words(part.found)}" for service, part in services.items()),
        ),
        doubles=Box(_("Found twice, counted once"), (every.words(every.doubles),)),
        screened=Box(_("Records looked at (screened)"), (every.words(every.screened),)),
        left_out=Box(_("Left out (excluded)"), (every.words(every.left_out), *reasons)),
        included=Box(_("Became sources (included)"), (every.words(every.included),)),
        before=Box(
            _("Looked for by question, up to {day}").format(
                day=wording.day(searches.before.until, language)
            ),
            (_("Number found: not counted"),),
        ),
        before_screened=Box(
            _("Looked at"), (_("Number: not counted"), _("Left out, and why: not counted"))
        ),
        together=Box(
            _("Studies with a record in this handbook: {n}").format(n=together),
            tuple(f"{kind}: {wording.number(n)}" for kind, n in kinds),
        ),
        headings=(_("Documented searches"), _("Before there were documented searches")),
    )


# --- Drawing: all in inches from the top left -------------------------------------------------

GUTTER = 0.26
MAIN, SIDE = 2.1, 1.86
OTHER = WIDTH - 2 * EDGE - MAIN - SIDE - 2 * GUTTER
COLUMNS = (EDGE, EDGE + MAIN + GUTTER, WIDTH - EDGE - OTHER)
INSET = 0.09
BETWEEN = 0.24  # rows; holds the arrow


@dataclass(frozen=True)
class _Laid:
    """A box in its place."""

    box: Box
    left: float
    width: float
    top: float
    height: float

    @property
    def middle(self) -> tuple[float, float]:
        return self.left + self.width / 2, self.top + self.height / 2

    @property
    def bottom(self) -> float:
        return self.top + self.height

    def draw(self, paper: Paper) -> None:
        right = self.left + self.width
        paper.rule(self.left, self.top, right, self.top)
        paper.rule(right, self.top, right, self.bottom)
        paper.rule(right, self.bottom, self.left, self.bottom)
        paper.rule(self.left, self.bottom, self.left, self.top)
        y = self.top + INSET - 0.03
        for words, is_title in _lines(self.box, self.width):
            y += LINE
            paper.write(self.left + INSET, y - 0.02, words, size=SMALL, bold=is_title)


def _lines(box: Box, width: float) -> Iterator[tuple[str, bool]]:
    """The lines of a box, and whether each belongs to its title."""
    room = width - 2 * INSET
    for line in textwrap.wrap(box.title, int(SMALL_LETTERS * 0.86 * room)):
        yield line, True
    short = len(box.lines) > 3 and width > WIDTH / 2
    for words in ["; ".join(box.lines)] if short else box.lines:
        for line in textwrap.wrap(words, int(SMALL_LETTERS * room), break_long_words=False):
            yield line, False


def _height(box: Box, width: float) -> float:
    return sum(1 for _line in _lines(box, width)) * LINE + 2 * INSET


def draw(found: Flow) -> bytes:
    """The diagram as SVG: the same bytes for the same words."""
    widths = (MAIN, SIDE, OTHER)
    heads = [
        textwrap.wrap(words, int(LETTERS * 0.86 * width))
        for words, width in zip(found.headings, (MAIN + GUTTER + SIDE, OTHER), strict=True)
    ]
    top = EDGE + max(map(len, heads)) * LINE + 0.1
    rows = (
        (found.found, found.doubles, found.before),
        (found.screened, found.left_out, found.before_screened),
        (found.included, None, None),
    )
    laid: list[list[_Laid]] = []
    for row in rows:
        height = max(_height(box, width) for box, width in zip(row, widths, strict=True) if box)
        laid.append(
            [
                _Laid(box, left, width, top, height)
                for box, left, width in zip(row, COLUMNS, widths, strict=True)
                if box
            ]
        )
        top += height + BETWEEN
    wide = WIDTH - 2 * EDGE
    last = _Laid(found.together, EDGE, wide, top, _height(found.together, wide))

    def paint(paper: Paper) -> None:
        for words, left in zip(heads, (COLUMNS[0], COLUMNS[2]), strict=True):
            for number, line in enumerate(words, 1):
                paper.write(left, EDGE + number * LINE - 0.03, line, bold=True)
        for box in [*(box for row in laid for box in row), last]:
            box.draw(paper)
        (first, doubles, before), (second, left_out, looked_at), (third,) = laid
        for upper, lower in ((first, second), (second, third), (third, last)):
            _arrow(paper, upper.middle[0], upper.bottom, upper.middle[0], lower.top)
        for inner, outer in ((first, doubles), (second, left_out)):
            _arrow(paper, inner.left + inner.width, inner.middle[1], outer.left, inner.middle[1])
        _arrow(paper, before.middle[0], before.bottom, before.middle[0], looked_at.top)
        _arrow(paper, before.middle[0], looked_at.bottom, before.middle[0], last.top)

    return drawing.svg(last.bottom + EDGE, paint)


def _arrow(paper: Paper, x0: float, y0: float, x1: float, y1: float) -> None:
    """An arrow straight down or to the right."""
    paper.rule(x0, y0, x1, y1)
    across = 0.035
    back = 0.07
    for sign in (-1, 1):
        if math.isclose(x0, x1):
            paper.rule(x1 + sign * across, y1 - back, x1, y1)
        else:
            paper.rule(x1 - back, y1 + sign * across, x1, y1)
