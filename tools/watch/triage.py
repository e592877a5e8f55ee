"""The list of what to look at: triage.md for people, triage.json for programs."""

import datetime
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tools.services.text import markdown
from tools.watch.changes import Changed
from tools.watch.finding import Finding, Outcome
from tools.watch.known import Known

# An issue on a forge holds some 65,000 characters.
LONGEST = 40_000  # of all new records together
LONGEST_WORDS = 300  # of one title, or whatever else a service says
NAME = "triage"


@dataclass(frozen=True)
class Triage:
    """All that was found. What services said is escaped here and nowhere before."""

    to: datetime.date
    changed: list[Changed]
    outcomes: list[Outcome]
    waiting: list[Finding]
    elsewhere: tuple[str, ...]

    @classmethod
    def of(
        cls,
        known: Known,
        to: datetime.date,
        changed: list[Changed],
        found: tuple[list[Outcome], list[Finding]],
    ) -> "Triage":
        return cls(to, changed, *found, known.elsewhere)

    @property
    def is_empty(self) -> bool:
        return not self.changed and not self.waiting

    @property
    def summary(self) -> str:
        return (
            f"{len(self.changed)} registered trials of the handbook changed, "
            f"{len(self.waiting)} new records wait for a decision"
        )

    def write(self, folder: Path) -> Path:
        """Both files, each whole or not at all; the path of the one for people."""
        folder.mkdir(parents=True, exist_ok=True)
        for suffix, text in ((".json", self.json()), (".md", self.markdown())):
            part = folder / f"{NAME}{suffix}.part"
            part.write_text(text, encoding="utf-8")
            os.replace(part, folder / f"{NAME}{suffix}")
        return folder / f"{NAME}.md"

    def json(self) -> str:
        content = {
            "to": str(self.to),
            "changed": [
                {
                    "id": each.trial.number,
                    "record": each.trial.key,
                    "updated": each.updated,
                    "changes": [vars(change) for change in each.changes],
                }
                for each in self.changed
            ],
            "new": [
                {name: value for name, value in vars(finding).items() if name != "text"}
                for finding in self.waiting
            ],
            "searches": [
                {
                    "id": outcome.search.id,
                    "found": outcome.found,
                    "doubles": outcome.doubles,
                    "included": outcome.included,
                    "excluded": outcome.excluded,
                    "waiting": outcome.waiting,
                }
                for outcome in self.outcomes
            ],
        }
        return json.dumps(content, indent=2, ensure_ascii=False) + "\n"

    def markdown(self) -> str:
        return "\n".join(self._lines()) + "\n"

    def _lines(self) -> Iterator[str]:
        yield f"{self.summary[0].upper()}{self.summary[1:]}. Looked for up to {self.to}."
        if self.changed:
            yield "\n## Registered trials of the handbook that changed\n"
            yield "Read the entry at the registry, then mend the record.\n"
        for changed in self.changed:
            yield from _of_trial(changed)
        if self.waiting:
            yield "\n## New records\n"
            yield (
                "Add what belongs into the handbook to `docs/refs.bib`. Reject the rest: "
                '`make watch REJECT="PMID 12345678" REASON="not about lupus"`.\n'
            )
        listed = length = 0
        for finding in self.waiting:
            lines = "\n".join(_of_record(finding))
            length += len(lines)
            if length > LONGEST:
                break
            listed += 1
            yield lines
        if listed < len(self.waiting):
            yield f"\n{len(self.waiting) - listed} more stand in `{NAME}.json`."
        if self.outcomes:
            yield "\n## What each search found\n"
            yield "| Search | Found | Found twice | Sources | Left out | New |"
            yield "| --- | --- | --- | --- | --- | --- |"
        for outcome in self.outcomes:
            figures = (
                outcome.found,
                outcome.doubles,
                outcome.included,
                sum(outcome.excluded.values()),
                outcome.waiting,
            )
            yield f"| {outcome.search.id} | {' | '.join(map(str, figures))} |"
        if self.elsewhere:
            yield "\n## Not checked\n"
            yield (
                "Registered elsewhere than at ClinicalTrials.gov, look for yourself: "
                f"{', '.join(self.elsewhere)}."
            )


def _of_trial(changed: Changed) -> Iterator[str]:
    number = changed.trial.number
    updated = f", updated {_shown(changed.updated)}" if changed.updated else ""
    yield (
        f"- [{number}](https://clinicaltrials.gov/study/{number}){updated}; "
        f"record: `docs/evidence/studies/{changed.trial.key}.md`"
    )
    for change in changed.changes:
        here = _shown(change.here) or "nothing"
        yield f"  - {change.what}: registry **{_shown(change.there)}**, record {here}"


def _of_record(finding: Finding) -> Iterator[str]:
    title = _shown(finding.title) or "no title given"
    yield f"- [{finding.id}]({finding.link}) {title}"
    about = (finding.where, finding.date, finding.design)
    yield f"  - {'; '.join(_shown(each) for each in about if each) or 'not described'}"
    yield f"  - People: {_shown(finding.people) or 'not told'}"
    if finding.reports:
        yield f"  - **Names a registered trial of the handbook: {', '.join(finding.reports)}**"
    yield f"  - Found by: {_shown('; '.join(finding.why))}"


def _shown(words: str) -> str:
    """Words of a service, short and harmless."""
    short = words if len(words) <= LONGEST_WORDS else f"{words[:LONGEST_WORDS]} ..."
    return markdown(short)
