"""`make watch`: what is new since the documented searches were last run, and which trials changed.

Exit codes: 0 nothing to look at, 1 there is something, 2 a file or a setting must be mended first,
3 could not check.
"""

import argparse
import datetime
import re
import sys
from pathlib import Path

from evidence_searches.record import FILE, SearchesError

from tools.services import Client, ServiceError, Settings
from tools.watch import DOCS, changes, finding, keeping, known
from tools.watch.triage import Triage

NOTHING, SOMETHING, FAULTY, NOT_CHECKED, INTERRUPTED = 0, 1, 2, 3, 130
OUT = Path(__file__).resolve().parents[2] / "build" / "watch"
# PubMed's day ends in another time zone, and a record can be found some hours after it is made.
LAG = datetime.timedelta(days=2)


def main(arguments: list[str] | None = None, today: datetime.date | None = None) -> int:
    given = _given(arguments)
    today = today or datetime.date.today()
    try:
        held = known.read(given.docs)
        if given.reject:
            names = re.split(r",\s+", given.reject)
            rejected = keeping.reject(given.docs / FILE, held, names, given.reason, today)
            print(f"Rejected: {', '.join(rejected)} ({given.reason}).")
            return NOTHING
        to = min(given.until or today, today - LAG)
        with Client(Settings.read()) as client:
            changed = changes.look(client, held, _tell)
            found = finding.look(client, held, to, _tell)
    except ServiceError as error:
        print(f"Could not check: {error}. No file was changed.", file=sys.stderr)
        return NOT_CHECKED
    except (known.Faulty, SearchesError, ValueError, OSError) as error:
        print(error, file=sys.stderr)
        return FAULTY
    except KeyboardInterrupt:
        print("Interrupted. Answers so far are kept: run it again to go on.", file=sys.stderr)
        return INTERRUPTED
    triage = Triage.of(held, to, changed, found)
    print(f"{triage.summary}: {triage.write(given.out)}")
    if given.record:
        _record(given.docs / FILE, triage, today)
    return NOTHING if triage.is_empty else SOMETHING


def _record(path: Path, triage: Triage, today: datetime.date) -> None:
    if triage.waiting:
        print("Not recorded: add each new record to refs.bib or reject it, then record again.")
    elif not triage.outcomes:
        print(f"Not recorded: all searches have been run up to {triage.to} already.")
    else:
        runs = {each.search.id: each.run(today, triage.to) for each in triage.outcomes}
        keeping.add_runs(path, runs)
        print(f"Recorded: {len(runs)} searches, up to {triage.to}, in {path}.")


def _given(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.watch", description=__doc__)
    parser.add_argument("--record", action="store_true", help="write the runs into the file of searches")  # fmt: skip
    parser.add_argument(
        "--until",
        type=datetime.date.fromisoformat,
        metavar="YYYY-MM-DD",
        help="look for records up to this day only, for a first run in pieces",
    )
    parser.add_argument("--reject", metavar="IDENTIFIER, ...", help="leave these records out")
    parser.add_argument("--reason", default="", help="why")
    parser.add_argument("--docs", type=Path, default=DOCS, help=argparse.SUPPRESS)
    parser.add_argument("--out", type=Path, default=OUT, help=argparse.SUPPRESS)
    return parser.parse_args(arguments)


def _tell(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
