"""What the handbook works out from the figures of a record, rounded alike wherever it is shown.

`effects` has the formulas; here is which figures go into them, and the words for what comes out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from . import effects, wording
from .effects import Estimate, NotEstimable
from .record import Arm, Figures, Result, Study
from .vocabulary import Kind
from .wording import _


class Unsuitable(ValueError):
    """A result without what was asked of it; the message says what to do."""


@dataclass(frozen=True)
class Reckoned:
    """An estimate with the words for it."""

    estimate: Estimate
    value: str
    low: str
    high: str
    unit: str = ""
    """What it is measured in, if the words do not say it."""

    @property
    def interval(self) -> str:
        """ "−40 to 34"."""
        return _("{low} to {high}").format(low=self.low, high=self.high)

    @property
    def with_interval(self) -> str:
        """ "−8 (−40 to 34)"."""
        return f"{self.value} ({self.interval})"


def pair(study: Study, result: Result, name: str | None = None) -> tuple[Arm, Arm]:
    """The treated group (the one so named, if there are several) and the one compared with."""
    arms = [study.arm(each) for each in result.arms]
    controls = [arm for arm in arms if arm.control]
    treated = [arm for arm in arms if not arm.control and name in (None, arm.id)]
    if len(controls) != 1:
        raise Unsuitable(
            f"{result.id!r} has {len(controls)} groups to compare with; a comparison needs one arm "
            "with 'control: true'"
        )
    if len(treated) != 1:
        known = ", ".join(arm.id for arm in arms if not arm.control) or "none"
        raise Unsuitable(f"name the treated arm: {result.id}:<arm>; it has: {known}")
    return treated[0], controls[0]


def share(found: Figures) -> Reckoned:
    """The share of people with the event and its interval; raises NotEstimable."""
    estimate = effects.proportion(*_counts(found))
    value = wording.share(found)
    low, high = (wording.in_percent(_exact(100 * x)) for x in (estimate.low, estimate.high))
    return Reckoned(estimate, value, low, high)


def difference(result: Result, treated: Figures, control: Figures) -> Reckoned:
    """The treated group less the control group: percentage points, or the unit of measurement.

    Raises NotEstimable.
    """
    if result.vocabulary.kind is Kind.EVENT:
        estimate = effects.risk_difference(*_counts(treated), *_counts(control))
        words = [points(x) for x in (estimate.value, estimate.low, estimate.high)]
        return Reckoned(estimate, *words, unit=_("points"))
    figures = [(each.mean, each.sd, each.n) for each in (treated, control)]
    if None in figures[0] + figures[1]:
        names = [_("mean"), _("standard deviation"), _("number of people")]
        lacking = [name for name, *both in zip(names, *figures, strict=True) if None in both]
        raise _lacking(lacking)
    (mean, sd, n), (control_mean, control_sd, control_n) = figures
    estimate = effects.mean_difference(
        float(mean), float(sd), n, float(control_mean), float(control_sd), control_n
    )
    # As many decimals as the means were printed with.
    digits = max(decimals(mean), decimals(control_mean))
    words = [wording.rounded(x, digits) for x in (estimate.value, estimate.low, estimate.high)]
    return Reckoned(estimate, *words, unit=_(result.unit or ""))


def ratio(treated: Figures, control: Figures) -> Reckoned:
    """The treated group's share divided by the control group's; raises NotEstimable."""
    estimate = effects.risk_ratio(*_counts(treated), *_counts(control))
    words = [wording.rounded(x, 2) for x in (estimate.value, estimate.low, estimate.high)]
    return Reckoned(estimate, *words)


def difference_in_words(result: Result, treated: Figures, control: Figures) -> str:
    """ "−8 percentage points (95% interval −40 to 34; our reckoning)"; raises NotEstimable."""
    found = difference(result, treated, control)
    counts = result.vocabulary.kind is Kind.EVENT
    return _("{value} {unit} (95% interval {interval}; our reckoning)").format(
        value=found.value,
        unit=_("percentage points") if counts else found.unit,
        interval=found.interval,
    )


def points(share: float) -> str:
    """Percentage points, whole; with a decimal where rounding would hide the sign."""
    hidden = 0 < abs(share) < 0.005
    return wording.rounded(100 * share, 1 if hidden else 0)


def decimals(printed: Decimal) -> int:
    exponent = printed.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _counts(found: Figures) -> tuple[float, int]:
    """People with the event, and all who were counted.

    A published percentage of a known number of people was rounded and need not make a whole number
    of them: it is taken as it stands, and the number is shown nowhere.
    """
    if found.n is None:
        raise _lacking([_("number of people")])
    if found.estimated:
        raise NotEstimable(_("the percentage comes from a model, not from a count of people"))
    if found.events is not None:
        return found.events, found.n
    if found.percent is None:
        raise _lacking([_("count")])
    return float(found.percent * found.n / 100), found.n


def _lacking(what: Sequence[str]) -> NotEstimable:
    return NotEstimable(
        _("the source does not give the {what} of both groups").format(what=wording.listing(what))
    )


def _exact(x: float) -> Decimal:
    """A number that was worked out, without what rounding errors left at its end."""
    return Decimal(repr(round(x, 6)))
