"""A MyST page as the rules need it: its directives, images, tables and citations with lines."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode
from mdit_py_plugins.colon_fence import colon_fence_plugin

MARKDOWN = MarkdownIt("commonmark").enable("table").use(colon_fence_plugin)
# Directives whose content is not Markdown.
VERBATIM = {"code", "code-block", "literalinclude", "parsed-literal", "raw", "math", "toctree"}
CITATION = re.compile(r"\{cite(?::\w+)?\}`([^`]+)`")


Paragraph = tuple[int, str]
"""The line on which it begins, and its source."""


def keys_of(target: str) -> set[str]:
    """The keys of one citation, without the words before and after them."""
    return {key.strip() for key in re.sub(r"\{[^{}]*\}", "", target).split(",")}


@dataclass(frozen=True)
class Directive:
    """A directive; `line` is where it opens, `content_line` where its content begins."""

    line: int
    name: str
    argument: str
    options: dict[str, str]
    content: str
    content_line: int


@dataclass(frozen=True)
class Image:
    """An image, written in Markdown or as a directive."""

    line: int
    address: str
    alternative: str


@dataclass(frozen=True)
class Table:
    """A table's header cells; there are none if it has no header."""

    line: int
    header: list[str]


@dataclass
class Page:
    """One page, its nested directives included."""

    text: str
    directives: list[Directive] = field(default_factory=list)
    images: list[Image] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    paragraphs: list[Paragraph] = field(default_factory=list)
    rows: list[list[Paragraph]] = field(default_factory=list)
    """The rows of list tables, each with its paragraphs, which are in `paragraphs` as well."""

    @classmethod
    def read(cls, path: Path) -> "Page":
        """Reads a page's file. Raises FileNotFoundError and UnicodeDecodeError."""
        page = cls(path.read_text(encoding="utf-8"))
        page._collect(page.text, 1)
        return page

    @property
    def cited(self) -> set[str]:
        """The keys of all citations, without the words before and after them."""
        return {key for keys in CITATION.findall(self.text) for key in keys_of(keys)}

    def _collect(self, text: str, first: int) -> None:
        """Collects from Markdown that begins on line `first` of the page."""
        for node in SyntaxTreeNode(MARKDOWN.parse(text)).walk():
            if node.type in ("fence", "colon_fence"):
                self._collect_directive(node, first)
            elif node.type == "table":
                header = [_text(cell) for cell in node.walk() if cell.type == "th"]
                self.tables.append(Table(first + node.map[0], header))
            elif node.type == "inline":
                self.paragraphs.append((first + node.map[0], node.content))
                self.images.extend(_images(node, first + node.map[0]))

    def _collect_directive(self, node: SyntaxTreeNode, first: int) -> None:
        opening = re.match(r"\{([^{}\s]+)\}\s*(.*)", node.info)
        if not opening:
            return
        name, argument = opening.groups()
        options, content, skipped = _options(node.content)
        line = first + node.map[0]
        content_line = line + 1 + skipped
        directive = Directive(line, name, argument, options, content, content_line)
        self.directives.append(directive)
        if name in ("image", "figure"):
            self.images.append(Image(line, argument, options.get("alt", "")))
        if name == "list-table":
            self.tables.append(Table(line, _list_table_header(directive)))
            self.rows += _list_table_rows(directive)
        if name == "csv-table":
            self.tables.append(Table(line, _csv_table_header(directive)))
        if name not in VERBATIM:
            self._collect(content, content_line)


def _options(content: str) -> tuple[dict[str, str], str, int]:
    """A directive's options, the content after them, and the lines that they take."""
    lines = content.splitlines(keepends=True)
    if lines and lines[0].strip() == "---":
        end = next((n for n, line in enumerate(lines[1:], 1) if line.strip() == "---"), 0)
        pattern, options, taken = r"([\w-]+):\s*(.*)", lines[1:end], end + 1
    else:
        pattern = r":([\w-]+):\s*(.*)"
        taken = next((n for n, line in enumerate(lines) if not re.match(pattern, line)), len(lines))
        options = lines[:taken]
    matches = [re.match(pattern, line.strip()) for line in options]
    return {m[1]: m[2] for m in matches if m}, "".join(lines[taken:]), taken


def _images(inline: SyntaxTreeNode, line: int) -> Iterator[Image]:
    for node in inline.walk():
        if node.type in ("softbreak", "hardbreak"):
            line += 1
        elif node.type == "image":
            yield Image(line, str(node.attrs["src"]), node.content)


def _text(node: SyntaxTreeNode) -> str:
    return " ".join(part.content for part in node.walk() if part.type == "inline")


def _list_table_header(directive: Directive) -> list[str]:
    if not _has_header_rows(directive):
        return []
    parts = SyntaxTreeNode(MARKDOWN.parse(directive.content)).walk()
    lists = [part for part in parts if part.type == "bullet_list"]
    # The first list is the table, the second its first row.
    return [_text(cell) for cell in lists[1].children] if len(lists) > 1 else []


def _list_table_rows(directive: Directive) -> Iterator[list[Paragraph]]:
    tree = SyntaxTreeNode(MARKDOWN.parse(directive.content))
    for row in (row for table in tree.children for row in table.children):
        inner = (part for part in row.walk() if part.type == "inline")
        yield [(directive.content_line + part.map[0], part.content) for part in inner]


def _csv_table_header(directive: Directive) -> list[str]:
    header = directive.options.get("header", "")
    if _has_header_rows(directive):
        header = directive.content.strip().partition("\n")[0]
    return [cell.strip(' "') for cell in header.split(",")] if header else []


def _has_header_rows(directive: Directive) -> bool:
    return re.fullmatch(r"[1-9]\d*", directive.options.get("header-rows", "")) is not None
