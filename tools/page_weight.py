"""What the pages of the built web site weigh: `python -m tools.page_weight build/html`.

A page weighs what a browser loads for it, as a server sends it: compressed with gzip. The limits
stand here and nowhere else.
"""

from __future__ import annotations

import gzip
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit
from xml.etree.ElementTree import Element

import html5lib

# Bytes, of 1,000 to a kB.
MOST = 40_000
MOST_WITH_PLOTS = 120_000
MOST_REQUESTS = 12

# Pages with a limit of their own, and why.
OWN_LIMITS = {
    # The 23 claims with both answers each, and some 300 citations. Each claim has an address on
    # this page that other pages, the quotations and the PDF lead to; readers compare claims.
    "evidence/claims.html": 45_000,
    # With the first file of its index, which it asks for ahead of the question.
    "search.html": 60_000,
    # A line for each source, so that every address of a source leads on; some 35 bytes a source.
    # Nobody who adds a source should have to mend this page.
    "references.html": 60_000,
}

# One page of each kind, for what a browser measures.
KINDS = {
    "start": "index.html",
    "article": "lupus/kidneys.html",
    "plots": "evidence/plots.html",
    "archive": "evidence/archive.html",
    "claims": "evidence/claims.html",
    "study": "evidence/studies/deng2017.html",
    "references": "references.html",
    "sources": "references/n-r.html",
    "glossary": "glossary.html",
    "handout": "handout.html",
    "search": "search.html?q=butterfly+rash",
    "not found": "404.html",
}

LOADED_LINKS = {"stylesheet", "icon", "prefetch", "preload"}
SOURCES = {"img": "src", "script": "src", "source": "src", "iframe": "src", "object": "data"}


@dataclass(frozen=True)
class Loaded:
    """A file that a page loads; a lazy one when the reader comes near."""

    path: Path
    lazy: bool = False


@dataclass(frozen=True)
class Page:
    """A page of the site with all that it loads, itself first."""

    name: str
    files: list[Loaded]
    has_plots: bool
    blocking: list[str]
    """Scripts that hold up the page: from a file, and neither deferred nor async."""
    unsized: list[str]
    """Pictures in the text without width and height, which push the text down when they come."""

    @property
    def weight(self) -> int:
        """Bytes, compressed."""
        return sum(weight(file.path) for file in self.files)

    @property
    def requests(self) -> int:
        """How many files a browser loads before the reader scrolls."""
        return sum(not file.lazy for file in self.files)

    @property
    def limit(self) -> int:
        usual = MOST_WITH_PLOTS if self.has_plots else MOST
        return OWN_LIMITS.get(self.name, usual)

    def heaviest(self) -> str:
        """The three heaviest files in words."""
        files = sorted(self.files, key=lambda file: -weight(file.path))[:3]
        return ", ".join(f"{file.path.name} {weight(file.path):,}" for file in files)

    def faults(self) -> Iterator[str]:
        """What is over a limit, in words."""
        if self.weight > self.limit:
            yield (
                f"{self.name} weighs {self.weight:,} bytes compressed, at most {self.limit:,}; "
                f"the heaviest parts: {self.heaviest()}"
            )
        if self.requests > MOST_REQUESTS:
            yield f"{self.name} loads {self.requests} files, at most {MOST_REQUESTS}"
        for script in self.blocking:
            yield f"{self.name} waits for {script}: load it with defer"
        for picture in self.unsized:
            yield f"{self.name}: {picture} says no width and height, so the page jumps"


@cache
def weight(path: Path) -> int:
    """The bytes of a file, compressed as servers do by default."""
    return len(gzip.compress(path.read_bytes(), 6, mtime=0))


def read_page(path: Path, site: Path) -> Page:
    """A page with what it loads from the site.

    Raises FileNotFoundError if it loads a file that is not there, and ValueError if it loads
    from elsewhere.
    """
    tree = html5lib.parse(path.read_text(encoding="utf-8"), namespaceHTMLElements=False)
    files = {path: Loaded(path)}
    blocking, unsized = [], []
    has_plots = False
    for element in tree.iter():
        address = _address(element)
        if not address:
            continue
        file = _file(address, path, site)
        files.setdefault(file, Loaded(file, element.get("loading") == "lazy"))
        if element.tag == "script" and not {"defer", "async"} & set(element.keys()):
            blocking.append(address)
        if file.parent == site / "_images":
            has_plots = True
            if not {"width", "height"} <= set(element.keys()):
                unsized.append(address)
    name = path.relative_to(site).as_posix()
    return Page(name, list(files.values()), has_plots, blocking, unsized)


def _address(element: Element) -> str:
    """What an element makes a browser load; nothing if that is in the page itself."""
    address = ""
    if element.tag == "link" and LOADED_LINKS & set((element.get("rel") or "").split()):
        address = element.get("href") or ""
    elif element.tag in SOURCES:
        address = element.get(SOURCES[element.tag]) or ""
    return "" if address.startswith("data:") else address


def _file(address: str, page: Path, site: Path) -> Path:
    parts = urlsplit(address)
    if parts.scheme or parts.netloc:
        raise ValueError(f"{page} loads {address}, which is not on the site")
    file = (page.parent / unquote(parts.path)).resolve()
    if not file.is_file():
        raise FileNotFoundError(f"{page} loads {address}, which is not in {site}")
    return file


def read_site(site: Path) -> list[Page]:
    """All pages, the heaviest first."""
    site = site.resolve()
    pages = (read_page(path, site) for path in site.rglob("*.html"))
    return sorted(pages, key=lambda page: (-page.weight, page.name))


def main(site: Path) -> int:
    pages = read_site(site)
    for page in pages:
        print(f"{page.weight:>9,} of {page.limit:>7,}  {page.requests:>3} files  {page.name}")
    faults = [fault for page in pages for fault in page.faults()]
    print("\n".join(faults), file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1])))
