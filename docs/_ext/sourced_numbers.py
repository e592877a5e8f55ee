"""A number needs a source: what no citation and no study record stands behind fails the build.

Each paragraph, list item and table row with a digit needs one of these:

- a citation, such as ``{cite:p}`deng2017```. In a table it stands in the row or in the caption,
  in a list in the item; before the list is not enough;
- ``{result}`` or ``{study}``, which print figures from a study's record;
- for the handbook's own counts and calculations, ``{own-figure}`33 | counted in these tables```,
  which prints the part before the bar and keeps the reason in the document, for those who check.
  It excuses its own words; in a table's caption it excuses the table.

A figure of a study that has a record is printed from it; the offline lint asks for that, and
``{typed-figure}`number | reason``` tells it why one is typed all the same.

A number in an "In short" box may also go without, if the page repeats it where its source stands.

Not counted: headings, links and their text, code, the glossary's definitions, the foot of the page,
and what `NOT_FIGURES` lists. The file is not called ``numbers``, as Python's own module is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from doctree import ancestors
from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxRole

logger = logging.getLogger(__name__)

# --- What is not a figure ---------------------------------------------------------------------

MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
# After these, four digits are an amount and no year.
UNITS = r"(?:%|per cent|(?:[µmk]?g|m?L|IU|units|points|people|adults|children|women|men|participants|patients|controls|cells|visits|days|euros|dollars)\b)"

# Digits that tell no finding, each with the reason; tried in this order.
NOT_FIGURES = (
    ("a day: the calendar says when, not how much",
     rf"\b\d{{1,2}}(?:\s?[–-]\s?\d{{1,2}}|(?: and | to )\d{{1,2}})? (?:{MONTHS})\b|\b\d{{4}}-\d{{2}}-\d{{2}}\b"),
    ("a year, a decade or a span such as 2020/21",
     rf"(?<![\d.,€$£])\b(?:19|20)\d{{2}}(?:[/–]\d{{2}}|s)?\b(?![.,]\d)(?!\s?{UNITS})"),
    ("a name with a capital joined to digits: C3, CD19, IL-2, SRI-4, SLEDAI-2K, COVID-19, "
     "BLISS-52, HLA-DRB1, vitamin B12, MISEV2023, NCT01539902",
     r"(?<![\w.])[^\W\d_]*[^\W\d_a-z][^\W\d_]*[-‑]?\d+(?:[-‑]?[A-Za-z]+\d*)*(?:/\d+)*\b"),
    ("the number of a thing that is named so: phase 2, grade 3, table 2, RoB 2",
     r"\b(?:[Pp]hases?|[Gg]rades?|[Tt]ables?|[Ff]igures?|[Tt]ype|[Pp]art|[Aa]rticle|[Ss]ection|[Cc]hapter|[Vv]ersion|[Ss]tage|RoB|Python|CC BY) \d+(?:\.\d+)*[a-z]?(?:(?:/|–|, | and | or | to )\d+(?:\.\d+)*[a-z]?)*\b"),
    ("the kind of an interval, not its limits: 95% interval",
     r"\b9[059](?:\.\d)?% (?:confidence |credible )?(?:interval|limit)s?\b"),
    ("the hundred that another number is counted out of: 95 of 100 adults, as 95%; 10 more people "
     "in every 100",
     r"(?:(?<=\d) (?:of|in|out of)|\b(?:of|in) every) 100\b(?![.,]\d)"),
    ("a telephone number for emergencies", rf"(?<![\d.,])(?:999|111|112|911)\b(?![.,]\d)(?!\s?{UNITS})"),
    ("the name of a receptor or part of a CAR", r"\b4-1BB\b"),
)  # fmt: skip

_NOT_A_FIGURE = re.compile("|".join(f"(?:{pattern})" for _why, pattern in NOT_FIGURES))
_FIGURE = re.compile(r"\d+(?:[.,]\d+)*")


def figures(text: str) -> list[str]:
    """The numbers of a text that need a source, as they are written."""
    return _FIGURE.findall(_NOT_A_FIGURE.sub(" ", text))


# --- What stands in a page --------------------------------------------------------------------

# Text inside these is not counted. Of titles, only those of tables are.
CLOSED = (
    nodes.literal,
    nodes.literal_block,
    nodes.comment,
    nodes.label,
    nodes.reference,
    nodes.rubric,
    nodes.footnote_reference,
    addnodes.pending_xref,
    addnodes.glossary,
)
OWN = "own-figure"
# How to cite a page holds its title.
CLOSED_CLASSES = {"page-status", "cite-this", OWN}
# What the evidence directives print from the records: in these each result has its place in the
# source, each claim and quotation says whose words it is, and the reference lists what they allow.
FROM_RECORDS = {"study-card", "study-results", "claim-card", "quoted-words", "record-reference"}
RECORD_LINKS = {"result", "study"}

# What has a source as a whole. A row ranks above the lists in it.
WHOLES = {
    nodes.list_item: "list item",
    nodes.block_quote: "quotation",
    nodes.figure: "caption",
    nodes.footnote: "footnote",
}

NO_SOURCE = (
    "this %s has a number and no source (%s): cite it, print it with {result}, or mark why it "
    "needs none with {own-figure}`number | reason`"
)
NOT_REPEATED = (
    "this point has a number that the page repeats nowhere with its source (%s): say it below "
    "with a citation, or cite it here"
)


class FigureWithReason(SphinxRole):
    """``{role}`number | reason```: prints the number and keeps the reason in the document.

    `own-figure` marks a count or a calculation of the handbook's own, which needs no source.
    `typed-figure` marks a figure of a study that its record cannot hold. It needs its citation
    like any other; the mark tells the lint why it does not come from the record.
    """

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        words, _bar, reason = (part.strip() for part in self.text.partition("|"))
        if not reason:
            logger.warning(
                "{%s}`%s`: give the reason: {%s}`number | reason`",
                self.name, self.text, self.name,
                location=self.get_location(), type="numbers",
            )  # fmt: skip
        shown = nodes.inline("", words, classes=[self.name], reason=reason)
        self.set_source_info(shown)
        return [shown], []


def is_closed(text: nodes.Text) -> bool:
    return any(
        isinstance(each, CLOSED)
        or CLOSED_CLASSES.intersection(each.get("classes", ()))
        or (isinstance(each, nodes.title) and not isinstance(each.parent, nodes.table))
        for each in ancestors(text)
    )


def is_source(node: nodes.Node) -> bool:
    """Whether the node is a citation or a link to a study's record."""
    if isinstance(node, addnodes.pending_xref):
        domain = node.get("refdomain")
        return domain == "cite" or (domain == "evidence" and node["reftype"] in RECORD_LINKS)
    return isinstance(node, nodes.citation_reference)


def sources(node: nodes.Element) -> list[nodes.Node]:
    return list(node.findall(is_source))


def own_figures(node: nodes.Element) -> list[nodes.inline]:
    return [each for each in node.findall(nodes.inline) if OWN in each["classes"]]


def unit_of(block: nodes.Element) -> nodes.Element:
    """What must have a source for the figures of a paragraph or title: itself, or what it is in."""
    around = list(ancestors(block))
    for each in around:
        if isinstance(each, nodes.row):
            return each
    return next((each for each in around if isinstance(each, tuple(WHOLES))), block)


def kind_of(unit: nodes.Element) -> str:
    if isinstance(unit, nodes.row):
        return "table head" if isinstance(unit.parent, nodes.thead) else "table row"
    if isinstance(unit, nodes.title | nodes.caption):
        return "caption"
    return next((kind for whole, kind in WHOLES.items() if isinstance(unit, whole)), "paragraph")


def has_source(unit: nodes.Element) -> bool:
    """Whether a citation or a record stands behind the figures of this unit."""
    around = list(ancestors(unit))
    if any(FROM_RECORDS.intersection(each.get("classes", ())) for each in (unit, *around)):
        return True
    if sources(unit):
        return True
    table = next((each for each in around if isinstance(each, nodes.table)), None)
    if table is not None:
        if any(sources(title) or own_figures(title) for title in table.findall(nodes.title)):
            return True
        # A head or a caption may tell what all rows tell with their sources.
        if isinstance(unit.parent, nodes.table | nodes.thead):
            rows = [row for body in table.findall(nodes.tbody) for row in body.findall(nodes.row)]
            return bool(rows) and all(sources(row) for row in rows)
        return False
    # The item that a list stands in may cite for all of it, in its own words.
    return any(
        sources(child)
        for each in around
        if isinstance(each, nodes.list_item)
        for child in each.children
        if isinstance(child, nodes.paragraph)
    )


@dataclass
class Unit:
    """A unit with figures: where the first of them stands, and which they are."""

    node: nodes.Element
    first: nodes.Element
    figures: list[str] = field(default_factory=list)


def blocks(doctree: nodes.document) -> Iterator[tuple[nodes.TextElement, str]]:
    """Each paragraph, title and the like with the text that counts, gaps where some does not."""
    for block in doctree.findall(nodes.TextElement):
        if isinstance(block, nodes.Inline):
            continue
        texts = [
            " \N{OBJECT REPLACEMENT CHARACTER} " if is_closed(text) else str(text)
            for text in block.findall(nodes.Text)
        ]
        if texts:
            yield block, "".join(texts)


def units(doctree: nodes.document) -> list[Unit]:
    """Everything with a figure that counts."""
    found: dict[int, Unit] = {}
    for block, text in blocks(doctree):
        if numbers := figures(text):
            node = unit_of(block)
            found.setdefault(id(node), Unit(node, block)).figures += numbers
    return list(found.values())


def is_in_short(node: nodes.Node) -> bool:
    return any("in-short" in each.get("classes", ()) for each in ancestors(node))


def told(doctree: nodes.document, found: list[Unit]) -> set[str]:
    """The figures that the page gives with a source, below the box."""
    known = {
        figure
        for unit in found
        if not is_in_short(unit.node) and has_source(unit.node)
        for figure in unit.figures
    }
    for node in doctree.findall(nodes.Element):
        is_own = isinstance(node, nodes.inline) and OWN in node["classes"]
        is_result = isinstance(node, addnodes.pending_xref) and node.get("refdomain") == "evidence"
        if (is_own or is_result) and not is_in_short(node):
            known.update(figures(node.astext()))
    return known


def line_of(block: nodes.Element) -> nodes.Element:
    """The nearest node that knows its line."""
    return next((each for each in (block, *ancestors(block)) if each.line), block)


def check(app: Sphinx, doctree: nodes.document) -> None:
    """Warn about each unit of a page that has a figure and nothing behind it."""
    found = units(doctree)
    known = told(doctree, found)
    for unit in found:
        if has_source(unit.node):
            continue
        missing = list(dict.fromkeys(unit.figures))
        if is_in_short(unit.node):
            missing = [figure for figure in missing if figure not in known]
            message: tuple[str, ...] = (NOT_REPEATED, ", ".join(missing))
        else:
            message = (NO_SOURCE, kind_of(unit.node), ", ".join(missing))
        if missing:
            logger.warning(*message, location=line_of(unit.first), type="numbers")


def setup(app: Sphinx) -> dict[str, Any]:
    for name in (OWN, "typed-figure"):
        app.add_role(name, FigureWithReason())
    app.connect("doctree-read", check)
    return {
        "version": "1",
        "env_version": 1,
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }
