"""Shares, differences and ratios with their intervals, from the figures of a record.

Pure functions over statsmodels. Each takes the treated group first and the group that it is
compared with second, and gives an `Estimate` or raises `NotEstimable`, never a value that was
quietly corrected. Numbers of events may have a fraction, where a source gives a rounded percentage
of a number of people. Statsmodels and SciPy are imported when first needed: they take a second to load.

Nothing here pools studies: the handbook does no pooling of its own.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

LEVEL = 95.0

WILSON = "Wilson score"
NEWCOMBE = "Newcombe hybrid score"
KATZ = "Katz logarithm"
KOOPMAN = "Koopman score"
WELCH = "Welch t"


class NotEstimable(ValueError):
    """The figures do not allow this estimate; the message says why, in words for a reader."""


@dataclass(frozen=True)
class Estimate:
    """An estimate with its interval, in the unit of what was measured (shares: 0 to 1)."""

    value: float
    low: float
    high: float
    level: float
    """Level of the interval, in percent."""
    method: str
    """Name of the method that gave the interval."""


def proportion(events: float, n: int, level: float = LEVEL) -> Estimate:
    """Share of people with an event, 0 to 1, with Wilson's score interval.

    Unlike the textbook interval it stays within 0 and 1 and has a width at 0 and at all.

    Source: Wilson, "Probable inference, the law of succession, and statistical inference", J Am
    Stat Assoc 1927; method 3 in Newcombe, "Two-sided confidence intervals for the single
    proportion", Stat Med 1998.
    """
    _check_counts(events, n)
    from statsmodels.stats.proportion import proportion_confint

    low, high = proportion_confint(events, n, alpha=_alpha(level), method="wilson")
    return _around(events / n, float(low), float(high), level, WILSON)


def risk_difference(
    events: float, n: int, control_events: float, control_n: int, level: float = LEVEL
) -> Estimate:
    """Share with the event minus the share among the controls, −1 to 1, by Newcombe's method.

    0 is no difference. It needs no correction where nobody or everybody had the event.

    Source: method 10 in Newcombe, "Interval estimation for the difference between independent
    proportions: comparison of eleven methods", Stat Med 1998.
    """
    _check_counts(events, n)
    _check_counts(control_events, control_n)
    from statsmodels.stats.proportion import confint_proportions_2indep

    low, high = confint_proportions_2indep(
        events, n, control_events, control_n,
        compare="diff", method="newcomb", alpha=_alpha(level),
    )  # fmt: skip
    value = events / n - control_events / control_n
    # Rounding errors may lead a hair beyond the possible.
    return _around(value, max(float(low), -1.0), min(float(high), 1.0), level, NEWCOMBE)


def risk_ratio(
    events: float, n: int, control_events: float, control_n: int, level: float = LEVEL
) -> Estimate:
    """Share with the event divided by the share among the controls, 0 to infinity.

    1 is no difference. The interval is Katz's, on the logarithm, which readers can follow by hand.
    It does not exist where a group has no event, and has no width where everybody had it: there
    the interval is Koopman's score interval, as `method` then says. Nothing is added to a cell.
    Where only the controls had no event the ratio and its upper end are infinite; where nobody had
    one there is no ratio, and `NotEstimable` is raised.

    Source: Katz et al., "Obtaining confidence intervals for the risk ratio in cohort studies",
    Biometrics 1978; Koopman, "Confidence intervals for the ratio of two binomial proportions",
    Biometrics 1984.
    """
    _check_counts(events, n)
    _check_counts(control_events, control_n)
    if events == control_events == 0:
        raise NotEstimable("nobody had the event in either group, so there is no ratio")
    treated, control = (events, n), (control_events, control_n)
    value = math.inf if control_events == 0 else events * control_n / (n * control_events)
    if 0 in (events, control_events) or (events == n and control_events == control_n):
        high = _koopman_high(treated, control, level)
        low = 1 / _koopman_high(control, treated, level)
        return _around(value, low, high, level, KOOPMAN)
    from statsmodels.stats.proportion import confint_proportions_2indep

    low, high = confint_proportions_2indep(
        *treated, *control, compare="ratio", method="log", alpha=_alpha(level)
    )
    return _around(value, float(low), float(high), level, KATZ)


def mean_difference(
    mean: float,
    sd: float,
    n: int,
    control_mean: float,
    control_sd: float,
    control_n: int,
    level: float = LEVEL,
) -> Estimate:
    """Mean minus the controls' mean, in their unit, with an interval by Welch's t.

    0 is no difference. The two standard deviations may differ. A group of one person, or two
    groups without any spread, tell nothing about the spread: `NotEstimable` is raised.

    Source: Welch, "The generalization of Student's problem when several different population
    variances are involved", Biometrika 1947; the degrees of freedom are Satterthwaite's.
    """
    if min(n, control_n) < 2:
        raise NotEstimable("a group of fewer than 2 people has no standard deviation")
    if not all(math.isfinite(x) for x in (mean, sd, control_mean, control_sd)):
        raise ValueError("means and standard deviations must be finite numbers")
    if min(sd, control_sd) < 0:
        raise ValueError("a standard deviation cannot be negative")
    # Divided by the larger one, so that squares of huge and tiny figures stay within range.
    scale = max(sd, control_sd)
    if scale == 0:
        raise NotEstimable("both standard deviations are 0")
    from scipy.stats import t

    one = (sd / scale) ** 2 / n
    two = (control_sd / scale) ** 2 / control_n
    freedom = (one + two) ** 2 / (one**2 / (n - 1) + two**2 / (control_n - 1))
    reach = scale * math.sqrt(one + two) * float(t.isf(_alpha(level) / 2, freedom))
    value = mean - control_mean
    return Estimate(value, value - reach, value + reach, level, WELCH)


def _check_counts(events: float, n: int) -> None:
    if n < 1:
        raise ValueError(f"a share needs at least one person, not {n}")
    if not 0 <= events <= n:
        raise ValueError(f"{events} of {n} is not a share")


def _alpha(level: float) -> float:
    if not 50 <= level < 100:
        raise ValueError(f"the level of an interval is 50 to 100 percent, not {level}")
    return 1 - level / 100


def _around(value: float, low: float, high: float, level: float, method: str) -> Estimate:
    """The estimate; ends that rounding errors put on its wrong side are put onto it."""
    return Estimate(value, min(low, value), max(high, value), level, method)


def _koopman_high(treated: tuple[float, int], control: tuple[float, int], level: float) -> float:
    """The upper end of Koopman's interval: the largest ratio that the score test does not reject.

    The lower end is one divided by the upper end with the groups swapped. Statsmodels 0.15 has
    this interval too, but its ends are wrong where everybody in the control group had the event.
    """
    from scipy.stats import chi2

    if control[0] == 0:
        return math.inf
    limit = float(chi2.isf(_alpha(level), 1))
    low = max(treated[0] * control[1] / (treated[1] * control[0]), 1e-12)
    high = 2 * low
    while _koopman_score(high, treated, control) < limit:
        low, high = high, 2 * high
    while not math.isclose(low, high, rel_tol=1e-12):
        middle = (low + high) / 2
        if _koopman_score(middle, treated, control) < limit:
            low = middle
        else:
            high = middle
    return low


def _koopman_score(ratio: float, treated: tuple[float, int], control: tuple[float, int]) -> float:
    """Chi squared, with one degree of freedom, of the figures if this were the ratio.

    Source: Miettinen and Nurminen, "Comparative analysis of two rates", Stat Med 1985, without
    their factor for small samples, which is the same as Koopman's.
    """
    (events, n), (control_events, control_n) = treated, control
    # The likeliest share among the controls for this ratio is the smaller root of a x² − b x + c.
    a = ratio * (n + control_n)
    b = ratio * (n + control_events) + events + control_n
    c = events + control_events
    control_share = 2 * c / (b + math.sqrt(max(b * b - 4 * a * c, 0)))
    share = min(ratio * control_share, 1)
    off = events / n - ratio * control_events / control_n
    variance = share * (1 - share) / n + ratio**2 * control_share * (1 - control_share) / control_n
    if variance <= 0:
        return 0.0 if off == 0 else math.inf
    return off**2 / variance
