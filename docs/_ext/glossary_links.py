"""Link each glossary term where a page uses it first.

Authors write plain words. When a page is written, the first mention of each term becomes a link
to its definition, in every output. Headings, links, code, captions and table heads are left
alone, and so is a term that the page links by hand with ``{term}``.
"""

from __future__ import annotations

import re
from typing import Any

from doctree import ancestors
from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

# Text inside these is never linked.
CLOSED = (
    nodes.title,
    nodes.caption,
    nodes.reference,
    nodes.literal,
    nodes.literal_block,
    nodes.thead,
    nodes.term,
    nodes.footnote,
    nodes.citation,
    nodes.emphasis,
    addnodes.pending_xref,
    addnodes.toctree,
    addnodes.only,
)

# Nor inside blocks with these classes: the foot of a page, and how to cite it.
CLOSED_CLASSES = {"page-status", "cite-this"}


def glossary(env: BuildEnvironment) -> dict[str, tuple[str, str]]:
    """Each term as the glossary writes it, with the page and anchor of its definition."""
    return {
        name: (docname, anchor)
        for name, _display, kind, docname, anchor, _priority in env.domains["std"].get_objects()
        if kind == "term"
    }


def pattern(terms: list[str]) -> re.Pattern[str]:
    """Match any of the terms as a whole word, the longest first, also in the plural.

    A term with a capital after its first letter is an abbreviation and keeps its case.
    """

    def one(term: str) -> str:
        words = re.escape(term).replace(r"\ ", r"\s+")
        is_abbreviation = any(letter.isupper() for letter in term[1:])
        return f"{words}s?" if is_abbreviation else f"(?i:{words}s?)"

    longest_first = sorted(terms, key=lambda term: (-len(term), term))
    return re.compile(rf"(?<![\w-])(?:{'|'.join(map(one, longest_first))})(?![\w-])")


def canonical(found: str, by_folded: dict[str, str]) -> str:
    """The glossary's own spelling of a mention, which may be plural or capitalised."""
    folded = re.sub(r"\s+", " ", found).lower()
    return by_folded[folded] if folded in by_folded else by_folded[folded.removesuffix("s")]


def is_closed(text: nodes.Text) -> bool:
    return any(
        isinstance(a, CLOSED) or not CLOSED_CLASSES.isdisjoint(a["classes"])
        for a in ancestors(text)
    )


def page_of(node: nodes.Node, docname: str) -> str:
    """The page a node comes from: a document made of several pages marks where each begins."""
    files = (a["docname"] for a in ancestors(node) if isinstance(a, addnodes.start_of_file))
    return next(files, docname)


def link_first_mentions(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Link the first mention of each term on each page of a resolved document."""
    terms = app.glossary_terms
    if not terms:
        return
    glossary_pages = {page for page, _anchor in terms.values()}
    by_folded = {term.lower(): term for term in terms}
    find = pattern(list(terms))
    linked = {
        (page_of(reference, docname), reference["refuri"].partition("#")[2])
        for reference in doctree.findall(nodes.reference)
        if "refuri" in reference
    }

    for text in list(doctree.findall(nodes.Text)):
        matches = list(find.finditer(text))
        if not matches or is_closed(text):
            continue
        page = page_of(text, docname)
        if page in glossary_pages:
            continue
        pieces: list[nodes.Node] = []
        done = 0
        for match in matches:
            target, anchor = terms[canonical(match.group(), by_folded)]
            if (page, anchor) in linked:
                continue
            linked.add((page, anchor))
            pieces.append(nodes.Text(text[done : match.start()]))
            link = nodes.reference("", "", internal=True, classes=["term"])
            link["refuri"] = f"{app.builder.get_relative_uri(docname, target)}#{anchor}"
            link += nodes.inline("", match.group())
            pieces.append(link)
            done = match.end()
        if pieces:
            pieces.append(nodes.Text(text[done:]))
            text.parent.replace(text, pieces)


def note_terms(app: Sphinx, env: BuildEnvironment) -> None:
    """Now that all pages are read: once for all of them."""
    app.glossary_terms = glossary(env)


def terms_shown(app: Sphinx, env: BuildEnvironment) -> dict[str, list[Any]]:
    """Every page may use a term."""
    return dict.fromkeys(env.found_docs, sorted(app.glossary_terms.items()))


def setup(app: Sphinx) -> dict[str, Any]:
    app.setup_extension("rebuilding")
    app.connect("doctree-resolved", link_first_mentions)
    app.connect("env-updated", note_terms)
    app.connect("page-shows", terms_shown)
    return {
        "version": "1",
        "env_version": 1,
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }
