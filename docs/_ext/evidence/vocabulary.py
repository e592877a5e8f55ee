"""The words a study record may use: designs, outcomes and their units, tools to judge bias.

One list for each, so that studies can be compared and a misspelling fails the build. To add an
outcome, add a line to OUTCOMES; everything else follows from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Design(StrEnum):
    RANDOMISED = "randomised trial"
    CONTROLLED = "controlled, not randomised"
    SINGLE_ARM = "single-arm trial"
    COHORT = "uncontrolled cohort"
    CASE_SERIES = "case series"
    CASE_REPORT = "case report"
    REGISTRY = "registry"
    SYSTEMATIC_REVIEW = "systematic review"
    REGISTERED = "registered trial without results"


class Blinding(StrEnum):
    DOUBLE = "double-blind"
    SINGLE = "single-blind"
    OPEN = "open"


class Treatment(StrEnum):
    MSC = "mesenchymal stromal cells"
    SECRETOME = "secretome of mesenchymal stromal cells"
    EXOSOMES = "exosomes of mesenchymal stromal cells"
    CAR_T = "CAR-T cells"
    HSCT = "blood stem cell transplant"
    DRUG = "medicine"
    USUAL_CARE = "usual care"


class Evidence(StrEnum):
    """How much of the source was read."""

    FULL_TEXT = "full text"
    ABSTRACT_AND_TABLES = "abstract and tables"
    ABSTRACT = "abstract"
    REVIEW = "only as described in a review"
    REGISTRY = "registry entry"


class Overlap(StrEnum):
    CERTAIN = "certain"
    PROBABLE = "probable"
    POSSIBLE = "possible"


class History(StrEnum):
    NEW = "newly treated"
    REFRACTORY = "refractory"
    MIXED = "mixed"


class CellSource(StrEnum):
    CORD = "umbilical cord"
    MARROW = "bone marrow"
    MARROW_OR_CORD = "bone marrow or umbilical cord"
    FAT = "fat"
    AMNION = "amnion"
    PLACENTA = "placenta"
    NOSE = "lining of the nose"
    OWN_T_CELLS = "own T cells"
    DONOR_T_CELLS = "T cells of a healthy donor"
    OWN_BLOOD = "own blood stem cells"


class Donor(StrEnum):
    OWN = "own cells"
    RELATED = "related donor"
    UNRELATED = "unrelated donor"
    DONOR = "donor"


class DoseUnit(StrEnum):
    PER_KG = "cells per kg"
    TOTAL = "cells in total"


class Route(StrEnum):
    VEIN = "into a vein"
    RENAL_ARTERY = "into the kidney artery"
    MUSCLE = "into a muscle"
    SKIN = "under the skin"


class Kind(StrEnum):
    """What an outcome counts or measures, which decides the figures that it may hold."""

    EVENT = "people with an event"
    MEASUREMENT = "a measurement"


class Good(StrEnum):
    """Which way is better for the person."""

    MORE = "more"
    LESS = "less"


@dataclass(frozen=True)
class Outcome:
    """One outcome of the controlled vocabulary.

    ``units`` lists the units in which a measurement may be given; a score has the unit "points".
    ``matters`` marks what people with lupus can feel or would count as harm, as against a
    laboratory figure that only stands for it.
    """

    name: str
    kind: Kind
    good: Good
    units: tuple[str, ...] = ()
    matters: bool = False


# Of some pooled estimates the source, as read, does not show the unit.
_NOT_SHOWN = "(unit not shown)"
_PROTEIN = ("g/24 h", "mg/24 h", "g/g", "mg/mg", _NOT_SHOWN)
_CONCENTRATION = ("g/L", "mg/dL", "g/dL", _NOT_SHOWN)

OUTCOMES: dict[str, Outcome] = {
    outcome.name: outcome
    for outcome in (
        Outcome("SLEDAI", Kind.MEASUREMENT, Good.LESS, ("points",)),
        Outcome("BILAG score", Kind.MEASUREMENT, Good.LESS, ("points",)),
        Outcome("proteinuria", Kind.MEASUREMENT, Good.LESS, _PROTEIN),
        Outcome("creatinine", Kind.MEASUREMENT, Good.LESS, ("µmol/L", "mg/dL", _NOT_SHOWN)),
        Outcome("GFR", Kind.MEASUREMENT, Good.MORE, ("mL/min", "mL/min/1.73 m²")),
        Outcome("albumin", Kind.MEASUREMENT, Good.MORE, _CONCENTRATION),
        Outcome("C3", Kind.MEASUREMENT, Good.MORE, _CONCENTRATION),
        Outcome("C4", Kind.MEASUREMENT, Good.MORE, _CONCENTRATION),
        Outcome("anti-dsDNA", Kind.MEASUREMENT, Good.LESS, ("IU/mL", "U/mL", _NOT_SHOWN)),
        Outcome("ANA titre", Kind.MEASUREMENT, Good.LESS, ("units",)),
        Outcome("glucocorticoid dose", Kind.MEASUREMENT, Good.LESS, ("mg/day",), matters=True),
        Outcome("time to remission", Kind.MEASUREMENT, Good.LESS, ("weeks", "months")),
        Outcome("fatigue", Kind.MEASUREMENT, Good.LESS, ("points",), matters=True),
        Outcome("quality of life", Kind.MEASUREMENT, Good.MORE, ("points",), matters=True),
        Outcome("pain", Kind.MEASUREMENT, Good.LESS, ("points",), matters=True),
        Outcome("damage", Kind.MEASUREMENT, Good.LESS, ("points",), matters=True),
        Outcome("complete remission", Kind.EVENT, Good.MORE),
        Outcome("partial remission", Kind.EVENT, Good.MORE),
        Outcome("any remission", Kind.EVENT, Good.MORE, matters=True),
        Outcome("clinical remission", Kind.EVENT, Good.MORE, matters=True),
        Outcome("clinical response", Kind.EVENT, Good.MORE),
        Outcome("SLEDAI above 8", Kind.EVENT, Good.LESS),
        Outcome("SLEDAI lower by 4 or more", Kind.EVENT, Good.MORE),
        Outcome("BILAG A or B", Kind.EVENT, Good.LESS),
        Outcome("raised anti-dsDNA", Kind.EVENT, Good.LESS),
        Outcome("positive ANA", Kind.EVENT, Good.LESS),
        Outcome("SRI-4", Kind.EVENT, Good.MORE),
        Outcome("BICLA", Kind.EVENT, Good.MORE),
        Outcome("LLDAS", Kind.EVENT, Good.MORE, matters=True),
        Outcome("low disease activity", Kind.EVENT, Good.MORE),
        Outcome("relapse", Kind.EVENT, Good.LESS, matters=True),
        Outcome("kidney failure", Kind.EVENT, Good.LESS, matters=True),
        Outcome("death", Kind.EVENT, Good.LESS, matters=True),
        Outcome("survival", Kind.EVENT, Good.MORE, matters=True),
        Outcome("serious adverse event", Kind.EVENT, Good.LESS, matters=True),
        Outcome("any adverse event", Kind.EVENT, Good.LESS, matters=True),
        Outcome("serious infection", Kind.EVENT, Good.LESS, matters=True),
        Outcome("any infection", Kind.EVENT, Good.LESS, matters=True),
        Outcome("infusion reaction", Kind.EVENT, Good.LESS, matters=True),
        Outcome("fever", Kind.EVENT, Good.LESS, matters=True),
        Outcome("thrombosis", Kind.EVENT, Good.LESS, matters=True),
        Outcome("malignancy", Kind.EVENT, Good.LESS, matters=True),
        Outcome("anti-donor HLA antibodies", Kind.EVENT, Good.LESS, matters=True),
        Outcome("cytokine release syndrome", Kind.EVENT, Good.LESS, matters=True),
        Outcome("neurotoxicity (ICANS)", Kind.EVENT, Good.LESS, matters=True),
        Outcome("organ reaction to CAR-T cells (LICATS)", Kind.EVENT, Good.LESS, matters=True),
        Outcome("graft-versus-host disease", Kind.EVENT, Good.LESS, matters=True),
        Outcome("low white blood cells", Kind.EVENT, Good.LESS),
        Outcome("low platelets", Kind.EVENT, Good.LESS),
        Outcome("low immunoglobulin", Kind.EVENT, Good.LESS),
        Outcome("injection-site reaction", Kind.EVENT, Good.LESS, matters=True),
        Outcome("pneumonia", Kind.EVENT, Good.LESS, matters=True),
        Outcome("death from the treatment", Kind.EVENT, Good.LESS, matters=True),
        Outcome("disease-free survival", Kind.EVENT, Good.MORE, matters=True),
        Outcome("kidney event or death", Kind.EVENT, Good.LESS, matters=True),
        Outcome("fatigue response", Kind.EVENT, Good.MORE, matters=True),
        Outcome("dose-limiting toxicity", Kind.EVENT, Good.LESS, matters=True),
        Outcome("kidney disease", Kind.EVENT, Good.LESS, matters=True),
        Outcome("new kidney disease", Kind.EVENT, Good.LESS, matters=True),
        Outcome("impaired kidney function", Kind.EVENT, Good.LESS),
        Outcome("raised creatinine", Kind.EVENT, Good.LESS),
        Outcome("reaction where the cells were given", Kind.EVENT, Good.LESS, matters=True),
        Outcome("constipation", Kind.EVENT, Good.LESS, matters=True),
        Outcome("tiredness", Kind.EVENT, Good.LESS, matters=True),
        Outcome("sleeplessness", Kind.EVENT, Good.LESS, matters=True),
        Outcome("disturbed heart rhythm", Kind.EVENT, Good.LESS, matters=True),
        Outcome("pregnancy", Kind.EVENT, Good.MORE, matters=True),
    )
}


class EffectMeasure(StrEnum):
    MEAN_DIFFERENCE = "mean difference"
    STANDARDISED = "standardised mean difference"
    RISK_DIFFERENCE = "risk difference"
    RISK_RATIO = "risk ratio"
    ODDS_RATIO = "odds ratio"
    HAZARD_RATIO = "hazard ratio"
    PROPORTION = "proportion"


class Tool(StrEnum):
    """Tools to judge the risk of bias, each for the designs that it was made for."""

    ROB2 = "RoB 2"
    ROBINS_I = "ROBINS-I"
    JBI = "JBI case series"


TOOL_FOR: dict[Design, Tool] = {
    Design.RANDOMISED: Tool.ROB2,
    Design.CONTROLLED: Tool.ROBINS_I,
    Design.SINGLE_ARM: Tool.JBI,
    Design.COHORT: Tool.JBI,
    Design.CASE_SERIES: Tool.JBI,
    Design.CASE_REPORT: Tool.JBI,
}

JUDGEMENTS: dict[Tool, tuple[str, ...]] = {
    Tool.ROB2: ("low", "some concerns", "high"),
    Tool.ROBINS_I: ("low", "moderate", "serious", "critical", "no information"),
    Tool.JBI: ("yes", "no", "unclear", "not applicable"),
}
