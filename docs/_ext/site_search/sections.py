"""What search knows of a page: its sections, with their headings and sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.environment.collectors import EnvironmentCollector

# Not what a page says: how it is made, who reviewed it, how to cite it.
LEFT_OUT = (
    nodes.comment,
    nodes.meta,
    nodes.image,
    nodes.raw,
    addnodes.toctree,
    nodes.system_message,
)
LEFT_OUT_CLASSES = {"page-status", "cite-this", "cited-on"}

# One entry of a result: a paragraph, a heading, a row of a table.
BLOCKS = (nodes.paragraph, nodes.row, nodes.term, nodes.caption, nodes.title, nodes.literal_block)

SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[^\W_a-z]|[“\"(])")


@dataclass
class Section:
    """One heading and what stands under it, up to the next heading."""

    anchor: str
    title: str
    sentences: list[str] = field(default_factory=list)


def pieces(node: nodes.Node) -> Iterator[str]:
    """The words below a node, blocks parted, cells by a dot, without citations: they name papers."""
    if isinstance(node, nodes.Text):
        yield str(node)
    elif is_left_out(node) or (
        isinstance(node, addnodes.pending_xref) and node.get("refdomain") == "cite"
    ):
        return
    else:
        for child in node.children:
            yield from pieces(child)
        if isinstance(node, nodes.entry):
            yield " · "
        elif isinstance(node, (nodes.Body, nodes.Part)):
            yield " "


def text_of(node: nodes.Node) -> str:
    """The words of a block as one line."""
    line = re.sub(r"\s+", " ", "".join(pieces(node))).replace("()", "")
    line = re.sub(r"( · )(?:[;,] |· )+", r"\1", line)
    return re.sub(r"\s+([.,;:)])", r"\1", line).strip(" ·;,")


def is_left_out(node: nodes.Node) -> bool:
    return isinstance(node, LEFT_OUT) or (
        isinstance(node, nodes.Element) and not LEFT_OUT_CLASSES.isdisjoint(node["classes"])
    )


def sections_of(document: nodes.document) -> list[Section]:
    """The sections of a page in reading order; each definition of a glossary is one of its own."""
    found: list[Section] = [Section("", "")]

    def visit(node: nodes.Node) -> None:
        if is_left_out(node):
            return
        if isinstance(node, nodes.section):
            anchor = node["ids"][0] if found[0].title else ""
            if anchor:
                found.append(Section(anchor, ""))
        elif isinstance(node, nodes.definition_list_item):
            term = next(iter(node.findall(nodes.term)), None)
            if term is not None and term["ids"]:
                found.append(Section(term["ids"][0], ""))
        if isinstance(node, BLOCKS):
            line = text_of(node)
            if isinstance(node, (nodes.title, nodes.term)) and not found[-1].title:
                found[-1].title = line
            elif line:
                found[-1].sentences.extend(SENTENCE.split(line))
            return
        for child in getattr(node, "children", ()):
            visit(child)

    visit(document)
    return found


class SectionCollector(EnvironmentCollector):
    """Keeps the sections of each page when it is read."""

    def clear_doc(self, app: Sphinx, env: BuildEnvironment, docname: str) -> None:
        kept(env).pop(docname, None)

    def merge_other(self, app, env, docnames, other) -> None:
        kept(env).update({name: kept(other)[name] for name in docnames if name in kept(other)})

    def process_doc(self, app: Sphinx, doctree: nodes.document) -> None:
        kept(app.env)[app.env.docname] = sections_of(doctree)


def kept(env: BuildEnvironment) -> dict[str, list[Section]]:
    if not hasattr(env, "search_sections"):
        env.search_sections = {}
    return env.search_sections


def sections_by_page(env: BuildEnvironment) -> dict[str, list[Section]]:
    """All pages in order of name, so that the order of reading leaves no trace."""
    return {name: kept(env)[name] for name in sorted(kept(env))}
