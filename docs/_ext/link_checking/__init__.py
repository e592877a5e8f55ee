"""`sphinx-build -b linkcheck`: do all links still open, and are all identifiers registered?

Sphinx collects the links and offers the hook `linkcheck-process-uri`, with which identifiers are
looked up where they are registered (`identifiers.py`). This package asks more patiently than
Sphinx (`checking.py`), takes the PDFs' links in (`pdf_links.py`), names the source and its line in
the bibliography (`bibliography.py`), and reports for people and programs (`report.py`). What each
kind of answer means is told to maintainers in docs/about/link-and-source-checks.md.

Settings in conf.py:

`link_ignores`
    what is not checked: a list of `{"pattern": ..., "reason": ...}`.
`link_redirects`
    permanent redirects and front pages that are right: a list of
    `{"pattern": ..., "to": ..., "reason": ...}`.
`link_pdfs`
    a folder; the links of its PDFs are checked, too.

Patterns are regular expressions for whole addresses. One that matched nothing in a complete run
is an error. How often, how patiently and in whose name is asked stands in pyproject.toml.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .builder import LinkBuilder, ask_service
from .collecting import LinkCollector

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata


def setup(app: Sphinx) -> ExtensionMetadata:
    app.add_config_value("link_ignores", [], "", frozenset({list}))
    app.add_config_value("link_redirects", [], "", frozenset({list}))
    app.add_config_value("link_pdfs", "", "", frozenset({str}))
    app.add_builder(LinkBuilder, override=True)
    app.add_post_transform(LinkCollector)
    app.connect("linkcheck-process-uri", ask_service)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
