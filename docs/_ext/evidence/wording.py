"""Figures in words: "9 of 12 (75%)", "−2.1 (SD 1.8) g/24 h", "median 13 (range 8 to 34) points".

Every sentence goes through gettext, every negative number has a real minus sign, and numbers keep
the digits that the record has.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Collection, Sequence
from decimal import ROUND_HALF_UP, Decimal

from babel.dates import format_date
from sphinx.locale import get_translation

from .record import Effect, Figures, Result, Study
from .vocabulary import DoseUnit, EffectMeasure

_translation = get_translation("handbook")


def _(message: str) -> str:
    """The message in the handbook's language, as a string and not as Sphinx's lazy proxy."""
    return str(_translation(message))


MINUS = "\N{MINUS SIGN}"
LARGE = {10**9: "billion", 10**6: "million"}

# --- Numbers ----------------------------------------------------------------------------------


def number(value: int | Decimal, *, signed: bool = False) -> str:
    """A number with its digits, a real minus sign and commas in thousands."""
    exact = Decimal(value)
    whole, dot, rest = f"{abs(exact):f}".partition(".")
    sign = MINUS if exact < 0 else "+" if signed and exact > 0 else ""
    return f"{sign}{int(whole):,}{dot}{rest}"


def rounded(x: float, digits: int = 0) -> str:
    """A number that was worked out, with this many decimals, halves rounded up: "−0.70"."""
    if math.isinf(x):
        return _("infinite")
    return number(Decimal(repr(x)).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP))


def percent(events: int, n: int) -> str:
    """A share in percent, as `in_percent` rounds it."""
    return in_percent(Decimal(100 * events) / n)


def in_percent(exact: Decimal) -> str:
    """A percentage that was worked out, halves rounded up: whole, but for a decimal near 0 and 100.

    One decimal stands below 1% and above 99%, so that nothing rare is printed as 0% and nothing
    that is not everybody as 100%.
    """
    if exact in (0, 100) or 1 <= exact <= 99:
        return f"{exact.quantize(Decimal(1), ROUND_HALF_UP)}%"
    one_decimal = exact.quantize(Decimal("0.1"), ROUND_HALF_UP)
    if one_decimal == 0:
        return _("under 0.1%")
    if one_decimal == 100:
        return _("over 99.9%")
    return f"{one_decimal}%"


def count(events: int, n: int) -> str:
    return _("{events} of {n}").format(events=number(events), n=number(n))


def dose(cells: Decimal) -> str:
    """A number of cells in words: "2 million", "150 million", "1.5 billion"."""
    for size, name in LARGE.items():
        if cells >= size:
            return f"{number((cells / size).normalize())} {_(name)}"
    return number(cells.normalize())


def day(date: datetime.date, language: str = "en") -> str:
    return format_date(date, "d MMMM yyyy", locale=language)


def capitalised(words: str) -> str:
    return words[:1].upper() + words[1:]


def listing(parts: Sequence[str]) -> str:
    """ "a", "a and b", "a, b and c"."""
    if len(parts) < 2:
        return "".join(parts)
    return _("{first} and {last}").format(first=", ".join(parts[:-1]), last=parts[-1])


# --- Results ----------------------------------------------------------------------------------


def figures(result: Result, found: Figures) -> str:
    """What was found in one arm: "9 of 12 (75%)", "43.2% of 273", "−2.1 (SD 1.8) g/24 h"."""
    if found.events is not None:
        return _with(count(found.events, found.n or 1), [share(found), *_spread(found)])
    if found.percent is not None:
        words = share(found)
        if found.n is not None:
            words = _("{share} of {n}").format(share=words, n=number(found.n))
        return _with(words, [*([_("estimated")] if found.estimated else []), *_spread(found)])
    if not found.measures:
        return f"“{found.as_published}”"
    signed = result.change
    parts = []
    if found.mean is not None:
        spread = [_("SD {sd}").format(sd=number(found.sd))] if found.sd is not None else []
        if found.median is None:
            spread += _spread(found, signed=signed)
        mean = number(found.mean, signed=signed)
        # An SD says that it is a mean; without one, the word must.
        mean = mean if found.sd is not None else _("mean {value}").format(value=mean)
        parts.append(_with(mean, spread))
    if found.median is not None:
        median = _("median {value}").format(value=number(found.median, signed=signed))
        parts.append(_with(median, _spread(found, signed=signed)))
    return _unit("; ".join(parts), result)


def share(found: Figures) -> str:
    """The share of people with the event: "75%", or the percentage as printed, "43.2%"."""
    if found.percent is not None:
        return f"{number(found.percent)}%"
    return percent(found.events or 0, found.n or 1)


def value(result: Result, found: Figures) -> str:
    """The mean or median alone, with its unit."""
    middle = found.mean if found.mean is not None else found.median
    return _unit(number(middle or 0, signed=result.change), result)


def effect(result: Result, found: Effect) -> str:
    """A comparison as the source reports it, with its interval, p and number of studies."""
    inner = []
    if found.low is not None and found.high is not None:
        inner.append(
            _("{level}% interval {low} to {high}").format(
                level=number(found.level),
                low=end_of(found, found.low),
                high=end_of(found, found.high),
            )
        )
    if found.p is not None:
        inner.append(p_value(found.p))
    if found.studies is not None:
        inner.append(
            _("1 study") if found.studies == 1 else _("{n} studies pooled").format(n=found.studies)
        )
    estimate = estimate_alone(found)
    if found.measure is not EffectMeasure.PROPORTION:  # whose percent sign says what it is
        estimate = f"{_(str(found.measure))} {estimate}"
    if found.measure is EffectMeasure.MEAN_DIFFERENCE:
        estimate = _unit(estimate, result)
    return _with(estimate, inner)


def estimate_alone(found: Effect) -> str:
    """The estimate of a comparison: "2.48", "39.8%", "13.4 percentage points"."""
    words = end_of(found, found.value)
    if found.measure is EffectMeasure.RISK_DIFFERENCE:
        return _("{value} percentage points").format(value=words)
    return words


def with_ends(found: Effect) -> str:
    """The estimate with the ends of its interval, for tables whose head says what they are."""
    if found.low is None or found.high is None:
        return estimate_alone(found)
    ends = {"low": end_of(found, found.low), "high": end_of(found, found.high)}
    return f"{estimate_alone(found)} ({_('{low} to {high}').format(**ends)})"


def end_of(found: Effect, figure: Decimal) -> str:
    """The estimate of a comparison or an end of its interval, as its measure is shown."""
    match found.measure:
        case EffectMeasure.PROPORTION:
            return f"{number(figure.scaleb(2))}%"
        case EffectMeasure.RISK_DIFFERENCE:
            return number(figure.scaleb(2))
    return number(figure)


def p_value(printed: str) -> str:
    """ "<0.05" and ".03" as "p < 0.05" and "p = 0.03"."""
    sign = printed[0] if printed[0] in "<>=" else "="
    digits = printed.lstrip("<>= ")
    return f"p {sign} {'0' if digits.startswith('.') else ''}{digits}"


def contradiction(study: Study, result: Result, arms: Collection[str] | None = None) -> str:
    """What is said with the figures of a result whose source contradicts itself; else ''.

    That of a group is said where its figures are shown: `arms` names them, None stands for all.
    """
    shown = {name: found for name, found in result.arms.items() if arms is None or name in arms}
    said = [_contradiction(result, alone=not result.arms and result.effect is None)]
    for name, found in shown.items():
        words = _contradiction(found, alone=not (found.counts_people or found.measures))
        if words and len(shown) > 1:
            words = _("{arm}, {words}").format(arm=study.arm(name).label, words=words)
        said.append(words)
    return "; ".join(words for words in said if words)


def _contradiction(part: Result | Figures, *, alone: bool) -> str:
    if part.as_published is None:
        return ""
    if alone:
        return _("as published; the paper contradicts itself: {how}").format(how=part.discrepancy)
    return _("as published: “{figure}”; the paper contradicts itself: {how}").format(
        figure=part.as_published, how=part.discrepancy
    )


def in_words(study: Study, result: Result) -> str:
    """A whole result: the figures of each arm, or else the effect, or else what was printed."""
    if len(result.arms) == 1:
        return figures(result, next(iter(result.arms.values())))
    if result.arms:
        return listing(
            [
                _("{figures} with {arm}").format(
                    figures=figures(result, found), arm=study.arm(name).label
                )
                for name, found in result.arms.items()
            ]
        )
    if result.effect is not None:
        return effect(result, result.effect)
    return f"“{result.as_published}”"


def outcome(result: Result) -> str:
    """The outcome's name as a table shows it."""
    name = _(result.outcome)
    return _("change in {outcome}").format(outcome=name) if result.change else name


def place(result: Result, language: str = "en") -> str:
    """Where in the source a result stands, and when it was read there."""
    if result.verified is None:
        return _("{where}, from a second-hand copy").format(where=result.where)
    return _("{where}, read {day}").format(where=result.where, day=day(result.verified, language))


def locator(label: str, result: Result, language: str = "en") -> str:
    """The same with the source's name: "Deng et al. 2017, table 2, read 22 November 2026"."""
    return f"{label}, {place(result, language)}"


def cells_given(cells: Decimal, unit: DoseUnit) -> str:
    """ "1 million cells per kg"."""
    return f"{dose(cells)} {_(str(unit))}"


def _spread(found: Figures, *, signed: bool = False) -> list[str]:
    if found.low is None or found.high is None:
        return []
    sign = "%" if found.counts_people else ""
    low, high = (f"{number(end, signed=signed)}{sign}" for end in (found.low, found.high))
    ends = {"low": low, "high": high}
    if found.range_kind == "95% interval":
        return [_("95% interval {low} to {high}").format(**ends)]
    if found.range_kind == "interquartile range":
        return [_("interquartile range {low} to {high}").format(**ends)]
    return [_("range {low} to {high}").format(**ends)]


def _with(words: str, inner: Sequence[str]) -> str:
    return f"{words} ({'; '.join(inner)})" if inner else words


def _unit(words: str, result: Result) -> str:
    return f"{words} {_(result.unit)}" if result.unit else words
