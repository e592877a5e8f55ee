"""`{cited-on}`: the pages and claims that use a source; `{cite-this}`: how to cite a page of the handbook.

Every entry of the reference list says the same, "Cited on: ...", so that a reader who comes from
a paper finds what the handbook made of it. Which pages use a source is known only when all pages
have been read; so the lists are filled in when a page is written, and a page whose list
changes is written again.
"""

from __future__ import annotations

from collections import defaultdict

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective
from sphinx.util.nodes import make_refnode

from . import wording
from .cards import StudyDirective
from .pieces import bullets
from .record import Study
from .statements import using as using_statements
from .store import docname_of, records
from .tabling import separated
from .wording import _


class CitedOn(nodes.General, nodes.Element):
    """Stands where the list of pages that use the source ``key`` will be."""


class CitedOnDirective(StudyDirective):
    def show(self, study: Study) -> list[nodes.Node]:
        return [CitedOn(key=self.key)]


def pages_using(env: BuildEnvironment) -> dict[str, list[str]]:
    """For each source, the pages that cite it or print its record, in alphabetical order."""
    found: dict[str, set[str]] = defaultdict(set)
    for reference in env.domains["cite"].citation_refs:
        for target in reference.targets:
            found[target.key].add(reference.docname)
    for page, keys in env.domains["evidence"].data["uses"].items():
        for key in keys:
            found[key].add(page)
    return {key: sorted(found[key]) for key in {*found, *records(env)}}


def page_link(app: Sphinx, page: str, fromdocname: str) -> nodes.reference:
    uri = app.builder.get_relative_uri(fromdocname, page)
    title = app.env.titles[page].astext()
    return nodes.reference("", title, internal=True, refuri=uri)


def statement_links(app: Sphinx, key: str, fromdocname: str) -> list[nodes.reference]:
    """Links to the claims and quotations that name this source."""
    objects = app.env.domains["evidence"].objects
    return [
        make_refnode(app.builder, fromdocname, *objects[kind, name][:2], nodes.inline("", title))
        for kind, name, title in using_statements(app.env, key)
        if (kind, name) in objects
    ]


def fill_in(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Put the lists of pages where they belong in a page that is about to be written."""
    using = app.evidence_users
    for place in list(doctree.findall(CitedOn)):
        home = docname_of(place["key"])
        pages = [page for page in using[place["key"]] if page != home]
        if pages:
            found: list[nodes.Node] = [bullets([page_link(app, page, docname)] for page in pages)]
        else:
            found = [nodes.paragraph("", _("No other page uses this study."))]
        if links := statement_links(app, place["key"], docname):
            words = nodes.Text(_("Claims and quotations checked with it: "))
            found.append(nodes.paragraph("", "", words, *separated(links, "; "), nodes.Text(".")))
        place.replace_self(found)
    for entry in doctree.findall(nodes.citation):
        pages = using.get(next(iter(entry["ids"]), ""), [])
        if not pages:
            continue
        # Inline, because a list entry is one paragraph in print; a style sheet may break the line.
        line = nodes.inline("", " " + _("Cited on: "), classes=["cited-on"])
        for number, page in enumerate(pages):
            line += [nodes.Text("; ")] if number else []
            line += page_link(app, page, docname)
        line += nodes.Text(".")
        next(iter(entry.findall(nodes.paragraph)), entry).append(line)


def note_users(app: Sphinx, env: BuildEnvironment) -> None:
    """Now that all pages are read: once for all of them."""
    app.evidence_users = pages_using(env)


def users_shown(app: Sphinx, env: BuildEnvironment) -> dict[str, list[object]]:
    """For the reference lists and the studies' pages, the pages and claims that use the sources."""
    titles = {page: title.astext() for page, title in env.titles.items()}
    places = env.domains["evidence"].objects
    using = {
        key: [
            *((page, titles[page]) for page in pages),
            *(
                (title, places.get((kind, name)))
                for kind, name, title in using_statements(env, key)
            ),
        ]
        for key, pages in app.evidence_users.items()
    }
    found: dict[str, list[object]] = {docname_of(key): users for key, users in using.items()}
    for bibliography in env.domains["cite"].bibliographies:
        found[bibliography.docname] = sorted(using.items())
    return found


class CiteThis(SphinxDirective):
    """How to cite this page: author, title, handbook, version, day and address."""

    def run(self) -> list[nodes.Node]:
        config = self.config
        section = next(iter(self.state.document.findall(nodes.title)), None)
        title = section.astext() if section else config.project
        address = f"{config.html_baseurl.rstrip('/')}/{self.env.docname}.html"
        words = nodes.paragraph("", "", classes=["cite-this"])
        words += nodes.Text(
            _("{author}. {title}. In: {project}. Version {version}, {day}. ").format(
                author=wording.capitalised(config.author),
                title=title,
                project=config.project,
                version=config.release,
                day=wording.day(config.evidence_date, config.language),
            )
        )
        words += nodes.reference("", address, refuri=address)
        return [words]


def setup(app: Sphinx) -> None:
    app.add_config_value("evidence_date", None, "env")
    app.add_node(CitedOn)
    app.add_directive("cited-on", CitedOnDirective)
    app.add_directive("cite-this", CiteThis)
    app.setup_extension("rebuilding")
    app.connect("env-updated", note_users)
    app.connect("page-shows", users_shown)
    app.connect("doctree-resolved", fill_in)
