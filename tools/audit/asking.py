"""Asks the services about every entry, and goes on where one of them fails."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from tools.audit.papers import Paper, from_crossref, from_datacite, from_pubmed
from tools.lint.bibtex import Entry
from tools.services import (
    Client,
    NotFound,
    NotUnderstood,
    Service,
    ServiceError,
    crossref,
    datacite,
    pubmed,
)

# So many answers in a row that make no sense come from somebody else, such as a login page.
PATIENCE = 3


class Progress(Protocol):
    """What tqdm offers of itself."""

    def update(self, n: int) -> object: ...


@dataclass
class Answers:
    """What the services said."""

    papers: dict[str, list[Paper]] = field(default_factory=dict)
    """By citation key."""
    numbered: dict[str, Paper] = field(default_factory=dict)
    """What PubMed says of its numbers in refs.bib, whether they fit or not."""
    by_doi: dict[str, tuple[str, Paper]] = field(default_factory=dict)
    """PubMed's number and paper for a DOI in lower case."""
    asked: set[str] = field(default_factory=set)
    """The keys of which at least one service gave or denied a record."""
    failed: dict[Service, str] = field(default_factory=dict)
    """Services that were given up, each with the reason."""
    unanswered: dict[str, str] = field(default_factory=dict)
    """Keys with a question that stayed open, each with the reason."""

    def add(self, key: str, paper: Paper) -> None:
        self.papers.setdefault(key, []).append(paper)


def ask(client: Client, entries: Sequence[Entry], progress: Progress) -> Answers:
    """What the services say of the entries that have a DOI or a PubMed number.

    One step of progress for each such entry. An entry that DataCite registered is asked for at
    Crossref first: a DOI does not tell whose it is.
    """
    answers = Answers()
    _ask_pubmed(client, entries, answers)
    misses = {Service.CROSSREF: 0, Service.DATACITE: 0}
    for entry in entries:
        if doi := entry.value("doi"):
            for service, look_up in (
                (Service.CROSSREF, lambda doi: from_crossref(crossref.work(client, doi))),
                (Service.DATACITE, lambda doi: from_datacite(datacite.record(client, doi))),
            ):
                if _look_up(service, look_up, entry, doi, misses, answers):
                    break
        if doi or entry.value("pubmed"):
            progress.update(1)
    return answers


def _look_up(
    service: Service,
    look_up: Callable[[str], Paper],
    entry: Entry,
    doi: str,
    misses: dict[Service, int],
    answers: Answers,
) -> bool:
    """Ask one service for a DOI; false where it denies it, so that the next one may be asked."""
    if service in answers.failed:
        answers.unanswered[entry.key] = answers.failed[service]
        return True
    try:
        paper: Paper | None = look_up(doi)
    except NotFound:
        paper = None
    except ServiceError as error:
        answers.unanswered[entry.key] = str(error)
        misses[service] += 1
        if not isinstance(error, NotUnderstood) or misses[service] >= PATIENCE:
            answers.failed[service] = str(error)
        return True
    answers.asked.add(entry.key)
    misses[service] = 0
    if paper is not None:
        answers.add(entry.key, paper)
    return paper is not None


def _ask_pubmed(client: Client, entries: Sequence[Entry], answers: Answers) -> None:
    """In batches: first by number, then by DOI where there is no number or a wrong one."""
    try:
        numbers = [entry.value("pubmed") for entry in entries if entry.get("pubmed")]
        articles = pubmed.articles(client, numbers)
        answers.numbered = {number: from_pubmed(each) for number, each in articles.items()}
        open_dois = [
            entry.value("doi")
            for entry in entries
            if entry.get("doi") and not fits(entry, answers.numbered.get(entry.value("pubmed")))
        ]
        found = pubmed.articles(client, pubmed.numbers_of_dois(client, open_dois))
        answers.by_doi = {
            each.doi.casefold(): (number, from_pubmed(each))
            for number, each in found.items()
            if each.doi
        }
    except ServiceError as error:
        answers.failed[Service.PUBMED] = str(error)
        for entry in _with(entries, "doi", "pubmed"):
            answers.unanswered[entry.key] = str(error)
        return
    for entry in _with(entries, "doi", "pubmed"):
        answers.asked.add(entry.key)
        paper = answers.numbered.get(entry.value("pubmed"))
        if paper is None or not fits(entry, paper):
            _number, paper = answers.by_doi.get(entry.value("doi").casefold(), ("", None))
        if paper is not None:
            answers.add(entry.key, paper)


def fits(entry: Entry, paper: Paper | None) -> bool:
    """Whether a paper's DOI does not speak against its being the entry's."""
    if paper is None:
        return False
    ours = entry.value("doi").casefold()
    return not ours or not paper.doi or ours == paper.doi.casefold()


def _with(entries: Iterable[Entry], *names: str) -> list[Entry]:
    return [entry for entry in entries if any(entry.get(name) for name in names)]
