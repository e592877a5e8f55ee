"""The menu beside each page: the handbook's parts, and what the reader's own part holds.

Furo shows all pages on each page. For that it copies and parses the whole table of contents every
time, which takes half of the writing, and what it writes grows with the square of the pages.
Here a part is one link, and open on its own pages. A list of more than `LONGEST` pages is left to
the page that holds it: the menu then shows of it only where the reader is. The start page holds
the list of parts in its menu, however many they are.

Titles, hidden toctrees and links to elsewhere are as Sphinx has them; captions are left out. The
links and boxes are Furo's, so that its style sheet fits.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.builders import Builder
from sphinx.environment import BuildEnvironment
from sphinx.locale import get_translation
from sphinx.util import url_re

_ = get_translation("handbook")

LONGEST = 40

TOGGLE = (
    '<input aria-label="{words}" checked="" class="toctree-checkbox" '
    'id="{id}" name="{id}" role="switch" type="checkbox"/><label for="{id}"><span class="icon">'
    '<svg><use href="#svg-arrow-right"></use></svg></span></label>'
)


class Menu:
    """The menus of one build, made after all pages were read."""

    def __init__(self, builder: Builder) -> None:
        self.builder = builder
        self.env = builder.env
        self.lists = {page: list(self._entries(page)) for page in self.env.toctree_includes}
        self.parents = {
            target: page for page, listed in self.lists.items() for target, _title in listed
        }
        self.titles: dict[str, str] = {}
        self.made: dict[str, str] = {}

    def _entries(self, page: str) -> Iterator[tuple[str, str | None]]:
        """What the toctrees of a page list: a page or an address, and a title if one is given."""
        for toctree in self.env.tocs[page].findall(addnodes.toctree):
            for title, target in toctree["entries"]:
                if target in self.env.found_docs or url_re.match(target):
                    yield target, title

    def path(self, page: str) -> list[str]:
        """The pages that lead from the start page to this one, both included."""
        path = [page]
        while path[0] in self.parents and self.parents[path[0]] not in path:
            path.insert(0, self.parents[path[0]])
        return path

    def html(self, page: str) -> str:
        """The menu on a page. Pages outside the tree, such as the search, see the parts."""
        if page not in self.made:
            path = self.path(page)
            if path[0] != self.env.config.root_doc:
                path = [self.env.config.root_doc]
            self.made[page] = self._list(page, path, 1)
        return self.made[page]

    def _list(self, page: str, path: list[str], depth: int) -> str:
        """The list `depth` steps below the start page, under the page that the path has there."""
        listed = self.lists.get(path[depth - 1], [])
        here = path[depth] if depth < len(path) else None
        if len(listed) > LONGEST and (here or depth > 1):
            listed = [(target, title) for target, title in listed if target == here]
        if not listed:
            return ""
        items = "".join(self._item(page, path, depth, target, title) for target, title in listed)
        return f"<ul{_classes('current' if here else '')}>\n{items}</ul>\n"

    def _item(self, page: str, path: list[str], depth: int, target: str, title: str | None) -> str:
        link = self._link(page, target, title)
        if target not in path[depth : depth + 1]:
            return f"<li{_classes(f'toctree-l{depth}')}>{link}</li>\n"
        below = self._list(page, path, depth + 1)
        if below:
            words = _("Toggle navigation of {title}").format(
                title=title or self.env.titles[target].astext()
            )
            box = TOGGLE.format(words=escape(words), id=f"toctree-checkbox-{depth}")
            below = box + below
        classes = _classes(
            f"toctree-l{depth} current",
            "has-children" if below else "",
            "current-page" if target == page else "",
        )
        return f"<li{classes}>{link}{below}</li>\n"

    def _link(self, page: str, target: str, title: str | None) -> str:
        is_page = target in self.env.found_docs
        kind = "internal" if is_page else "external"
        if target not in self.titles:
            self.titles[target] = (
                self.builder.render_partial(self.env.titles[target])["title"] if is_page else target
            )
        words = escape(title) if title else self.titles[target]
        uri = self.builder.get_relative_uri(page, target) or "#" if is_page else target
        classes = _classes("current" if target == page else "", "reference", kind)
        here = ' aria-current="page"' if target == page else ""
        return f'<a{classes}{here} href="{escape(uri)}">{words}</a>'


def _classes(*names: str) -> str:
    written = " ".join(name for name in names if name)
    return f' class="{written}"' if written else ""


def prepare(app: Sphinx, env: BuildEnvironment) -> None:
    app.handbook_menu = Menu(app.builder)


def menus_shown(app: Sphinx, env: BuildEnvironment) -> dict[str, str]:
    if app.builder.format != "html":
        return {}
    return {page: app.handbook_menu.html(page) for page in env.found_docs}


def spare_furo(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document
) -> None:
    """Without this function in its context Furo leaves the table of contents alone."""
    context.pop("toctree", None)


def show(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document
) -> None:
    context["furo_navigation_tree"] = app.handbook_menu.html(pagename)


def setup(app: Sphinx) -> None:
    app.setup_extension("rebuilding")
    app.connect("env-updated", prepare)
    app.connect("page-shows", menus_shown)
    # Furo fills the page's context between these two.
    app.connect("html-page-context", spare_furo, priority=400)
    app.connect("html-page-context", show, priority=600)
