"""`{study-card}`, a study at a glance, and `{study-results}`, what it found and where that stands."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import ClassVar

from docutils import nodes
from retractions import RetractionStatus
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from . import wording
from .pieces import Cell, anchor, bullets, citation, entry, link, placed, row, table
from .record import Arm, Figures, Population, Result, RiskOfBias, SharedPeople, Study
from .store import docname_of, key_of, label, store, use, use_or_warn
from .vocabulary import Design, Donor, EffectMeasure, Evidence
from .wording import _, capitalised

logger = logging.getLogger(__name__)


def result_anchor(key: str, result: str) -> str:
    """Where a result stands on its study's page."""
    return f"{key}-{result}"


class StudyDirective(SphinxDirective):
    """A directive about one study: that of its page, or the one named as its argument."""

    optional_arguments = 1
    required_arguments = 0

    key: str

    @property
    def is_at_home(self) -> bool:
        """Whether this is the study's own page, where links to it lead."""
        return self.env.docname == docname_of(self.key)

    def run(self) -> list[nodes.Node]:
        key = self.arguments[0] if self.arguments else key_of(self.env.docname)
        if key is None:
            logger.warning(
                "name a study: ':::{%s} deng2017'; only on a study's own page can it be left out",
                self.name, location=self.get_location(), type="evidence", subtype="unknown",
            )  # fmt: skip
            return []
        self.key = key
        study = use_or_warn(self.env, key, self.get_location())
        if study is None:
            return []
        return placed(self, self.show(study))

    def show(self, study: Study) -> list[nodes.Node]:
        raise NotImplementedError


# --- The card ---------------------------------------------------------------------------------


class StudyCard(StudyDirective):
    """What was done to whom, what was read of it, and how far it can be trusted."""

    def show(self, study: Study) -> list[nodes.Node]:
        caption = _("{study} at a glance").format(study=study.name)
        rows = [
            (head, capitalised(cell) if isinstance(cell, str) else cell)
            for head, cell in self._rows(study)
            if cell
        ]
        card = table(caption, rows, widths=(24, 76), stubs=1, classes=("study-card",))
        if self.is_at_home:
            name = f"{self.key}-card"
            card["ids"].append(name)
            self.env.get_domain("evidence").note("study", self.key, study.name, name)
        return [card]

    def _rows(self, study: Study) -> Iterator[tuple[str, Cell]]:
        cells = study.cells
        yield _("Source"), citation(self, self.key)
        yield _("What"), what(study)
        yield _("Who"), who(study.population)
        yield _("How many"), how_many(study)
        yield _("Groups"), [bullets([in_arm(arm) for arm in study.arms])] if study.arms else ""
        yield (
            _("Where and when"),
            "; ".join(
                part
                for part in (", ".join(study.countries), ", ".join(study.centres), study.years)
                if part
            ),
        )
        if cells:
            yield _("Cells"), cells_in_words(study)
            yield _("Given before the cells"), cells.conditioning or ""
            yield _("Given alongside"), cells.background or ""
        yield _("Compared with"), study.comparator or ""
        yield _("Follow-up"), study.follow_up or ""
        yield _("Registration"), self._registration(study)
        yield _("Funding"), study.funding or ""
        yield _("Declared interests"), study.interests or ""
        yield _("What we read"), _(str(study.read))
        yield _("Retraction"), self._retraction(study)
        yield _("Shares people with"), self._overlap(study)
        yield _("Risk of bias"), risk_of_bias(study)

    def _registration(self, study: Study) -> str:
        parts = [", ".join(study.registration)]
        if state := study.registry:
            parts.append(
                _("{status}, as the registry showed on {day}").format(
                    status=state.status, day=wording.day(state.read, self.config.language)
                )
            )
            if state.start:
                parts.append(_("began or begins: {start}").format(start=state.start))
            if state.end:
                parts.append(_("ended or is to end: {end}").format(end=state.end))
        return "; ".join(part for part in parts if part)

    def _retraction(self, study: Study) -> str:
        """What a person found, or else what `make audit` did (see `retraction_marks`)."""
        status, checked, by = study.retraction.status, study.retraction.checked, ""
        entry = store(self.env).entries.get(self.key)
        if checked is None and entry and entry.fields.get("standing"):
            status = RetractionStatus(entry.fields["standing"])
            checked = datetime.date.fromisoformat(entry.fields["checked"])
            by = f" ({entry.fields['checked-by']})"
        if checked is None:
            return _("Not checked yet")
        day = wording.day(checked, self.config.language)
        return _("{status}, checked on {day}").format(status=_(str(status)), day=day) + by

    def _overlap(self, study: Study) -> Cell:
        """One item for each certainty and basis, with all studies that they hold for."""
        alike: dict[tuple[str, str], list[SharedPeople]] = {}
        for each in study.overlap:
            alike.setdefault((_(str(each.certainty)), capitalised(each.basis)), []).append(each)
        if not alike:
            return ""
        return [
            bullets(
                [
                    nodes.Text(f"{capitalised(certainty)}: "),
                    *self._names(others),
                    nodes.Text(f". {basis}"),
                ]
                for (certainty, basis), others in alike.items()
            )
        ]

    def _names(self, others: list[SharedPeople]) -> Iterator[nodes.Node]:
        """The other studies, each a link to its page or else to its reference."""
        for index, other in enumerate(others):
            if index:
                yield nodes.Text("; ")
            if use(self.env, other.study):
                words = label(self.env, other.study)
                yield link("study", other.study, words, docname=self.env.docname)
            else:
                yield from citation(self, other.study)


def what(study: Study) -> str:
    parts = [_(str(study.treatment)), _(str(study.design))]
    if study.blinding:
        parts.append(_(str(study.blinding)))
    if study.phase:
        parts.append(study.phase if "phase" in study.phase.lower() else f"phase {study.phase}")
    return "; ".join(parts)


def who(population: Population) -> str:
    parts = [population.who]
    if population.history:
        parts.append(_(str(population.history)))
    if population.activity:
        parts.append(_("activity at entry: {activity}").format(activity=population.activity))
    if population.nephritis:
        parts.append(_("nephritis: {nephritis}").format(nephritis=population.nephritis))
    return "; ".join(parts)


def how_many(study: Study) -> str:
    """ "18 enrolled, 12 treated, 18 analysed"; what the source does not report is left out."""
    words = {
        "studies": _("{n} studies"),
        "planned": _("{n} planned"),
        "enrolled": _("{n} enrolled"),
        "treated": _("{n} treated"),
        "analysed": _("{n} analysed"),
        "lost": _("{n} lost to follow-up"),
    }
    return ", ".join(
        words[name].format(n=wording.number(n)) for name, n in study.numbers if n is not None
    )


def in_arm(arm: Arm) -> str:
    words = arm.label if arm.n is None else f"{arm.label}: {wording.number(arm.n)}"
    return _("{arm} (the group compared with)").format(arm=words) if arm.control else words


FROM_DONOR = {
    Donor.OWN: lambda: _("the person’s own"),
    Donor.RELATED: lambda: _("from a related donor"),
    Donor.UNRELATED: lambda: _("from an unrelated donor"),
    Donor.DONOR: lambda: _("from a donor"),
}


def cells_in_words(study: Study) -> str:
    cells = study.cells
    if cells is None:
        return ""
    parts = [_(str(cells.source))] if cells.source else []
    if cells.donor:
        parts.append(FROM_DONOR[cells.donor]())
    if cells.passage:
        parts.append(_("passage {passage}").format(passage=cells.passage.removeprefix("passage ")))
    if cells.dose and cells.dose_unit:
        parts.append(wording.cells_given(cells.dose, cells.dose_unit))
    if cells.infusions:
        infusions = cells.infusions
        named = "infusion" in infusions or "injection" in infusions
        parts.append(infusions if named else _("infusions: {n}").format(n=infusions))
    if cells.route:
        parts.append(_(str(cells.route)))
    return "; ".join(parts)


def risk_of_bias(study: Study) -> Cell:
    """The judgements where there are any, and else why there are none."""
    found = study.risk_of_bias
    if found and found.domains:
        return [
            *_judged_by(found),
            bullets(f"{d.domain}: {d.judgement}. {d.reason}" for d in found.domains),
        ]
    return {
        Evidence.FULL_TEXT: _("Not judged yet"),
        Evidence.ABSTRACT: _("Not assessable from the abstract"),
        Evidence.ABSTRACT_AND_TABLES: _("Not assessable from the abstract and tables"),
        Evidence.REVIEW: _("Not assessable from a review’s description"),
        Evidence.REGISTRY: _("Not assessable from a registry entry"),
    }[study.read]


def _judged_by(found: RiskOfBias) -> list[nodes.Node]:
    people = (
        _("judged by one person")
        if found.assessors == 1
        else _("judged by {n} people").format(n=found.assessors)
    )
    return [nodes.paragraph("", f"{found.tool}, {people}:")]


# --- The results ------------------------------------------------------------------------------


class StudyResults(StudyDirective):
    """One row a result and group, with the place in the source; `{result}` links to these."""

    head: ClassVar = ("Outcome", "When", "Group", "What was found", "Where in the source")

    def show(self, study: Study) -> list[nodes.Node]:
        after = self._not_reported(study)
        if not study.results:
            return [nodes.paragraph("", _none(study)), *after]
        rows = [each for result in study.results for each in self._rows(study, result)]
        return [
            table(
                _("Results of {study}").format(study=study.name),
                rows,
                head=[_(words) for words in self.head],
                widths=(26, 12, 18, 24, 20),
                classes=("study-results",),
            ),
            *after,
        ]

    def _rows(self, study: Study, result: Result) -> Iterator[nodes.row]:
        """A row for each arm, for the reported effect and for a contradiction."""
        found: list[tuple[str, Cell]] = [
            (study.arm(name).label, self._figures(result, figures))
            for name, figures in result.arms.items()
        ]
        if result.effect:
            share = result.effect.measure is EffectMeasure.PROPORTION
            group = _("as the source reports it") if share else _("as compared in the source")
            found.append((group, wording.effect(result, result.effect)))
        if result.as_published:
            found.append((_("as published"), _contradiction(result)))
        around = [
            entry(cell, rows=len(found))
            for cell in (
                self._outcome(result),
                result.time or _("not given"),
                self._place(result),
            )
        ]
        for index, (group, figures) in enumerate(found):
            cells = [entry(group), entry(figures)]
            yield row([*around[:2], *cells, around[2]] if index == 0 else cells)

    def _outcome(self, result: Result) -> list[nodes.Node]:
        name: list[nodes.Node] = [nodes.Text(capitalised(wording.outcome(result)))]
        if self.is_at_home:
            where = result_anchor(self.key, result.id)
            name.insert(0, anchor(where))
            self.env.get_domain("evidence").note(
                "result", f"{self.key}:{result.id}", wording.outcome(result), where
            )
        cell: list[nodes.Node] = [nodes.paragraph("", "", *name)]
        if result.definition:
            words = _("The paper’s definition: {definition}").format(definition=result.definition)
            cell.append(nodes.paragraph("", words))
        return cell

    @staticmethod
    def _figures(result: Result, found: Figures) -> Cell:
        """The figures of a group; where they contradict themselves, as they were printed too."""
        words = nodes.paragraph("", wording.figures(result, found))
        if found.as_published is None:
            return words
        figures = [words] if found.counts_people or found.measures else []
        return [*figures, *_contradiction(found)]

    def _place(self, result: Result) -> Cell:
        place = nodes.paragraph("", wording.place(result, self.config.language))
        if result.note is None:
            return place
        return [place, nodes.paragraph("", _("Note: {note}").format(note=result.note))]

    def _not_reported(self, study: Study) -> list[nodes.Node]:
        if not study.not_reported:
            return []
        names = wording.listing([_(name) for name in study.not_reported])
        words = _("We looked for these in the whole source, and it does not report them: {names}.")
        return [nodes.paragraph("", words.format(names=names))]


def _contradiction(part: Result | Figures) -> list[nodes.Node]:
    how = _("The paper contradicts itself: {how}").format(how=part.discrepancy)
    return [nodes.paragraph("", f"“{part.as_published}”"), nodes.paragraph("", how)]


def _none(study: Study) -> str:
    if study.design is Design.REGISTERED:
        return _("This is a registered trial: the record holds no results of it.")
    return _("The record holds no results of this study.")


def setup(app: Sphinx) -> None:
    app.add_directive("study-card", StudyCard)
    app.add_directive("study-results", StudyResults)
