"""Rubbish is collected seldom, and documents are taken apart when they are done with.

A build keeps nearly all that it makes, and looking for rubbish takes long. Most of what it does not
keep is documents, whose nodes hold each other: only the collector would find them. Sphinx on one
core even keeps all documents in memory from reading to writing, half of all memory in a large
handbook. To load them again takes hardly longer.

When a process ends, Python looks through all objects once more, to free memory that the system takes
back anyway.
"""

from __future__ import annotations

import atexit
import gc

from docutils import nodes
from sphinx.application import Sphinx

# Objects made between two collections; Python's own figure is 700.
THRESHOLD = 100_000


def take_apart(doctree: nodes.document) -> None:
    for node in list(doctree.findall()):
        node.__dict__.clear()


def let_go(app: Sphinx) -> None:
    """Take documents apart when they are stored, and when they are written as pages."""
    builder = app.builder
    store, write = builder.write_doctree, builder.write_doc

    def store_and_let_go(page: str, doctree: nodes.document, **_: bool) -> None:
        store(page, doctree, _cache=False)
        take_apart(doctree)

    def write_and_let_go(page: str, doctree: nodes.document) -> None:
        write(page, doctree)
        take_apart(doctree)

    builder.write_doctree = store_and_let_go
    if builder.format == "html":
        builder.write_doc = write_and_let_go


def setup(app: Sphinx) -> None:
    gc.set_threshold(THRESHOLD, 20, 100)
    # What is frozen is not looked through.
    atexit.register(gc.freeze)
    app.connect("builder-inited", let_go)
