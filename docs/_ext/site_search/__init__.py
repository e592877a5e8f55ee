"""Search that works from any file server: butterfly rash finds malar rash, and so does buterfly.

Sphinx's own index holds words but no sentences, fetches every page that it found to show one, and
knows neither brand names nor misspellings. This one is made of small files in ``search/``: the
titles and all words, the places of the words by first letter, and the sentences of each page. A
reader's browser loads what a question needs. ``search-words.yaml`` beside conf.py lists what people
may type and what the handbook says instead.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.locale import get_translation
from sphinx.util import logging

from .index import index_files
from .sections import SectionCollector, sections_by_page
from .words import SYNONYM_FILE, read_synonyms, unused_groups

logger = logging.getLogger(__name__)
_ = get_translation("handbook")

FOLDER = "search"


def is_site(app: Sphinx) -> bool:
    return app.builder.name == "html"


def without_the_stock_index(app: Sphinx) -> None:
    """Sphinx writes neither its index nor its page."""
    if is_site(app):
        app.builder.search = False


def search_page(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    """The page that shows results; its script reads its words from the page."""
    if not is_site(app):
        return
    words = {
        "none": _("No page matches. Try another word, or look in the menu or the glossary."),
        "one": _("1 place found."),
        "many": _("%s places found, the best first."),
        "more": _("Show more"),
        "instead": _("No page has “%1”. Shown instead: “%2”."),
        "also": _("Also searched: %s."),
        "failed": _("The search index could not be loaded. Please try again later."),
        "searching": _("Searching …"),
    }
    yield (
        "search",
        {
            "title": _("Search"),
            "search_words": json.dumps(
                {name: str(text) for name, text in words.items()}, sort_keys=True
            ),
            "search_hint": _("Search needs JavaScript, which is off in this browser."),
            "search_else": _("The menu lists every page, and the glossary explains the words."),
            "search_label": _("What are you looking for?"),
        },
        "search.html",
    )


def write_index(app: Sphinx, exception: Exception | None) -> None:
    """Write what changed of the index, and remove files that nothing stands behind any more."""
    if exception or not is_site(app):
        return
    groups = read_synonyms(Path(app.srcdir) / SYNONYM_FILE)
    pages = sections_by_page(app.env)
    for group in unused_groups(groups, pages):
        logger.warning(
            "no page has a word of this group: %s; correct it or take it out",
            ", ".join(group.phrases),
            location=f"{Path(app.srcdir) / SYNONYM_FILE}:{group.line}",
            type="search",
            subtype="unused",
        )
    addresses = {page: app.builder.get_target_uri(page) for page in pages}
    files = index_files(pages, addresses, [group.phrases for group in groups])
    folder = Path(app.outdir) / FOLDER
    for name, content in files.items():
        path = folder / name
        if not path.is_file() or path.read_text(encoding="utf-8") != content:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8")
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_file() and path.relative_to(folder).as_posix() not in files:
            path.unlink()
        elif path.is_dir() and not any(path.iterdir()):
            path.rmdir()


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_env_collector(SectionCollector)
    app.connect("builder-inited", without_the_stock_index)
    app.connect("html-collect-pages", search_page)
    app.connect("build-finished", write_index)
    return {
        "version": "1",
        "env_version": 1,
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }
