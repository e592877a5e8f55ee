"""Builds a mini project, as a new process would."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sphinx.testing.util import SphinxTestApp
from sphinx.util.console import strip_colors


def use_extension(source: Path, name: str) -> None:
    """Have a copy of a mini project use one more extension."""
    with (source / "conf.py").open("a", encoding="utf-8") as settings:
        settings.write(f"\nextensions = [*extensions, {name!r}]\n")


def build_project(source: Path, builder: str = "html", **options: Any) -> tuple[SphinxTestApp, str]:
    """Build, and give the application and its warnings, which name files from the project's top.

    The options are SphinxTestApp's.
    """
    app = SphinxTestApp(builder, srcdir=source, **options)
    try:
        app.build()
    finally:
        app.cleanup()
    return app, strip_colors(app.warning.getvalue()).replace(f"{app.srcdir}/", "").strip()
