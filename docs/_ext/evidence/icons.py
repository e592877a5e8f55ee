"""`{icon-array}`: a result as people, one sign for each, for those who would rather look than read.

::

    :::{icon-array} deng2017:remission
    :title: Remission in the blinded trial
    :::

Groups of up to a hundred people are shown as they were, larger ones and shares without a count as
"of every hundred". Each group has its own number, the groups of a comparison stand under each other,
and below them stands what chance leaves open, reckoned from the same figures: a picture of 12 and 6
people must not look like an answer. The figures in words, with their source, are part of the figure.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx

from . import drawing, pictures, wording
from .drawing import EDGE, INK, LINE, SMALL_LETTERS, WIDTH, Paper
from .effects import risk_difference
from .pieces import citation
from .record import Figures, Result, Study
from .tabling import StudiesDirective, Wrong
from .vocabulary import EffectMeasure, Treatment
from .wording import _, capitalised

HUNDRED = 100

# Inches.
LABELS = 1.9
PITCH = 0.205
BETWEEN = 0.16


@dataclass(frozen=True)
class Group:
    """One group: how many of how many, and the same in words."""

    label: str
    filled: int
    total: int
    words: str

    @property
    def lines(self) -> list[str]:
        letters = int(LABELS * SMALL_LETTERS * 0.9)
        return [*textwrap.wrap(self.label, letters), *textwrap.wrap(self.words, letters)]

    @property
    def rows(self) -> int:
        return -(-self.total // per_row(self.total))

    @property
    def height(self) -> float:
        return max(len(self.lines) * LINE, self.rows * PITCH) + BETWEEN


def per_row(total: int) -> int:
    return 20 if total > 20 else total


def draw(groups: tuple[Group, ...], outcome: str, verdict: str) -> bytes:
    """The picture as SVG: a filled circle for each person with the outcome, an open one without.

    ``verdict`` stands in the picture itself, since pictures are copied without what is below them.
    """
    foot = 2 * LINE if verdict else LINE
    height = sum(group.height for group in groups) + 2 * EDGE + foot

    def paint(paper: Paper) -> None:
        top = EDGE
        for group in groups:
            for number, line in enumerate(group.lines, 1):
                paper.write(EDGE, top + number * LINE - 0.04, line)
            _people(paper, EDGE + LABELS + 0.2, top + 0.09, group)
            top += group.height
        for x, is_filled, words in (
            (EDGE + 0.07, True, outcome),
            (EDGE + LABELS + 1.6, False, _("not so")),
        ):
            _circles(paper, [(x, top + LINE * 0.7)], is_filled)
            paper.write(x + 0.15, top + LINE, words)
        if verdict:
            paper.write(EDGE, top + 2.2 * LINE, verdict, bold=True)

    return drawing.svg(height, paint)


def _people(paper: Paper, left: float, top: float, group: Group) -> None:
    wide = per_row(group.total)
    places = [(left + n % wide * PITCH, top + n // wide * PITCH) for n in range(group.total)]
    _circles(paper, places[: group.filled], True)
    _circles(paper, places[group.filled :], False)


def _circles(paper: Paper, places: list[tuple[float, float]], is_filled: bool) -> None:
    from matplotlib.lines import Line2D

    if places:
        paper.figure.add_artist(
            Line2D(
                [x / WIDTH for x, _y in places],
                [1 - y / paper.height for _x, y in places],
                linestyle="none",
                marker="o",
                markersize=9.5,
                markeredgewidth=1.2,
                markeredgecolor=INK,
                markerfacecolor=INK if is_filled else "white",
            )  # fmt: skip
        )


class IconArray(StudiesDirective):
    required_arguments = 1
    option_spec: ClassVar = {"title": directives.unchanged_required}

    def show(self) -> list[nodes.Node]:
        key, _colon, name = self.arguments[0].partition(":")
        study = self.known(key)
        try:
            result = study.result(name)
        except KeyError as error:
            raise Wrong(str(error.args[0])) from None
        if "title" not in self.options:
            raise Wrong("say in ':title:' what the picture shows")
        groups = groups_of(study, result)
        outcome = capitalised(wording.outcome(result))
        verdict, reading = reading_of(study, result)
        figure = nodes.figure(
            "",
            nodes.image(
                uri=pictures.uri(
                    self.env,
                    repr((groups, outcome, verdict, Path(__file__).read_bytes())),
                    lambda: draw(groups, outcome, verdict),
                ),
                alt=in_words(groups, outcome, f"{verdict} {reading}".strip()),
            ),
            nodes.caption("", self.options["title"]),
            classes=["effect-plot"],
        )
        words = [
            nodes.Text(_("In words: ")),
            *self.inline(f"{{result}}`{key}:{name}`"),
            nodes.Text(" "),
            *citation(self, key, "p"),
            nodes.Text(". "),
        ]
        figure += nodes.legend(
            "",
            nodes.paragraph("", "", *words),
            nodes.paragraph("", f"{verdict} {reading}".strip()),
        )
        return [figure]


def groups_of(study: Study, result: Result) -> tuple[Group, ...]:
    """The groups of a result, or the share that it reports."""
    if not result.arms and result.effect and result.effect.measure is EffectMeasure.PROPORTION:
        share = float(result.effect.value)
        return (
            Group(
                study.name, round(HUNDRED * share), HUNDRED, wording.effect(result, result.effect)
            ),
        )
    if not result.arms or not all(found.counts_people for found in result.arms.values()):
        raise Wrong(f"{result.id!r} does not count people: there is nobody to draw")
    as_they_were = all(
        found.events is not None and (found.n or HUNDRED + 1) <= HUNDRED
        for found in result.arms.values()
    )
    return tuple(
        _group(study.arm(name).label, result, found, as_they_were)
        for name, found in result.arms.items()
    )


def _group(label: str, result: Result, found: Figures, as_they_were: bool) -> Group:
    if as_they_were:
        events, n = int(found.events or 0), int(found.n or 0)
        # No percentage: of few people it would say more than they can.
        return Group(capitalised(label), events, n, wording.count(events, n))
    words = wording.figures(result, found)
    return Group(capitalised(label), round(HUNDRED * share_of(found)), HUNDRED, words)


def share_of(found: Figures) -> float:
    if found.percent is not None:
        return float(found.percent) / HUNDRED
    return float(found.events or 0) / float(found.n or 1)


def reading_of(study: Study, result: Result) -> tuple[str, str]:
    """What the picture can and cannot tell: in the picture, if chance may be all, and below it."""
    if study.treatment is Treatment.USUAL_CARE:
        return "", _("Nothing was tested here: the picture shows how often it happened, not why.")
    control = next((name for name in result.arms if study.arm(name).control), None)
    treated = [name for name in result.arms if name != control]
    if control is None:
        return "", _("There is no group to compare with, so this cannot show what a treatment did.")
    if len(treated) != 1:
        return "", _("The groups were compared in one study.")
    one, other = result.arms[treated[0]], result.arms[control]
    if not one.n or not other.n or one.estimated or other.estimated:
        return "", _("How far chance alone could move these figures cannot be reckoned from them.")
    found = risk_difference(share_of(one) * one.n, one.n, share_of(other) * other.n, other.n)
    value, low, high = (round(HUNDRED * x) for x in (found.value, found.low, found.high))
    if found.low < 0 < found.high:
        return _("Too few people to tell which is better."), _(
            "Of every hundred, anything from {low} fewer to {high} more with this treatment fits "
            "these figures (95% interval, our reckoning)."
        ).format(low=abs(low), high=high)
    words = _("{value} more") if found.value > 0 else _("{value} fewer")
    return "", _(
        "Of every hundred about {words} with this treatment; from {low} to {high} fits these "
        "figures (95% interval, our reckoning)."
    ).format(
        words=words.format(value=abs(value)),
        low=min(abs(low), abs(high)),
        high=max(abs(low), abs(high)),
    )


def in_words(groups: tuple[Group, ...], outcome: str, reading: str) -> str:
    """The picture for those who do not see it."""
    people = "; ".join(f"{group.label}: {group.words}" for group in groups)
    return _("People as circles, filled for: {outcome}. {people}. {reading}").format(
        outcome=outcome, people=people, reading=reading
    )


def setup(app: Sphinx) -> None:
    app.add_directive("icon-array", IconArray)
