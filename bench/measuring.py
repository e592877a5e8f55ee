"""The measurements: each the median of several runs, ours and the stack as it comes side by side."""

from __future__ import annotations

import json
import math
import os
import platform
import shutil
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bench import corpus
from bench.corpus import Corpus, write
from bench.running import Run, output_bytes, run

AS_IT_COMES = {"BENCH_AS_IT_COMES": "1"}
PACKAGES = ("sphinx", "myst-parser", "sphinxcontrib-bibtex", "furo", "typst")


def sphinx(builder: str, jobs: int = 1) -> list[str]:
    out = "pdf" if builder == "typstpdf" else builder
    return [sys.executable, "-m", "sphinx", "-q", "-j", str(jobs), "-b", builder]  + [
        "-d", f"build/doctrees-{builder}", ".", f"build/{out}"
    ]  # fmt: skip


class Handbook:
    """A generated handbook in a folder, which builds can be run on."""

    def __init__(self, folder: Path, size: float) -> None:
        self.folder, self.corpus = folder, Corpus(size)
        write(folder, corpus.files(self.corpus))

    def cold(self, builder: str, jobs: int = 1, **environment: str) -> Run:
        shutil.rmtree(self.folder / "build", ignore_errors=True)
        return self.warm(builder, jobs, **environment)

    def warm(self, builder: str, jobs: int = 1, **environment: str) -> Run:
        return run(sphinx(builder, jobs), self.folder, **environment)

    def edit(self, name: str, old: str, new: str) -> None:
        path = self.folder / name
        text = path.read_text(encoding="utf-8")
        if old not in text:
            raise ValueError(f"{path} has no {old!r}")
        path.write_text(text.replace(old, new, 1), encoding="utf-8")


def medians(runs: list[Run]) -> dict[str, float]:
    return {
        "seconds": round(statistics.median(one.seconds for one in runs), 2),
        "peak": round(statistics.median(one.peak for one in runs)),
    }


def compared(ours: list[Run], theirs: list[Run]) -> dict[str, Any]:
    """Both medians, and the median of the ratios of runs that followed one another."""
    ratios = [one.seconds / other.seconds for one, other in zip(ours, theirs, strict=True)]
    return {
        "ours": medians(ours),
        "as it comes": medians(theirs),
        "ratio": round(statistics.median(ratios), 2),
        "range": [round(min(ratios), 2), round(max(ratios), 2)],
    }


def side_by_side(runs: int, ours: Callable[[], Run], theirs: Callable[[], Run]) -> dict[str, Any]:
    pairs = [(ours(), theirs()) for _ in range(runs)]
    return compared([pair[0] for pair in pairs], [pair[1] for pair in pairs])


def cold_builds(folder: Path, size: float, runs: int) -> dict[str, Any]:
    book = Handbook(folder / f"handbook-{size:g}", size)
    found: dict[str, Any] = {
        name: side_by_side(
            runs,
            lambda builder=builder, jobs=jobs: book.cold(builder, jobs),
            lambda builder=builder, jobs=jobs: book.cold(builder, jobs, **AS_IT_COMES),
        )
        for name, builder, jobs in (
            ("PDF", "typstpdf", 1),
            ("web site, two cores", "html", 2),
            ("web site, one core", "html", 1),
        )
    }
    book.cold("html", **AS_IT_COMES)
    theirs = output_bytes(book.folder / "build" / "html")
    book.cold("html")
    return {
        "size": size,
        "pages": len(book.corpus.pages) + len(book.corpus.studies),
        "references": len(book.corpus.references),
        "builds": found,
        "bytes": {"ours": output_bytes(book.folder / "build" / "html"), "as it comes": theirs},
    }


def rebuilds(folder: Path, runs: int) -> dict[str, Any]:
    """Builds after one edit, as a share of our cold build of the same size."""
    book = Handbook(folder / "handbook-1", 1)
    cold = book.cold("html")
    page, study = f"{book.corpus.pages[0]}.md", f"evidence/studies/{book.corpus.studies[0]}.md"

    def edits() -> Iterator[tuple[str, Callable[[int], None]]]:
        yield "nothing changed", lambda n: None
        yield (
            "one page edited",
            lambda n: book.edit(page, "\n\n## ", f"\n\nWords {'a' * n}.\n\n## "),
        )
        yield "one study edited", lambda n: book.edit(study, "enrolled: ", "enrolled: 1")
        yield "one entry edited", lambda n: book.edit("refs.bib", "Journal of", "Journal of of")

    found = {}
    for name, edit in edits():
        taken = []
        for number in range(runs):
            edit(number + 1)
            taken.append(book.warm("html"))
        median = medians(taken)
        found[name] = {**median, "ratio": round(median["seconds"] / cold.seconds, 2)}
    return {"cold": round(cold.seconds, 2), "edits": found}


def rivals(folder: Path, runs: int) -> dict[str, Any]:
    """The same text built by others, beside our web site and PDF of that text and all studies."""
    book = Handbook(folder / "handbook-1", 1)
    write(folder / "jupyter-book", corpus.jupyter_book(book.corpus))
    write(folder / "mkdocs", corpus.mkdocs(book.corpus))
    others = {
        "Jupyter Book 1, web site": (
            "jupyter-book",
            ["jupyter-book", "build", "-q", "."],
            "_build",
        ),
        "Material for MkDocs, web site": ("mkdocs", ["mkdocs", "build", "-q"], "site"),
    }
    found = {}
    for name, (kind, command, out) in others.items():
        place = folder / kind
        program = [str(environment(folder, kind) / "bin" / command[0]), *command[1:]]
        ours, theirs = [], []
        for _ in range(runs):
            site, pdf = book.cold("html"), book.warm("typstpdf")
            ours.append(Run(site.seconds + pdf.seconds, max(site.peak, pdf.peak)))
            shutil.rmtree(place / out, ignore_errors=True)
            theirs.append(run(program, place))
        ratios = [one.seconds / other.seconds for one, other in zip(ours, theirs, strict=True)]
        found[name] = {
            "theirs": medians(theirs),
            "ours": medians(ours),
            "ratio": round(statistics.median(ratios), 2),
        }
    return found


def environment(folder: Path, kind: str) -> Path:
    """An environment with the locked packages of another builder."""
    place = folder / f"venv-{kind}"
    if not place.exists():
        subprocess.run([sys.executable, "-m", "venv", str(place)], check=True)
        subprocess.run(
            [
                str(place / "bin" / "pip"),
                "install",
                "-q",
                "--require-hashes",
                "--only-binary",
                ":all:",
            ]
            + ["-r", str(Path(__file__).with_name(f"requirements-{kind}.txt"))],
            check=True,
        )
    return place


def breakdown(folder: Path) -> dict[str, Any]:
    """Seconds of our cold build of the web site on one core, by phase and by extension."""
    book = Handbook(folder / "handbook-1", 1)
    path = folder / "phases.json"
    book.cold("html", BENCH_PHASES=str(path))
    found = json.loads(path.read_text(encoding="utf-8"))
    return {
        kind: {name: round(seconds, 2) for name, seconds in sorted(parts.items(), key=_longest)}
        for kind, parts in found.items()
    }


def _longest(item: tuple[str, float]) -> float:
    return -item[1]


def growth(small: dict[str, Any], large: dict[str, Any]) -> dict[str, float]:
    """By which power of the size time, memory and output grow: 1 is in step with it."""
    steps = math.log(large["size"] / small["size"])
    site = "web site, one core"

    def power(value: Callable[[dict[str, Any]], float]) -> float:
        return round(math.log(value(large) / value(small)) / steps, 2)

    return {
        "from": small["size"],
        "to": large["size"],
        "seconds": power(lambda one: one["builds"][site]["ours"]["seconds"]),
        "memory": power(lambda one: one["builds"][site]["ours"]["peak"]),
        "bytes": power(lambda one: one["bytes"]["ours"]),
        "seconds as it comes": power(lambda one: one["builds"][site]["as it comes"]["seconds"]),
    }


def machine() -> dict[str, Any]:
    model = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.is_file():
        lines = info.read_text(encoding="utf-8").splitlines()
        model = next((line.partition(": ")[2] for line in lines if "model name" in line), model)
    return {
        "processor": model,
        "cores": len(os.sched_getaffinity(0)),
        "python": platform.python_version(),
        "packages": {name: version(name) for name in PACKAGES},
    }
