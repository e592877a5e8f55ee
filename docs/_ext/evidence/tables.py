"""The tables about many studies, each from its own module."""

from __future__ import annotations

from sphinx.application import Sphinx

from . import archive, cohorts, comparing, findings, measured, timeline


def setup(app: Sphinx) -> None:
    for module in (archive, cohorts, comparing, findings, measured, timeline):
        module.setup(app)
