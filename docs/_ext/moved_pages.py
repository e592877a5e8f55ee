"""Addresses do not die: a page that moved leaves a signpost at its old place.

``moved-pages.yaml`` beside conf.py names the old page and the new one, each by its path without
``.md``. The signpost keeps the part of the address after ``#``, and is a link for readers whose
browser does not follow it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from located_yaml import NotYaml, read
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.errors import ExtensionError
from sphinx.locale import get_translation
from sphinx.util import logging
from sphinx.util.osutil import relative_uri

logger = logging.getLogger(__name__)
_ = get_translation("handbook")

MOVED_FILE = "moved-pages.yaml"
HINT = "each line is the old page and the new one, without .md: lupus/old-name: lupus/new-name"


def read_moves(path: Path) -> dict[str, tuple[str, int]]:
    """Each old page with the new one and the line that says so; none where there is no file.

    Raises ExtensionError with file, line and remedy for a file of another form.
    """
    if not path.is_file():
        return {}
    try:
        document = read(path.read_text(encoding="utf-8"))
    except NotYaml as error:
        raise ExtensionError(f"{path}:{error.line}: {error}; {HINT}") from None
    for old, line in document.doubled:
        raise ExtensionError(f"{path}:{line}: {old} stands here twice; keep one line")
    pairs = document.fields or {}
    if not isinstance(pairs, dict):
        raise ExtensionError(f"{path}:{document.line_of()}: not an old and a new page; {HINT}")
    moves: dict[str, tuple[str, int]] = {}
    for old, new in pairs.items():
        line = document.line_of(old)
        if not (isinstance(old, str) and isinstance(new, str)):
            raise ExtensionError(f"{path}:{line}: not an old and a new page; {HINT}")
        moves[old] = (new, line)
    return moves


def check(app: Sphinx, env: BuildEnvironment) -> None:
    """Each old page is gone and each new one is there."""
    path = Path(app.srcdir) / MOVED_FILE
    for old, (new, line) in read_moves(path).items():
        if old in env.found_docs:
            problem = f"{old} is a page again; take the line out"
        elif new not in env.found_docs:
            problem = f"there is no page {new}; name the page that replaces {old}"
        else:
            continue
        logger.warning(problem, location=f"{path}:{line}", type="moved", subtype="page")


def signposts(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    for old, (new, _line) in read_moves(Path(app.srcdir) / MOVED_FILE).items():
        if new in app.env.found_docs and old not in app.env.found_docs:
            address = app.builder.get_target_uri(new)
            yield (
                old,
                {
                    "title": _("This page has moved"),
                    "new_title": app.env.titles[new].astext(),
                    "new_address": relative_uri(app.builder.get_target_uri(old), address),
                    "canonical": app.config.html_baseurl and app.config.html_baseurl + address,
                },
                "moved.html",
            )


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("env-check-consistency", check)
    app.connect("html-collect-pages", signposts)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
