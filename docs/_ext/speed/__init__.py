"""Quicker builds: each module takes one piece of needless work away and leaves the output alone.

Without this extension the handbook is built just so, only slower; the one thing that readers see
of it is the menu, which shows their own part of the handbook and the names of the others.
A module that stands in for code of another package says which, and a test fails as soon as that
code changes.
"""

from __future__ import annotations

from typing import Any

from sphinx.application import Sphinx

from . import (
    citations,
    garbage,
    menu,
    messages,
    readers,
    settings,
    titles,
    walking,
    writers,
    yaml_in_c,
)


def setup(app: Sphinx) -> dict[str, Any]:
    for module in (
        garbage,
        messages,
        settings,
        walking,
        yaml_in_c,
        citations,
        titles,
        menu,
        readers,
        writers,
    ):
        module.setup(app)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
