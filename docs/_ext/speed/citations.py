"""Citations found by their key, where sphinxcontrib-bibtex walks through all of them each time.

It looks through the whole bibliography twice for each citation, and through all citations of the
handbook twice for each entry and once for each page: where both are ten times as many, that takes
a hundred times as long. It also asks for its text backend by name for each citation, and pybtex then reads the metadata of
every package that is installed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from docutils import nodes
from pybtex.backends.plaintext import Backend
from pybtex.plugin import register_plugin
from sphinx.application import Sphinx
from sphinxcontrib.bibtex.citation_target import parse_citation_targets
from sphinxcontrib.bibtex.domain import BibtexDomain, Citation, _FilterVisitor
from sphinxcontrib.bibtex.nodes import bibliography as bibliography_node
from sphinxcontrib.bibtex.transforms import BibliographyTransform

if TYPE_CHECKING:
    from pybtex.database import Entry
    from sphinxcontrib.bibtex.domain import BibliographyKey
    from sphinxcontrib.bibtex.roles import CitationRef


class IndexedBibtexDomain(BibtexDomain):
    """The domain `cite`. It does what it does, and is shown only what can matter for it."""

    _shown: list[Citation] | None = None
    _shown_refs: list[CitationRef] | None = None
    # How many citations were looked at for the pages that cite, which are a few more than do.
    _seen = 0

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
        updated = super().env_updated()
        self._places: dict[str, list[int]] = defaultdict(list)
        for place, citation in enumerate(self.citations):
            self._places[citation.key].append(place)
        return updated

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
        citing = defaultdict(set)
        for reference in self.citation_refs:
            for target in reference.targets:
                citing[target.key].add(reference.docname)
        for entry in self.get_entries(bibliography.bibfiles):
            key = bibliography.keyprefix + entry.key
            visitor = _FilterVisitor(
                entry=entry, docname=bibliography_key.docname, cited_docnames=citing[key]
            )
            try:
                listed = visitor.visit(bibliography.filter_)
            except ValueError:
                # It says once for each entry what is wrong, and lists what is cited.
                yield from super().get_filtered_entries(bibliography_key)
                return
            if listed or entry.key in bibliography.keys:
                yield key, entry


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
