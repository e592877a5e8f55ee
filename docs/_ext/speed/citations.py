"""Citations found by their key, where sphinxcontrib-bibtex walks through all of them each time.

It looks through the whole bibliography twice for each citation, and through all citations of the
handbook twice for each entry and once for each page: where both are ten times as many, that takes
a hundred times as long. Each list of references makes and keeps a node for every entry, whether it
lists it or not, and is read again whenever the bibliography changes; ours has nodes for what it
lists. It also asks for its text backend by name for each citation, and pybtex then reads the metadata of
every package that is installed.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from docutils import nodes
from pybtex.backends.plaintext import Backend
from pybtex.plugin import register_plugin
from sphinx.application import Sphinx
from sphinx.util.logging import getLogger
from sphinxcontrib.bibtex.citation_target import parse_citation_targets
from sphinxcontrib.bibtex.directives import BibliographyDirective
from sphinxcontrib.bibtex.domain import BibtexDomain, Citation, _FilterVisitor, get_docnames
from sphinxcontrib.bibtex.nodes import bibliography as bibliography_node
from sphinxcontrib.bibtex.transforms import BibliographyTransform

if TYPE_CHECKING:
    from pathlib import Path

    from pybtex.database import Entry
    from sphinx.environment import BuildEnvironment
    from sphinxcontrib.bibtex.domain import BibliographyKey
    from sphinxcontrib.bibtex.roles import CitationRef

logger = getLogger(__name__)


class Said(dict[str, str]):
    """What an entry says under the names that a filter may use, each looked up once."""

    def __init__(self, key: str, entry: Entry, cited_on: set[str]) -> None:
        self.key, self.entry, self.cited_on = key, entry, cited_on

    def __missing__(self, name: str) -> str:
        self[name] = _FilterVisitor(self.entry, "", set()).visit_Name(ast.Name(name))
        return self[name]


def chosen(node: ast.AST, page: str, entries: list[Said]) -> list[Said]:
    """Those that a filter of a list on this page lets through; `ValueError` if it is none."""
    match node:
        case ast.Module(body=[ast.Expr(value=inner)]):
            return chosen(inner, page, entries)
        case ast.BoolOp(op=ast.And(), values=values):
            for value in values:
                entries = chosen(value, page, entries)
            return entries
        case ast.Name(id="cited"):
            return [one for one in entries if one.cited_on]
        case ast.BinOp(ast.Name(id="key" | "author" as name), ast.Mod(), ast.Constant(str(words))):
            search = re.compile(words, re.IGNORECASE).search
            return [one for one in entries if search(one[name])]
    return [one for one in entries if _FilterVisitor(one.entry, page, one.cited_on).visit(node)]


def are_named_by_key(env: BuildEnvironment) -> bool:
    """Whether the address of an entry in a list is its key, so that it needs no counting."""
    return env.config.bibtex_cite_id == "{key}"


class IndexedBibtexDomain(BibtexDomain):
    """The domain `cite`. It does what it does, and is shown only what can matter for it."""

    _shown: list[Citation] | None = None
    _shown_refs: list[CitationRef] | None = None
    # How many citations were looked at for the pages that cite, which are a few more than do.
    _seen = 0
    _are_entries_hidden = False

    @property
    def citations(self) -> list[Citation]:
        return self.data["citations"] if self._shown is None else self._shown

    @property
    def citation_refs(self) -> list[CitationRef]:
        return self.data["citation_refs"] if self._shown_refs is None else self._shown_refs

    def clear_doc(self, docname: str) -> None:
        """Forget a page; before it is read for the first time there is nothing to forget."""
        if self._seen == 0:
            self._citing: set[str] = set()
        self._citing.update(ref.docname for ref in self.citation_refs[self._seen :])
        self._seen = len(self.citation_refs)
        if docname in self._citing or any(key.docname == docname for key in self.bibliographies):
            super().clear_doc(docname)
            self._seen = len(self.citation_refs)

    def env_updated(self) -> Iterable[str]:
        place_of = {page: place for place, page in enumerate(get_docnames(self.env))}
        citing: dict[str, set[str]] = defaultdict(set)
        for reference in sorted(self.citation_refs, key=lambda ref: place_of[ref.docname]):
            for target in reference.targets:
                citing[target.key].add(reference.docname)
        self._cited_on = citing
        self._rank = {key: rank for rank, key in enumerate(citing)}
        self._said: dict[tuple[str, ...], list[Said]] = {}
        updated = super().env_updated()
        self._places: dict[str, list[int]] = defaultdict(list)
        for place, citation in enumerate(self.citations):
            self._places[citation.key].append(place)
        return updated

    def get_entries(self, bibfiles: list[Path]) -> Iterable[Entry]:
        return () if self._are_entries_hidden else super().get_entries(bibfiles)

    def resolve_xref(
        self, env: Any, fromdocname: str, builder: Any, typ: str, target: str, *rest: Any
    ) -> nodes.Element:
        keys = {part.key for part in parse_citation_targets(target)}
        places = sorted(place for key in keys for place in self._places.get(key, ()))
        self._shown = [self.citations[place] for place in places]
        try:
            return super().resolve_xref(env, fromdocname, builder, typ, target, *rest)
        finally:
            self._shown = None

    def get_filtered_entries(
        self, bibliography_key: BibliographyKey
    ) -> Iterator[tuple[str, Entry]]:
        bibliography = self.bibliographies[bibliography_key]
        prefix, files = bibliography.keyprefix, bibliography.bibfiles
        about = (prefix, *map(str, files))
        if about not in self._said:
            self._said[about] = [
                Said(key := prefix + entry.key, entry, self._cited_on.get(key, set()))
                for entry in self.get_entries(files)
            ]
        try:
            found = chosen(bibliography.filter_, bibliography_key.docname, self._said[about])
        except ValueError:
            # It says once for each entry what is wrong, and lists what is cited.
            yield from super().get_filtered_entries(bibliography_key)
            return
        listed = {one.key for one in found} | {prefix + key for key in bibliography.keys}
        if len(listed) > len(found):
            found = [one for one in self._said[about] if one.key in listed]
        yield from ((one.key, one.entry) for one in found)

    def get_sorted_entries(
        self, bibliography_key: BibliographyKey, docnames: list[str]
    ) -> Iterable[tuple[str, Entry]]:
        found = self.get_filtered_entries(bibliography_key)
        bibliography = self.bibliographies[bibliography_key]
        make = nodes.citation if bibliography.list_ == "citation" else nodes.list_item
        for key, entry in sorted(found, key=lambda one: self._rank.get(one[0], len(self._rank))):
            if are_named_by_key(self.env):
                # Afresh each time: those of the last time went with the page that was written.
                bibliography.citation_nodes[key] = make(ids=[nodes.make_id(key)])
            yield key, entry


class QuickBibliographyDirective(BibliographyDirective):
    """The place of a list. What it lists is known when all pages are read."""

    def run(self) -> list[nodes.Node]:
        if self.content or not are_named_by_key(self.env):
            return super().run()  # type: ignore[no-any-return]
        domain = self.env.get_domain("cite")
        before = self.env.dependencies[self.env.docname].copy()
        domain._are_entries_hidden = True
        try:
            return super().run()  # type: ignore[no-any-return]
        finally:
            domain._are_entries_hidden = False
            self.env.dependencies[self.env.docname] = before


class QuickBibliographyTransform(BibliographyTransform):
    """The list of references. Only citations on its own page can be linked back to from it."""

    def run(self, **kwargs: Any) -> None:
        pages = {node["docname"] for node in self.document.findall(bibliography_node)}
        if not pages:
            return
        domain = self.env.get_domain("cite")
        domain._shown_refs = [ref for ref in domain.citation_refs if ref.docname in pages]
        try:
            super().run(**kwargs)
        finally:
            domain._shown_refs = None


def setup(app: Sphinx) -> None:
    app.setup_extension("sphinxcontrib.bibtex")
    transforms = app.registry.post_transforms
    transforms[transforms.index(BibliographyTransform)] = QuickBibliographyTransform
    register_plugin("pybtex.backends", "plaintext", Backend, force=True)
    app.add_domain(IndexedBibtexDomain, override=True)
    app.add_directive("bibliography", QuickBibliographyDirective, override=True)
