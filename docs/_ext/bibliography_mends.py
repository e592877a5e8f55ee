"""Mends of sphinxcontrib-bibtex 2.7: plain errors and honest incremental builds."""

from __future__ import annotations

import re
from pathlib import Path

from docutils import nodes
from pybtex.database.input.bibtex import Parser
from pybtex.exceptions import PybtexError
from pybtex.scanner import PybtexSyntaxError
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.errors import ExtensionError
from sphinx.util.logging import getLogger
from sphinxcontrib.bibtex.domain import BibtexDomain
from sphinxcontrib.bibtex.roles import CiteRole

logger = getLogger(__name__)


class _TracingParser(Parser):
    """pybtex's parser, remembering which entry it is at."""

    key = ""

    def process_entry(self, entry_type: str, key: str, fields: list) -> None:
        self.key = key
        super().process_entry(entry_type, key, fields)


def check_bibfiles(app: Sphinx) -> None:
    """Stop the build at a bibliography that pybtex cannot read, naming file and line.

    sphinxcontrib-bibtex reads it right afterwards, but its error names no file, and at a key
    that stands twice it goes on with half the entries. A file that is missing it reports well.
    """
    for name in app.config.bibtex_bibfiles or []:
        path = Path(app.confdir, name).resolve()
        if not path.is_file():
            continue
        text = path.read_text(encoding=app.config.bibtex_encoding)
        parser = _TracingParser()
        try:
            parser.parse_string(text)
        except PybtexError as error:
            line = _line_of_entry(error, parser.key, text)
            raise ExtensionError(
                f"{path}:{line}: the entry that begins here cannot be read: {error}. "
                "Mend it; `make lint` checks the whole file."
            ) from error


def _line_of_entry(error: PybtexError, key: str, text: str) -> int:
    if isinstance(error, PybtexSyntaxError):
        position = error.parser.command_start
    else:  # the last such entry: of two with the same key the second is in the way
        heads = re.finditer(rf"@\w+\s*[{{(]\s*{re.escape(key)}\s*,", text)
        position = max(head.start() for head in heads)
    return text.count("\n", 0, position) + 1


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


def pages_to_rewrite(app: Sphinx, env: BuildEnvironment) -> set[str]:
    """The pages whose citations no longer read as they did when the pages were last written.

    These are the pages that cite an entry whose anchor or text, and so perhaps label, changed,
    those that cite an unknown key (so that the warning returns until it is mended), and, as
    soon as anything changed, the pages with a reference list.
    """
    domain = env.get_domain("cite")
    shown = {
        citation.key: (
            citation.bibliography_key.docname,
            citation.citation_id,
            str(citation.formatted_entry.text),
        )
        for citation in domain.citations
    }
    before = getattr(env, "handbook_citations", {})
    env.handbook_citations = shown
    pages = {
        reference.docname
        for reference in domain.citation_refs
        for target in reference.targets
        if target.key not in shown or shown[target.key] != before.get(target.key)
    }
    if shown != before:
        pages.update(bibliography.docname for bibliography in domain.bibliographies)
    return pages


def setup(app: Sphinx) -> dict[str, object]:
    app.setup_extension("sphinxcontrib.bibtex")
    for name in BibtexDomain.roles:
        app.add_role_to_domain("cite", name, CitationRole(), override=True)
    app.connect("builder-inited", check_bibfiles, priority=400)  # before it reads the files
    app.connect("env-updated", pages_to_rewrite, priority=600)  # after it made the labels
    return {"env_version": 1, "parallel_read_safe": True, "parallel_write_safe": True}
