"""`{findings-table}`: what the evidence adds up to, outcome by outcome, and how certain that is.

Its content is a YAML list, one part a row; every figure comes from a record::

    :::{findings-table}
    :caption: What MSC added
    :what: adding MSC to standard treatment

    - outcome: remission of nephritis
      results: [deng2017:remission]
      certainty: very low
      because: {imprecision: one trial of very few people}
    - outcome: fatigue
      unmeasured: [fatigue]
      certainty: no evidence
    :::

``unmeasured`` is checked: once a record of the `:treatment:` (MSC unless said otherwise) has such a
result, the row is wrong and says so.
"""

from __future__ import annotations

from typing import ClassVar

import located_yaml
from docutils import nodes
from docutils.parsers.rst import directives
from located_yaml import NotYaml, first_fault
from pydantic import BaseModel, ConfigDict, ValidationError, field_validator, model_validator
from sphinx.application import Sphinx

from . import wording
from .effects import Estimate, NotEstimable
from .grading import Certainty, Direction, Domain, says_direction, statement
from .measured import none_of
from .pieces import Cell, bullets, citation, row, table
from .reckoning import Unsuitable, difference, difference_in_words, pair
from .record import Result, Study, Words
from .store import use_all
from .tabling import (
    StudiesDirective,
    Wrong,
    is_clinical,
    one_of,
    own_count,
    people,
    without_reports_of_the_same,
)
from .vocabulary import OUTCOMES, Kind, Treatment
from .wording import _, capitalised


class Finding(BaseModel):
    """One row."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    outcome: Words
    """As it stands in the middle of a sentence: "remission of nephritis"."""
    results: list[Words] = []
    """The results that it rests on, as ``study:result``."""
    studies: list[Words] = []
    """Studies that it rests on and whose record has no figure for it, by their keys."""
    unmeasured: list[Words] = []
    """Outcomes of the vocabulary that no study has measured."""
    certainty: Certainty
    direction: Direction | None = None
    """Which way the effect goes; only where the certainty lets it be said."""
    because: dict[Domain, Words] = {}
    """Why the certainty is not high."""
    note: Words | None = None
    """More in words, with citations; Markdown."""

    @field_validator("unmeasured")
    @classmethod
    def _outcomes_are_known(cls, names: list[str]) -> list[str]:
        for name in names:
            one_of(name, OUTCOMES, "outcome")
        return names

    @model_validator(mode="after")
    def _parts_agree(self) -> Finding:
        if says_direction(self.certainty) is not (self.direction is not None):
            verb = "needs a" if self.direction is None else "allows no"
            raise ValueError(f"{self.certainty!s} certainty {verb} direction")
        has_evidence = bool(self.results or self.studies)
        if has_evidence is (self.certainty is Certainty.NONE):
            raise ValueError(
                "results or studies go with a certainty, and 'no evidence' goes without them"
            )
        if self.certainty in (Certainty.MODERATE, Certainty.LOW, Certainty.VERY_LOW) and not (
            self.because
        ):
            raise ValueError("say why the certainty is not high: 'because: {imprecision: …}'")
        return self


class FindingsTable(StudiesDirective):
    """Outcome, what was found, how certain that is and why, and the fixed words for it."""

    has_content = True
    option_spec: ClassVar = {
        "caption": directives.unchanged_required,
        "class": directives.class_option,
        "what": directives.unchanged_required,
        "treatment": directives.unchanged_required,
    }

    def show(self) -> list[nodes.Node]:
        if "what" not in self.options:
            raise Wrong("name what was tested: ':what: adding MSC to standard treatment'")
        rows = [row(self._cells(finding, line)) for finding, line in self._findings()]
        return [
            table(
                self.caption(_("What the evidence adds up to")),
                rows,
                head=[
                    _("Outcome"),
                    _("What was found"),
                    _("Certainty, and why"),
                    _("In words"),
                ],
                widths=(14, 40, 26, 20),
                stubs=1,
                classes=self.classes("findings-table", "landscape"),
            )
        ]

    def _findings(self) -> list[tuple[Finding, int]]:
        """The rows with their lines within the content."""
        text = "\n".join(self.content)
        try:
            read = located_yaml.read(text)
        except NotYaml as error:
            raise Wrong(f"the content is not YAML: {error}", error.line) from None
        parts = read.fields
        if not isinstance(parts, list) or not parts:
            raise Wrong("the content is a list in YAML, each part a row: '- outcome: …'")
        found = []
        for index, part in enumerate(parts):
            try:
                found.append((Finding.model_validate(part), read.line_of(index)))
            except ValidationError as error:
                first, steps = first_fault(error)
                message = first["msg"].removeprefix("Value error, ")
                where = ".".join(str(step) for step in steps)
                line = read.line_of(index, *steps)
                raise Wrong(f"{where}: {message}" if where else message, line) from None
        return found

    def _cells(self, finding: Finding, line: int) -> list[Cell]:
        try:
            lines = self._results(finding.results)
        except Wrong as error:
            raise Wrong(str(error), line) from None
        lines += [self._study(key) for key in finding.studies]
        what: list[nodes.Node] = [bullets(lines)] if lines else []
        if finding.unmeasured:
            nobody = own_count(self._nobody(finding.unmeasured, line))
            what.append(nodes.paragraph("", "", nobody))
        if finding.note:
            what.append(nodes.paragraph("", "", *self.inline(finding.note)))
        words = statement(
            finding.certainty, finding.direction, self.options["what"], finding.outcome
        )
        return [capitalised(finding.outcome), what, self._why(finding), words]

    def _results(self, targets: list[str]) -> list[Cell]:
        """A line for each study, with its results under it if there are several."""
        by_study: dict[str, list[list[nodes.Node]]] = {}
        kinds = {}
        for target in targets:
            key, study, result = self.result(target)
            kinds[key] = _kind(study)
            by_study.setdefault(key, []).append(self._result(key, study, result))
        lines: list[Cell] = []
        for key, found in by_study.items():
            start = [*citation(self, key), nodes.Text(f", {kinds[key]}: ")]
            lines.append([*start, *found[0]] if len(found) == 1 else [*start, bullets(found)])
        return lines

    def _result(self, key: str, study: Study, result: Result) -> list[nodes.Node]:
        when = f" ({result.time})" if result.time else ""
        found = self.shown(key, study, result, f"{wording.outcome(result)}{when}: ")
        if comparison := compared(study, result):
            found.append(nodes.Text(f"; {comparison}"))
        return found

    def _study(self, key: str) -> list[nodes.Node]:
        study = self.known(key)
        parts = [_kind(study), people(study)]
        return [
            *citation(self, key),
            nodes.Text(", " + "; ".join(part for part in parts if part) + ": "),
            nodes.Text(_("no figures in the part read")),
        ]

    def _nobody(self, outcomes: list[str], line: int) -> str:
        """That none measured it, for as long as that is true."""
        treatment = self.options.get("treatment", str(Treatment.MSC))
        one_of(treatment, [str(each) for each in Treatment], "treatment")
        studies = {
            key: study
            for key, study in use_all(self.env).items()
            if is_clinical(study) and study.treatment == treatment
        }
        for key, study in studies.items():
            for result in study.results:
                if result.outcome in outcomes:
                    raise Wrong(
                        f"{result.outcome!r} was measured: {key}:{result.id}; mend 'unmeasured'",
                        line,
                    )
        n = len(without_reports_of_the_same(studies))
        names = wording.listing([_(name) for name in outcomes])
        return _("{names}: {none} in the archive, in the parts that we read").format(
            names=capitalised(names), none=none_of(n)
        )

    def _why(self, finding: Finding) -> list[nodes.Node]:
        mark = f"certainty-{str(finding.certainty).replace(' ', '-')}"
        words = capitalised(_(str(finding.certainty)))
        grade = nodes.paragraph("", "", nodes.strong("", words, classes=[mark]))
        if not finding.because:
            return [grade]
        reasons = [
            f"{capitalised(_(str(domain)))}: {why}" for domain, why in finding.because.items()
        ]
        return [grade, bullets(reasons)]


def _kind(study: Study) -> str:
    parts = [_(str(study.design))]
    if study.blinding:
        parts.append(_(str(study.blinding)))
    return ", ".join(parts)


# --- Absolute differences ---------------------------------------------------------------------


def compared(study: Study, result: Result) -> str:
    """The absolute difference between two groups, by our reckoning; '' where there is none."""
    try:
        treated, control = (result.arms[arm.id] for arm in pair(study, result))
        if result.vocabulary.kind is Kind.EVENT:
            return _per_hundred(difference(result, treated, control).estimate)
        return _("difference {words}").format(words=difference_in_words(result, treated, control))
    except (Unsuitable, NotEstimable):
        return ""


def _per_hundred(found: Estimate) -> str:
    return _("{difference} in every hundred ({low} to {high}; our reckoning)").format(
        difference=more_or_fewer(found.value),
        low=more_or_fewer(found.low),
        high=more_or_fewer(found.high),
    )


def more_or_fewer(share: float) -> str:
    """ "8 fewer", "35 more" or "no more and no fewer", in a hundred."""
    whole = wording.rounded(abs(share) * 100)
    if whole == "0":
        return _("no more and no fewer")
    words = _("{n} more") if share > 0 else _("{n} fewer")
    return words.format(n=whole)


def setup(app: Sphinx) -> None:
    app.add_directive("findings-table", FindingsTable)
