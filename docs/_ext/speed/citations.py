"""Citations found by their key, where sphinxcontrib-bibtex walks through all of them each time.

It looks through the whole bibliography twice for each citation, and through all citations of the
handbook for each entry: where both are ten times as many, that takes a hundred times as long. It
also asks for its text backend by name for each citation, and pybtex then reads the metadata of
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

if TYPE_CHECKING:
    from pybtex.database import Entry
    from sphinxcontrib.bibtex.domain import BibliographyKey


class IndexedBibtexDomain(BibtexDomain):
    """The domain `cite`. It does what it does, and is shown only what can matter for it."""

    _shown: list[Citation] | None = None

    @property
    def citations(self) -> list[Citation]:
        return self.data["citations"] if self._shown is None else self._shown

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


def setup(app: Sphinx) -> None:
    app.setup_extension("sphinxcontrib.bibtex")
    register_plugin("pybtex.backends", "plaintext", Backend, force=True)
    app.add_domain(IndexedBibtexDomain, override=True)
