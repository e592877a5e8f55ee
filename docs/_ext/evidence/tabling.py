"""What the tables about many studies share: choosing studies, and the cells that show them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from . import wording
from .pieces import citation, link, placed
from .record import Arm, Result, Study
from .store import label, records, store, use, use_all, use_or_warn
from .vocabulary import OUTCOMES, Design, Overlap, Treatment
from .wording import _

logger = logging.getLogger(__name__)

NOT = "not "
YEAR = re.compile(r"\b(?:19|20)\d\d\b")


class Wrong(ValueError):
    """What a directive asks for does not exist; the line is counted within its content."""

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.line = line


# --- Options ----------------------------------------------------------------------------------


def words(argument: str | None) -> list[str]:
    """The parts of an option, which stand between semicolons: some names hold commas."""
    return [part.strip() for part in (argument or "").split(";") if part.strip()]


def keys(argument: str | None) -> list[str]:
    """Citation keys, or results as ``key:result``, between commas, semicolons or spaces."""
    return [part for part in re.split(r"[,;\s]+", argument or "") if part]


def one_of(given: str, known: Iterable[str], what: str) -> str:
    """The word itself; raises Wrong with the known words if it is none of them."""
    listed = list(known)
    if given not in listed:
        raise Wrong(f"unknown {what} {given!r}; known are: {'; '.join(listed) or 'none'}")
    return given


def chosen(given: Sequence[str], known: Iterable[str], what: str) -> Callable[[str | None], bool]:
    """Whether something is among the words chosen; "not X" leaves X out. No words choose all."""
    listed = list(known)
    wanted = {one_of(w, listed, what) for w in given if not w.startswith(NOT)}
    unwanted = {one_of(w.removeprefix(NOT), listed, what) for w in given if w.startswith(NOT)}
    return lambda value: (not wanted or value in wanted) and value not in unwanted


# --- The directives' common part --------------------------------------------------------------

CHOICE: dict[str, Callable[[str], Any]] = {
    "caption": directives.unchanged_required,
    "design": words,
    "treatment": words,
    "cohort": words,
    "studies": keys,
    "leave-out": keys,
    "class": directives.class_option,
}


class StudiesDirective(SphinxDirective):
    """A table about several studies; says with file and line what of its options is wrong."""

    option_spec: ClassVar = CHOICE
    treatments: ClassVar[Sequence[str]] = ()
    """The treatments that it is about unless `:treatment:` says so."""

    def run(self) -> list[nodes.Node]:
        try:
            found = self.show()
        except Wrong as error:
            self.fault(error)
            return []
        return placed(self, found)

    def show(self) -> list[nodes.Node]:
        raise NotImplementedError

    def fault(self, error: Wrong) -> None:
        # The next build must say it again.
        self.env.get_domain("evidence").note_fault(self.env.docname, "")  # type: ignore[attr-defined]
        # MyST counts the content's offset from the directive's own line.
        within = 0 if error.line is None else self.content_offset + error.line
        logger.warning(
            "{%s}: %s", self.name, error,
            location=(self.env.docname, self.lineno + within), type="evidence", subtype="table",
        )  # fmt: skip

    def caption(self, default: str) -> list[nodes.Node]:
        given = self.options.get("caption")
        return self.inline(given) if given else [nodes.Text(default)]

    def inline(self, text: str) -> list[nodes.Node]:
        return self.parse_inline(text, lineno=self.lineno)[0]

    def classes(self, *own: str) -> list[str]:
        return [*own, *self.options.get("class", [])]

    def studies(self) -> dict[str, Study]:
        """The studies that the options choose: randomised trials first, then the largest."""
        if named := self.options.get("studies"):
            found = {key: use_or_warn(self.env, key, self.get_location()) for key in named}
            every = {key: study for key, study in found.items() if study is not None}
        else:
            every = dict(use_all(self.env))
        cohorts = sorted({study.cohort for study in every.values() if study.cohort})
        wanted = (
            ("treatment", Treatment, self.options.get("treatment") or self.treatments),
            ("design", Design, self.options.get("design") or ()),
            ("cohort", cohorts, self.options.get("cohort") or ()),
        )
        for field, known, given in wanted:
            fits = chosen(given, [str(word) for word in known], field)
            every = {k: s for k, s in every.items() if fits(_text(getattr(s, field)))}
        left_out = self.options.get("leave-out") or []
        for key in left_out:
            one_of(key, every, "study")
        every = {key: study for key, study in every.items() if key not in left_out}
        # Of studies that are named and unknown, the build has said so.
        if not every and not named:
            raise Wrong("no study fits these options")
        return dict(sorted(every.items(), key=lambda item: rank(*item)))

    def known(self, key: str) -> Study:
        """The study with this key."""
        study = use(self.env, key)
        if study is None and key in store(self.env).broken:
            raise Wrong(f"the record of {key!r} is wrong; its own warning says how")
        if study is None:
            raise Wrong(f"unknown study {key!r}; known are: {', '.join(records(self.env))}")
        return study

    def result(self, target: str) -> tuple[str, Study, Result]:
        """The result that ``key:result`` names."""
        key, colon, name = target.partition(":")
        if not colon:
            raise Wrong(f"{target!r}: write study:result")
        study = self.known(key)
        try:
            return key, study, study.result(name)
        except KeyError as error:
            raise Wrong(f"{target!r}: {error.args[0]}") from None

    # --- Cells ---

    def named(self, key: str, study: Study) -> nodes.Node:
        """The study's name, which leads to its page."""
        title = _("{label}, the study’s page").format(label=label(self.env, key))
        return link("study", key, study.name, title=title, docname=self.env.docname)

    def labelled(self, key: str) -> nodes.Node:
        """The source's name, "Deng et al. 2017", which leads to the study's page."""
        return link("study", key, label(self.env, key), docname=self.env.docname)

    def shown(self, key: str, study: Study, result: Result, start: str = "") -> list[nodes.Node]:
        """A result's figures, which lead to their row, with the contradiction if there is one."""
        language = self.config.language
        found: list[nodes.Node] = [nodes.Text(start)] if start else []
        found.append(
            link(
                "result",
                f"{key}:{result.id}",
                wording.in_words(study, result),
                title=wording.locator(label(self.env, key), result, language),
                docname=self.env.docname,
            )
        )
        if contradiction := wording.contradiction(study, result):
            found.append(nodes.Text(f" ({contradiction})"))
        return found

    def standing(self, study: Study) -> str:
        """Where a registered trial stands: "recruiting (read 22 November 2026); end: May 2027"."""
        found = study.registry
        if found is None:
            return ""
        day = wording.day(found.read, self.config.language)
        parts = [_("{status} (read {day})").format(status=found.status, day=day)]
        if found.end:
            parts.append(_("end: {end}").format(end=found.end))
        return "; ".join(parts)

    def source(self, key: str) -> list[nodes.Node]:
        return citation(self, key, "t")


def outcomes_known(names: Sequence[str]) -> list[str]:
    return [one_of(name, OUTCOMES, "outcome") for name in names]


def _text(value: StrEnum | str | None) -> str | None:
    return None if value is None else str(value)


# --- Facts of a study -------------------------------------------------------------------------


def size(study: Study) -> int:
    """How many people the study is about, for sorting; 0 if the record does not say."""
    numbers = study.numbers
    sizes = (numbers.enrolled, numbers.treated, numbers.analysed, numbers.planned)
    return next((n for n in sizes if n is not None), 0)


def rank(key: str, study: Study) -> tuple[int, int, str]:
    """Where a study stands in a table: by design, then by size, then by its key."""
    return list(Design).index(study.design), -size(study), key


def year(env: BuildEnvironment, key: str, study: Study) -> str:
    """The year of the report, for a registered trial that of its start; '' if it is not known."""
    if study.registry is not None:
        text = study.registry.start or ""
    else:
        text = store(env).entries[key].fields.get("year", "") if key in store(env).entries else ""
    found = YEAR.search(text)
    return found[0] if found else ""


def headcount(study: Study) -> str:
    """ "18", "25 planned", or '' if the record does not say."""
    numbers = study.numbers
    if not size(study):
        return ""
    if (numbers.enrolled, numbers.treated, numbers.analysed) == (None, None, None):
        return _("{n} planned").format(n=wording.number(size(study)))
    return wording.number(size(study))


def people(study: Study) -> str:
    """The same with the groups, if there are several: "18 (umbilical cord cells 12, placebo 6)"."""
    arms = [arm for arm in study.arms if arm.n]
    if len(arms) < 2 or not size(study):
        return headcount(study)
    groups = ", ".join(f"{arm.label} {wording.number(arm.n or 0)}" for arm in arms)
    return f"{headcount(study)} ({groups})"


def heading(result: Result) -> str:
    """What a result is about: "change in proteinuria, from the start to 6 months"."""
    name = wording.outcome(result)
    return f"{name}, {result.time}" if result.time and result.months is not None else name


def control(study: Study) -> Arm | None:
    """The group that the others are compared with, where the record marks one."""
    return next((arm for arm in study.arms if arm.control), None)


def is_compared(study: Study, result: Result) -> bool:
    """Whether the result sets a group beside the one that it is compared with."""
    against = control(study)
    return against is not None and against.id in result.arms and len(result.arms) > 1


def is_clinical(study: Study) -> bool:
    """Whether the study itself treated people and may have results: no review, no registration."""
    return study.design not in (Design.SYSTEMATIC_REVIEW, Design.REGISTERED)


def without_reports_of_the_same(studies: dict[str, Study]) -> list[list[str]]:
    """The keys in groups: reports that certainly count the same people stand together."""
    groups: list[list[str]] = []
    for key, study in studies.items():
        same = {other.study for other in study.overlap if other.certainty is Overlap.CERTAIN}
        same |= {
            other
            for other, record in studies.items()
            if any(o.study == key and o.certainty is Overlap.CERTAIN for o in record.overlap)
        }
        joined = [group for group in groups if same & set(group)]
        groups = [group for group in groups if group not in joined]
        groups.append([*(each for group in joined for each in group), key])
    return groups


def own_count(words_: str) -> nodes.inline:
    """Words with a number that we counted: it needs no source but the records themselves."""
    return nodes.inline("", words_, classes=["own-figure"], reason=_("counted in the records"))


def separated(parts: Iterable[nodes.Node], by: str = ", ") -> list[nodes.Node]:
    """Inline nodes with words between them."""
    found: list[nodes.Node] = []
    for part in parts:
        if found:
            found.append(nodes.Text(by))
        found.append(part)
    return found
