"""Scores one page of each kind of the built web site with Lighthouse: `make lighthouse`.

The pages come from a server on this machine that compresses, as public servers do. Performance
varies from run to run, so each page is measured several times and the median counts.
"""

from __future__ import annotations

import argparse
import contextlib
import gzip
import http.server
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from tools.browser import REMEDY, find_browser, serve
from tools.page_weight import KINDS

HERE = Path(__file__).resolve().parent
# The least that each page must reach, of 100.
LEAST = {"performance": 99, "accessibility": 100, "best-practices": 100, "seo": 100}
# What a page need not reach, and why.
EXEMPT = {("search.html", "seo"): "search engines are told to leave it out"}

NO_NODE = (
    "`make lighthouse` needs Node 22 or newer with npm, which this machine has not: install it "
    "(https://nodejs.org). Building and testing the handbook do not need it."
)


class CompressingHandler(http.server.SimpleHTTPRequestHandler):
    """Serves files compressed, and lets browsers keep them."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *args: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        path = Path(self.translate_path(self.path))
        if path.is_dir():
            path /= "index.html"
        if not path.is_file():
            self.send_error(404)
            return
        content = gzip.compress(path.read_bytes(), 6, mtime=0)
        kind = self.guess_type(path)
        self.send_response(200)
        self.send_header("Content-Type", f"{kind}; charset=utf-8" if "text" in kind else kind)
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Cache-Control", "max-age=31536000")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        with contextlib.suppress(ConnectionError):
            self.wfile.write(content)


def installed(folder: Path) -> Path:
    """Lighthouse in that folder, as package-lock.json has it; installed if it is not yet.

    Raises RuntimeError if Node is missing.
    """
    if not (shutil.which("node") and shutil.which("npm")):
        raise RuntimeError(NO_NODE)
    folder.mkdir(parents=True, exist_ok=True)
    lock, copied = HERE / "package-lock.json", folder / "package-lock.json"
    if not copied.is_file() or copied.read_bytes() != lock.read_bytes():
        shutil.copy(HERE / "package.json", folder)
        shutil.copy(lock, copied)
        try:
            subprocess.run(
                ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=folder, check=True
            )
        except BaseException:
            copied.unlink()  # half installed is not installed
            raise
    return folder / "node_modules" / ".bin" / "lighthouse"


def scores(lighthouse: Path, address: str, browser: str) -> dict[str, int]:
    """What one run of Lighthouse gives a page, by category, of 100.

    Raises RuntimeError with Lighthouse's own words if it cannot measure.
    """
    command = [
        str(lighthouse), address, "--quiet", "--output=json", f"--only-categories={','.join(LEAST)}",
        "--chrome-flags=--headless=new --no-sandbox --disable-gpu "
        '--host-resolver-rules="MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"',
    ]  # fmt: skip
    told = subprocess.run(
        command, env={**os.environ, "CHROME_PATH": browser}, capture_output=True, text=True
    )
    if told.returncode:
        raise RuntimeError(f"Lighthouse could not measure {address}: {told.stderr.strip()}")
    report = json.loads(told.stdout)
    if problem := report.get("runtimeError"):
        raise RuntimeError(f"Lighthouse could not measure {address}: {problem['message']}")
    found = report["categories"].items()
    return {name: round(100 * (category["score"] or 0)) for name, category in found}


def shortfalls(page: str, medians: dict[str, float]) -> Iterator[str]:
    """What a page does not reach, in words."""
    for name, least in LEAST.items():
        if medians[name] < least and (page.partition("?")[0], name) not in EXEMPT:
            yield f"{page}: {name} {medians[name]:g}, at least {least}"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.lighthouse", description=__doc__)
    parser.add_argument("site", type=Path, help="the folder of the built web site")
    parser.add_argument("--folder", type=Path, required=True, help="for Lighthouse and the scores")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--pages", default=" ".join(KINDS.values()), help="separated by spaces")
    options = parser.parse_args()
    browser = find_browser()
    if browser is None:
        parser.error(f"no Chromium found: {REMEDY}")
    try:
        lighthouse = installed(options.folder.resolve())
    except RuntimeError as error:
        parser.error(str(error))
    found = {}
    with serve(options.site, CompressingHandler) as address:
        for page in options.pages.split():
            runs = [scores(lighthouse, address + page, browser) for _ in range(options.runs)]
            found[page] = {name: median(run[name] for run in runs) for name in LEAST}
            spread = [run["performance"] for run in runs]
            print(f"{page}: {found[page]} (performance {spread})", flush=True)
    (options.folder / "scores.json").write_text(json.dumps(found, indent=2) + "\n", "utf-8")
    missed = [line for page, medians in found.items() for line in shortfalls(page, medians)]
    print("\n".join(missed), file=sys.stderr)
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
