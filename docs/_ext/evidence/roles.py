"""The roles `{result}` and `{study}`: figures and names in prose, read from the records."""

from __future__ import annotations

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxRole

from . import wording
from .effects import NotEstimable
from .pieces import link
from .reckoning import Unsuitable, difference_in_words, pair, share
from .record import Effect, Figures, Result, Study
from .store import label, note_fault, use_or_warn
from .wording import _

logger = logging.getLogger(__name__)

Found = tuple[list[nodes.Node], list[nodes.system_message]]

# Parts of the figures of one arm, for sentences that need no more.
FORMS = ("count", "percent", "interval", "events", "n", "value")
EFFECT = "effect"
DIFFERENCE = "difference"


class WrongTarget(ValueError):
    """The role names something that the record does not have, or in no way it knows."""


class _RecordRole(SphinxRole):
    """Finds the record and warns, with file and line, about what is wrong."""

    def run(self) -> Found:
        key, *rest = (part.strip() for part in self.text.split(":"))
        study = use_or_warn(self.env, key, self.get_location())
        if study is not None:
            try:
                return self.words(key, study, rest), []
            except WrongTarget as error:
                note_fault(self.env, key)
                logger.warning(
                    "{%s}`%s`: %s", self.name, self.text, error,
                    location=self.get_location(), type="evidence", subtype="role",
                )  # fmt: skip
        return [nodes.literal("", self.text)], []

    def words(self, key: str, study: Study, rest: list[str]) -> list[nodes.Node]:
        raise NotImplementedError


class ResultRole(_RecordRole):
    """A result in words, linked to its row on the study's page.

    ``key:result`` prints every arm (or the reported effect), ``key:result:arm`` one arm,
    ``key:result:effect`` the reported effect, and ``key:result:arm:form`` a part of the figures;
    the arm can be left out if there is only one. With the form ``interval`` a share has the 95%
    interval of our reckoning. ``key:result:effect:value`` prints "2.48", and
    ``key:result:effect:interval`` "2.48 (1.27 to 4.86)". ``key:result:difference``, or
    ``key:result:arm:difference``, prints the difference to the control group, by our reckoning.
    """

    def words(self, key: str, study: Study, rest: list[str]) -> list[nodes.Node]:
        if not 1 <= len(rest) <= 3 or not all(rest):
            raise WrongTarget("write study:result, study:result:arm or study:result:arm:form")
        name, *rest = rest
        try:
            result = study.result(name)
        except KeyError as error:
            raise WrongTarget(error.args[0]) from None
        words, arms = self._shown(study, result, rest)
        shown = link(
            "result",
            f"{key}:{name}",
            words,
            title=wording.locator(label(self.env, key), result, self.config.language),
            docname=self.env.docname,
        )
        self.set_source_info(shown)
        contradiction = wording.contradiction(study, result, arms)
        return [shown, nodes.Text(f" ({contradiction})")] if contradiction else [shown]

    def _shown(self, study: Study, result: Result, rest: list[str]) -> tuple[str, list[str]]:
        """The words, and the arms whose figures they tell."""
        if not rest:
            return wording.in_words(study, result), list(result.arms)
        if rest[0] == EFFECT and EFFECT not in result.arms:
            if result.effect is None:
                raise WrongTarget(f"{result.id!r} has no reported effect")
            return part_of_effect(result, result.effect, *rest[1:]), []
        arm, *forms = rest
        if rest[-1] == DIFFERENCE and DIFFERENCE not in result.arms:
            return difference(study, result, arm if forms else None)
        if len(rest) == 1 and arm in FORMS and arm not in result.arms and len(result.arms) == 1:
            arm, forms = next(iter(result.arms)), rest
        if arm not in result.arms:
            known = ", ".join(result.arms) or "none"
            raise WrongTarget(f"no arm {arm!r}; the result {result.id!r} has: {known}")
        figures = result.arms[arm]
        words = part_of(result, figures, forms[0]) if forms else wording.figures(result, figures)
        return words, [arm]


def difference(study: Study, result: Result, arm: str | None) -> tuple[str, list[str]]:
    """The treated group less the control group, and the two."""
    try:
        treated, control = (each.id for each in pair(study, result, arm))
        words = difference_in_words(result, result.arms[treated], result.arms[control])
    except (Unsuitable, NotEstimable) as error:
        raise WrongTarget(f"{result.id!r} has no {DIFFERENCE!r}: {error}") from None
    return words, [treated, control]


def part_of_effect(result: Result, found: Effect, form: str = "") -> str:
    """A reported effect, or with "value" or "interval" no more than its figures."""
    match form:
        case "":
            return wording.effect(result, found)
        case "value":
            return wording.estimate_alone(found)
        case "interval":
            return wording.with_ends(found)
    raise WrongTarget(f"no form {form!r} of an effect; known are: value, interval")


def part_of(result: Result, found: Figures, form: str) -> str:
    """One part of the figures of an arm, such as "9 of 12" or "75%"."""
    if form not in FORMS:
        raise WrongTarget(f"no form {form!r}; known are: {', '.join(FORMS)}")
    if form == "n" and found.n is not None:
        return wording.number(found.n)
    if form == "value" and found.measures:
        return wording.value(result, found)
    if form == "percent" and found.counts_people:
        return wording.share(found)
    if form == "interval" and found.counts_people:
        return share_with_interval(result, found)
    if found.events is not None and found.n is not None:
        match form:
            case "count":
                return wording.count(found.events, found.n)
            case "events":
                return wording.number(found.events)
    raise WrongTarget(f"the result {result.id!r} has no {form!r}")


def share_with_interval(result: Result, found: Figures) -> str:
    """ "75% (47% to 91%)", by our reckoning."""
    try:
        return share(found).with_interval
    except NotEstimable as error:
        raise WrongTarget(f"the result {result.id!r} has no 'interval': {error}") from None


class StudyRole(_RecordRole):
    """A study's name, or with ``key:enrolled`` and the like a figure of its card, as a link.

    ``key:arm:placebo`` prints the number of people in an arm.
    """

    def words(self, key: str, study: Study, rest: list[str]) -> list[nodes.Node]:
        shown = link(
            "study",
            key,
            fact(study, ":".join(rest)) if rest else study.name,
            title=_("{label}, the study’s page").format(label=label(self.env, key)),
            docname=self.env.docname,
        )
        self.set_source_info(shown)
        return [shown]


def facts(study: Study) -> dict[str, str]:
    """What `{study}` can print of a record, by its name; only what the record has."""
    counts = {name: value for name, value in study.numbers if value is not None}
    found = {name: wording.number(value) for name, value in counts.items()}
    for name in ("years", "follow_up", "phase", "comparator", "cohort"):
        if (value := getattr(study, name)) is not None:
            found[name.replace("_", "-")] = value
    if study.cells and study.cells.dose and study.cells.dose_unit:
        found["dose"] = wording.cells_given(study.cells.dose, study.cells.dose_unit)
    if study.cells and study.cells.infusions:
        found["infusions"] = study.cells.infusions
    found |= {f"arm:{arm.id}": wording.number(arm.n) for arm in study.arms if arm.n is not None}
    return found


def fact(study: Study, name: str) -> str:
    known = facts(study)
    if name not in known:
        raise WrongTarget(f"the record has no {name!r}; it has: {', '.join(known) or 'none'}")
    return known[name]


def setup(app: Sphinx) -> None:
    app.add_role("result", ResultRole())
    app.add_role("study", StudyRole())
