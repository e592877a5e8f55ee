"""Effect sizes and intervals, against values printed in the literature and by their own laws.

Where the values come from, and how they were seen:

* Newcombe 1998a: "Two-sided confidence intervals for the single proportion: comparison of seven
  methods", Statistics in Medicine 17:857-872, table I.
* Newcombe 1998b: "Interval estimation for the difference between independent proportions:
  comparison of eleven methods", Statistics in Medicine 17:873-890, table II.
* Agresti, "An Introduction to Categorical Data Analysis", 2nd edition, section 1.4.
* Fagerland, Lydersen and Laake 2015: "Recommended confidence intervals for two independent
  binomial proportions", Statistical Methods in Medical Research 24:224-254: 7 of 34 against 1 of
  34. Their table is printed in statsmodels' own tests (`statsmodels/stats/tests/test_proportion.py`,
  `test_confint_2indep`), where it was read, as were the outputs of the R package PropCIs.
* Koopman 1984, Biometrics 40:513-517: 36 of 40 against 16 of 80; read in the same file
  (`test_score_confint_koopman_nam`), which quotes it from Nam 1995.
* R's own documentation, `?t.test`: the data set `sleep` (Student's, from 1908) and `1:10` against
  `7:20`.
* NIST/SEMATECH e-Handbook of Statistical Methods, section 1.3.5.3: miles per gallon of cars from
  the United States and Japan; the t statistic and degrees of freedom for unequal variances.

The two articles of Newcombe, Agresti's book, R's page and NIST's page could not be opened on the day
when this was written: their values are quoted from memory. They would mean little alone, so each
data set but `1:10` is also calculated here from the printed formula (`by_hand`), in plain arithmetic that shares
no code with the module. The difference and ratio of 9 of 12 against 5 of 6, and of the Stata manual's
7 of 16 against 12 of 14, are recalculated from the formula alone and stand for no printed value.
"""

from __future__ import annotations

import math
from statistics import mean, stdev

import pytest
from evidence.effects import (
    Estimate,
    NotEstimable,
    mean_difference,
    proportion,
    risk_difference,
    risk_ratio,
)
from hypothesis import assume, given, settings
from hypothesis import strategies as st

Z = 1.959963984540054  # of the normal distribution, for 95%


# --- The printed formulas, in plain arithmetic ---------------------------------------------------


def wilson_by_hand(events: int, n: int) -> tuple[float, float]:
    """Newcombe 1998a, method 3: (2np + z² ± z √(z² + 4npq)) / 2(n + z²)."""
    share = events / n
    middle = 2 * n * share + Z**2
    reach = Z * math.sqrt(Z**2 + 4 * n * share * (1 - share))
    return (middle - reach) / (2 * (n + Z**2)), (middle + reach) / (2 * (n + Z**2))


def newcombe_by_hand(a: int, m: int, b: int, n: int) -> tuple[float, float]:
    """Newcombe 1998b, method 10, from the two Wilson intervals."""
    p, q = a / m, b / n
    (low1, high1), (low2, high2) = wilson_by_hand(a, m), wilson_by_hand(b, n)
    return (
        p - q - math.sqrt((p - low1) ** 2 + (high2 - q) ** 2),
        p - q + math.sqrt((high1 - p) ** 2 + (q - low2) ** 2),
    )


def katz_by_hand(a: int, m: int, b: int, n: int) -> tuple[float, float]:
    """exp(log ratio ± z √(1/a − 1/m + 1/b − 1/n))."""
    reach = Z * math.sqrt(1 / a - 1 / m + 1 / b - 1 / n)
    ratio = a * n / (b * m)
    return ratio * math.exp(-reach), ratio * math.exp(reach)


def welch_by_hand(sd1: float, n1: int, sd2: float, n2: int) -> tuple[float, float]:
    """Standard error of the difference and Satterthwaite's degrees of freedom."""
    one, two = sd1**2 / n1, sd2**2 / n2
    return math.sqrt(one + two), (one + two) ** 2 / (one**2 / (n1 - 1) + two**2 / (n2 - 1))


def ends(estimate: Estimate) -> tuple[float, float]:
    return estimate.low, estimate.high


def printed(values: tuple[float, ...]) -> tuple[str, ...]:
    return tuple(f"{value:.4f}".replace("-0.0000", "0.0000") for value in values)


# --- Against printed values ----------------------------------------------------------------------

NEWCOMBE_1998A = {
    (81, 263): ("0.2553", "0.3662"),
    (15, 148): ("0.0624", "0.1605"),
    (0, 20): ("0.0000", "0.1611"),
    (1, 29): ("0.0061", "0.1718"),
}


@pytest.mark.parametrize("figures", NEWCOMBE_1998A)
def test_wilson_intervals_are_those_of_newcombe_1998a(figures):
    found = proportion(*figures)
    assert printed(ends(found)) == NEWCOMBE_1998A[figures] == printed(wilson_by_hand(*figures))
    assert found.value == figures[0] / figures[1]
    assert (found.level, found.method) == (95, "Wilson score")


@pytest.mark.parametrize(
    ("figures", "low", "high"), [((9, 10), "0.596", "0.982"), ((0, 25), "0.000", "0.133")]
)
def test_wilson_intervals_are_those_of_agresti(figures, low, high):
    found = proportion(*figures)
    assert (f"{found.low:.3f}", f"{found.high:.3f}") == (low, high)
    assert ends(found) == pytest.approx(wilson_by_hand(*figures), abs=1e-12)


NEWCOMBE_1998B = {
    (56, 70, 48, 80): ("0.2000", "0.0524", "0.3339"),
    (9, 10, 3, 10): ("0.6000", "0.1705", "0.8090"),
    (6, 7, 2, 7): ("0.5714", "0.0582", "0.8062"),
    (5, 56, 0, 29): ("0.0893", "-0.0381", "0.1926"),
    (0, 10, 0, 20): ("0.0000", "-0.1611", "0.2775"),
    (0, 10, 0, 10): ("0.0000", "-0.2775", "0.2775"),
    (10, 10, 0, 20): ("1.0000", "0.6791", "1.0000"),
    (10, 10, 0, 10): ("1.0000", "0.6075", "1.0000"),
}


@pytest.mark.parametrize("figures", NEWCOMBE_1998B)
def test_differences_are_those_of_newcombe_1998b(figures):
    found = risk_difference(*figures)
    assert printed((found.value, *ends(found))) == NEWCOMBE_1998B[figures]
    assert ends(found) == pytest.approx(newcombe_by_hand(*figures), abs=1e-12)


def test_the_difference_of_fagerland_2015():
    found = risk_difference(7, 34, 1, 34)
    assert (f"{found.low:.3f}", f"{found.high:.2f}") == ("0.019", "0.34")


def test_the_ratio_of_fagerland_2015():
    found = risk_ratio(7, 34, 1, 34)
    assert (found.value, found.method) == (7, "Katz logarithm")
    assert (f"{found.low:.2f}", f"{found.high:.0f}") == ("0.91", "54")
    assert ends(found) == pytest.approx(katz_by_hand(7, 34, 1, 34))


def test_koopman_s_interval_is_that_of_koopman_1984_and_of_r_s_propcis():
    """The module uses it only at the edges, but it must be right everywhere."""
    from evidence.effects import _koopman_high as high

    def interval(a: int, m: int, b: int, n: int) -> tuple[float, float]:
        return 1 / high((b, n), (a, m), 95), high((a, m), (b, n), 95)

    assert [f"{x:.3f}" for x in interval(36, 40, 16, 80)] == ["2.940", "7.152"]
    assert [f"{x:.6f}" for x in interval(7, 34, 1, 34)] == ["1.220853", "42.575718"]


@pytest.mark.parametrize("figures", [(9, 12, 5, 6), (7, 16, 12, 14)])
def test_differences_and_ratios_follow_the_printed_formula(figures):
    assert ends(risk_difference(*figures)) == pytest.approx(newcombe_by_hand(*figures))
    assert ends(risk_ratio(*figures)) == pytest.approx(katz_by_hand(*figures))


def test_student_s_sleep_data_as_r_prints_them():
    one = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
    two = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]
    found = mean_difference(mean(one), stdev(one), 10, mean(two), stdev(two), 10)
    assert f"{found.value:.2f}" == "-1.58"
    assert [f"{x:.7f}" for x in ends(found)] == ["-3.3654832", "0.2054832"]
    error, freedom = welch_by_hand(stdev(one), 10, stdev(two), 10)
    assert (f"{found.value / error:.4f}", f"{freedom:.3f}") == ("-1.8608", "17.776")


def test_one_to_ten_against_seven_to_twenty_as_r_prints_them():
    one, two = range(1, 11), range(7, 21)
    found = mean_difference(mean(one), stdev(one), 10, mean(two), stdev(two), 14)
    assert [f"{x:.6f}" for x in ends(found)] == ["-11.052802", "-4.947198"]


def test_nist_s_miles_per_gallon():
    error, freedom = welch_by_hand(6.41470, 249, 6.10771, 79)
    found = mean_difference(20.14458, 6.41470, 249, 30.48101, 6.10771, 79)
    assert f"{found.value / error:.4f}" == "-12.9463"
    assert f"{freedom:.2f}" == "136.87"
    # 1.9775 is the two-sided 5% point of t with 136.87 degrees of freedom.
    assert ends(found) == pytest.approx(
        (found.value - 1.9775 * error, found.value + 1.9775 * error), abs=1e-4
    )


# --- Properties ----------------------------------------------------------------------------------


@st.composite
def counts(draw: st.DrawFn, most: int = 400) -> tuple[int, int]:
    n = draw(st.integers(1, most))
    return draw(st.integers(0, n)), n


def always(*figures: st.SearchStrategy):
    """Holds for all figures: the same ones in each run, and however slow the first import is."""
    return lambda test: settings(derandomize=True, deadline=None)(given(*figures)(test))


LEVELS = st.sampled_from([80, 90, 95, 99])
MEANS = st.floats(-1e6, 1e6)
SPREADS = st.floats(1e-6, 1e6)
SIZES = st.integers(2, 500)


def is_ordered(found: Estimate) -> bool:
    return found.low <= found.value <= found.high


@always(counts(), LEVELS)
def test_a_share_stays_within_nobody_and_everybody(group, level):
    found = proportion(*group, level)
    assert is_ordered(found)
    assert 0 <= found.low <= found.high <= 1
    assert found.high > found.low  # however few or many: never certain


@always(counts(), LEVELS)
def test_those_without_the_event_mirror_those_with_it(group, level):
    events, n = group
    found, other = proportion(events, n, level), proportion(n - events, n, level)
    assert (found.low, found.high) == pytest.approx((1 - other.high, 1 - other.low), abs=1e-12)


@always(counts(60), st.integers(2, 20))
def test_more_people_with_the_same_share_narrow_the_interval(group, times):
    events, n = group
    few, many = proportion(events, n), proportion(events * times, n * times)
    assert many.high - many.low < few.high - few.low


@always(counts(), counts(), LEVELS)
def test_swapped_groups_turn_the_sign_of_a_difference(one, two, level):
    found, swapped = risk_difference(*one, *two, level), risk_difference(*two, *one, level)
    assert is_ordered(found)
    assert -1 <= found.low <= found.high <= 1
    assert found.value == pytest.approx(-swapped.value, abs=1e-12)
    assert ends(found) == pytest.approx((-swapped.high, -swapped.low), abs=1e-12)


@always(counts(), counts(), LEVELS)
def test_swapped_groups_invert_a_ratio(one, two, level):
    assume(one[0] or two[0])
    found, swapped = risk_ratio(*one, *two, level), risk_ratio(*two, *one, level)
    assert is_ordered(found)
    assert found.low >= 0

    def inverse(x: float) -> float:
        return math.inf if x == 0 else 1 / x

    assert found.value == pytest.approx(inverse(swapped.value), rel=1e-9)
    assert ends(found) == pytest.approx((inverse(swapped.high), inverse(swapped.low)), rel=1e-9)


@always(counts(), counts())
def test_a_higher_level_widens_every_interval(one, two):
    for estimate in (risk_difference, risk_ratio):
        if estimate is risk_ratio and one[0] == two[0] == 0:
            continue
        narrow, wide = estimate(*one, *two, 80), estimate(*one, *two, 99)
        assert wide.low <= narrow.low <= narrow.high <= wide.high


@always(counts(), st.integers(1, 400))
def test_nobody_among_the_controls_leaves_a_ratio_without_an_upper_end(group, n):
    assume(group[0])
    found = risk_ratio(*group, 0, n)
    assert (found.value, found.high, found.method) == (math.inf, math.inf, "Koopman score")
    assert 0 < found.low < math.inf


@always(st.integers(1, 400), counts())
def test_nobody_among_the_treated_is_a_ratio_of_0_without_any_correction(n, group):
    assume(group[0])
    found = risk_ratio(0, n, *group)
    assert (found.value, found.low, found.method) == (0, 0, "Koopman score")
    assert 0 < found.high < math.inf


@always(st.integers(1, 400), st.integers(1, 400))
def test_nobody_in_either_group_is_no_ratio(n, control_n):
    with pytest.raises(NotEstimable, match="nobody had the event in either group"):
        risk_ratio(0, n, 0, control_n)
    assert risk_difference(0, n, 0, control_n).value == 0


@always(st.integers(1, 400), st.integers(1, 400))
def test_everybody_in_both_groups_is_a_ratio_of_1_that_is_not_certain(n, control_n):
    found = risk_ratio(n, n, control_n, control_n)
    assert found.value == 1
    assert found.low < 1 < found.high < math.inf


@pytest.mark.parametrize("events", [0, 1])
def test_one_person_is_a_share_with_a_wide_interval(events):
    found = proportion(events, 1)
    assert found.high - found.low == pytest.approx(0.7935, abs=1e-4)
    assert ends(risk_difference(events, 1, 1 - events, 1)) == pytest.approx(
        newcombe_by_hand(events, 1, 1 - events, 1), abs=1e-12
    )


@always(MEANS, SPREADS, SIZES, MEANS, SPREADS, SIZES)
def test_swapped_groups_turn_the_sign_of_a_mean_difference(m1, s1, n1, m2, s2, n2):
    found, swapped = (
        mean_difference(m1, s1, n1, m2, s2, n2),
        mean_difference(m2, s2, n2, m1, s1, n1),
    )
    assert is_ordered(found)
    assert (found.value, *ends(found)) == (-swapped.value, -swapped.high, -swapped.low)


@always(MEANS, SPREADS, SIZES, MEANS, SPREADS, SIZES, st.sampled_from([1e-3, 0.1, 10, 1000]))
def test_another_unit_scales_a_mean_difference(m1, s1, n1, m2, s2, n2, unit):
    found = mean_difference(m1, s1, n1, m2, s2, n2)
    scaled = mean_difference(m1 * unit, s1 * unit, n1, m2 * unit, s2 * unit, n2)
    size = max(abs(m1), abs(m2), s1, s2) * unit
    assert ends(scaled) == pytest.approx([x * unit for x in ends(found)], rel=1e-9, abs=1e-9 * size)


@always(st.floats(-300, 150), st.floats(-300, 150), SIZES, SIZES)
def test_huge_and_tiny_spreads_give_finite_intervals(exponent, other, n1, n2):
    found = mean_difference(0, 10**exponent, n1, 0, 10**other, n2)
    assert math.isfinite(found.low) and math.isfinite(found.high)
    assert found.low < 0 < found.high
    # Between the intervals of the two extreme degrees of freedom.
    error = math.hypot(10**exponent / math.sqrt(n1), 10**other / math.sqrt(n2))
    assert 1.95 * error <= found.high <= 12.8 * error


def test_one_spread_of_0_leaves_the_other_group_s():
    found = mean_difference(3, 0, 5, 1, 2, 9)
    assert ends(found) == pytest.approx((2 - 2.306004 * 2 / 3, 2 + 2.306004 * 2 / 3), abs=1e-6)


# --- What cannot be estimated is said ------------------------------------------------------------


@pytest.mark.parametrize("figures", [(1, 2, 1, 5, 2, 9), (1, 2, 9, 5, 2, 1)])
def test_a_group_of_one_has_no_mean_difference(figures):
    with pytest.raises(NotEstimable, match="fewer than 2 people"):
        mean_difference(*figures)


def test_no_spread_at_all_is_no_certainty():
    with pytest.raises(NotEstimable, match="both standard deviations are 0"):
        mean_difference(1, 0, 5, 2, 0, 5)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: proportion(1, 0), "at least one person"),
        (lambda: proportion(3, 2), "3 of 2 is not a share"),
        (lambda: risk_difference(-1, 2, 0, 2), "-1 of 2 is not a share"),
        (lambda: risk_ratio(1, 2, 3, 2), "3 of 2 is not a share"),
        (lambda: proportion(1, 2, 0.95), "50 to 100 percent"),
        (lambda: mean_difference(1, -2, 5, 2, 1, 5), "cannot be negative"),
        (lambda: mean_difference(math.nan, 1, 5, 2, 1, 5), "finite"),
    ],
)
def test_wrong_figures_are_refused(call, words):
    with pytest.raises(ValueError, match=words):
        call()
