"""Titles of pages are rendered once.

Sphinx renders them for every page that names them: the one before, the one after, all above. For
each it makes a document, applies transforms to it and walks through it.
"""

from __future__ import annotations

from docutils import nodes
from sphinx.application import Sphinx


def keep_titles(app: Sphinx) -> None:
    builder = app.builder
    if builder.format != "html":
        return
    render = builder.render_partial
    # By the node's identity; the node is kept beside, so that no other can come to its place.
    rendered: dict[int, tuple[nodes.title, dict[str, str]]] = {}

    def render_partial(node: nodes.Node | None) -> dict[str, str]:
        if not isinstance(node, nodes.title):
            return render(node)
        if id(node) not in rendered:
            rendered[id(node)] = (node, render(node))
        return rendered[id(node)][1]

    builder.render_partial = render_partial


def setup(app: Sphinx) -> None:
    app.connect("builder-inited", keep_titles)
