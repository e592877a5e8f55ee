"""Writes one PDF for each entry of `typst_documents`, and no other file, into the output folder."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typst
from docutils import nodes
from sphinx import addnodes
from sphinx.errors import ConfigError
from sphinx.locale import __
from sphinx.util import logging
from sphinx.util.display import progress_message
from sphinxcontrib_typstbuilder._builder import TypstBuilder
from sphinxcontrib_typstbuilder._writer import document_label

from .compiler import MAIN, Sources, compile_pdf, fingerprint
from .dates import source_timestamp
from .translator import PdfTranslator, is_foot

if TYPE_CHECKING:
    from collections.abc import Set

logger = logging.getLogger(__name__)

REQUIRED = {"startdocname", "targetname", "title"}
OPTIONAL = {"template", "appendices", "metadata", "start_title"}
# Typst shows the line of its source that it complains of; a whole table can be one line.
LONGEST_LINE = 200


class TypstPdfBuilder(TypstBuilder):
    """The `typstpdf` builder."""

    name = "typstpdf"
    epilog = __("The PDF files are in %(outdir)s.")
    default_translator_class = PdfTranslator
    # Sphinx would fetch remote images during the build; the translator warns about them instead.
    supported_remote_images = True

    def init(self) -> None:
        """Check the settings before an hour is spent on reading."""
        for entry in self.config.typst_documents:
            missing = REQUIRED - entry.keys()
            unknown = entry.keys() - REQUIRED - OPTIONAL
            if missing or unknown:
                problem = f"misses {sorted(missing)}" if missing else f"has {sorted(unknown)}"
                raise ConfigError(
                    f"conf.py: an entry of typst_documents {problem}; it needs "
                    f"{sorted(REQUIRED)} and may have {sorted(OPTIONAL)}."
                )

    def get_target_uri(self, docname: str, typ: str | None = None) -> str:
        """A label; the translator sees whether it is in this document or on the web site."""
        return document_label(docname)

    def write_documents(self, _docnames: Set[str]) -> None:
        """Write every PDF: a document is one unit, whichever of its pages changed."""
        timestamp = source_timestamp(self.srcdir)
        for entry in self.config.typst_documents:
            with progress_message(__("writing %s.pdf") % entry["targetname"], nonl=False):
                self._write_pdf(entry, timestamp)

    def _write_pdf(self, entry: dict[str, Any], timestamp: int | None) -> None:
        for docname in (entry["startdocname"], *entry.get("appendices", [])):
            if docname not in self.env.found_docs:
                raise ConfigError(
                    f"conf.py: typst_documents names the page {docname!r}, which does not exist; "
                    "correct the name or write the page."
                )
        tree = self._assemble_doctree(entry["startdocname"], entry.get("appendices", []))
        if "start_title" in entry:
            # Where the start page's own title would repeat the cover's.
            title = next(tree.findall(nodes.title))
            title[:] = [nodes.Text(entry["start_title"])]
        self.images: dict[str, str] = {}
        self.post_process_images(tree)
        template = entry.get("template", self.config.typst_template)
        translator = self._translate(tree, template)
        sources = {
            **self._template_files(template),
            **self._image_files(),
            "metadata.json": self._metadata(entry, timestamp, translator.page_titles),
            MAIN: translator.body().encode(),
        }
        self._compile(entry["targetname"], sources, timestamp or 0)

    def _assemble_doctree(self, startdocname: str, appendices: list[str]) -> nodes.document:
        """All pages in one tree, each followed by the pages of its menu."""
        self._forget_bibliography()
        tree = super()._assemble_doctree(startdocname, appendices)
        for menu in list(tree.findall(nodes.compound)):
            if "toctree-wrapper" not in menu["classes"]:
                continue
            page = menu.parent
            while not isinstance(page, (addnodes.start_of_file, nodes.document)):
                page = page.parent
            menu.parent.remove(menu)
            page.append(menu)
        for foot in list(tree.findall(nodes.container)):
            if not is_foot(foot):
                continue
            # Into the last section, which can then be kept on one sheet with it.
            before = foot.parent[foot.parent.index(foot) - 1]
            if isinstance(before, nodes.section):
                foot.parent.remove(foot)
                before.append(foot)
        return tree

    def _forget_bibliography(self) -> None:
        """Empty the citations that sphinxcontrib-bibtex filled for the document before.

        It keeps them in the environment and appends to them each time a tree is resolved.
        """
        if "cite" in self.env.domains:
            for bibliography in self.env.get_domain("cite").bibliographies.values():
                for citation in bibliography.citation_nodes.values():
                    citation.clear()

    def _translate(self, tree: nodes.document, template: str) -> PdfTranslator:
        tree["template"] = template
        translator = self.create_translator(tree, self)
        tree.walkabout(translator)
        return translator

    def _template_files(self, template: str) -> Sources:
        """The folder that holds the template, since it may import and show its neighbours."""
        for setting in self.config.typst_templates_path:
            folder = Path(self.confdir, setting)
            if (folder / f"{template}.typ").is_file():
                return {
                    f"templates/{file.relative_to(folder).as_posix()}": file.read_bytes()
                    for file in sorted(folder.rglob("*"))
                    if file.is_file()
                }
        raise ConfigError(
            f"There is no PDF template {template}.typ in {self.config.typst_templates_path}; "
            "correct typst_templates_path or the template's name in conf.py."
        )

    def _image_files(self) -> Sources:
        return {
            f"images/{name}": (self.srcdir / uri).read_bytes() for uri, name in self.images.items()
        }

    def _metadata(
        self, entry: dict[str, Any], timestamp: int | None, page_titles: list[tuple[int, str]]
    ) -> bytes:
        """What the template knows of the document: read there as `metadata`."""
        date = None if timestamp is None else datetime.fromtimestamp(timestamp, UTC)
        return json.dumps(
            {
                "title": entry["title"],
                "author": self.config.author,
                "version": self.config.release,
                "language": self.config.language,
                "date": date and {"year": date.year, "month": date.month, "day": date.day},
                "page_titles": page_titles,
                **entry.get("metadata", {}),
            }
        ).encode()

    def _compile(self, targetname: str, sources: Sources, timestamp: int) -> None:
        """Write the PDF, unless the last one was made from the same sources."""
        pdf_file = Path(self.outdir, f"{targetname}.pdf")
        stamp_file = Path(self.doctreedir, f"{targetname}.pdf-stamp")
        inputs = fingerprint(sources, timestamp)
        if _read(stamp_file) == _stamp(inputs, _read(pdf_file)):
            logger.info(__("%s is up to date"), pdf_file.name)
            return
        try:
            pdf, warnings = compile_pdf(sources, timestamp)
        except typst.TypstError as error:
            place = self._place(error, sources[MAIN].decode())
            logger.error("%s\n%s", error.message, legible(error.diagnostic), location=place)
            # An old PDF would look as if the build had worked.
            pdf_file.unlink(missing_ok=True)
            self._app.statuscode = 1
            return
        for warning in warnings:
            logger.warning("%s\n%s", warning.message, legible(warning.diagnostic), type="typst")
        pdf_file.parent.mkdir(parents=True, exist_ok=True)
        if _read(pdf_file) != pdf:
            pdf_file.write_bytes(pdf)
        if not warnings:  # with a stamp the next build would be silent
            stamp_file.write_bytes(_stamp(inputs, pdf))

    def _place(self, error: typst.TypstError, source: str) -> tuple[str, int | None] | None:
        """The page, and the line if it can be told, that made Typst refuse the document.

        Typst names a line of its own source; the labels above that line name the page.
        """
        at = re.search(rf"{re.escape(MAIN)}:(\d+)", legible(error.diagnostic))
        above = source.split("\n")[: int(at[1])] if at else []
        pages = re.findall(r'mlabel\("%([^"#]+)"\)', "\n".join(above))
        if not pages:
            return None
        character = re.search(r'the text `"(.+?)"` could not be displayed', error.message)
        lines = Path(self.env.doc2path(pages[-1])).read_text(encoding="utf-8").split("\n")
        with_it = (n for n, line in enumerate(lines, 1) if character and character[1] in line)
        return pages[-1], next(with_it, None)


def legible(diagnostic: str) -> str:
    """Typst's diagnostic without warnings before an error, temporary paths and endless lines."""
    start = max(diagnostic.find("error:"), 0)
    text = re.sub(rf"\S*/({re.escape(MAIN)}|templates/)", r"\1", diagnostic[start:]).strip()
    return "\n".join(line for line in text.split("\n") if len(line) <= LONGEST_LINE)


def _read(file: Path) -> bytes:
    return file.read_bytes() if file.is_file() else b""


def _stamp(inputs: str, pdf: bytes) -> bytes:
    """Changes with what goes into a PDF and with what somebody did to the PDF."""
    return f"{inputs} {sha256(pdf).hexdigest()}".encode()
