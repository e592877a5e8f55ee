"""The handbook's PDF builder: `sphinx-build -b typstpdf` writes `<outdir>/<targetname>.pdf`.

`sphinxcontrib-typstbuilder` translates the pages to Typst; this package mends what that
translation loses (`translator.py`), compiles the result to a tagged PDF/UA-1 (`compiler.py`)
and leaves nothing but the PDF in the output folder (`builder.py`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .builder import TypstPdfBuilder

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the builder on top of the one that writes Typst."""
    app.setup_extension("sphinxcontrib_typstbuilder")
    app.add_builder(TypstPdfBuilder)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
