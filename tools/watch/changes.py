"""What a registry says of a trial today, against what its record says."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from evidence.record import Study

from tools.services import Client, NotFound, trials
from tools.services.trials import Trial
from tools.watch.known import Known, Registered

# Where a comma belongs into the registry's word.
STATUSES = {"ACTIVE_NOT_RECRUITING": "active, not recruiting"}


@dataclass(frozen=True)
class Change:
    """One thing that differs."""

    what: str
    here: str
    """As the record has it; empty if it has nothing."""
    there: str
    """As the registry has it."""


@dataclass(frozen=True)
class Changed:
    """A registered trial of the handbook that reads otherwise at its registry."""

    trial: Registered
    changes: tuple[Change, ...]
    updated: str
    """When the registry's entry was last updated."""


def look(client: Client, known: Known, tell: Callable[[str], None]) -> list[Changed]:
    """The registered trials that changed. Raises ServiceError."""
    found = []
    for registered in known.trials:
        try:
            trial = trials.trial(client, registered.number)
        except NotFound:
            gone = Change("entry", "registered", "the registry has no such trial")
            found.append(Changed(registered, (gone,), ""))
            continue
        if changes := tuple(differences(registered.study, trial)):
            found.append(Changed(registered, changes, trial.last_updated))
    tell(
        f"ClinicalTrials.gov, trials of the handbook: {len(known.trials)} asked, {len(found)} changed"
    )
    return found


def differences(study: Study, trial: Trial) -> Iterator[Change]:
    """Status, enrolment and results, where the registry differs from the record.

    A record's status begins with the registry's own word, and may go on in words of ours:
    "recruiting, in a copy of 22 July 2025".
    """
    status = STATUSES.get(trial.status, trial.status.replace("_", " ").lower())
    here = study.registry.status if study.registry else ""
    if status and not _begins(here.lower(), status):
        yield Change("status", here, status)
    is_actual = trial.enrolment_type == "ACTUAL"
    what, people = (
        ("people enrolled", study.numbers.enrolled)
        if is_actual
        else ("people planned", study.numbers.planned)
    )
    if trial.enrolment is not None and trial.enrolment != people:
        yield Change(what, "" if people is None else str(people), str(trial.enrolment))
    if trial.has_results:
        there = f"posted on {trial.results_posted}" if trial.results_posted else "posted"
        yield Change("results", "none", there)


def _begins(words: str, start: str) -> bool:
    rest = words[len(start) :]
    return words.startswith(start) and not rest[:1].isalpha()
