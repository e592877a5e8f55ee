"""Measures how quick the handbook's builds are: `make bench`, or `make bench-check` in CI."""

import argparse
import datetime
import json
import sys
from itertools import pairwise
from pathlib import Path

from bench import measuring

RESULTS = Path(__file__).resolve().parent.parent / "docs" / "about" / "speed.json"
# Machines differ and are noisy: a ratio may be so much worse than the committed one.
MARGIN = 0.25


def full(folder: Path, sizes: list[float], runs: int) -> dict:
    """Every measurement."""
    colds = []
    for size in sizes:
        print(f"size {size:g} …", flush=True)
        # A large handbook is built fewer times: its ratios vary less.
        colds.append(measuring.cold_builds(folder, size, runs if size <= 1 else max(1, runs // 2)))
    print("rebuilds …", flush=True)
    return {
        "date": datetime.date.today().isoformat(),
        "runs": runs,
        "machine": measuring.machine(),
        "cold": colds,
        "growth": [measuring.growth(small, large) for small, large in pairwise(colds)],
        "rebuilds": measuring.rebuilds(folder, runs),
        "breakdown": measuring.breakdown(folder),
        "rivals": measuring.rivals(folder, runs),
    }


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
    parser.add_argument("--sizes", default="0.3 1 3", help="sizes; 1 is today's")
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    folder = options.folder.resolve()
    if options.command == "check":
        faults = check(folder, options.runs)
        print("\n".join(faults) or "As quick as the committed results, or quicker.")
        return 1 if faults else 0
    sizes = sorted(map(float, options.sizes.split()))
    results = full(folder, sizes, options.runs)
    RESULTS.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"Wrote {RESULTS}; the directive {{benchmark}} shows it.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
