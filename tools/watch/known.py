"""What the handbook holds already: sources, what was looked at and left out, registered trials."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from evidence.loading import RecordError, load
from evidence.record import Study
from evidence.store import study_files
from evidence.vocabulary import Design
from evidence_searches.identifiers import identifier, trials_in
from evidence_searches.record import FILE, Reason, Searches
from evidence_searches.record import load as load_searches
from pybtex.database import Entry, parse_file

SOURCE = "source"


class Faulty(ValueError):
    """A file of the handbook that must be mended first; the message names it, with its line."""


@dataclass(frozen=True)
class Registered:
    """A registered trial without results that has a record."""

    number: str
    key: str
    study: Study


@dataclass(frozen=True)
class Known:
    """Identifiers stand in their one form, as `identifier` gives it."""

    searches: Searches
    sources: frozenset[str]
    rejected: Mapping[str, Reason]
    trials: tuple[Registered, ...]
    """Those at ClinicalTrials.gov."""
    elsewhere: tuple[str, ...]
    """Keys of registered trials that are not at ClinicalTrials.gov."""

    def decision(self, names: Iterable[str]) -> Reason | str | None:
        """What became of the record with any of these names: SOURCE, a reason, or nothing yet."""
        listed = list(names)
        if any(name in self.sources for name in listed):
            return SOURCE
        return next((self.rejected[name] for name in listed if name in self.rejected), None)

    @property
    def numbers(self) -> frozenset[str]:
        """The numbers of the registered trials."""
        return frozenset(trial.number for trial in self.trials)


def read(docs: Path) -> Known:
    """Read the handbook. Raises Faulty, and SearchesError for the file of searches."""
    searches = load_searches(docs / FILE)
    bibliography = docs / "refs.bib"
    try:
        entries = parse_file(str(bibliography)).entries.values()
    except Exception as error:  # pybtex has several kinds, without a common one
        raise Faulty(f"{bibliography}: {error}; `make lint` says more") from None
    sources = {name for entry in entries for name in _names(entry)}
    trials, elsewhere = [], []
    for path in study_files(docs):
        try:
            study = load(path)
        except RecordError as error:
            raise Faulty(f"{path}:{error.line}: {error}") from None
        numbers = trials_in(" ".join(study.registration))
        sources.update(numbers)
        if study.design is Design.REGISTERED:
            trials += [Registered(number, path.stem, study) for number in numbers]
            elsewhere += [] if numbers else [path.stem]
    rejected = {each.id: each.reason for each in searches.rejected}
    return Known(searches, frozenset(sources), rejected, tuple(trials), tuple(elsewhere))


def _names(entry: Entry) -> Iterator[str]:
    """Every identifier of a source."""
    for kind, field in (("DOI", "doi"), ("PMID", "pubmed")):
        if given := entry.fields.get(field):
            try:
                yield identifier(given if kind == "DOI" else f"{kind} {given}")
            except ValueError as error:
                raise Faulty(f"refs.bib, {entry.key}, {field}: {error}") from None
    named = (entry.key, entry.fields.get("registration", ""), entry.fields.get("url", ""))
    yield from trials_in(" ".join(named))
