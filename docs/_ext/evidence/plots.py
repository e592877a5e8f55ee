"""`{effect-plot}`: results as a picture, as words and as a table, all from the same records.

A row is a result of a study, or one group of it; its share, difference or ratio is worked out by
`effects`, drawn by `drawing` and said in the alternative text, and the table below has the figures
with their sources. Nothing is pooled: estimates that others pooled are drawn as they published them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from . import drawing, effects, pictures, reckoning, wording
from .drawing import Block, Mark, Panel
from .effects import Estimate, NotEstimable
from .pieces import Cell, citation, link, table
from .reckoning import Unsuitable
from .record import Arm, Figures, Result, Study
from .store import label, use_or_warn
from .vocabulary import Design, EffectMeasure, Good, Kind, Treatment
from .wording import _, capitalised

logger = logging.getLogger(__name__)

# A longer time is said in the table alone.
LONGEST_TIME = 28  # characters


class Measure(StrEnum):
    """What a plot shows of its results."""

    PROPORTION = "proportion"
    RISK_DIFFERENCE = "risk-difference"
    RISK_RATIO = "risk-ratio"
    MEAN_DIFFERENCE = "mean-difference"
    PUBLISHED = "published"

    @property
    def compares(self) -> bool:
        return self not in (Measure.PROPORTION, Measure.PUBLISHED)


RATIOS = {EffectMeasure.RISK_RATIO, EffectMeasure.ODDS_RATIO, EffectMeasure.HAZARD_RATIO}


# --- Rows: results with their estimates -------------------------------------------------------


@dataclass(frozen=True)
class Row:
    """One row of a plot."""

    key: str
    study: Study
    result: Result
    arms: tuple[Arm, ...]
    """The group, or the treated group and the one that it is compared with; none if published."""
    shown: str
    """The estimate in words: "75% (47% to 91%)"."""
    unit: str = ""
    """What it is measured in, if the words do not say it."""
    value: float | None = None
    low: float | None = None
    high: float | None = None
    method: str = ""
    """How the interval was worked out; empty if it is as published."""

    @property
    def kind(self) -> str:
        """The kind of mark."""
        if len(self.arms) == 1 and self.arms[0].control:
            return "control"
        if self.study.treatment is Treatment.USUAL_CARE:
            return "control"
        if not self.arms and self.study.design is Design.SYSTEMATIC_REVIEW:
            return "published"
        treatment = str(self.study.treatment)
        if treatment in drawing.SHAPES:
            return treatment
        return "secretome"

    @property
    def with_unit(self) -> str:
        return f"{self.shown} {self.unit}".strip()

    def figures(self, arm: Arm) -> str:
        return wording.figures(self.result, self.result.arms[arm.id])

    @property
    def found(self) -> Figures | None:
        """The figures of the group, if the row shows one that has its own."""
        return self.result.arms.get(self.arms[0].id) if len(self.arms) == 1 else None

    @property
    def people(self) -> str:
        """Of how many people a share is: "9 of 12", or "of 273" if they were not counted."""
        found = self.found
        if found is None or found.n is None:
            return ""
        if found.events is not None:
            return wording.count(found.events, found.n)
        return _("of {n}").format(n=wording.number(found.n))

    @property
    def contradiction(self) -> str:
        return wording.contradiction(self.study, self.result, [arm.id for arm in self.arms])

    @property
    def holds_no_difference(self) -> bool:
        """Whether no difference is among the values that fit the figures."""
        if self.low is None or self.high is None:
            return False
        return self.low <= self.no_difference <= self.high

    @property
    def no_difference(self) -> float:
        if self.method in (effects.KATZ, effects.KOOPMAN):
            return 1.0
        effect = self.result.effect
        return 1.0 if not self.arms and effect and effect.measure in RATIOS else 0.0


def rows_of(measure: Measure, key: str, study: Study, result: Result, arm: str | None) -> list[Row]:
    """The rows of one result; raises `Unsuitable`."""
    if arm is not None and arm not in result.arms:
        known = ", ".join(result.arms) or "none"
        raise Unsuitable(f"no arm {arm!r}; the result {result.id!r} has: {known}")
    row = Row(key, study, result, (), "")
    match measure:
        case Measure.PROPORTION:
            return _shares(row, arm)
        case Measure.PUBLISHED:
            return [_published(row)]
    return [_compared(measure, row, *reckoning.pair(study, result, arm))]


def _shares(row: Row, arm: str | None) -> list[Row]:
    result = row.result
    if result.vocabulary.kind is not Kind.EVENT:
        raise Unsuitable(f"{result.id!r} is a measurement; a proportion needs counts of people")
    if result.arms:
        names = [arm] if arm else list(result.arms)
        return [_share(row, row.study.arm(name), result.arms[name]) for name in names]
    effect = result.effect
    if effect is None or effect.measure is not EffectMeasure.PROPORTION:
        raise Unsuitable(f"{result.id!r} has no counts and no published proportion")
    # A published share of a study with one group is that group's.
    arms = tuple(row.study.arms) if len(row.study.arms) == 1 else ()
    return [replace(_published(row), arms=arms)]


def _share(row: Row, arm: Arm, found: Figures) -> Row:
    """A group's share, with our interval if people were counted, or the source's own."""
    row = replace(row, arms=(arm,))
    if found.percent is not None and found.low is not None and found.high is not None:
        low, high = f"{wording.number(found.low)}%", f"{wording.number(found.high)}%"
        shown = f"{wording.share(found)} ({_to(low, high)})"
        return _at(row, shown, *(x.scaleb(-2) for x in (found.percent, found.low, found.high)))
    try:
        share = reckoning.share(found)
    except NotEstimable:
        if found.percent is None:
            return replace(row, shown=wording.figures(row.result, found))
        return _at(row, wording.share(found), found.percent.scaleb(-2))
    return _with_estimate(row, share.estimate, share.with_interval)


def _compared(measure: Measure, row: Row, treated: Arm, control: Arm) -> Row:
    """The row of a difference or ratio; it says so if there is none."""
    result, row = row.result, replace(row, arms=(treated, control))
    one, two = result.arms[treated.id], result.arms[control.id]
    counts = result.vocabulary.kind is Kind.EVENT
    if counts is (measure is Measure.MEAN_DIFFERENCE):
        kind = "counts people" if counts else "is a measurement"
        raise Unsuitable(f"{result.id!r} {kind}: it has no {measure}")
    try:
        if measure is Measure.RISK_RATIO:
            found = reckoning.ratio(one, two)
        else:
            found = reckoning.difference(result, one, two)
        return _with_estimate(replace(row, unit=found.unit), found.estimate, found.with_interval)
    except NotEstimable as error:
        return replace(row, shown=_("no estimate: {why}").format(why=_(str(error))))


def _published(row: Row) -> Row:
    """The comparison as the source reports it, untouched."""
    effect = row.result.effect
    if effect is None:
        raise Unsuitable(f"{row.result.id!r} has no effect of its own to show as published")
    return _at(row, wording.with_ends(effect), effect.value, effect.low, effect.high)


def _at(
    row: Row, shown: str, value: Decimal, low: Decimal | None = None, high: Decimal | None = None
) -> Row:
    """The row with published figures."""
    low_end, high_end = (None if end is None else float(end) for end in (low, high))
    return replace(row, shown=shown, value=float(value), low=low_end, high=high_end)


def _with_estimate(row: Row, found: Estimate, shown: str) -> Row:
    return replace(
        row, shown=shown, value=found.value, low=found.low, high=found.high, method=found.method
    )


def _to(low: str, high: str) -> str:
    return _("{low} to {high}").format(low=low, high=high)


# --- The whole plot -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Plot:
    """All that a plot shows; it knows the studies, but nothing of Sphinx."""

    title: str
    measure: Measure
    panels: tuple[tuple[str, tuple[Row, ...]], ...]
    """Headings and rows."""
    name_of: Callable[[str], str]
    """How a source is called: "Deng et al. 2017"."""
    no_difference: str = ""
    undecided: str = ""
    """Words beside each comparison whose interval holds no difference."""
    by_cohort: bool = False

    @property
    def rows(self) -> list[Row]:
        return [row for _heading, rows in self.panels for row in rows]

    @property
    def is_of_one_study(self) -> bool:
        return len({row.key for row in self.rows}) == 1

    # --- Words of a row ---

    def head(self, row: Row) -> str:
        """What the row is: an outcome of the one study, or else a study and its group."""
        if self.is_of_one_study:
            return capitalised(wording.outcome(row.result))
        name = self.name_of(row.key)
        several = len(row.study.arms) > 1 or (row.arms and row.arms[0].control)
        if self.measure is Measure.PROPORTION and row.arms and several:
            return f"{name}: {row.arms[0].label}"
        return name

    def details(self, row: Row) -> list[str]:
        """What else the picture says of the row: outcome, time and absolute numbers."""
        found = self._about(row)
        if self.measure.compares and self.arm_labels:
            figures = _("{first} v {second}").format(
                first=self._bare(row, 0), second=self._bare(row, 1)
            )
            return ["; ".join([figures, *found])]
        if self.measure.compares:
            return [*found, *(self._with(row, arm) for arm in row.arms)]
        return [", ".join(found)] if found else []

    @property
    def arm_labels(self) -> tuple[str, ...] | None:
        """The treated group and the one compared with, if they are the same in every row."""
        labels = {tuple(arm.label for arm in row.arms) for row in self.rows}
        return labels.pop() if self.measure.compares and len(labels) == 1 else None

    def _about(self, row: Row) -> list[str]:
        """Outcome and time, so far as the row's head does not say them and they are short."""
        found = []
        if self.by_cohort and row.study.cohort and not self._cohort(row):
            found.append(row.study.cohort)
        if not self.is_of_one_study:
            found.append(wording.outcome(row.result))
        elif self.measure is Measure.PROPORTION and row.arms:
            found.append(row.arms[0].label)
        if len(row.result.time or "") <= LONGEST_TIME:
            found += [row.result.time] if row.result.time else []
        effect = row.result.effect
        if self.measure is Measure.PUBLISHED and effect and effect.studies:
            one = effect.studies == 1
            found.append(_("1 study") if one else _("{n} studies").format(n=effect.studies))
        return found

    @staticmethod
    def _bare(row: Row, index: int) -> str:
        """The figures of a group; the unit stands at the axis."""
        words = row.figures(row.arms[index])
        found = row.result.arms[row.arms[index].id]
        if found.events is not None:
            return wording.count(found.events, found.n or 0)
        return words.removesuffix(f" {_(row.result.unit or '')}")

    def _with(self, row: Row, arm: Arm) -> str:
        return _("{figures} with {arm}").format(figures=row.figures(arm), arm=arm.label)

    def words(self, row: Row) -> list[str]:
        """The estimate, and what it means or stands on."""
        found = [row.shown]
        if self.measure is Measure.PROPORTION:
            if people := row.people:
                found.append(people)
            if not row.method:
                found.append(_("as published"))
        elif row.value is None:
            found = [_("no estimate")]
        elif self.undecided and row.holds_no_difference:
            found.append(self.undecided)
        if row.contradiction:
            found.append(_("contradicts itself"))
        return found

    def sentence(self, row: Row) -> str:
        """The row for those who cannot see it."""
        about = [self.head(row), *self._about(row)]
        if self.measure.compares:
            about += [self._with(row, arm) for arm in row.arms]
        words = self.words(row)
        return f"{', '.join(about)}: {'; '.join([row.with_unit, *words[1:]])}"

    # --- The picture ---

    def picture(self) -> bytes:
        return drawing.draw(self.layout, self.legend)

    @property
    def layout(self) -> tuple[Panel, ...]:
        return tuple(Panel(tuple(self._blocks(rows)), heading) for heading, rows in self.panels)

    @property
    def legend(self) -> tuple[tuple[str, str], ...]:
        names = {
            "control": _("placebo or usual treatment"),
            "mesenchymal stromal cells": _("stem cells (MSC)"),
            "secretome": _("what the cells give off"),
            "medicine": _("medicines"),
            "published": _("pooled by others"),
        }
        kinds = [kind for kind in drawing.SHAPES if kind in {row.kind for row in self.rows}]
        if len(kinds) < 2:
            return ()
        return tuple((kind, names.get(kind, _(kind))) for kind in kinds)

    def _blocks(self, rows: Iterable[Row]) -> Iterator[Block]:
        """Rows that share an axis; a block says only what the one before did not."""
        grouped: dict[tuple[str, ...], list[Row]] = {}
        for row in rows:
            grouped.setdefault(self._group(row), []).append(row)
        before = ""
        # Rows of no common cohort come last.
        groups = sorted(grouped.values(), key=lambda rows: self._group(rows[0]) == ("",))
        for number, members in enumerate(groups):
            heading, axis = self._heading(members), self._axis(members[0])
            if number + 1 < len(groups) and axis == self._axis(groups[number + 1][0]):
                axis = ""  # said once, below the last
            yield Block(
                tuple(self._mark(row) for row in members),
                heading=heading if heading != before else "",
                axis=axis,
                scale=self._scale(members[0]),
                no_difference=self._line(members[0]),
                line_label=self.no_difference if number == 0 else "",
            )
            before = heading

    def _group(self, row: Row) -> tuple[str, ...]:
        good = str(row.result.vocabulary.good)
        match self.measure:
            case Measure.PROPORTION:
                return (self._cohort(row),)
            case Measure.MEAN_DIFFERENCE:
                return (good, row.result.unit or "")
            case Measure.PUBLISHED if row.result.effect:
                return (good, str(row.result.effect.measure), row.result.unit or "")
        return (good,)

    def _cohort(self, row: Row) -> str:
        """The cohort with more than one row to which this row belongs."""
        if not self.by_cohort or row.study.cohort is None:
            return ""
        same = [each for each in self.rows if each.study.cohort == row.study.cohort]
        return row.study.cohort if len(same) > 1 else ""

    def _heading(self, members: Sequence[Row]) -> str:
        if self.measure is Measure.PROPORTION:
            if not self.by_cohort:
                return ""
            cohort = self._cohort(members[0])
            if not cohort:
                return _("Other places, one row each")
            keys = {row.key for row in members}
            if any(each.study in keys for row in members for each in row.study.overlap):
                return _("{cohort}: the same people may be in more than one row").format(
                    cohort=cohort
                )
            return cohort
        if members[0].result.vocabulary.good is Good.MORE:
            return _("More is better: right of the line favours the treatment")
        return _("Less is better: left of the line favours the treatment")

    def _mark(self, row: Row) -> Mark:
        details, words = self.details(row), self.words(row)
        if len(self.panels) > 1:
            # Panels are narrow: the words keep to one line.
            counts = [word.replace(" ", "\N{NO-BREAK SPACE}") for word in words[1:]]
            details, words = [", ".join([*details, *counts])], words[:1]
        return Mark(
            self.head(row), tuple(details), row.kind, tuple(words), row.value, row.low, row.high
        )

    def _scale(self, row: Row) -> str:
        match self.measure:
            case Measure.PROPORTION:
                return "share"
            case Measure.RISK_DIFFERENCE:
                return "points"
        effect = row.result.effect
        if not row.arms and effect and effect.measure is EffectMeasure.RISK_DIFFERENCE:
            return "points"
        return "ratio" if self._line(row) == 1 else "linear"

    def _line(self, row: Row) -> float | None:
        match self.measure:
            case Measure.PROPORTION:
                return None
            case Measure.RISK_RATIO:
                return 1.0
            case Measure.PUBLISHED:
                return row.no_difference
        return 0.0

    def _axis(self, row: Row) -> str:
        match self.measure:
            case Measure.PROPORTION:
                return _("Share of people")
            case Measure.RISK_DIFFERENCE:
                return _("Difference in percentage points")
            case Measure.RISK_RATIO:
                return _("Risk ratio")
            case Measure.MEAN_DIFFERENCE:
                return _("Difference in {unit}").format(unit=_(row.result.unit or ""))
        effect = row.result.effect
        name = capitalised(_(str(effect.measure))) if effect else ""
        if effect and effect.measure is EffectMeasure.RISK_DIFFERENCE:
            return _("{measure} in percentage points").format(measure=name)
        if effect and effect.measure is EffectMeasure.MEAN_DIFFERENCE and row.result.unit:
            return _("{measure} in {unit}").format(measure=name, unit=_(row.result.unit))
        return name

    # --- Words around the picture ---

    @property
    def alternative(self) -> str:
        """The whole plot in words."""
        parts = [_("Plot: {title}.").format(title=self.title.rstrip("."))]
        for heading, rows in self.panels:
            if heading:
                parts.append(_("Panel “{heading}”.").format(heading=heading))
            parts += [f"{self.sentence(row)}." for row in rows]
        if self.no_difference:
            parts.append(_("A dashed line marks “{words}”.").format(words=self.no_difference))
        return " ".join(parts)

    @property
    def reading(self) -> str:
        """How the intervals were made."""
        names = {
            effects.WILSON: _("Wilson’s score method"),
            effects.NEWCOMBE: _("Newcombe’s hybrid score method"),
            effects.KATZ: _("the logarithmic method of Katz"),
            effects.KOOPMAN: _("Koopman’s score method, where the logarithm has none"),
            effects.WELCH: _("Welch’s t method"),
        }
        methods = [names[name] for name in names if name in {row.method for row in self.rows}]
        parts = []
        if self.arm_labels:
            parts.append(
                _("In each row the first figure is for {first}, the second for {second}.").format(
                    first=self.arm_labels[0], second=self.arm_labels[1]
                )
            )
        if methods:
            parts.append(
                _(
                    "A mark is the figure, its line the range that fits it: a 95% interval, which we worked out by {methods}."
                ).format(methods=wording.listing(methods))
            )
        if any(not row.method and row.value is not None for row in self.rows):
            parts.append(
                _(
                    "Figures without a number of people, and those from a model, are drawn as published."
                )
            )
        return " ".join(parts)


# --- The directive --------------------------------------------------------------------------------


def _measure(argument: str | None) -> Measure:
    return Measure(directives.choice(argument, [str(measure) for measure in Measure]))


class EffectPlot(SphinxDirective):
    """The picture, its caption and note, and its data as a table.

    ``results``, or the block's content, lists ``study:result`` or ``study:result:arm``, apart by
    blanks, commas or as bullets. Where ``panels`` holds two headings, with ``|`` between them, there
    are two lists, apart likewise.
    """

    has_content = True
    option_spec = {
        "results": directives.unchanged_required,
        "measure": _measure,
        "title": directives.unchanged_required,
        "no-difference": directives.unchanged_required,
        "undecided": directives.unchanged_required,
        "note": directives.unchanged_required,
        "panels": directives.unchanged_required,
        "by": lambda argument: directives.choice(argument, ["cohort"]),
        "name": directives.unchanged,
    }

    def run(self) -> list[nodes.Node]:
        plot = self._plot()
        if plot is None:
            return []
        shown = [self._figure(plot), *(self._table(plot, *panel) for panel in plot.panels)]
        for node in shown:
            self.set_source_info(node)
            for inner in node.findall(nodes.Element):
                inner.source, inner.line = node.source, node.line
        return shown

    # --- What the author wrote ---

    def _plot(self) -> Plot | None:
        options = self.options
        if self.content:
            options.setdefault("results", "\n".join(self.content))
        lacking = [name for name in ("title", "measure", "results") if name not in options]
        if lacking:
            self._warn(
                "'{effect-plot}' needs the option %s", " and ".join(f":{x}:" for x in lacking)
            )
            return None
        measure: Measure = options["measure"]
        headings = _split(options.get("panels", ""))
        lists = _split(options["results"])
        if len(lists) != max(len(headings), 1) or len(lists) > 2:
            self._warn(
                "%d headings in :panels: and %d lists in :results:; give one list, or two of each "
                "with '|' between them", len(headings), len(lists),
            )  # fmt: skip
            return None
        if measure is Measure.PUBLISHED and "note" not in options:
            self._warn("published estimates are shown with their flaws: say them in :note:")
        panels = [
            (heading, tuple(self._rows(measure, listed)))
            for heading, listed in zip(headings or [""], lists, strict=True)
        ]
        if not all(rows for _heading, rows in panels):
            return None
        line = "" if measure is Measure.PROPORTION else _("no difference")
        plot = Plot(
            title=options["title"],
            measure=measure,
            panels=tuple(panels),
            name_of=lambda key: label(self.env, key),
            no_difference=options.get("no-difference", line),
            undecided=options.get("undecided", ""),
            by_cohort="by" in options,
        )
        if (height := drawing.height_of(plot.layout, plot.legend)) > drawing.TALLEST:
            self._warn(
                "the plot is %.1f inches tall, and a page of the PDF holds %.1f: make two of it",
                height, drawing.TALLEST,
            )  # fmt: skip
        return plot

    def _rows(self, measure: Measure, listed: str) -> Iterator[Row]:
        seen = set()
        for name in re.findall(r"[^\s,]+", listed):
            if name in ("-", "*"):
                continue
            if name in seen:
                self._warn("%r stands in the plot twice", name)
                continue
            seen.add(name)
            key, *rest = name.split(":")
            study = use_or_warn(self.env, key, self.get_location())
            if study is None:
                continue
            try:
                if not 1 <= len(rest) <= 2 or not all(rest):
                    raise Unsuitable("write study:result or study:result:arm")
                arm = rest[1] if len(rest) == 2 else None
                yield from rows_of(measure, key, study, study.result(rest[0]), arm)
            except (Unsuitable, KeyError) as error:
                # The next build must say it again.
                self.env.get_domain("evidence").note_fault(self.env.docname, key)
                self._warn("%s: %s", name, error.args[0])

    def _warn(self, message: str, *arguments: object) -> None:
        logger.warning(
            message, *arguments, location=self.get_location(), type="evidence", subtype="plot"
        )

    # --- What the reader gets ---

    def _figure(self, plot: Plot) -> nodes.figure:
        uri = pictures.uri(self.env, repr((plot.layout, plot.legend)), plot.picture)
        figure = nodes.figure(
            "",
            nodes.image(uri=uri, alt=plot.alternative),
            nodes.caption("", plot.title),
            classes=["effect-plot"],
        )
        notes = [plot.reading] if plot.reading else []
        legend = nodes.legend("", *(nodes.paragraph("", words) for words in notes))
        if "note" in self.options:
            inner, messages = self.parse_inline(self.options["note"], lineno=self.lineno)
            legend += [nodes.paragraph("", "", *inner), *messages]
        if len(legend):
            figure += legend
        self.add_name(figure)
        return figure

    def _table(self, plot: Plot, heading: str, members: Sequence[Row]) -> nodes.table:
        """The data of a panel: rows of two panels never stand in one table."""
        title = f"{plot.title}: {heading}" if heading else plot.title
        rows = [self._row(plot, row) for row in members]
        last = _("Source")
        if plot.measure.compares:
            head = [_("Outcome") if plot.is_of_one_study else _("Study and outcome")]
            head += self._arm_names(plot)
            head += [_("Risk ratio (95% interval)") if plot.measure is Measure.RISK_RATIO else _("Difference (95% interval)")]  # fmt: skip
            last = _("Definition and source")
            widths = [22, 15, 15, 18, 30]
        elif plot.measure is Measure.PROPORTION:
            head = [_("Who"), _("What was counted, and when"), _("People"), _("Share (95% interval)")]  # fmt: skip
            widths = [18, 27, 11, 15, 29]
        else:
            head = [_("Study"), _("Outcome"), _("Estimate as published")]
            widths = [20, 24, 34, 22]
        return table(
            _("The figures of the plot: {title}").format(title=title),
            rows,
            head=[*head, last],
            widths=widths,
            stubs=1,
            classes=("effect-plot-data",),
        )

    @staticmethod
    def _arm_names(plot: Plot) -> list[str]:
        if plot.arm_labels:
            return [capitalised(name) for name in plot.arm_labels]
        return [_("Treatment"), _("Compared with")]

    def _row(self, plot: Plot, row: Row) -> list[Cell]:
        source = nodes.paragraph("", "", *self._source(row))
        if plot.measure.compares:
            study = [] if plot.is_of_one_study else [plot.name_of(row.key)]
            told = [plot.undecided] if plot.undecided and row.holds_no_difference else []
            return [
                _lines([*study, _outcome(row)]),
                *(row.figures(arm) for arm in row.arms),
                _lines([row.with_unit, *told]),
                [*_lines(_remarks(row)), source],
            ]
        what = _lines([_outcome(row), *_remarks(row)])
        if plot.measure is Measure.PROPORTION:
            shown = row.shown if row.method else _("{share}, as published").format(share=row.shown)
            return [plot.head(row), what, row.people or _("not given"), shown, source]
        effect = row.result.effect
        estimate = wording.effect(row.result, effect) if effect else ""
        return [plot.name_of(row.key), what, estimate, source]

    def _source(self, row: Row) -> list[nodes.Node]:
        """The source, and the place in it as a link to the study's page."""
        place = wording.place(row.result, self.config.language)
        where = link(
            "result",
            f"{row.key}:{row.result.id}",
            place,
            title=wording.locator(label(self.env, row.key), row.result, self.config.language),
            docname=self.env.docname,
        )
        return [*citation(self, row.key), nodes.Text(": "), where]


def _split(words: str) -> list[str]:
    """The parts between bars; none if there are no words."""
    return [part.strip() for part in words.split("|")] if words.strip() else []


def _outcome(row: Row) -> str:
    """Outcome and time."""
    result = row.result
    return ", ".join(
        [capitalised(wording.outcome(result)), *([result.time] if result.time else [])]
    )


def _remarks(row: Row) -> list[str]:
    """The paper's own definition, the remark on the figure, and what is wrong with it."""
    found = []
    if row.result.definition:
        found.append(_("Defined as: {words}").format(words=row.result.definition))
    if row.result.note:
        found.append(_("Note: {note}").format(note=row.result.note))
    if row.contradiction:
        found.append(capitalised(row.contradiction))
    return found


def _lines(words: Sequence[str]) -> list[nodes.Node]:
    return [nodes.paragraph("", each) for each in words]


def setup(app: Sphinx) -> None:
    app.add_directive("effect-plot", EffectPlot)
