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
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bench import corpus
from bench.corpus import Corpus, write
from bench.running import Run, output_bytes, run

SIDES = ("ours", "as it comes")
AS_IT_COMES = {"BENCH_AS_IT_COMES": "1"}
# Larger handbooks are built by us alone: the other side's time grows much faster than the size.
LARGEST_COMPARED = 3
# Larger handbooks are measured as a web site only, and compared on one core.
LARGEST_PDF = 1
PACKAGES = ("sphinx", "myst-parser", "sphinxcontrib-bibtex", "furo", "typst")


def sphinx(builder: str, jobs: int = 1) -> list[str]:
    out = "pdf" if builder == "typstpdf" else builder
    return [sys.executable, "-m", "sphinx", "-q", "-j", str(jobs), "-b", builder]  + [
        "-d", "build/doctrees", ".", f"build/{out}"
    ]  # fmt: skip


class Handbook:
    """A generated handbook in a folder, which builds can be run on."""

    def __init__(self, folder: Path, size: float) -> None:
        self.folder, self.corpus = folder, Corpus(size)
        write(folder, corpus.files(self.corpus))

    def cold(self, builder: str, jobs: int = 1, **environment: str) -> Run:
        shutil.rmtree(self.folder / "build", ignore_errors=True)
        return self.warm(builder, jobs, **environment)

    def both(self, jobs: int = 1, **environment: str) -> Run:
        """Web site and PDF from nothing; they share one reading, as in the handbook."""
        return self.cold("html", jobs, **environment) + self.warm("typstpdf", jobs, **environment)

    def warm(self, builder: str, jobs: int = 1, **environment: str) -> Run:
        return run(sphinx(builder, jobs), self.folder, **environment)

    def xelatex(self) -> Run:
        """The PDF as Sphinx makes it by way of XeLaTeX, our extensions left out."""
        written = self.cold("latex", **AS_IT_COMES)
        folder = self.folder / "build" / "latex"
        command = ["latexmk", "-xelatex", "-interaction=nonstopmode", "-f", "handbook.tex"]
        return written + run(command, folder, made="handbook.pdf")

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


def compared(pairs: list[tuple[Run, Run]], names: tuple[str, str] = SIDES) -> dict[str, Any]:
    """Both medians, and the median of the ratios of runs that followed one another."""
    ratios = [one.seconds / other.seconds for one, other in pairs]
    ours, theirs = names
    return {
        ours: medians([pair[0] for pair in pairs]),
        theirs: medians([pair[1] for pair in pairs]),
        "ratio": round(statistics.median(ratios), 2),
        "range": [round(min(ratios), 2), round(max(ratios), 2)],
    }


def side_by_side(
    runs: int,
    ours: Callable[[], Run],
    theirs: Callable[[], Run],
    names: tuple[str, str] = SIDES,
) -> dict[str, Any]:
    return compared([(ours(), theirs()) for _ in range(runs)], names)


def cold_builds(folder: Path, size: float, runs: int) -> dict[str, Any]:
    """Builds from nothing, ours beside the stack as it comes up to a size where that is bearable."""
    book = Handbook(folder / f"handbook-{size:g}", size)
    site = book.folder / "build" / "html"
    written: dict[str, int] = {}

    def on_one_core(**environment: str) -> Run:
        built = book.cold("html", **environment)
        written["as it comes" if environment else "ours"] = output_bytes(site)
        return built

    builds: dict[str, Callable[..., Run]] = {
        "web site, one core": on_one_core,
        "web site, two cores": partial(book.cold, "html", 2),
    }
    if size <= LARGEST_PDF:
        builds["PDF, one core"] = partial(book.cold, "typstpdf", 1)
        builds["web site and PDF, two cores"] = partial(book.both, 2)
    found: dict[str, Any] = {}
    for name, build in builds.items():
        print(f"  {name} …", flush=True)
        if size <= LARGEST_COMPARED and (size <= LARGEST_PDF or name == "web site, one core"):
            found[name] = side_by_side(runs, build, partial(build, **AS_IT_COMES))
        else:
            found[name] = {"ours": medians([build() for _ in range(runs)])}
    return {
        "size": size,
        "pages": len(book.corpus.pages) + len(book.corpus.studies),
        "references": len(book.corpus.references),
        "builds": found,
        "bytes": written,
    }


def rebuilds(folder: Path, runs: int) -> dict[str, Any]:
    """Builds of web site and PDF after one edit, as shares of our build from nothing."""
    book = Handbook(folder / "handbook-1", 1)
    site, pdf = book.cold("html"), book.warm("typstpdf")
    cold = {"web site": site.seconds, "PDF after it": pdf.seconds}
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
        taken: dict[str, list[Run]] = {"web site": [], "PDF after it": []}
        for number in range(runs):
            edit(number + 1)
            taken["web site"].append(book.warm("html"))
            taken["PDF after it"].append(book.warm("typstpdf"))
        found[name] = {output: medians(taken[output])["seconds"] for output in taken}
    return {"cold": {name: round(value, 2) for name, value in cold.items()}, "edits": found}


def rivals(folder: Path, runs: int) -> dict[str, Any]:
    """The same text built by others, each run beside one of ours."""
    book = Handbook(folder / "handbook-1", 1)
    others = {
        "Jupyter Book 1, web site": partial(jupyter_book, folder, book),
        "Material for MkDocs, web site": partial(mkdocs, folder, book),
    }
    found = {}
    for name, prepare in others.items():
        print(f"  {name} …", flush=True)
        theirs = prepare()
        found[name] = side_by_side(runs, book.both, theirs, names=("ours", "theirs"))
        found[name]["what"] = "web site and PDF"
    if shutil.which("xelatex") and shutil.which("latexmk"):
        print("  XeLaTeX …", flush=True)
        found["XeLaTeX, PDF"] = side_by_side(
            max(1, runs // 2), partial(book.cold, "typstpdf"), book.xelatex,
            names=("ours", "theirs"),
        )  # fmt: skip
        found["XeLaTeX, PDF"]["what"] = "PDF"
    return found


def jupyter_book(folder: Path, book: Handbook) -> Callable[[], Run]:
    return other(folder, "jupyter-book", "_build", "build", corpus.jupyter_book(book.corpus))


def mkdocs(folder: Path, book: Handbook) -> Callable[[], Run]:
    return other(folder, "mkdocs", "site", "build", corpus.mkdocs(book.corpus))


def other(
    folder: Path, kind: str, out: str, command: str, content: Iterator[tuple[str, str]]
) -> Callable[[], Run]:
    """A build from nothing by another program, in an environment with its locked packages."""
    write(folder / kind, content)
    program = str(environment(folder, kind) / "bin" / kind)
    rest = ["."] if kind == "jupyter-book" else []

    def build() -> Run:
        shutil.rmtree(folder / kind / out, ignore_errors=True)
        return run([program, command, "-q", *rest], folder / kind)

    return build


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
    return {
        kind: {name: round(seconds, 2) for name, seconds in sorted(parts.items(), key=_longest)}
        for kind, parts in phases_of(Handbook(folder / "handbook-1", 1), 1).items()
    }


def cores(folder: Path, size: float) -> dict[str, Any]:
    """Seconds of each phase of our cold build of the web site on one core and on two."""
    book = Handbook(folder / f"handbook-{size:g}", size)
    one, two = (phases_of(book, jobs)["phases"] for jobs in (1, 2))
    return {
        "size": size,
        "phases": {
            name: {"one": round(one[name], 2), "two": round(two[name], 2)}
            for name in ("reading", "checking", "writing")
        },
    }


def phases_of(book: Handbook, jobs: int) -> dict[str, dict[str, float]]:
    path = book.folder.with_suffix(".phases.json")
    book.cold("html", jobs, BENCH_PHASES=str(path))
    return json.loads(path.read_text(encoding="utf-8"))


def _longest(item: tuple[str, float]) -> float:
    return -item[1]


def growth(small: dict[str, Any], large: dict[str, Any]) -> dict[str, float | None]:
    """By which power of the size time, memory and output grow: 1 is in step with it."""
    steps = math.log(large["size"] / small["size"])

    def power(value: Callable[[dict[str, Any]], float]) -> float | None:
        try:
            return round(math.log(value(large) / value(small)) / steps, 2)
        except KeyError:  # a side that was not built at this size
            return None

    site = "web site, one core"
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
