"""The page for addresses that lead nowhere: ``404.html``, which servers show at any address.

Its links start at the root of the site, as ``html_baseurl`` names it, because the page does not
know where it stands. It carries its style with it and loads nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from sphinx.application import Sphinx
from sphinx.locale import get_translation

_ = get_translation("handbook")


def sections(app: Sphinx) -> list[tuple[str, str]]:
    """Address and title of the front door and of each page that it lists."""
    root = app.config.root_doc
    return [
        (app.builder.get_target_uri(page), app.env.titles[page].astext())
        for page in [root, *app.env.toctree_includes.get(root, [])]
    ]


def not_found_page(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    context = {
        "title": _("Page not found"),
        "not_found": {
            "root": urlsplit(app.config.html_baseurl).path or "/",
            "said": _("There is no page at this address. It may have moved, or the link is wrong."),
            "label": _("Search the handbook"),
            "search": _("Search"),
            "or": _("Or begin here:"),
            "sections": sections(app),
        },
    }
    yield "404", context, "404.html"


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("html-collect-pages", not_found_page)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
