"""`{over-time}`: an outcome that one study measured at several times, a line for each group.

::

    :::{over-time} kandane2025sr:sledai-start
    :title: Lupus activity on usual care
    :::

The result stands for its series: all results of the record with the same outcome, in the same
definition. No time can be left out, and nothing is drawn where nobody measured: marks stand at the
measured times, with their spread and the number of people, and lines only join them. A line seems
to say more than it can, so that what it is not is worked out from the study's design and stands in
the picture itself. The figures, with their sources, are the table below it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx

from . import pictures, reckoning, wording
from .effects import NotEstimable
from .over_time_drawing import MOST_LINES, Line, OverTimeDrawing, Spot
from .pieces import Cell, citation, link, table
from .reckoning import Reckoned, Unsuitable
from .record import Arm, Figures, Result, Study
from .store import label
from .tabling import StudiesDirective, Wrong
from .vocabulary import Design, Good, Kind
from .wording import _, capitalised

# A longer time is told as a number of months.
LONGEST_TIME = 16  # characters


# --- Which results belong together ------------------------------------------------------------


def series_of(study: Study, result: Result) -> list[Result]:
    """The results that say the same of other times, in their order; raises Wrong.

    Those without a single time, such as "within 4 years", come last.
    """
    alike = [other for other in study.results if _kind(other) == _kind(result)]
    units = sorted({other.unit or "" for other in alike})
    if len(units) > 1:
        raise Wrong(
            f"{wording.outcome(result)!r} is given in {' and in '.join(units)}: "
            f"{_names(alike)}; give all of them in one unit in the record"
        )
    found = sorted((each for each in alike if each.months is not None), key=_months)
    if len({each.months for each in found}) < 2:
        raise Wrong(
            f"{result.id!r} has {'one time' if found else 'no time in months'}, and a line needs "
            f"two or more; {_others(study, result)}"
        )
    for one, two in combinations(found, 2):
        if one.months == two.months and one.arms.keys() & two.arms.keys():
            raise Wrong(
                f"{one.id!r} and {two.id!r} are both of {one.months} months, and a line has one "
                "figure for a time; if they count different people or things, say so in their "
                "'definition'"
            )
    if without := [each for each in found if not each.arms]:
        raise Wrong(
            f"{_names(without)}: no figures of a group; a line shows a group of people, and "
            "estimates that were pooled at several times come from different studies"
        )
    return [*found, *(each for each in alike if each.months is None)]


def _kind(result: Result) -> tuple[str, str | None, bool]:
    return result.outcome, result.definition, result.change


def _months(result: Result) -> float:
    return float(result.months or 0)


def _names(results: Sequence[Result]) -> str:
    return ", ".join(repr(each.id) for each in results)


def _others(study: Study, result: Result) -> str:
    """Results of the same outcome that might have been meant to belong to the series."""
    others = [
        each for each in study.results if each.outcome == result.outcome and each is not result
    ]
    if not others:
        return f"the record has no other result of {result.outcome!r}"
    return (
        f"{_names(others)} also of {result.outcome!r} would belong to it with the same "
        "'definition' and 'change', and with 'months'"
    )


# --- What is drawn ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Point:
    """One group at one time."""

    result: Result
    found: Figures
    value: float
    low: float | None = None
    high: float | None = None
    spread: str = ""
    """What the upright line shows; "" if there is none."""

    @property
    def middle(self) -> str:
        """What the mark shows."""
        if self.found.counts_people:
            return _("share of the people counted")
        return _("mean") if self.found.mean is not None else _("median")

    @property
    def words(self) -> str:
        """The value alone, as it stands beside the mark."""
        if self.found.counts_people:
            return wording.share(self.found)
        middle = self.found.mean if self.found.mean is not None else self.found.median
        return wording.number(middle or 0, signed=self.result.change)


def point_of(result: Result, found: Figures) -> Point | None:
    """The point of a group's figures; None if all that is known of them contradicts itself."""
    if found.counts_people:
        return _share(result, found)
    middle = found.mean if found.mean is not None else found.median
    if middle is None:
        return None
    if found.sd is not None and found.mean is not None:
        ends = float(found.mean - found.sd), float(found.mean + found.sd)
        return Point(result, found, float(middle), *ends, _("the standard deviation to each side"))
    if found.low is None or found.high is None:
        return Point(result, found, float(middle))
    spread = {
        "range": _("the range from the lowest to the highest"),
        "interquartile range": _("the interquartile range, where the middle half of the people lay"),
        "95% interval": _("the 95% interval as published"),
    }[found.range_kind or "range"]  # fmt: skip
    return Point(result, found, float(middle), float(found.low), float(found.high), spread)


def _share(result: Result, found: Figures) -> Point:
    if found.low is not None and found.high is not None and found.percent is not None:
        ends = float(found.low), float(found.high)
        return Point(result, found, float(found.percent), *ends, _("the 95% interval as published"))
    try:
        share = reckoning.share(found).estimate
    except NotEstimable:
        return Point(result, found, float(found.percent or 0))
    ends = 100 * share.low, 100 * share.high
    spread = _("the 95% interval, which we worked out by Wilson’s score method")
    return Point(result, found, 100 * share.value, *ends, spread)


@dataclass(frozen=True)
class OverTime:
    """All that a picture shows; it knows the study, but nothing of Sphinx."""

    title: str
    study: Study
    results: tuple[Result, ...]

    @property
    def timed(self) -> list[Result]:
        return [each for each in self.results if each.months is not None]

    @property
    def lines(self) -> list[tuple[Arm, list[Point]]]:
        """Each group with its points in the order of time."""
        found = []
        for arm in self.study.arms:
            points = [
                point_of(each, each.arms[arm.id]) for each in self.timed if arm.id in each.arms
            ]
            if known := [point for point in points if point is not None]:
                found.append((arm, known))
        return found

    @property
    def arms(self) -> list[Arm]:
        return [arm for arm, _points in self.lines]

    @property
    def points(self) -> list[Point]:
        return [point for _arm, points in self.lines for point in points]

    def check(self) -> None:
        """Raises Wrong for what no picture can show honestly."""
        if len(self.lines) > MOST_LINES:
            raise Wrong(
                f"{len(self.lines)} groups do not fit into one picture; {MOST_LINES} can be told "
                "apart. Show them in a table"
            )
        if all(len(points) < 2 for _arm, points in self.lines):
            raise Wrong("no group has figures at two times or more: there is no line to draw")
        for what, kinds in (
            ("line", {point.middle for point in self.points}),
            ("picture", {point.spread for point in self.points if point.spread}),
        ):
            if len(kinds) > 1 and self.outcome.vocabulary.kind is Kind.MEASUREMENT:
                raise Wrong(
                    f"{_names(self.timed)}: one {what} cannot hold both {' and '.join(sorted(kinds))}; "
                    "show the figures in a table"
                )

    # --- Words ---

    @property
    def outcome(self) -> Result:
        """Any of the results, for what they have in common."""
        return self.results[0]

    @property
    def axis(self) -> str:
        """What the height shows: "SLEDAI, points (lower is better)"."""
        result = self.outcome
        unit = _(result.unit or "") if result.unit else _("share of people")
        way = _("higher is better") if result.vocabulary.good is Good.MORE else _("lower is better")
        return _("{outcome}, {unit} ({way})").format(
            outcome=capitalised(wording.outcome(result)), unit=unit, way=way
        )

    @property
    def cautions(self) -> list[str]:
        """What the picture must not be taken for, in the picture itself."""
        found = [] if (about := self._about_groups) is None else [about]
        if any(
            later.found.n < earlier.found.n
            for _arm, points in self.lines
            for earlier, later in combinations(points, 2)
            if earlier.found.n and later.found.n
        ):
            found.append(
                _("Fewer people were counted later: those who were left may be other people.")
            )
        return found

    @property
    def _about_groups(self) -> str | None:
        """What a line, or two beside each other, do not show."""
        if len(self.arms) == 1:
            return _(
                "No comparison group: a line that falls or rises does not show what made it so."
            )
        if self.study.design is not Design.RANDOMISED:
            return _(
                "People were not put into these groups by chance: the lines do not show what made "
                "them fall, rise or differ."
            )
        last = self.timed[-1]
        found = [difference(self.study, last, arm) for arm in self.arms]
        ends = [each.estimate for each in found if each is not None]
        if not ends:
            return _("How far chance alone could move these lines cannot be reckoned from them.")
        if any(estimate.low <= 0 <= estimate.high for estimate in ends):
            return _("At the last time, chance alone may be what sets the lines apart.")
        return None

    @property
    def reading(self) -> str:
        """How to read the marks."""
        middles = sorted({point.middle for point in self.points})
        parts = [
            _("A mark is the {middle}.").format(middle=wording.listing(middles)),
            _("Between two marks nobody measured: the line only joins them."),
        ]
        if spreads := sorted({point.spread for point in self.points if point.spread}):
            parts.append(_("The upright line is {spread}.").format(spread=wording.listing(spreads)))
        without = [point for point in self.points if point.found.n is None]
        if len(without) == len(self.points):
            parts.append(_("How many people were counted at each time is not in the part read."))
        elif without:
            parts.append(_("Where no number of people stands, it is not in the part read."))
        return " ".join(parts)

    @property
    def alternative(self) -> str:
        """The whole picture in words."""
        parts = [
            _("Lines over time: {title}.").format(title=self.title.rstrip(".")),
            _("Upwards: {axis}.").format(axis=self.axis),
        ]
        for arm, points in self.lines:
            told = "; ".join(f"{when(point.result)}, {_with_people(point)}" for point in points)
            parts.append(f"{capitalised(arm.label)}: {told}.")
        return " ".join([*parts, *self.cautions])

    # --- The picture ---

    @property
    def _below(self) -> str:
        """What the numbers below the axis are."""
        if len(self.lines) == 1:
            return _("People counted")
        known = any(point.found.n for point in self.points)
        return _("Figure (people counted)") if known else _("Figure")

    @property
    def drawing(self) -> OverTimeDrawing:
        return OverTimeDrawing(
            axis=self.axis,
            is_share=self.outcome.vocabulary.kind is Kind.EVENT,
            times=tuple({_months(each): when(each) for each in self.timed}.items()),
            lines=tuple(
                Line(capitalised(arm.label), arm.control, tuple(map(_spot, points)))
                for arm, points in self.lines
            ),
            below=self._below,
            start=_("start"),
            cautions=tuple(self.cautions),
        )


def when(result: Result) -> str:
    """The time in a few words: "6 months"."""
    words = (result.time or "").split(",")[0]
    if 0 < len(words) <= LONGEST_TIME:
        return words
    return _("{n} months").format(n=wording.number(result.months or 0))


def _with_people(point: Point) -> str:
    words = wording.figures(point.result, point.found)
    if point.found.n is None or point.found.counts_people:
        return words
    return _("{figures} in {n} people").format(figures=words, n=wording.number(point.found.n))


def _spot(point: Point) -> Spot:
    n = wording.number(point.found.n) if point.found.n else ""
    return Spot(_months(point.result), point.value, point.low, point.high, point.words, n)


# --- Differences between groups ---------------------------------------------------------------


def difference(study: Study, result: Result, arm: Arm) -> Reckoned | None:
    """How a randomised group differs from the one compared with; None if that cannot be said."""
    if study.design is not Design.RANDOMISED:
        return None
    try:
        treated, control = reckoning.pair(study, result, arm.id)
        return reckoning.difference(result, result.arms[treated.id], result.arms[control.id])
    except (Unsuitable, NotEstimable):
        return None


def _difference_in_words(study: Study, result: Result, arm: Arm) -> str:
    if difference(study, result, arm) is None:
        return ""
    treated, control = reckoning.pair(study, result, arm.id)
    words = reckoning.difference_in_words(result, result.arms[treated.id], result.arms[control.id])
    return _("Difference: {words}").format(words=words)


# --- The directive ----------------------------------------------------------------------------


class OverTimeDirective(StudiesDirective):
    """The picture with its caption and cautions, and its data as a table."""

    required_arguments = 1
    option_spec: ClassVar = {"title": directives.unchanged_required}

    def show(self) -> list[nodes.Node]:
        key, study, result = self.result(self.arguments[0])
        if "title" not in self.options:
            raise Wrong("say in ':title:' what the picture shows, and in whom")
        shown = OverTime(self.options["title"], study, tuple(series_of(study, result)))
        shown.check()
        drawing = shown.drawing
        figure = pictures.figure(
            self.env, shown.title, shown.alternative, drawing.height, drawing.sketch
        )
        source = [*citation(self, key, "t"), nodes.Text(": ")]
        figure += nodes.legend(
            "",
            nodes.paragraph(
                "", "", *source, nodes.Text(" ".join([*shown.cautions, shown.reading]))
            ),
        )
        return [figure, self._table(key, shown)]

    def _table(self, key: str, shown: OverTime) -> nodes.table:
        arms = shown.arms
        return table(
            _("The figures of the picture: {title}").format(title=shown.title),
            [self._row(key, shown, result) for result in shown.results],
            head=[_("Time"), *(capitalised(arm.label) for arm in arms), _("Source")],
            widths=[16, *(60 // len(arms) for _arm in arms), 24],
            stubs=1,
            classes=("effect-plot-data",),
        )

    def _row(self, key: str, shown: OverTime, result: Result) -> Iterator[Cell]:
        time = result.time or _("not given")
        yield time if result.months is not None else _("{time} (not drawn)").format(time=time)
        for arm in shown.arms:
            yield self._cell(shown.study, result, arm)
        place = wording.place(result, self.config.language)
        title = wording.locator(label(self.env, key), result, self.config.language)
        yield link("result", f"{key}:{result.id}", place, title=title, docname=self.env.docname)

    @staticmethod
    def _cell(study: Study, result: Result, arm: Arm) -> Cell:
        found = result.arms.get(arm.id)
        if found is None:
            return _("not given")
        point = point_of(result, found)
        words = _with_people(point) if point else wording.figures(result, found)
        lines = [words, _difference_in_words(study, result, arm)]
        lines.append(capitalised(wording.contradiction(study, result, [arm.id])))
        return [nodes.paragraph("", line) for line in lines if line]


def setup(app: Sphinx) -> None:
    app.add_directive("over-time", OverTimeDirective)
