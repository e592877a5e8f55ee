"""Marks retracted sources wherever they are cited, and makes the pages say so in words.

What became of a source stands in `evidence/retractions.yaml` (see `retractions`). A source that
was retracted, partly retracted or withdrawn, or that got an expression of concern, reads
"Wang et al. 2018, retracted" in citations, tables, plots and the reference list, which also links
to the notice. That is not enough: a page that goes on building on such a source misleads. So each
paragraph, list item or table row that cites it must use the word itself ("retracted",
"withdrawn", "expression of concern"), or a box (note, warning, ...) on the same page that cites
the source must. The build warns until one of them does.

A study's own record also tells whether it was retracted. Both must agree where it is grave.

`{retraction-check}` prints how many sources were checked, when, and what was found.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import retractions
from babel.dates import format_date
from bibliography_reading import kept
from doctree import ancestors
from docutils import nodes
from pybtex.database import Entry
from retractions import RetractionStatus, Standing
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.errors import ExtensionError
from sphinx.locale import get_translation
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

logger = logging.getLogger(__name__)
_ = get_translation("handbook")

# The words that tell readers, by what they have to be told.
RETRACTED = r"\bretract(ed|ion|s)?\b"
WORDS = {
    RetractionStatus.CONCERN: r"\bexpressions? of concern\b",
    RetractionStatus.PARTLY: RETRACTED,
    RetractionStatus.WITHDRAWN: r"\bwithdr(ew|aw|awn|awal|awals)\b",
    RetractionStatus.RETRACTED: RETRACTED,
}
FIELDS = ("standing", "checked", "checked-by", "notices")
BLOCKS = {
    nodes.row: "table row",
    nodes.list_item: "list item",
    nodes.paragraph: "paragraph",
}


@dataclass(frozen=True)
class Citing:
    """One place that cites a source."""

    key: str
    line: int | None
    block: str
    """What it stands in: a paragraph, a list item, ..."""
    told: frozenset[RetractionStatus]
    """What that block, or a box on the page that cites the source, says in words."""


# --- The sources ------------------------------------------------------------------------------


def load(app: Sphinx, env: BuildEnvironment, *changes: set[str]) -> list[str]:
    """Read what became of the sources, and tell the reference style through the entries' fields."""
    path = Path(app.srcdir, retractions.FILE)
    try:
        standings = retractions.read(path)
    except retractions.StandingsError as error:
        raise ExtensionError(f"{path}:{error.line}: {error}") from None
    env.handbook_standings = standings  # type: ignore[attr-defined]
    entries = _entries(env)
    for key, entry in list(entries.items()):
        standing = standings.get(key)
        told = _fields(standing) if standing else {}
        if told != {name: entry.fields[name] for name in FIELDS if name in entry.fields}:
            entries[key] = _telling(entry, told)
    return []


@kept
def _telling(entry: Entry, told: dict[str, str]) -> Entry:
    """The entry with these fields, and without what was told before."""
    other = Entry(entry.original_type, entry.fields, entry.persons)
    other.key = entry.key
    for name in FIELDS:
        other.fields.pop(name, None)
    other.fields.update(told)
    return other


def _fields(standing: Standing) -> dict[str, str]:
    """What the reference style and the study pages show, as fields of a bibliography entry."""
    notices = (notice.removeprefix("PubMed ") for notice in standing.notices)
    values = (standing.status, standing.checked, standing.source, " ".join(notices))
    return dict(zip(FIELDS, map(str, values), strict=True))


def _entries(env: BuildEnvironment) -> dict[str, Any]:
    return env.get_domain("cite").bibdata.data.entries  # type: ignore[attr-defined,no-any-return]


def _standings(env: BuildEnvironment) -> dict[str, Standing]:
    return env.handbook_standings  # type: ignore[attr-defined,no-any-return]


# --- The pages --------------------------------------------------------------------------------


def collect(app: Sphinx, doctree: nodes.document) -> None:
    """Note where the page cites which source, and what it says beside it."""
    citations = list(_citations(doctree))
    boxes = {box: _told(box) for box in doctree.findall(nodes.Admonition)}
    by_box: dict[str, set[RetractionStatus]] = {}
    for key, node in citations:
        for each in ancestors(node):
            by_box.setdefault(key, set()).update(boxes.get(each, ()))
    found = []
    for key, node in citations:
        block = _block(node)
        told = _told(block) | by_box[key]
        kind = next((words for kind, words in BLOCKS.items() if isinstance(block, kind)), "place")
        found.append(Citing(key, _line(node), kind, told))
    _citings(app.env)[app.env.docname] = found


def _citations(doctree: nodes.document) -> Iterator[tuple[str, nodes.Element]]:
    """Each citation, and each figure or link from a study's record, with its key."""
    for node in doctree.findall(addnodes.pending_xref):
        if node.get("refdomain") == "cite":
            bare = re.sub(r"\{[^{}]*\}", "", node["reftarget"])
            for key in bare.split(","):
                yield key.strip(), node
        elif node.get("refdomain") == "evidence" and node["reftype"] in ("study", "result"):
            yield node["reftarget"].partition(":")[0], node


def _block(node: nodes.Element) -> nodes.Element:
    """The table row that it stands in, else the list item, else the paragraph or what there is."""
    around = list(ancestors(node))
    for kind in BLOCKS:
        if found := next((each for each in around if isinstance(each, kind)), None):
            return found
    return around[0]


def _told(block: nodes.Element) -> frozenset[RetractionStatus]:
    """What a block says in words. A key such as wang2018retracted is none."""
    words = block.astext()
    return frozenset(
        status for status, pattern in WORDS.items() if re.search(pattern, words, re.IGNORECASE)
    )


def _line(node: nodes.Element) -> int | None:
    return next((each.line for each in (node, *ancestors(node)) if each.line), None)


def _citings(env: BuildEnvironment) -> dict[str, list[Citing]]:
    if not hasattr(env, "handbook_citings"):
        env.handbook_citings = {}
    return env.handbook_citings  # type: ignore[no-any-return]


def purge(app: Sphinx, env: BuildEnvironment, docname: str) -> None:
    _citings(env).pop(docname, None)


def merge(app: Sphinx, env: BuildEnvironment, docnames: list[str], other: BuildEnvironment) -> None:
    theirs = _citings(other)
    _citings(env).update({name: theirs[name] for name in docnames if name in theirs})


# --- The warnings, on each build until they are mended ----------------------------------------


def check(app: Sphinx, env: BuildEnvironment) -> None:
    standings = _standings(env)
    for docname, citings in sorted(_citings(env).items()):
        for citing in citings:
            _check_place(docname, citing, standings.get(citing.key))
    _check_keys(app, env, standings)
    if "evidence" in app.extensions:
        _check_records(env, standings)


def _check_place(docname: str, citing: Citing, standing: Standing | None) -> None:
    if not standing or not standing.status.is_grave or standing.status in citing.told:
        return
    logger.warning(
        "%s: %s (%s, checked on %s). Say so in words in this %s, or in a box on this page that "
        "cites it",
        citing.key, _in_words(standing.status), standing.source, standing.checked, citing.block,
        location=(docname, citing.line), type="retractions", subtype="not_told",
    )  # fmt: skip


def _in_words(status: RetractionStatus) -> str:
    """As WORDS looks for it."""
    if status is RetractionStatus.CONCERN:
        return "there is an expression of concern about this source"
    return f"this source was {status}"


def _check_keys(app: Sphinx, env: BuildEnvironment, standings: dict[str, Standing]) -> None:
    path = Path(app.srcdir, retractions.FILE)
    for key in sorted(standings.keys() - _entries(env).keys()):
        logger.warning(
            "refs.bib has no entry %s: mend the key, or delete the line", key,
            location=f"{path}:{retractions.line_of(path, key)}",
            type="retractions", subtype="unknown",
        )  # fmt: skip


def _check_records(env: BuildEnvironment, standings: dict[str, Standing]) -> None:
    from evidence.store import docname_of, records

    for key, study in records(env).items():
        told = study.retraction.status
        found = standings[key].status if key in standings else RetractionStatus.UNCHECKED
        if told is not found and (told.is_grave or found.is_grave):
            logger.warning(
                "this record says %r of its source, and %s says %r: make both say the same",
                str(told), retractions.FILE, str(found),
                location=(docname_of(key), 1), type="retractions", subtype="record",
            )  # fmt: skip


# --- What was checked -------------------------------------------------------------------------


class RetractionCheck(SphinxDirective):
    """`{retraction-check}`: how many sources were checked, when, and what was found."""

    has_content = False

    def run(self) -> list[nodes.Node]:
        for name in (retractions.FILE, *self.config.bibtex_bibfiles):
            self.env.note_dependency(str(Path(self.env.srcdir, name)))
        total = len(_entries(self.env))
        words = in_words(list(_standings(self.env).values()), total, self.config.language)
        # These are counts of our own: no source stands behind them.
        counts = nodes.inline("", words, classes=["own-figure"], reason="counted in refs.bib")
        return [nodes.paragraph("", "", counts)]


def in_words(standings: list[Standing], total: int, language: str) -> str:
    """What is known of all sources together, in a few sentences."""
    if not standings:
        return _(
            "None of the {total} sources has been checked for retractions and corrections by "
            "machine yet."
        ).format(total=total)
    day = format_date(max(each.checked for each in standings), "d MMMM yyyy", locale=language)
    found = Counter(each.status for each in standings)
    kinds = [f"{found[status]} {_(str(status))}" for status in RetractionStatus if found[status]]
    told = _(
        "{checked} of the {total} sources were checked for retractions and corrections, the last "
        "of them on {day}: {kinds}."
    ).format(checked=len(standings), total=total, day=day, kinds=", ".join(kinds))
    rest = total - len(standings)
    if rest:
        told += " " + _("The other {rest} have not been checked by machine yet.").format(rest=rest)
    return told


def setup(app: Sphinx) -> dict[str, Any]:
    app.setup_extension("bibliography_mends")
    app.add_directive("retraction-check", RetractionCheck)
    # After it saw to it that the entries are read, before anybody uses them.
    app.connect("env-get-outdated", load, priority=50)
    app.connect("doctree-read", collect)
    app.connect("env-purge-doc", purge)
    app.connect("env-merge-info", merge)
    app.connect("env-updated", check)
    return {"env_version": 1, "parallel_read_safe": True, "parallel_write_safe": True}
