"""Ways through a doctree that docutils does not offer itself."""

from __future__ import annotations

from collections.abc import Iterator

from docutils import nodes


def ancestors(node: nodes.Node) -> Iterator[nodes.Element]:
    """Everything that the node stands in, from the inside out."""
    while node.parent is not None:
        node = node.parent
        yield node
