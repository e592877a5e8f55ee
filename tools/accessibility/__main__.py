"""`make a11y`: look at every page of the built web site and report what axe-core finds."""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import queue
import sys
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tqdm import tqdm

from tools.accessibility import Finding, examine
from tools.browser import REMEDY, find_browser, launched, serve


def pages_of(site: Path) -> list[str]:
    """Every page that readers see, the largest first, so that no long one is left for the end."""
    paths = sorted(site.rglob("*.html"), key=lambda path: (-path.stat().st_size, path))
    return [
        path.relative_to(site).as_posix()
        for path in paths
        # A signpost at an old address leads on at once.
        if 'http-equiv="refresh"' not in path.read_text(encoding="utf-8")
    ]


def examine_all(site: Path, pages: list[str], browser: str, at_once: int) -> list[Finding]:
    """What is found on all these pages, in their order; `at_once` browsers share them."""
    waiting: queue.SimpleQueue[str] = queue.SimpleQueue()
    for page in pages:
        waiting.put(page)
    found: dict[str, list[Finding]] = {}

    def work(address: str, bar: tqdm) -> None:
        with launched(browser) as window:
            while True:
                try:
                    page = waiting.get_nowait()
                except queue.Empty:
                    return
                found[page] = examine(window, address, page)
                bar.update()

    with (
        serve(site) as address,
        tqdm(total=len(pages), unit="page", disable=None) as bar,
        ThreadPoolExecutor(at_once) as pool,
    ):
        for worker in [pool.submit(work, address, bar) for _ in range(at_once)]:
            worker.result()
    return [finding for page in pages for finding in found[page]]


def summary(found: list[Finding]) -> list[str]:
    """One line for each rule and reason: how many elements, on which pages."""
    groups = defaultdict(list)
    for finding in found:
        groups[finding.rule, finding.reason].append(finding)
    lines = []
    for (rule, reason), findings in sorted(groups.items()):
        pages = sorted({finding.page for finding in findings})
        elements = {(finding.page, finding.target) for finding in findings}
        named = ", ".join(pages[:3]) + (", …" if len(pages) > 3 else "")
        lines.append(f"{rule}: {len(elements)} elements on {len(pages)} pages ({named}): {reason}")
    return lines


def main() -> int:
    parser = argparse.ArgumentParser(prog="make a11y", description=__doc__)
    parser.add_argument("site", type=Path, help="folder of the built web site")
    parser.add_argument("report", type=Path, help="file to write all findings to, as JSON")
    arguments = parser.parse_args()

    browser = find_browser()
    if browser is None:
        print(f"No Chromium found: {REMEDY}.", file=sys.stderr)
        return 1
    pages = pages_of(arguments.site)
    found = examine_all(arguments.site, pages, browser, os.cpu_count() or 1)
    arguments.report.parent.mkdir(parents=True, exist_ok=True)
    arguments.report.write_text(
        json.dumps(
            {"pages": sorted(pages), "findings": [dataclasses.asdict(one) for one in found]},
            indent=1,
            ensure_ascii=False,
        ),
        encoding="utf-8",
    )
    violations = [finding for finding in found if finding.kind == "violations"]
    unjudged = [finding for finding in found if finding.kind == "incomplete"]
    if unjudged:
        print("What axe-core cannot judge, for people to look at:")
        print(*(f"  {line}" for line in summary(unjudged)), sep="\n")
    if violations:
        print("Violations:")
        print(*(f"  {line}" for line in summary(violations)), sep="\n")
    print(f"{len(pages)} pages, {len(violations)} violations. Every finding: {arguments.report}")
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main())
