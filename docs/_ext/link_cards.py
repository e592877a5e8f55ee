"""Cards beside links: what a citation or a term stands for, without leaving the line.

Each page has a file with a card for every source that it cites and every term that it links: in the
page itself the cards would be a third of its weight. A small script of ours loads the file when a
reader first asks for a card, and shows it on hover, on keyboard focus and on tap; without the script
the links lead where they always did. A result's locator, which the link has as its title, is shown
the same way. The file is a script, which loads from a folder as well as from a server.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from docutils import nodes
from evidence.cards import how_many, what
from evidence.store import docname_of, records
from evidence.wording import capitalised
from pybtex.backends import html as pybtex_html
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.locale import get_translation

_ = get_translation("handbook")

FOLDER = "cards"

Place = tuple[str, str]
"""A page and an anchor on it."""


class Backend(pybtex_html.Backend):
    """Writes sources as HTML; pybtex leaves the `&` in addresses bare."""

    @staticmethod
    def format_href(url: str, text: str, external: bool = False) -> str:
        return pybtex_html.Backend.format_href(escape(url), text, external)


@dataclass(frozen=True)
class Card:
    """What a card says, as HTML; a source has its key, and a page if it is a study."""

    html: str
    key: str = ""
    study: str = ""


def source_cards(env: BuildEnvironment) -> Iterator[tuple[Place, Card]]:
    """Each source as the reference list prints it, with the design and size of a study."""
    backend = Backend()
    studies = records(env)
    for citation in env.get_domain("cite").citations:
        parts = [f"<p>{citation.formatted_entry.text.render(backend)}</p>"]
        study = studies.get(citation.key)
        if study:
            words = "; ".join(filter(None, [what(study), how_many(study)]))
            parts.append(f"<p>{escape(capitalised(words))}.</p>")
        page = docname_of(citation.key) if study else ""
        place = (citation.bibliography_key.docname, citation.citation_id)
        yield place, Card("".join(parts), citation.key, page)


def term_cards(env: BuildEnvironment) -> Iterator[tuple[Place, Card]]:
    """Each term of the glossary with its meaning."""
    pages = {found[3] for found in env.domains["std"].get_objects() if found[2] == "term"}
    for page in sorted(pages):
        for item in env.get_doctree(page).findall(nodes.definition_list_item):
            meaning = next(iter(item.findall(nodes.definition)), None)
            if meaning is None:
                continue
            said = escape(" ".join(part.astext() for part in meaning.findall(nodes.paragraph)))
            for term in item.findall(nodes.term):
                name = escape(term.astext())
                for anchor in term["ids"]:
                    yield (page, anchor), Card(f"<p><strong>{name}</strong>: {said}</p>")


def make_cards(app: Sphinx, env: BuildEnvironment) -> None:
    """Make the cards when all pages are read, once for all of them."""
    app.source_cards, app.term_cards = dict(source_cards(env)), dict(term_cards(env))
    uri = app.builder.get_target_uri
    app.link_cards = {
        f"{uri(page)}#{anchor}": (page, card)
        for (page, anchor), card in (app.source_cards | app.term_cards).items()
    }


def cards_shown(app: Sphinx, env: BuildEnvironment) -> dict[str, list[Any]]:
    """For each page the cards of the sources that it cites, and those of all terms."""
    terms = sorted(map(repr, app.term_cards.items()))
    by_key = {card.key: (place, card) for place, card in app.source_cards.items()}
    found = {page: [terms] for page in env.found_docs}
    for reference in env.get_domain("cite").citation_refs:
        found[reference.docname] += [by_key.get(target.key) for target in reference.targets]
    return found


def add_cards(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Write the cards that a page needs, and let the page say where they are."""
    if doctree is None or app.builder.name != "html":
        return
    own = app.builder.get_target_uri(page)
    needed = {}
    for reference in doctree.findall(nodes.reference):
        address = reference.get("refuri", "")
        home, card = app.link_cards.get(urljoin(own, address), (page, None))
        if card and home != page and "cardless" not in reference:
            needed[address] = f"{card.html}{_to_study(app, page, card)}"
    file = Path(app.outdir, file_of(page))
    if not needed:
        file.unlink(missing_ok=True)
        return
    content = json.dumps(needed, ensure_ascii=False, separators=(",", ":"))
    written = f"handbookCards({content});\n".encode()
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(written)
    # The sum keeps browsers from showing the cards of an older page.
    address = f"{context['pathto'](file_of(page), 1)}?v={zlib.crc32(written):08x}"
    context["body"] += f'<template id="link-cards" data-file="{escape(address)}"></template>\n'


def file_of(page: str) -> str:
    return f"{FOLDER}/{page}.js"


def remove_orphans(app: Sphinx, exception: Exception | None) -> None:
    """Remove the cards of pages that are gone."""
    if exception or app.builder.name != "html":
        return
    kept = {file_of(page) for page in app.env.found_docs}
    for file in Path(app.outdir, FOLDER).rglob("*.js"):
        if file.relative_to(app.outdir).as_posix() not in kept:
            file.unlink()


def _to_study(app: Sphinx, page: str, card: Card) -> str:
    if not card.study or card.study == page:
        return ""
    address = app.builder.get_relative_uri(page, card.study)
    return f'<p><a href="{escape(address)}">{escape(_("The study’s page"))}</a></p>'


def setup(app: Sphinx) -> dict[str, Any]:
    app.setup_extension("rebuilding")
    # After the labels of all citations are made and mended.
    app.connect("env-updated", make_cards, priority=700)
    app.connect("page-shows", cards_shown)
    app.connect("html-page-context", add_cards)
    app.connect("build-finished", remove_orphans)
    app.add_js_file("link-cards.js", loading_method="defer")
    return {
        "version": "1",
        "env_version": 1,
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }
