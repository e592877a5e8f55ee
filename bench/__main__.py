"""Measures how quick the handbook's builds are: `make bench`, or `make bench-check` in CI."""

import argparse
import datetime
import json
import signal
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from bench import live, measuring

RESULTS = Path(__file__).resolve().parent.parent / "docs" / "about" / "speed.json"
# Machines differ and are noisy: a ratio may be so much worse than the committed one.
MARGIN = 0.25


def full(folder: Path, sizes: list[float], runs: int) -> Iterator[dict]:
    """Every measurement; what is known so far, after each part."""
    found: dict = {
        "date": datetime.date.today().isoformat(),
        "runs": runs,
        "machine": measuring.machine(),
        "cold": [],
        "growth": [],
    }
    for size in sizes:
        print(f"size {size:g} …", flush=True)
        # A large handbook is built fewer times: its ratios vary less, and it takes long.
        times = runs if size <= 1 else max(1, runs // 2) if size <= 3 else 1
        found["cold"].append(measuring.cold_builds(folder, size, times))
        found["growth"] = [measuring.growth(*pair) for pair in pairwise(found["cold"])]
        yield found
    for name, measure in (
        ("rebuilds", lambda: measuring.rebuilds(folder, runs)),
        ("live", lambda: [live.live(folder, size) for size in sizes if size in (1, 10)]),
        ("breakdown", lambda: measuring.breakdown(folder)),
        ("cores", lambda: measuring.cores(folder, min(max(sizes), 10))),
        ("rivals", lambda: measuring.rivals(folder, runs)),
    ):
        print(f"{name} …", flush=True)
        found[name] = measure()
        yield found


def check(folder: Path, runs: int) -> list[str]:
    """What is slower than the committed results allow, measured at their smallest size."""
    if not RESULTS.is_file():
        return [f"{RESULTS} is missing, there is nothing to compare with: run 'make bench' first"]
    kept = json.loads(RESULTS.read_text(encoding="utf-8"))
    before = kept["cold"][0]
    now = measuring.cold_builds(folder, before["size"], runs)
    faults = []
    for name, build in now["builds"].items():
        limit = before["builds"][name]["ratio"] * (1 + MARGIN)
        print(f"{name}: ratio {build['ratio']}, allowed {limit:.2f}")
        if build["ratio"] > limit:
            faults.append(f"{name}: {build['ratio']} of the stack as it comes, allowed {limit:.2f}")
    if faults:
        # Shares, not seconds: this machine need not be the one of the committed results.
        then, here = (
            {name: seconds / sum(one["phases"].values()) for name, seconds in one["phases"].items()}
            for one in (kept["breakdown"], measuring.breakdown(folder))
        )
        worst = max(here, key=lambda name: here[name] - then.get(name, 0))
        faults.append(
            f"the phase that grew most is {worst}: {here[worst]:.0%} of the time, "
            f"it was {then.get(worst, 0):.0%}"
        )
    return faults


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("command", choices=("run", "check"))
    parser.add_argument("--folder", type=Path, required=True, help="where handbooks are generated")
    parser.add_argument("--sizes", default="0.3 1 3 10 30", help="sizes; 1 is today's")
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    # Programs that run in the background ignore this signal, and so would `make live`.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    options.folder.mkdir(parents=True, exist_ok=True)
    folder = options.folder.resolve()
    if options.command == "check":
        faults = check(folder, options.runs)
        print("\n".join(faults) or "As quick as the committed results, or quicker.")
        return 1 if faults else 0
    sizes = sorted(map(float, options.sizes.split()))
    unfinished = folder / RESULTS.name
    for found in full(folder, sizes, options.runs):
        unfinished.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", "utf-8")
    RESULTS.write_bytes(unfinished.read_bytes())
    print(f"Wrote {RESULTS}; the directive {{benchmark}} shows it.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
