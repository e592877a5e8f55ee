"""Rubbish is collected seldom: a build keeps nearly all that it makes, and looking takes long."""

from __future__ import annotations

import gc

from sphinx.application import Sphinx

# Objects made between two collections; Python's own figure is 700.
THRESHOLD = 100_000


def setup(app: Sphinx) -> None:
    gc.set_threshold(THRESHOLD, 20, 100)
