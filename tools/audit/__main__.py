"""Asks Crossref, DataCite and PubMed about every source in refs.bib and reports what is off.

Exits with 0 if nothing is off, 1 if there are findings, 2 if it was called wrongly or a file
cannot be read, 3 if there are none but something could not be checked, and 130 if it was
interrupted. Called again, it goes on where it stopped.
"""

import argparse
import datetime
import os
import sys
from pathlib import Path

from tqdm import tqdm

PROJECT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(PROJECT / "docs" / "_ext"))

import retractions  # noqa: E402

from tools.audit import accepting, asking, findings, proposing, reporting  # noqa: E402
from tools.lint.bibtex import Bibliography  # noqa: E402
from tools.services import Client, Settings  # noqa: E402

NOTHING, FOUND, WRONG, UNCHECKED, INTERRUPTED = 0, 1, 2, 3, 130


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tools.audit",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--docs", type=Path, default=PROJECT / "docs", help="folder of refs.bib")
    parser.add_argument("--out", type=Path, default=PROJECT / "build" / "audit", help="for reports")
    parser.add_argument("--accepted", type=Path, default=accepting.ACCEPTED, help=argparse.SUPPRESS)
    parser.add_argument("--fix", action="store_true", help="propose a patch as well")
    given = parser.parse_args(arguments)
    try:
        return audit(given.docs.resolve(), given.out.resolve(), given.accepted, given.fix)
    except KeyboardInterrupt:
        print("Interrupted. All answers so far are kept: call again to go on.", file=sys.stderr)
        return INTERRUPTED


def audit(docs: Path, out: Path, accepted_file: Path, fix: bool) -> int:
    """Run the audit and write its reports; returns the exit code."""
    references = docs / "refs.bib"
    shown = os.path.relpath(references)
    try:
        settings = Settings.read()
        accepted = accepting.read(accepted_file)
        bibliography = Bibliography.read(references, cited=set())
        known = retractions.read(docs / retractions.FILE)
    except retractions.StandingsError as error:
        return _wrong(f"{os.path.relpath(docs / retractions.FILE)}:{error.line}: {error}")
    except (OSError, ValueError) as error:
        return _wrong(str(error))
    if bibliography.broken:
        line, why = bibliography.broken[0]
        return _wrong(f"{shown}:{line}: {why}")
    entries = bibliography.entries
    asked = [entry for entry in entries if entry.get("doi") or entry.get("pubmed")]
    with (
        Client(settings) as client,
        tqdm(total=len(asked), desc="Sources", unit="", disable=None) as progress,
    ):
        answers = asking.ask(client, entries, progress)
    if asked and not answers.asked:
        print(
            f"Nothing could be checked: {next(iter(answers.unanswered.values()))}. "
            "No file was changed.",
            file=sys.stderr,
        )
        return UNCHECKED
    found = findings.find(entries, answers, known, accepted)
    report = reporting.Report(
        day=datetime.date.today(),
        bibliography=shown,
        entries=len(entries),
        asked=len(asked) - len(answers.unanswered),
        findings=found,
        unanswered=answers.unanswered,
        without_record=[
            entry.key
            for entry in asked
            if entry.key not in answers.papers and entry.key not in answers.unanswered
        ],
        not_asked=[entry.key for entry in entries if entry not in asked],
    )
    out.mkdir(parents=True, exist_ok=True)
    for name, form in reporting.FORMS.items():
        (out / name).write_text(form(report), encoding="utf-8")
    print(reporting.as_text(report))
    print(f"The same for reading: {os.path.relpath(out / 'report.md')}")
    if fix:
        _propose(docs, out, proposing.proposal(docs, entries, found, answers))
    return FOUND if found else UNCHECKED if answers.unanswered else NOTHING


def _propose(docs: Path, out: Path, patch: str) -> None:
    path = out / "proposed.patch"
    path.write_text(patch, encoding="utf-8")
    if patch:
        print(
            f"Proposed: {os.path.relpath(path)}. Read it, then apply it with:\n"
            f"  git -C {os.path.relpath(docs.parent)} apply {path}"
        )
    else:
        print("There is nothing to propose.")


def _wrong(message: str) -> int:
    print(message, file=sys.stderr)
    return WRONG


if __name__ == "__main__":
    sys.exit(main())
