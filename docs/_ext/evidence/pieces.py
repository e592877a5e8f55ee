"""Small builders of docutils nodes that the directives and roles share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.util.docutils import SphinxDirective

# What a table's cell may hold: words, one node, or several.
Cell = str | nodes.Node | Sequence[nodes.Node]


def link(
    kind: str, target: str, words: str, *, title: str = "", docname: str = ""
) -> addnodes.pending_xref:
    """A link to something of the evidence domain; `title` shows when it is pointed at."""
    found = addnodes.pending_xref(
        "",
        nodes.inline("", words, classes=[f"evidence-{kind}"]),
        refdomain="evidence",
        reftype=kind,
        reftarget=target,
        refexplicit=True,
        refwarn=True,
        reftitle=title,
    )
    if docname:
        found["refdoc"] = docname
    return found


def citation(directive: SphinxDirective, key: str, role: str = "t") -> list[nodes.Node]:
    """A citation as `{cite:t}` makes it, "Deng et al. (2017)"."""
    return directive.parse_inline(f"{{cite:{role}}}`{key}`", lineno=directive.lineno)[0]


def entry(cell: Cell, *, rows: int = 1) -> nodes.entry:
    """One cell; `rows` is the number of rows that it spans."""
    cell = nodes.Text(cell) if isinstance(cell, str) else cell
    found = nodes.entry("", morerows=rows - 1) if rows > 1 else nodes.entry()
    parts = [cell] if isinstance(cell, nodes.Node) else list(cell)
    line: list[nodes.Node] = []
    for part in [*parts, None]:
        if part is None or (isinstance(part, nodes.Body) and not isinstance(part, nodes.Inline)):
            if line:
                found += nodes.paragraph("", "", *line)
            line = []
            if part is not None:
                found += part
        else:
            line.append(part)
    return found


def row(cells: Iterable[Cell | nodes.entry]) -> nodes.row:
    return nodes.row(
        "", *(cell if isinstance(cell, nodes.entry) else entry(cell) for cell in cells)
    )


def table(
    caption: str | Sequence[nodes.Node],
    rows: Iterable[nodes.row | Iterable[Cell]],
    *,
    widths: Sequence[int],
    head: Sequence[Cell] = (),
    stubs: int = 0,
    classes: Sequence[str] = (),
) -> nodes.table:
    """A table with a caption; the first `stubs` columns are the rows' heads."""
    inner = [nodes.Text(caption)] if isinstance(caption, str) else list(caption)
    found = nodes.table("", nodes.title("", "", *inner), classes=["colwidths-given", *classes])
    group = nodes.tgroup(cols=len(widths))
    for index, width in enumerate(widths):
        options: dict[str, Any] = {"stub": 1} if index < stubs else {}
        group += nodes.colspec(colwidth=width, **options)
    if head:
        group += nodes.thead("", row(head))
    group += nodes.tbody("", *(each if isinstance(each, nodes.row) else row(each) for each in rows))
    found += group
    return found


def bullets(items: Iterable[Cell]) -> nodes.bullet_list:
    return nodes.bullet_list(
        "", *(nodes.list_item("", *entry(item).children) for item in items), bullet="-"
    )


def anchor(name: str) -> nodes.target:
    """A place within a page that links can lead to."""
    return nodes.target("", "", ids=[name])


def placed(directive: SphinxDirective, found: list[nodes.Node]) -> list[nodes.Node]:
    """The nodes that a directive makes, all with its own place in the source, for messages."""
    for node in found:
        directive.set_source_info(node)
        for inner in node.findall(nodes.Element):
            inner.source, inner.line = node.source, node.line
    return found
