"""Collects every link of the pages, each with all the places where it stands."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from doctree import ancestors
from docutils import nodes
from sphinx.builders.linkcheck import HyperlinkCollector
from sphinx.util.nodes import get_node_line

from .links import Link, Place

if TYPE_CHECKING:
    from .builder import LinkBuilder

# What Sphinx has no line for is, for docutils, a missing one.
NO_LINE = (None, 0, -1)


class Links:
    """The links, by address."""

    def __init__(self) -> None:
        self._links: dict[str, Link] = {}

    def __iter__(self) -> Any:
        return iter(self._links.values())

    def __contains__(self, uri: str) -> bool:
        return uri in self._links

    def add(self, uri: str, asks: str, place: Place, archived: str = "") -> None:
        """Note that an address stands at a place."""
        link = self._links.setdefault(uri, Link(uri, asks))
        link.places.add(place)
        link.archived = link.archived or archived


class LinkCollector(HyperlinkCollector):
    """Sphinx's own collector, which keeps one place only, and the wrong one for sources."""

    def run(self, **kwargs: Any) -> None:
        cast("LinkBuilder", self.env._app.builder).seen.add(self.env.current_document.docname)
        super().run(**kwargs)

    def _add_uri(self, uri: str, node: nodes.Element) -> None:
        if not uri.startswith(("http:", "https:")):
            return
        builder = cast("LinkBuilder", self.env._app.builder)
        asks = self.env.events.emit_firstresult("linkcheck-process-uri", uri) or uri
        key = self._citation_key(node)
        place = builder.sources.place(key, uri) if key else None
        archived = builder.sources.archived(key, uri) if key else ""
        builder.links.add(uri, asks, place or self._place(builder, node), archived)

    def _citation_key(self, node: nodes.Element) -> str:
        """The key of the source in whose entry of the reference list a node stands."""
        entry = next((each for each in ancestors(node) if isinstance(each, nodes.citation)), None)
        if entry is None or "cite" not in self.env.domains:
            return ""
        for citation in self.env.get_domain("cite").citations:
            if citation.citation_id in entry["ids"]:
                return citation.key
        return ""

    def _place(self, builder: LinkBuilder, node: nodes.Element) -> Place:
        page = Path(self.env.doc2path(self.env.current_document.docname))
        try:
            line = get_node_line(node)
        except ValueError:
            line = None
        return Place(
            Path(os.path.relpath(page, builder.base)).as_posix(),
            None if line in NO_LINE else line,
        )
