"""YAML read by the C library that PyYAML brings along: front matter is most of what a study is.

Where that library finds a fault PyYAML's own reader looks again, because its messages are clearer.
"""

from __future__ import annotations

import yaml
from sphinx.application import Sphinx

PlainLoader = yaml.SafeLoader


class QuickLoader(yaml.CSafeLoader):
    """`yaml.SafeLoader`, quicker."""

    def __init__(self, stream: str) -> None:
        super().__init__(stream)
        self._stream = stream

    def get_single_node(self) -> yaml.Node | None:
        try:
            return super().get_single_node()
        except yaml.YAMLError:
            if isinstance(self._stream, str | bytes):
                PlainLoader(self._stream).get_single_node()
            raise


def setup(app: Sphinx) -> None:
    # `yaml.safe_load` looks it up here at each call.
    yaml.SafeLoader = QuickLoader
