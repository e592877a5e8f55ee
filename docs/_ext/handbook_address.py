"""`{handbook-address}`: a QR code that leads to the whole handbook, and its address in words.

For paper: whoever holds a print comes to the pages with a telephone or by typing. The code is drawn
during the build, nothing is fetched, and the same address gives the same picture. The directive's
content, if it has any, stands before the address.
"""

from __future__ import annotations

import io
from typing import Any, ClassVar

import segno
from docutils import nodes
from evidence import pictures
from sphinx.application import Sphinx
from sphinx.locale import get_translation
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective
from typst_pdf.addresses import bare_address

logger = logging.getLogger(__name__)
_ = get_translation("handbook")

# Telephones read modules of half a millimetre; these are larger.
WIDTH = "3cm"


def qr_code(address: str) -> bytes:
    """The address as a QR code in SVG, black on white with the quiet border that readers need.

    About a seventh of it may be dirty or torn: error correction M of ISO/IEC 18004, or better.
    """
    written = io.BytesIO()
    code = segno.make_qr(address, error="m")
    code.save(written, kind="svg", scale=4, border=4, dark="#000", light="#fff", xmldecl=False)
    return written.getvalue()


class HandbookAddress(SphinxDirective):
    has_content = True
    option_spec: ClassVar = {}

    def run(self) -> list[nodes.Node]:
        address = self.config.handbook_address
        if not address:
            logger.warning(
                "{handbook-address}: set html_baseurl in conf.py, so that there is an address",
                location=self.get_location(),
            )
            return []
        shown = bare_address(address)
        picture = pictures.uri(self.env, f"QR code {address}", lambda: qr_code(address))
        alternative = str(_("QR code that leads to the whole handbook: {address}"))
        found = nodes.container(
            "",
            nodes.image(uri=picture, alt=alternative.format(address=shown), width=WIDTH),
            classes=["handbook-address"],
        )
        found += self.parse_content_to_nodes()
        found += nodes.paragraph("", "", nodes.reference("", shown, refuri=address))
        self.set_source_info(found)
        return [found]


def setup(app: Sphinx) -> dict[str, Any]:
    # A value of its own, because pages are read again when it changes.
    app.add_config_value("handbook_address", lambda config: config.html_baseurl, "env", (str,))
    app.add_directive("handbook-address", HandbookAddress)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
