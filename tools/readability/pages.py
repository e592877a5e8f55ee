"""What readers are given to read first: the *In short* of each page, and the handout."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

from tools.readability.grade import Count, count

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "docs" / "_ext"))

from glossary_links import pattern

GLOSSARY, HANDOUT = "glossary.html", "handout.html"
IN_SHORT, ARTICLE = "in-short", "article"

# The highest grade that these texts may have: mend the text, not the limit.
LIMIT = 8.0

# Each of these is a text of its own.
BLOCKS = {"p", "li", "td", "dd", "dt"}
# Not read as sentences: titles, table heads, what a browser does not show, sources, the page's foot,
# the way to the printed handout, and how to see all of a table.
SILENT_TAGS = {"h1", "h2", "h3", "caption", "th", "script", "style", "svg", "template"}
SILENT_CLASSES = {
    "admonition-title",
    "bibtex-citation",
    "headerlink",
    "page-status",
    "handout-files",
    "scroll-hint",
}
VOID = {"br", "img", "hr", "input", "link", "meta", "wbr", "col", "source"}


@dataclass(frozen=True)
class Reading:
    """A text that was counted, by its page."""

    page: str
    count: Count


class Blocks(HTMLParser):
    """The paragraphs, list items and cells inside an element of a tag or class."""

    def __init__(self, inside: str) -> None:
        super().__init__()
        self.inside = inside
        self.found: list[str] = []
        self._open: list[tuple[str, set[str]]] = []
        self._text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in BLOCKS:
            self._end_of_block()
        if tag not in VOID:
            self._open.append((tag, {tag, *(dict(attrs).get("class") or "").split()}))
        elif tag == "br":
            self._text += " "

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if tag in BLOCKS:
            self._end_of_block()
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        names = set().union(*(names for _tag, names in self._open))
        if self.inside in names and not names & (SILENT_TAGS | SILENT_CLASSES):
            self._text += data

    def _end_of_block(self) -> None:
        # Where a citation stood, its space is left.
        text = re.sub(r"\s+([.,;:?!)])", r"\1", " ".join(self._text.split()))
        if text:
            self.found.append(text)
        self._text = ""


def blocks(page: Path, inside: str) -> list[str]:
    """The texts of a built page that stand inside elements of a tag or class."""
    parser = Blocks(inside)
    parser.feed(page.read_text(encoding="utf-8"))
    parser.close()
    return parser.found


def explained(site: Path) -> re.Pattern[str]:
    """Matches what the glossary explains, as the links to it do."""
    return pattern(blocks(site / GLOSSARY, "dt"))


def readings(site: Path) -> Iterator[Reading]:
    """The handout and each *In short* of a built web site, by their pages' paths."""
    terms = explained(site)
    for page in sorted(site.rglob("*.html")):
        name = page.relative_to(site).as_posix()
        texts = blocks(page, ARTICLE if name == HANDOUT else IN_SHORT)
        if texts:
            yield Reading(name, count(texts, terms))
