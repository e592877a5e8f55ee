"""Mends of sphinxcontrib-bibtex 2.7: plain errors and honest incremental builds.

`bibliography_reading` mends how it reads its files.
"""

from __future__ import annotations

from collections import defaultdict
from time import time_ns

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.logging import getLogger
from sphinxcontrib.bibtex import builder_inited_cite
from sphinxcontrib.bibtex.bibfile import is_bibdata_outdated
from sphinxcontrib.bibtex.domain import BibtexDomain
from sphinxcontrib.bibtex.roles import CiteRole

logger = getLogger(__name__)


def read_edited(app: Sphinx, env: BuildEnvironment, *changes: set[str]) -> list[str]:
    """Read the bibliography again if it was edited since the last build of this process.

    sphinxcontrib-bibtex looks at it only when a process starts.
    """
    known = env.get_domain("cite").bibdata
    if is_bibdata_outdated(known, list(known.bibfiles), known.encoding):
        builder_inited_cite(app)
    return []


class CitationRole(CiteRole):
    """A citation that cannot be taken apart gives a warning with file and line, not a crash."""

    def result_nodes(
        self, document: nodes.document, env: BuildEnvironment, node: nodes.Element, is_ref: bool
    ) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        try:
            return super().result_nodes(document, env, node, is_ref)
        except ValueError:
            logger.warning(
                "cannot read the citation `%s`. Put a comma between keys, and words before or "
                "after a key in braces: {cite:p}`{see}wang2018,li2019{table 2}`",
                self.target,
                location=self.get_location(),
            )
            return [], []


def order_lists(app: Sphinx, env: BuildEnvironment) -> None:
    """Put lists of references in the order of their pages, whatever was read first.

    Several works in one citation follow the order of the lists that they stand in.
    """
    lists = env.get_domain("cite").bibliographies
    in_order = sorted(lists.items(), key=lambda item: (item[0].docname, item[1].line))
    lists.clear()
    lists.update(in_order)


def citations_shown(app: Sphinx, env: BuildEnvironment) -> dict[str, list[object]]:
    """For each page the labels of the entries that it cites, and the words of those that it lists.

    Pages that cite an unknown key show something new each time, so that their warning returns
    until it is mended.
    """
    domain = env.get_domain("cite")
    reads = {
        citation.key: (
            citation.bibliography_key.docname,
            citation.citation_id,
            citation.formatted_entry.label,
        )
        for citation in domain.citations
    }
    found: dict[str, list[object]] = defaultdict(list)
    for reference in domain.citation_refs:
        for target in reference.targets:
            found[reference.docname].append(reads.get(target.key) or time_ns())
    listed = defaultdict(list)
    for citation in domain.citations:
        words = repr(citation.formatted_entry.text)
        listed[citation.bibliography_key.docname].append((citation.key, reads[citation.key], words))
    for page, entries in listed.items():
        found[page].append(sorted(entries))
    return found


def drop_anchors(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Take off the anchor of each citation: nothing leads there, and pages are lighter without."""
    if app.builder.format == "html":
        for citation in doctree.findall(nodes.inline):
            if "bibtex-citation" in citation["classes"]:
                citation["ids"] = []


def setup(app: Sphinx) -> dict[str, object]:
    app.setup_extension("sphinxcontrib.bibtex")
    app.setup_extension("bibliography_reading")
    app.setup_extension("rebuilding")
    for name in BibtexDomain.roles:
        app.add_role_to_domain("cite", name, CitationRole(), override=True)
    app.connect("env-updated", order_lists, priority=400)  # before it numbers the citations
    app.connect("env-get-outdated", read_edited, priority=10)  # before anybody uses the entries
    app.connect("page-shows", citations_shown)
    app.connect("doctree-resolved", drop_anchors)
    return {"env_version": 1, "parallel_read_safe": True, "parallel_write_safe": True}
