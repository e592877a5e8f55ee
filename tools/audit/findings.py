"""What a maintainer should look at."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from pybtex.richtext import Text
from retractions import RetractionStatus, Standings

from tools.audit import comparing
from tools.audit.asking import Answers, fits
from tools.audit.papers import Notice, Paper
from tools.lint.bibtex import Entry
from tools.services import Service


class Kind(StrEnum):
    """The kinds of findings, in the order of reports."""

    NOTICE = "notice"
    """Retracted, withdrawn, corrected, ..., and not in the file of retractions."""
    NUMBER = "pubmed number"
    """The PubMed number belongs to another paper, or to none."""
    PREPRINT = "preprint"
    """The paper is out."""
    FIELD = "field"
    """A field differs."""
    STALE = "acceptance"
    """A difference was accepted and is none any more."""


@dataclass(frozen=True)
class Finding:
    """One thing to look at."""

    kind: Kind
    key: str
    line: int
    """In refs.bib."""
    what: str
    """The field, or the status of a notice."""
    ours: str
    theirs: str
    says: str
    """Which services say so."""
    proposal: str = ""
    """What the field could be, where all services that know it agree."""


@dataclass(frozen=True)
class Compared:
    """A field that services know, too."""

    name: str
    theirs: Callable[[Paper], tuple[object, ...]]
    same: Callable[[str, str], bool]
    proposable: bool = True


def _year(ours: str, theirs: str) -> bool:
    return ours == theirs


FIELDS = (
    Compared("title", lambda paper: paper.titles, comparing.same_title, proposable=False),
    Compared("author", lambda paper: paper.authors, comparing.same_name, proposable=False),
    Compared("year", lambda paper: paper.years, _year),
    Compared("journal", lambda paper: paper.journals, comparing.same_journal),
    Compared("booktitle", lambda paper: paper.journals, comparing.same_journal),
    Compared("volume", lambda paper: paper.volumes, comparing.same_volume),
    Compared("pages", lambda paper: paper.pages, comparing.same_pages),
)


def find(
    entries: Sequence[Entry],
    answers: Answers,
    standings: Standings,
    accepted: Mapping[str, Mapping[str, str]],
) -> list[Finding]:
    """All findings, by kind and then in the order of refs.bib.

    `accepted` holds, by key and field, why a difference may stay.
    """
    cited = {entry.value("doi").casefold() for entry in entries}
    found: list[Finding] = []
    for entry in entries:
        papers = answers.papers.get(entry.key, [])
        fields = list(differences(entry, papers))
        reasons = accepted.get(entry.key, {})
        found += [finding for finding in fields if finding.what not in reasons]
        found += _notices(entry, papers, standings)
        found += _preprints(entry, papers, cited)
        found += _numbers(entry, answers)
        if papers and entry.key not in answers.unanswered:
            differing = {finding.what for finding in fields}
            found += _stale(entry.key, entry, [name for name in reasons if name not in differing])
    known = {entry.key for entry in entries}
    for key in accepted.keys() - known:
        found += _stale(key, None, accepted[key])
    kinds = list(Kind)
    return sorted(found, key=lambda finding: (kinds.index(finding.kind), finding.line))


def differences(entry: Entry, papers: Sequence[Paper]) -> Iterator[Finding]:
    """The fields in which no service that knows them agrees with the entry."""
    for field in FIELDS:
        ours = _ours(entry, field.name)
        told = {paper: field.theirs(paper) for paper in papers if field.theirs(paper)}
        values = [str(value) for all_ in told.values() for value in all_]
        if not ours or not values or any(field.same(ours, value) for value in values):
            continue
        shown = [str(all_[0]) for all_ in told.values()]
        agreed = all(field.same(shown[0], other) for other in shown[1:])
        years = all(len(all_) == 1 for all_ in told.values()) or field.name != "year"
        yield Finding(
            Kind.FIELD,
            entry.key,
            entry.line_of(field.name),
            field.name,
            ours,
            " / ".join(dict.fromkeys(shown)),
            _listed(paper.service for paper in told),
            shown[0] if field.proposable and agreed and years else "",
        )


def _ours(entry: Entry, name: str) -> str:
    if name != "author":
        return entry.text(name)
    person = next((person for person in entry.people() if str(person) != "others"), None)
    if person is None or not entry.get("author"):
        return ""
    return str(Text.from_latex(" ".join(person.prelast_names + person.last_names)))


def _notices(entry: Entry, papers: Sequence[Paper], standings: Standings) -> Iterator[Finding]:
    standing = standings.get(entry.key)
    known = {notice.casefold() for notice in standing.notices} if standing else set()
    status = standing.status if standing else RetractionStatus.UNCHECKED
    by_notice: dict[tuple[RetractionStatus, str], list[Notice]] = {}
    for paper in papers:
        for notice in paper.notices:
            by_notice.setdefault((notice.status, notice.identifier.casefold()), []).append(notice)
    for (found, identifier), notices in by_notice.items():
        if found.gravity <= status.gravity and (not identifier or identifier in known):
            continue
        day = next((notice.day for notice in notices if notice.day), None)
        words = notices[0].identifier or "no notice named"
        yield Finding(
            Kind.NOTICE,
            entry.key,
            entry.line,
            str(found),
            str(status),
            f"{words}, {day}" if day else words,
            _listed(notice.says for notice in notices),
        )


def _preprints(entry: Entry, papers: Sequence[Paper], cited: set[str]) -> Iterator[Finding]:
    for paper in papers:
        for out in paper.came_out_as:
            if out and out.casefold() not in cited:
                ours = paper.doi or entry.value("doi")
                yield Finding(
                    Kind.PREPRINT, entry.key, entry.line, "preprint", ours, out, str(paper.service)
                )


def _numbers(entry: Entry, answers: Answers) -> Iterator[Finding]:
    number = entry.value("pubmed")
    if not number or Service.PUBMED in answers.failed:
        return
    paper = answers.numbered.get(number)
    if paper is not None and fits(entry, paper):
        return
    right, _paper = answers.by_doi.get(entry.value("doi").casefold(), ("", None))
    if paper is None:
        theirs = "PubMed has no such number"
    else:
        title = paper.titles[0] if paper.titles else "without a title"
        theirs = f"belongs to {paper.doi}: {title}"
    yield Finding(
        Kind.NUMBER, entry.key, entry.line_of("pubmed"), "pubmed", number, theirs, "PubMed", right
    )


def _stale(key: str, entry: Entry | None, names: Iterable[str]) -> Iterator[Finding]:
    for name in names:
        reason = "it differs no more" if entry else "refs.bib has no such entry"
        line = entry.line if entry else 0
        yield Finding(Kind.STALE, key, line, name, "accepted", reason, "tools/audit/accepted.yaml")


def _listed(names: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(map(str, names)))
