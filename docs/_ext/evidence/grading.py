"""GRADE: how certain a finding is, and the fixed words that say so.

"Results in", "likely results in" and "may result in", tied to the direction of the effect, are the
words of GRADE guidelines 26 (Santesso et al. 2020). The words for very low certainty and for no
evidence are the handbook's own. They stand here and nowhere else, so that a reader meets the same
words for the same certainty on every page.
"""

from __future__ import annotations

from enum import StrEnum

from .wording import _


class Certainty(StrEnum):
    HIGH = "high"
    MODERATE = "moderate"
    LOW = "low"
    VERY_LOW = "very low"
    NONE = "no evidence"


class Direction(StrEnum):
    MORE = "more"
    LESS = "less"
    SAME = "little or no difference"


class Domain(StrEnum):
    """Why the certainty is lower than it could be."""

    RISK_OF_BIAS = "risk of bias"
    INCONSISTENCY = "inconsistency"
    INDIRECTNESS = "indirectness"
    IMPRECISION = "imprecision"
    PUBLICATION_BIAS = "publication bias"


STATEMENTS: dict[tuple[Certainty, Direction | None], str] = {
    (Certainty.HIGH, Direction.MORE): "{treatment} results in an increase in {outcome}",
    (Certainty.HIGH, Direction.LESS): "{treatment} results in a reduction in {outcome}",
    (Certainty.HIGH, Direction.SAME): (
        "{treatment} results in little to no difference in {outcome}"
    ),
    (Certainty.MODERATE, Direction.MORE): "{treatment} likely results in an increase in {outcome}",
    (Certainty.MODERATE, Direction.LESS): "{treatment} likely results in a reduction in {outcome}",
    (Certainty.MODERATE, Direction.SAME): (
        "{treatment} likely results in little to no difference in {outcome}"
    ),
    (Certainty.LOW, Direction.MORE): "{treatment} may result in an increase in {outcome}",
    (Certainty.LOW, Direction.LESS): "{treatment} may result in a reduction in {outcome}",
    (Certainty.LOW, Direction.SAME): (
        "{treatment} may result in little to no difference in {outcome}"
    ),
    (Certainty.VERY_LOW, None): (
        "The evidence is very uncertain about the effect of {treatment} on {outcome}"
    ),
    (Certainty.NONE, None): "We found no evidence on the effect of {treatment} on {outcome}",
}


def says_direction(certainty: Certainty) -> bool:
    """Whether a finding of this certainty says which way the effect goes."""
    return (certainty, None) not in STATEMENTS


def statement(
    certainty: Certainty, direction: Direction | None, treatment: str, outcome: str
) -> str:
    """The fixed sentence, with the treatment and the outcome as a sentence names them."""
    words = _(STATEMENTS[certainty, direction]).format(treatment=treatment, outcome=outcome)
    return f"{words[:1].upper()}{words[1:]}."
