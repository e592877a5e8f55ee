"""An image without alternative text fails the build: some readers only hear it.

An empty text fails too. It would mark pure decoration, which the pages have none of, and the PDF's
standard refuses it.
"""

from __future__ import annotations

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging

logger = logging.getLogger(__name__)


def check(app: Sphinx, doctree: nodes.document) -> None:
    for image in doctree.findall(nodes.image):
        if not image.get("alt"):
            logger.warning(
                "image %r has no alternative text; add ':alt: what it shows'",
                image["uri"],
                location=image,
                type="alternative_text",
            )


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("doctree-read", check)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
