"""What changed in the handbook: the changes of all pages in one list, and as an Atom feed.

``:::{changes}`` prints what the pages name in their front matter, newest first; see `page_status`.
The web site has the same as a feed, ``changes.xml``, which each page names in its head. Its dates
are those of the changes, so the same pages make the same feed.
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any
from urllib.parse import urljoin
from xml.etree import ElementTree

from babel.dates import format_date
from docutils import nodes
from page_status import statuses
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.locale import get_translation
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.docutils import SphinxDirective

_ = get_translation("handbook")

FEED = "changes.xml"
ATOM = "http://www.w3.org/2005/Atom"
MOST = 100  # entries of the feed


@dataclass(frozen=True)
class Entry:
    """A change of one page."""

    date: datetime.date
    docname: str
    title: str
    """The page's."""
    what: str

    @property
    def id(self) -> str:
        """A name of its own, which stays when the site moves."""
        about = f"{self.docname} {self.date} {self.what}"
        return uuid.uuid5(uuid.NAMESPACE_URL, about).urn


def entries(env: BuildEnvironment) -> list[Entry]:
    """All changes, newest first; those of one day in the order of the pages' names."""
    found = [
        Entry(change.date, docname, env.titles[docname].astext(), change.what)
        for docname, status in sorted(statuses(env).items())
        for change in status.changes
    ]
    return sorted(found, key=lambda entry: entry.date, reverse=True)


# --- The list ---------------------------------------------------------------------------------


class changes_list(nodes.General, nodes.Element):
    """Stands for the list until all pages are read."""


class Changes(SphinxDirective):
    def run(self) -> list[nodes.Node]:
        lists(self.env).add(self.env.docname)
        return [changes_list()]


class ShowChanges(SphinxPostTransform):
    """Puts the list in place, before links are resolved."""

    default_priority = 5

    def run(self, **_options: Any) -> None:
        for place in list(self.document.findall(changes_list)):
            place.replace_self(list(_shown(entries(self.env), self.env)))


def _shown(found: Iterable[Entry], env: BuildEnvironment) -> Iterator[nodes.Node]:
    """Each day with its changes; ordinary nodes, for every output alike."""
    days = [
        nodes.list_item(
            "",
            nodes.paragraph("", format_date(day, "d MMMM yyyy", locale=env.config.language)),
            nodes.bullet_list("", *(_item(entry, env) for entry in of_day), bullet="-"),
        )
        for day, of_day in groupby(found, key=lambda entry: entry.date)
    ]
    if days:
        yield nodes.bullet_list("", *days, bullet="-", classes=["changes"])
    else:
        yield nodes.paragraph("", _("No page names a change so far."))


def _item(entry: Entry, env: BuildEnvironment) -> nodes.list_item:
    link = addnodes.pending_xref(
        "",
        nodes.inline("", entry.title),
        refdomain="std",
        reftype="doc",
        reftarget=f"/{entry.docname}",
        refdoc=env.docname,
        refexplicit=True,
        refwarn=True,
    )
    return nodes.list_item("", nodes.paragraph("", "", link, nodes.Text(f": {entry.what}")))


# --- Which pages show the list ----------------------------------------------------------------


def lists(env: BuildEnvironment) -> set[str]:
    if not hasattr(env, "changes_lists"):
        env.changes_lists = set()
    return env.changes_lists


def shown(app: Sphinx, env: BuildEnvironment) -> dict[str, list[Entry]]:
    """What these pages show of the others, so that they are written again with it."""
    return dict.fromkeys(lists(env), entries(env))


def purge(app: Sphinx, env: BuildEnvironment, docname: str) -> None:
    lists(env).discard(docname)


def merge(app: Sphinx, env: BuildEnvironment, docnames: set[str], other: BuildEnvironment) -> None:
    lists(env).update(lists(other) & docnames)


# --- The feed ---------------------------------------------------------------------------------


def feed(app: Sphinx) -> bytes:
    """The feed as Atom (RFC 4287), with absolute addresses."""
    base = app.config.html_baseurl
    found = entries(app.env)[:MOST]
    reviewed = [status.last_reviewed for status in statuses(app.env).values()]
    root = ElementTree.Element("feed", {"xmlns": ATOM, "xml:lang": app.config.language})
    _add(root, "id", uuid.uuid5(uuid.NAMESPACE_URL, app.config.project).urn)
    _add(root, "title", _("{project}: what changed").format(project=app.config.project))
    _add(root, "updated", _moment(found[0].date if found else max(reviewed)))
    _add(_add(root, "author"), "name", app.config.author)
    _add(root, "link", rel="self", type="application/atom+xml", href=urljoin(base, FEED))
    _add(root, "link", rel="alternate", type="text/html", href=base)
    for entry in found:
        element = _add(root, "entry")
        _add(element, "id", entry.id)
        _add(element, "title", entry.title)
        _add(element, "updated", _moment(entry.date))
        address = urljoin(base, app.builder.get_target_uri(entry.docname))
        _add(element, "link", rel="alternate", type="text/html", href=address)
        _add(element, "summary", entry.what)
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="utf-8", xml_declaration=True) + b"\n"


def _add(
    parent: ElementTree.Element, name: str, words: object = None, **attributes: str
) -> ElementTree.Element:
    child = ElementTree.SubElement(parent, name, attributes)
    if words is not None:
        child.text = str(words)
    return child


def _moment(day: datetime.date) -> str:
    """Atom wants a moment: midnight of the day, in universal time."""
    return f"{day}T00:00:00Z"


def write_feed(app: Sphinx, exception: Exception | None) -> None:
    if exception is None and app.builder.format == "html" and statuses(app.env):
        Path(app.outdir, FEED).write_bytes(feed(app))


def name_feed(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document
) -> None:
    """Tell feed readers of the feed, in the head of each page."""
    address = context["pathto"](FEED, resource=True)
    title = _("What changed")
    link = f'<link rel="alternate" type="application/atom+xml" title="{title}" href="{address}" />'
    # Pages that are no documents, such as the search, come without meta tags.
    context["metatags"] = f"{context.get('metatags', '')}\n{link}"


def setup(app: Sphinx) -> dict[str, Any]:
    app.setup_extension("page_status")
    app.setup_extension("rebuilding")
    app.add_node(changes_list)
    app.add_directive("changes", Changes)
    app.add_post_transform(ShowChanges)
    app.connect("env-purge-doc", purge)
    app.connect("env-merge-info", merge)
    app.connect("page-shows", shown)
    app.connect("html-page-context", name_feed)
    app.connect("build-finished", write_feed)
    return {
        "version": "1",
        "env_version": 1,
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }
