"""Messages that no one will see are not made: Sphinx makes one for each event of each page."""

from __future__ import annotations

import logging

from sphinx.application import Sphinx
from sphinx.util.logging import NAMESPACE


def setup(app: Sphinx) -> None:
    logger = logging.getLogger(NAMESPACE)
    logger.setLevel(min(handler.level for handler in logger.handlers))
