"""What is remembered between runs. Nothing here is needed: without it a run asks everything.

`history.json` says of each link when it was last good and since when it has been bad.
`answers.jsonl` holds the answers of a run that is not over. If the run is interrupted, the next
one goes on from there; when a run is over, they go into the history and the file is removed.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TextIO

from .links import Link, Outcome, Verdict

# Answers of an interrupted run that are older than this are asked for again.
STALE = timedelta(hours=24)
# What does not answer for so long counts as broken.
LONGEST_ABSENCE = timedelta(days=14)
GOOD = {Outcome.WORKING, Outcome.MOVED}
BAD = {Outcome.BROKEN, Outcome.UNREACHABLE}


class Journal:
    """The answers of a run that is not over, each on disk as soon as it is known."""

    def __init__(self, path: Path, now: datetime) -> None:
        self._path = path
        self._now = now
        self._file: TextIO | None = None

    def read(self) -> dict[str, Verdict]:
        """The answers of an interrupted run, by what was asked; nothing that could not be told."""
        answers = {}
        for line in _lines(self._path):
            try:
                entry = json.loads(line)
                verdict = Verdict(Outcome(entry["outcome"]), entry["reason"], entry["leads_to"])
                age = self._now - datetime.fromisoformat(entry["at"])
            except (ValueError, KeyError, TypeError):
                continue  # the line during which the run was killed
            if age < STALE and verdict.outcome in GOOD | {Outcome.BROKEN}:
                answers[entry["asked"]] = verdict
        return answers

    def note(self, link: Link, verdict: Verdict) -> None:
        """Write down an answer."""
        if self._file is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self._path.open("a", encoding="utf-8")
            self._file.write("\n")  # ends the line during which an earlier run was killed
        entry = {
            "asked": link.asks,
            "outcome": verdict.outcome,
            "reason": verdict.reason,
            "leads_to": verdict.leads_to,
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        self._file.write(json.dumps(entry) + "\n")
        self._file.flush()

    def close(self, *, over: bool) -> None:
        """Close the file, and remove it when the run is over."""
        if self._file is not None:
            self._file.close()
        if over:
            self._path.unlink(missing_ok=True)


@dataclass
class Past:
    """When a link was last good, and since when it has not been."""

    good: datetime | None = None
    bad_since: datetime | None = None


class History:
    """What earlier runs found."""

    def __init__(self, path: Path, now: datetime) -> None:
        self._path = path
        self._now = now
        self._past = _read_history(path)

    def past(self, link: Link) -> Past:
        return self._past.get(link.uri, Past())

    def weigh(self, link: Link, verdict: Verdict) -> Verdict:
        """The verdict, or that the link is broken where nobody has answered for too long."""
        since = self.past(link).bad_since
        if (
            verdict.outcome is Outcome.UNREACHABLE
            and since is not None
            and self._now - since >= LONGEST_ABSENCE
        ):
            return Verdict(Outcome.BROKEN, f"{verdict.reason}, since {since:%Y-%m-%d}")
        return verdict

    def write(self, verdicts: Iterable[tuple[Link, Verdict]]) -> None:
        """Remember the verdicts of a whole run, and forget links that are gone."""
        links = {}
        for link, verdict in verdicts:
            past = self.past(link)
            if verdict.outcome in GOOD:
                past = Past(good=self._now)
            elif verdict.outcome in BAD:
                past = Past(past.good, past.bad_since or self._now)
            links[link.uri] = {
                name: moment.isoformat(timespec="seconds")
                for name, moment in (("good", past.good), ("bad_since", past.bad_since))
                if moment
            }
        write_whole(self._path, json.dumps({"links": links}, indent=1, sort_keys=True) + "\n")


def write_whole(path: Path, text: str) -> None:
    """Write a file so that it is there whole or as it was, whenever the program is stopped."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(path.name + ".unfinished")
    unfinished.write_text(text, encoding="utf-8")
    os.replace(unfinished, path)


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []


def _read_history(path: Path) -> dict[str, Past]:
    """The past of each link; nothing from a file that is missing or damaged."""
    try:
        links = json.loads(path.read_text(encoding="utf-8"))["links"]
        return {
            uri: Past(**{name: _moment(value) for name, value in past.items()})
            for uri, past in links.items()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def _moment(value: Any) -> datetime:
    moment = datetime.fromisoformat(value)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
