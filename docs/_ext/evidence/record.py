"""The record of one study: what was done, in whom, what was found, and where that stands.

A record is the ``study`` part of the front matter of ``evidence/studies/<key>.md``. Anything that
the source does not report is left out; it is never written as zero. Every figure says where in the
source it stands, and on what day it was read there.
"""

from __future__ import annotations

import datetime
import math
from decimal import Decimal
from difflib import get_close_matches
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError
from retractions import RetractionStatus

from .vocabulary import (
    JUDGEMENTS,
    OUTCOMES,
    TOOL_FOR,
    Blinding,
    CellSource,
    Design,
    Donor,
    DoseUnit,
    EffectMeasure,
    Evidence,
    History,
    Kind,
    Outcome,
    Overlap,
    Route,
    Tool,
    Treatment,
)

Words = Annotated[str, Field(min_length=2)]
# Strict: "9" and true are no numbers.
Count = Annotated[int, Field(ge=0, strict=True)]
People = Annotated[int, Field(gt=0, strict=True)]
Identifier = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]


def _as_written(value: Any) -> Decimal:
    """A finite number with the digits that it was written with; no text and no truth value."""
    if isinstance(value, Decimal | int) and not isinstance(value, bool):
        return Decimal(value)
    if isinstance(value, float) and math.isfinite(value):
        return Decimal(repr(value))
    raise PydanticCustomError("number", "this is no number")


def as_number(value: Decimal) -> int | float:
    """The same for programs: 1.0 stays apart from 1."""
    exponent = value.as_tuple().exponent
    return int(value) if isinstance(exponent, int) and exponent >= 0 else float(value)


# The bounds come first, so that JSON Schema has them, too.
_NUMBER = (BeforeValidator(_as_written), PlainSerializer(as_number, when_used="json"))
Figure = Annotated[Decimal, *_NUMBER]
NotNegative = Annotated[Decimal, Field(ge=0), *_NUMBER]
Positive = Annotated[Decimal, Field(gt=0), *_NUMBER]
Percent = Annotated[Decimal, Field(ge=0, le=100), *_NUMBER]
Level = Annotated[Decimal, Field(gt=50, lt=100), *_NUMBER]


class Misfit(ValueError):
    """Parts that do not fit together; the steps lead to the one to look at."""

    def __init__(self, message: str, *steps: str | int) -> None:
        super().__init__(message)
        self.steps = steps


class Part(BaseModel):
    """A part of a record. Unknown fields are refused, so that a misspelling cannot pass."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, use_attribute_docstrings=True, allow_inf_nan=False
    )


def _check_outcome(name: str) -> None:
    if name not in OUTCOMES:
        likely = get_close_matches(name, OUTCOMES, n=1)
        hint = f"did you mean {likely[0]!r}?" if likely else f"known are: {', '.join(OUTCOMES)}"
        raise ValueError(f"unknown outcome {name!r}; {hint}")


def _check_contradiction(part: Figures | Result) -> None:
    if (part.as_published is None) is not (part.discrepancy is None):
        raise Misfit("as_published and discrepancy go together", "as_published")


class Retraction(Part):
    """Whether the source was retracted, as far as anybody looked."""

    status: RetractionStatus
    """What was found."""
    checked: datetime.date | None = None
    """The day on which somebody looked; left out if nobody has."""

    @model_validator(mode="after")
    def _a_finding_has_a_day(self) -> Retraction:
        if (self.status is RetractionStatus.UNCHECKED) is not (self.checked is None):
            raise ValueError(
                "'checked' is the day of the check: leave it out only if 'not checked'"
            )
        return self


class SharedPeople(Part):
    """Another study in which some of the same people may be counted."""

    study: Words
    """The other study's citation key."""
    certainty: Overlap
    """How sure it is."""
    basis: Words
    """Why it is thought so."""


class Population(Part):
    """Who took part."""

    who: Words
    """In words, as the source describes them."""
    history: History | None = None
    """Newly treated, or refractory: treated before without enough success."""
    activity: Words | None = None
    """Disease activity at entry, or the activity required."""
    nephritis: Words | None = None
    """Class of lupus nephritis at entry."""


class Cells(Part):
    """The cells that were given."""

    source: CellSource | None = None
    """The tissue that they came from."""
    donor: Donor | None = None
    """Whose cells they were."""
    passage: Words | None = None
    """How often they were grown on in the laboratory."""
    dose: Positive | None = None
    """Cells in one infusion."""
    dose_unit: DoseUnit | None = None
    """Per kilogram of the person's weight, or in total."""
    infusions: Words | None = None
    """How many infusions."""
    route: Route | None = None
    """How they were given."""
    conditioning: Words | None = None
    """What was given before, to make room for the cells."""
    background: Words | None = None
    """What everybody was treated with besides."""

    @model_validator(mode="after")
    def _a_dose_has_a_unit(self) -> Cells:
        if (self.dose is None) is not (self.dose_unit is None):
            raise ValueError("a dose needs its dose_unit, and a dose_unit its dose")
        return self


class Arm(Part):
    """One group of a study."""

    id: Identifier
    """Short name used by the results."""
    label: Words
    """What this group got, in words."""
    n: People | None = None
    """People in the group."""
    control: bool = False
    """True for the group that the others are compared with."""


class Figures(Part):
    """What was found in one arm: a count of people, a percentage of them, or a measurement."""

    n: People | None = None
    """People counted or measured."""
    events: Count | None = None
    """Of them, how many had the event."""
    percent: Percent | None = None
    """Of them, how many in a hundred had the event, where the source gives no count."""
    estimated: bool = False
    """True if the percentage comes from a model or a survival curve, and is no plain share of n."""
    mean: Figure | None = None
    """Mean of a measurement."""
    sd: NotNegative | None = None
    """Standard deviation of a measurement."""
    median: Figure | None = None
    """Median of a measurement."""
    low: Figure | None = None
    """Lower end of a measurement's range, or of a percentage's interval."""
    high: Figure | None = None
    """Upper end of the same."""
    range_kind: Literal["range", "interquartile range", "95% interval"] | None = None
    """What low and high are the ends of."""
    as_published: Words | None = None
    """A figure of this arm that contradicts itself, word for word."""
    discrepancy: Words | None = None
    """In what it contradicts itself; shown with the figure."""

    @property
    def counts_people(self) -> bool:
        return self.events is not None or self.percent is not None

    @property
    def measures(self) -> bool:
        return self.mean is not None or self.median is not None

    @model_validator(mode="after")
    def _figures_go_together(self) -> Figures:
        _check_contradiction(self)
        if self.events is not None and self.n is None:
            raise ValueError("events need n, the number of people counted")
        if self.events is not None and self.events > (self.n or 0):
            raise ValueError(f"events ({self.events}) exceed n ({self.n})")
        if self.events is not None and self.percent is not None:
            raise ValueError(
                "give events and n, or else a percent: pages work one out of the other"
            )
        if self.counts_people and self.measures:
            raise ValueError("give either a count of people, or a mean or median")
        if not (self.counts_people or self.measures or self.as_published):
            raise ValueError("give events and n, or a percent, or a mean, or a median")
        if self.estimated and self.percent is None:
            raise Misfit("estimated belongs to a percent", "estimated")
        if self.sd is not None and self.mean is None:
            raise ValueError("sd belongs to a mean")
        ends = (self.low, self.high, self.range_kind)
        if any(end is not None for end in ends) and None in ends:
            raise ValueError("low, high and range_kind go together")
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError("low is above high")
        if self.counts_people and self.low is not None and not 0 <= self.low <= self.high <= 100:
            raise ValueError(f"{self.low} to {self.high} is no interval of a percentage")
        return self


class Effect(Part):
    """A comparison as the source itself reports it."""

    measure: EffectMeasure
    """What kind of comparison."""
    value: Figure
    """The estimate."""
    low: Figure | None = None
    """Lower end of its interval."""
    high: Figure | None = None
    """Upper end of its interval."""
    level: Level = Decimal(95)
    """Level of the interval, in percent."""
    p: Annotated[str, Field(pattern=r"^[<>=]?\s?(0?\.\d+|1(\.0+)?)$")] | None = None
    """p value as printed."""
    studies: People | None = None
    """Number of studies, for a pooled estimate."""

    @model_validator(mode="after")
    def _interval_holds_the_estimate(self) -> Effect:
        if (self.low is None) is not (self.high is None):
            raise ValueError("an interval has two ends: low and high")
        if self.low is not None and not self.low <= self.value <= self.high:
            raise ValueError(f"the estimate {self.value} lies outside {self.low} to {self.high}")
        if self.measure is EffectMeasure.PROPORTION and not 0 <= self.value <= 1:
            raise Misfit("a proportion lies between 0 and 1, not in percent", "value")
        return self


class Result(Part):
    """One outcome at one time."""

    id: Identifier
    """Name by which pages refer to this result."""
    outcome: str
    """From the handbook's list of outcomes."""
    definition: Words | None = None
    """The paper's own definition, where it has one."""
    time: Words | None = None
    """When it was measured, such as "6 months"."""
    months: NotNegative | None = None
    """The same as a number of months, for plots and tables."""
    change: bool = False
    """True if the figures are changes since the start."""
    unit: str | None = None
    """Unit of a measurement; none for counts of people."""
    arms: dict[str, Figures] = {}
    """Figures of each arm."""
    effect: Effect | None = None
    """The comparison that the source reports, if it does."""
    where: Words
    """Place in the source: abstract, table 2, page 5."""
    verified: datetime.date | None = None
    """Day on which somebody read the figure there; left out if only a second-hand copy was read."""
    note: Words | None = None
    """A remark on the figures: who was counted, or how a number was worked out."""
    as_published: Words | None = None
    """A figure of the source that contradicts itself, word for word."""
    discrepancy: Words | None = None
    """In what it contradicts itself; shown with the figure."""

    @field_validator("outcome")
    @classmethod
    def _outcome_is_known(cls, name: str) -> str:
        _check_outcome(name)
        return name

    @property
    def vocabulary(self) -> Outcome:
        return OUTCOMES[self.outcome]

    @model_validator(mode="after")
    def _figures_fit_the_outcome(self) -> Result:
        _check_contradiction(self)
        known = self.vocabulary
        if not self.arms and self.effect is None and self.as_published is None:
            raise ValueError("a result needs arms, an effect or a figure as_published")
        if known.kind is Kind.EVENT and self.unit is not None:
            raise Misfit(f"{known.name!r} counts people and has no unit", "unit")
        if known.kind is Kind.MEASUREMENT and self.unit not in known.units:
            what = (
                f"unit {self.unit!r} does not fit" if self.unit else "a measurement needs its unit"
            )
            raise Misfit(f"{what}; expected {' or '.join(known.units)}", "unit")
        for name, figures in self.arms.items():
            if known.kind is Kind.EVENT and figures.measures:
                raise Misfit(
                    f"{known.name!r} is given as events and n, or as a percent", "arms", name
                )
            if known.kind is Kind.MEASUREMENT and figures.counts_people:
                raise Misfit(f"{known.name!r} is given as a mean or median", "arms", name)
        return self


class Judgement(Part):
    """One domain of a tool that judges the risk of bias."""

    domain: Words
    """The domain, in the tool's own words."""
    judgement: str
    """One of the tool's answers."""
    reason: Words
    """Why, from the full text."""


class RiskOfBias(Part):
    """How far the study's result may be off, judged domain by domain from the full text."""

    tool: Tool
    """The tool that fits the design."""
    assessors: Annotated[int, Field(ge=0)] = 0
    """How many people judged it; 0 where it was not assessable."""
    domains: list[Judgement] = []
    """The judgements; none where only the abstract was read."""

    @model_validator(mode="after")
    def _judgements_are_the_tools(self) -> RiskOfBias:
        for index, domain in enumerate(self.domains):
            if domain.judgement not in JUDGEMENTS[self.tool]:
                raise Misfit(
                    f"{domain.judgement!r} is no judgement of {self.tool}; "
                    f"expected {', '.join(JUDGEMENTS[self.tool])}",
                    *("domains", index, "judgement"),
                )
        if bool(self.domains) is not bool(self.assessors):
            raise ValueError("say how many assessors judged the domains, and 0 where none did")
        return self


class Numbers(Part):
    """People at each stage of the study."""

    studies: People | None = None
    """Studies that a review takes together."""
    planned: People | None = None
    """People that the registration plans for."""
    enrolled: Count | None = None
    """People who joined."""
    treated: Count | None = None
    """People who got the treatment under study."""
    analysed: Count | None = None
    """People in the main analysis."""
    lost: Count | None = None
    """People lost to follow-up."""


class Registration(Part):
    """The state of a registered trial, as its registry showed it."""

    status: Words
    """As the registry words it."""
    read: datetime.date
    """Day on which the entry was read."""
    start: Words | None = None
    """Month or year in which it began."""
    end: Words | None = None
    """Month or year in which it ended or is to end."""


class Study(Part):
    """One study: the record behind its page."""

    name: Words
    """Short name for tables, such as "Kunming placebo-controlled trial"."""
    treatment: Treatment
    """What was studied."""
    design: Design
    """In standard terms."""
    read: Evidence
    """How much of the source was read."""
    registration: list[Words] = []
    """Registration numbers."""
    registry: Registration | None = None
    """For a registered trial: its state."""
    blinding: Blinding | None = None
    """Who did not know who got what."""
    phase: Words | None = None
    """Phase, as the source states it."""
    countries: list[Words] = []
    """Countries in which people took part."""
    centres: list[Words] = []
    """Hospitals, or the group of hospitals."""
    cohort: Words | None = None
    """Name of the group of studies that share a hospital and may share people."""
    years: Words | None = None
    """When people were treated."""
    funding: Words | None = None
    """Who paid."""
    interests: Words | None = None
    """What the authors declared."""
    retraction: Retraction
    """Whether the source was retracted."""
    overlap: list[SharedPeople] = []
    """Other studies with some of the same people."""
    population: Population
    """Who took part."""
    numbers: Numbers = Numbers()
    """How many."""
    cells: Cells | None = None
    """The cells that were given."""
    comparator: Words | None = None
    """What they were compared with; left out if nothing."""
    follow_up: Words | None = None
    """For how long people were followed."""
    months: Positive | None = None
    """The same in months, for sorting."""
    arms: list[Arm] = []
    """The groups."""
    results: list[Result] = []
    """What was found."""
    not_reported: list[str] = []
    """Outcomes that were looked for in the whole source and are not in it."""
    risk_of_bias: RiskOfBias | None = None
    """Judged from the full text; left out where the abstract alone was read."""

    @field_validator("not_reported")
    @classmethod
    def _outcomes_are_known(cls, names: list[str]) -> list[str]:
        for name in names:
            _check_outcome(name)
        return names

    @model_validator(mode="after")
    def _parts_agree(self) -> Study:
        sizes = {arm.id: arm.n for arm in self.arms}
        for part in ("arms", "results"):
            ids = [each.id for each in getattr(self, part)]
            for index, name in enumerate(ids):
                if name in ids[:index]:
                    raise Misfit(f"the id {name!r} stands twice", part, index, "id")
        for index, result in enumerate(self.results):
            for name, figures in result.arms.items():
                steps = ("results", index, "arms", name)
                if name not in sizes:
                    known = ", ".join(sizes) or "none"
                    raise Misfit(f"unknown arm {name!r}; the arms are: {known}", *steps)
                size = sizes[name] or math.inf
                is_stated = result.discrepancy or figures.discrepancy
                if figures.n and figures.n > size and not is_stated:
                    raise Misfit(
                        f"n ({figures.n}) exceeds the arm's {size}; if the source says so, give "
                        "as_published and discrepancy",
                        *steps,
                    )
        if self.risk_of_bias:
            if self.read is not Evidence.FULL_TEXT and self.risk_of_bias.domains:
                raise Misfit(
                    "risk of bias is judged only where the full text was read",
                    *("risk_of_bias", "domains"),
                )
            fitting = TOOL_FOR.get(self.design)
            if self.risk_of_bias.tool is not fitting:
                raise Misfit(
                    f"for a {self.design} use {fitting or 'no tool'}, not {self.risk_of_bias.tool}",
                    *("risk_of_bias", "tool"),
                )
        if self.design is Design.REGISTERED and self.registry is None:
            raise Misfit(
                "a registered trial needs 'registry' with its status and the day read", "design"
            )
        return self

    def result(self, name: str) -> Result:
        """The result with this id; KeyError with the known ids if there is none."""
        for result in self.results:
            if result.id == name:
                return result
        known = ", ".join(result.id for result in self.results) or "none"
        raise KeyError(f"no result {name!r}; the record has: {known}")

    def arm(self, name: str) -> Arm:
        """The arm with this id; KeyError if there is none."""
        return next(arm for arm in self.arms if arm.id == name)


def from_fields(fields: Any) -> Study:
    """Check a record's fields; raises pydantic's ValidationError for anything wrong."""
    return Study.model_validate(fields)
