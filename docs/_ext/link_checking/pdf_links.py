"""The addresses in PDFs, with the pages on which they stand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pikepdf

from .links import Place


def links_of_pdfs(folder: Path) -> Iterator[tuple[str, Place]]:
    """Each address in each PDF of a folder, once for every page that has it."""
    for path in sorted(folder.glob("*.pdf")):
        with pikepdf.open(path) as pdf:
            for number, page in enumerate(pdf.pages, 1):
                yield from (
                    (uri, Place(path.name, page=number))
                    for uri in dict.fromkeys(_addresses(page))
                    if uri.startswith(("http:", "https:"))
                )


def _addresses(page: pikepdf.Page) -> Iterator[str]:
    for annotation in page.get("/Annots", []):
        action = annotation.get("/A")
        if isinstance(action, pikepdf.Dictionary) and "/URI" in action:
            yield str(action.URI)
