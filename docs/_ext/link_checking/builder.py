"""Sphinx's linkcheck builder, with our own way to ask and to report."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sphinx.builders.linkcheck import CheckExternalLinksBuilder
from sphinx.locale import __

from .collecting import Links
from .rules import Rules

if TYPE_CHECKING:
    from sphinx.application import Sphinx


class LinkBuilder(CheckExternalLinksBuilder):
    """`sphinx-build -b linkcheck`: collects the links of all pages and PDFs, and checks them."""

    epilog = __("The report is in %(outdir)s/report.json.")

    def init(self) -> None:
        self.hyperlinks = {}  # Sphinx's own collector fills it
        # What the check needs on top of a build is installed for maintainers only.
        from tools.services.settings import Settings

        from .bibliography import Sources

        self.base = Path(self.app.confdir).resolve().parent
        self.rules = Rules.read(self.config)
        self.settings = Settings.read()
        self.sources = Sources(self.app, self.base)
        self.links = Links()
        self.seen: set[str] = set()  # the pages whose links were collected

    @property
    def is_complete(self) -> bool:
        """Whether all pages and PDFs are in this run."""
        return bool(self.config.link_pdfs) and self.seen == self.env.found_docs

    def finish(self) -> None:
        """Check what was collected; the exit code is 0, 1 or 3, see `report.py`."""
        from .running import run

        self._app.statuscode = run(self)


def ask_service(app: Sphinx, uri: str) -> str | None:
    """Handler of linkcheck-process-uri: ask the service where an identifier is registered."""
    from .identifiers import identifier_in

    builder = app.builder
    identifier = identifier_in(uri)
    if identifier is None or not isinstance(builder, LinkBuilder):
        return None
    return identifier.question(builder.settings)
