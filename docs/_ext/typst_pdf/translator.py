"""Translates pages to Typst: what sphinxcontrib-typstbuilder loses or breaks, mended.

Each node becomes a call of a function of the same meaning in `_typst/common.typ`; how things
look is decided there. A page's place in the menu decides the level of its headings.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote

from docutils import nodes
from sphinx import addnodes
from sphinx.domains.std import StandardDomain
from sphinx.locale import admonitionlabels, get_translation
from sphinx.util import logging
from sphinxcontrib_typstbuilder._writer import (
    BlockMarkupFunction,
    TypstTranslator,
    document_label,
    escape_raw_str,
    escape_str,
)

from .addresses import readable_address

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from docutils.nodes import Element, Node
    from sphinx.builders import Builder

logger = logging.getLogger(__name__)
_ = get_translation("handbook")

# docutils' names of list numberings and Typst's.
NUMBERINGS = {
    "arabic": "1",
    "loweralpha": "a",
    "upperalpha": "A",
    "lowerroman": "i",
    "upperroman": "I",
}
# CSS units that Typst does not know, in units that it knows (96 px are an inch).
UNITS = {"": (0.75, "pt"), "px": (0.75, "pt"), "pc": (12, "pt"), "ex": (0.5, "em")}
TYPST_UNITS = {"pt", "mm", "cm", "in", "em", "%"}
# Boxes, rows and tables of at most this many lines stay on one page. The lines are estimated and
# may be twice as many, which still fits on a page; what does not would be cut off.
KEPT_TOGETHER = 25
LINE = 90  # characters
SQUARE_BRACKETS = str.maketrans("()", "[]")


class DataTable(BlockMarkupFunction):
    """A table: columns and cells are collected while its parts are visited."""

    def __init__(self, node: Element) -> None:
        super().__init__(name="data-table")
        self.widths_given = "colwidths-given" in node["classes"]
        self.colwidths: list[int] = []
        self.head_rows = 0
        self.stubs = 0
        self.cells = self.positional_params

    def to_text(self) -> str:
        columns = (f"{width}fr" if self.widths_given else "auto" for width in self.colwidths)
        self.named_params["columns"] = array(columns)
        self.named_params["head-rows"] = str(self.head_rows)
        self.named_params["stubs"] = str(self.stubs)
        return super().to_text()


class PdfTranslator(TypstTranslator):
    """The translator of the `typstpdf` builder."""

    def __init__(self, document: nodes.document, builder: Builder) -> None:
        super().__init__(document, builder)
        # The start page's title is a heading like any other.
        self.this_is_the_title = False
        self.targets = dict(targets_in(document, document["docname"]))
        self.footnotes_seen: set[str] = set()
        self.in_table_head = False
        # Level and words of the titles of the pages, for the template's first guess at its contents.
        self.page_titles: list[tuple[int, str]] = []
        # Of what is listed on the web site alone: the number by its label, and the names of what was
        # cited since the last notes by its number.
        self.source_numbers: dict[str, int] = {}
        self.sources_to_note: dict[int, str] = {}

    def _take_labels(self) -> list[str]:
        labels, self.pending_labels = self.pending_labels, []
        return labels

    def _flush_labels(self) -> None:
        """Write the labels that wait for the next node, so that they stay on their page."""
        self.curr_element().body += [f"#mlabel({escape_str(x)})" for x in self._take_labels()]

    # Pages and headings.

    def visit_start_of_file(self, node: Element) -> None:
        super().visit_start_of_file(node)
        self.sectionlevel = self._page_level()

    def depart_start_of_file(self, node: Element) -> None:
        super().depart_start_of_file(node)
        self.sectionlevel = self._page_level()

    def visit_document(self, node: Element) -> None:
        super().visit_document(node)
        self.sectionlevel = self._page_level()

    def depart_document(self, node: Element) -> None:
        self._note_sources()
        super().depart_document(node)

    def _page_level(self) -> int:
        """0 in the start page and the pages of its menu, 1 in the pages of their menus, ..."""
        return max(0, len(self.curr_files) - 2)

    def visit_title(self, node: Element) -> None:
        if not isinstance(node.parent, nodes.section):
            super().visit_title(node)
            return
        if self.sectionlevel == 1:
            # Before the labels: a link to a chapter leads to its page, not to the one before.
            self.curr_element().body.append("#new-chapter()\n")
        # 0 for a page's title, 1 for a section in the page and so on.
        depth = self.sectionlevel - self._page_level() - 1
        if depth == 0:
            self.page_titles.append((self.sectionlevel, node.astext()))
        self.append_block_fun(
            node,
            name="section-title",
            named_params={"level": str(self.sectionlevel), "depth": str(depth)},
        )

    # A section with a wide table is turned with it, so that its title does not stay behind, and
    # neighbours share the turned pages. A short section that ends a page stays whole, so that
    # the page's foot is not alone on a sheet.

    def visit_section(self, node: Element) -> None:
        if wants_turning(node) and not wants_turning(neighbour(node, -1)):
            self._turn_page()
        if holds_foot(node):
            self.append_el(BlockMarkupFunction(name="kept-together"))
        super().visit_section(node)

    def depart_section(self, node: Element) -> None:
        self._flush_labels()
        super().depart_section(node)
        if holds_foot(node):
            self.absorb_fun_in_body()
        if wants_turning(node) and not wants_turning(neighbour(node, 1)):
            self._turn_back()

    def _turn_page(self) -> None:
        self.append_el(BlockMarkupFunction(name="turned-pages"))

    def _turn_back(self) -> None:
        self.absorb_fun_in_body()

    def visit_meta(self, node: Element) -> None:
        """Descriptions for search engines."""
        raise nodes.SkipNode

    def visit_paragraph(self, node: Element) -> None:
        # The base class leaves the first paragraph of an entry bare, so that it could not hang.
        if isinstance(node.parent, nodes.citation):
            self.append_block_fun(node, name="par", force_body=True)
        else:
            super().visit_paragraph(node)

    def visit_container(self, node: Element) -> None:
        if "literal-block-wrapper" in node["classes"]:
            self.append_block_fun(node, name="code-figure", named_params=self._number(node))
        else:
            self.append_block_fun(
                node, name="container", named_params={"classes": strings(node["classes"])}
            )

    def depart_container(self, node: Element) -> None:
        self.absorb_fun_in_body()

    def visit_transition(self, node: Element) -> None:
        # MyST's rule above a page's footnotes, which Typst sets at the foot of the page.
        if "footnotes" in node["classes"]:
            raise nodes.SkipNode
        self._note_sources()
        super().visit_transition(node)

    # Lists.

    def visit_bullet_list(self, node: Element) -> None:
        self.append_block_fun(node, name="list", named_params={"tight": is_tight(node)})

    def visit_enumerated_list(self, node: Element) -> None:
        numbering = NUMBERINGS[node.get("enumtype", "arabic")]
        pattern = node.get("prefix", "") + numbering + node.get("suffix", ".")
        self.append_block_fun(
            node,
            name="enum",
            named_params={
                "tight": is_tight(node),
                "start": str(node.get("start", 1)),
                "numbering": escape_str(pattern),
            },
        )

    def visit_definition_list_item(self, node: Element) -> None:
        self.append_block_code_fun(node, name="definition")

    def depart_definition_list_item(self, node: Element) -> None:
        params = self.curr_element().positional_params
        if not isinstance(node[-1], nodes.definition):
            params.append("[]")
        super().depart_definition_list_item(node)

    def depart_term(self, node: Element) -> None:
        self._add_to_item(0, "[, ]")

    def visit_classifier(self, node: Element) -> None:
        self.append_markup_arg(node)

    def depart_classifier(self, node: Element) -> None:
        self._add_to_item(0, "[: ]")

    def depart_definition(self, node: Element) -> None:
        self._add_to_item(1, "parbreak()")

    def _add_to_item(self, index: int, joint: str) -> None:
        """An item has one term and one definition for Typst; further ones are joined to them."""
        part = self.pop_el()
        params = self.curr_element().positional_params
        if index < len(params):
            params[index] += f" + {joint} + {part}"
        else:
            params.append(part)

    # Citations. In a document without the list of references each source has a number in square
    # brackets. At the next rule, or at the end, stands what the numbers mean: "[1] Deng et al. 2017".

    def visit_inline(self, node: Element) -> None:
        if self._is_cited_elsewhere(node):
            self._number_sources(node)
        super().visit_inline(node)

    def visit_Text(self, node: nodes.Text) -> None:
        # No line begins with a number alone.
        siblings = iter(node.parent.children)
        follows = next((after for each in siblings if each is node for after in siblings), None)
        glued = self._is_cited_elsewhere(follows) and node.endswith(" ")
        super().visit_Text(nodes.Text(f"{node[:-1]}\N{NO-BREAK SPACE}") if glued else node)

    def _is_cited_elsewhere(self, node: Node | None) -> bool:
        if not isinstance(node, nodes.inline) or "bibtex-citation" not in node["classes"]:
            return False
        labels = [self._label(reference) for reference in node.findall(nodes.reference)]
        return any(labels) and not any(label in self.targets for label in labels)

    def _number_sources(self, citation: Element) -> None:
        """Turn "(Deng et al. 2017)" into "[1]", and "Deng et al. (2017)" into "Deng et al. [1]"."""
        in_brackets = citation.astext().startswith("(")
        for reference in list(citation.findall(nodes.reference)):
            label = self._label(reference) or ""
            names = reference.astext()
            number = self.source_numbers.setdefault(label, len(self.source_numbers) + 1)
            self.sources_to_note[number] = re.sub(r"[()]", "", names)
            shown = str(number) if in_brackets else re.sub(r"\(.*\)$", f"[{number}]", names)
            reference.replace_self(nodes.Text(shown))
        if in_brackets:
            for text in list(citation.findall(nodes.Text)):
                text.parent.replace(text, nodes.Text(text.translate(SQUARE_BRACKETS)))

    def _note_sources(self) -> None:
        if self.sources_to_note:
            notes = (
                f"[{number}] {names}" for number, names in sorted(self.sources_to_note.items())
            )
            title = escape_str(str(_("Sources")))
            self.curr_element().body.append(f"#source-notes({title}, {strings(notes)})\n")
            self.sources_to_note = {}

    # Links. What is not in this document is on the web site.

    def visit_reference(self, node: Element) -> None:
        label = self._label(node)
        if self.in_table_head:
            # PDF/UA: the head is repeated on each page, and repetitions may not contain links.
            self.append_unprocessed(node)
        elif label is None:
            self._link_to_web(node, node["refuri"])
        elif label in self.targets:
            self.append_inline_fun(
                node, name="internal-link", positional_params=[escape_str(label)]
            )
        else:
            self._link_to_site(node, self._site_path(label))

    def visit_download_reference(self, node: Element) -> None:
        """The file is on the web site; many PDF readers hide attachments."""
        if "filename" in node:
            self._link_to_site(node, f"_downloads/{quote(node['filename'])}")
        else:  # Sphinx has warned that the file is missing
            self.append_unprocessed(node)

    def depart_download_reference(self, node: Element) -> None:
        self.absorb_fun_in_body()

    def _site_path(self, label: str) -> str:
        """Where on the web site the target of a label is."""
        docname, hash_, fragment = label.removeprefix("%").partition("#")
        suffix = self.config.html_link_suffix or self.config.html_file_suffix or ".html"
        return f"{quote(docname)}{suffix}{hash_}{fragment}"

    def _link_to_site(self, node: Element, path: str) -> None:
        if self.config.html_baseurl:
            address = f"{self.config.html_baseurl.rstrip('/')}/{path}"
            self._link_to_web(node, address, name="site-link")
            return
        logger.warning(
            "this link leads to %s, which is not in the PDF; set html_baseurl in conf.py, "
            "so that it can lead to the web site",
            path,
            location=with_line(node),
        )
        self.append_unprocessed(node)

    def _link_to_web(self, node: Element, uri: str, name: str = "external-link") -> None:
        text = node.astext()
        # In a title it would be repeated in the contents; around a picture it has no words.
        shown = text.strip() and not isinstance(node.parent, nodes.title)
        address = readable_address(uri, text) if shown else None
        self.append_inline_fun(
            node,
            name=name,
            positional_params=[escape_str(uri)],
            named_params={"address": address and escape_str(address)},
        )

    def _label(self, node: Element) -> str | None:
        """The Typst label that a reference within the handbook leads to."""
        if "refid" in node:
            return self.label_ref(node["refid"])
        uri = node["refuri"]
        return uri if uri.startswith("%") else None

    # Footnotes: the note is written where it is first called, so that equal names on two pages
    # cannot meet.

    def visit_footnote_reference(self, node: Element) -> None:
        label = self.label_ref(node["refid"])
        self.add_pending_labels(node["ids"])
        self._flush_labels()
        if label in self.footnotes_seen:
            self.curr_element().body.append(f"#footnote(label({escape_str(label)}))")
            raise nodes.SkipNode
        self.footnotes_seen.add(label)
        self.append_inline_fun(None, name="footnote")
        for part in self.targets[label][1:]:
            part.walkabout(self)
        self.absorb_fun_in_body()
        self.curr_element().body.append(f"#label({escape_str(label)})")
        raise nodes.SkipNode

    def visit_footnote(self, node: Element) -> None:
        raise nodes.SkipNode

    # Figures, images and code. Captions are numbered as Sphinx numbers them, since `{numref}`
    # prints Sphinx's numbers.

    def visit_figure(self, node: Element) -> None:
        self.append_block_fun(
            node,
            name="picture-figure",
            named_params={
                **self._number(node),
                "width": self._length(node, "width"),
            },
        )

    def visit_legend(self, node: Element) -> None:
        self.append_markup_arg(node)

    def depart_legend(self, node: Element) -> None:
        legend = self.pop_el()
        self.curr_element().named_params["legend"] = legend

    def visit_image(self, node: Element) -> None:
        if node["uri"] not in self.builder.images:
            logger.warning(
                "the image %s is not a local file of a kind that the PDF can show (%s)",
                node["uri"],
                ", ".join(self.builder.supported_image_types),
                location=with_line(node),
            )
            raise nodes.SkipNode
        alt, align = node.get("alt"), node.get("align")
        if not alt:
            logger.warning(
                "the image %s has no alternative text; say in a sentence what it shows",
                node["uri"],
                location=with_line(node),
            )
        self.append_inline_fun(
            node,
            name="picture",
            positional_params=[escape_raw_str(f"/images/{self.builder.images[node['uri']]}")],
            named_params={
                "alt": escape_str(alt) if alt else None,
                "width": self._length(node, "width"),
                "height": self._length(node, "height"),
                "align": align if align in {"left", "center", "right"} else None,
                "inline": "true" if is_inline(node) else None,
            },
        )

    def _length(self, node: Element, attribute: str) -> str | None:
        """A length in Typst's units; docutils passes on whatever HTML understands."""
        given = node.get(attribute)
        if given is None:
            return None
        value = re.fullmatch(r"([0-9.]+)\s*([a-z%]*)", given)
        if value and value[2] in TYPST_UNITS:
            return f"{value[1]}{value[2]}"
        if value and value[2] in UNITS:
            factor, unit = UNITS[value[2]]
            return f"{float(value[1]) * factor:g}{unit}"
        logger.warning(
            "the PDF does not know the %s %r; use px, pt, mm, cm, in, em or %%",
            attribute,
            given,
            location=with_line(node),
        )
        return None

    def _number(self, node: Element) -> dict[str, str | None]:
        """The `number` parameter of something with a caption, such as "Table 3"."""
        domain: StandardDomain = self.builder.env.domains.standard_domain
        kind = domain.get_enumerable_node_type(node)
        numbers = self.builder.env.toc_fignumbers.get(self.curr_files[-1], {}).get(kind, {})
        number = next((numbers[x] for x in node["ids"] if x in numbers), None)
        if number is None:
            return {}
        text = self.config.numfig_format[kind] % ".".join(map(str, number))
        return {"number": escape_str(text)}

    # Tables.

    def visit_table(self, node: Element) -> None:
        table = DataTable(node)
        if wants_turning(node):
            self._turn_page()
        # Inside the figure, since that may begin on a new page.
        labels = self.label_refs(node["ids"]) + self._take_labels()
        table.named_params = {
            **self._number(node),
            "labels": strings(labels),
            "breakable": "false" if is_short(node) else "true",
        }
        self.append_el(table)

    def depart_table(self, node: Element) -> None:
        super().depart_table(node)
        if wants_turning(node):
            self._turn_back()

    def visit_colspec(self, node: Element) -> None:
        self.curr_element().stubs += bool(node.get("stub"))
        super().visit_colspec(node)

    def visit_thead(self, node: Element) -> None:
        self.curr_element().head_rows = len(node)
        self.in_table_head = True
        super().visit_thead(node)

    def depart_thead(self, node: Element) -> None:
        super().depart_thead(node)
        self.in_table_head = False

    def visit_entry(self, node: Element) -> None:
        super().visit_entry(node)
        table = next(part for part in reversed(self.curr_elements) if isinstance(part, DataTable))
        row = node.parent
        # Typst sets what may not break twice, so this is not said again within a short table.
        if (
            table.named_params["breakable"] == "true"
            and not any(entry.get("morerows") for entry in row)
            and is_short(row)
        ):
            self.curr_element().named_params["breakable"] = "false"

    # Admonitions.

    def visit_admonition(self, node: Element) -> None:
        kind = node.tagname
        self.append_block_fun(
            node,
            name="admonition",
            named_params={
                "kind": escape_str(kind),
                "classes": strings(node["classes"]),
                "breakable": "false" if is_short(node) else "true",
            },
        )
        if kind in admonitionlabels:
            self.curr_element().named_params["title"] = f"[#{escape_str(admonitionlabels[kind])}]"

    visit_attention = visit_caution = visit_danger = visit_error = visit_admonition
    visit_hint = visit_important = visit_note = visit_seealso = visit_admonition
    visit_tip = visit_warning = visit_admonition

    # What the PDF cannot show is said, never dropped.

    def visit_raw(self, node: Element) -> None:
        formats = node.get("format", "").split()
        source = node.astext().strip()
        if "html" in formats and re.fullmatch(r"<br\s*/?>", source):
            self.curr_element().body.append("#linebreak()")
            raise nodes.SkipNode
        if "html" in formats and not re.fullmatch(r"<!--.*-->", source, re.DOTALL):
            logger.warning(
                "the PDF cannot show raw HTML (%.40s); write it in Markdown, or put it "
                "between ::::{only} html and ::::",
                source,
                location=with_line(node),
            )
        super().visit_raw(node)

    def visit_math(self, node: Element) -> None:
        logger.warning(
            "the PDF cannot show LaTeX mathematics (%.40s); write it in words and plain "
            "characters such as × ≥ µ",
            node.astext(),
            location=with_line(node),
        )
        raise nodes.SkipNode

    visit_math_block = visit_math

    def unknown_visit(self, node: Node) -> None:
        logger.warning(
            "the PDF does not know %s; mend typst_pdf/translator.py or write it otherwise",
            node.tagname,
            location=with_line(node),
        )

    def unknown_departure(self, node: Node) -> None:
        """Its children were written."""


def targets_in(node: Element, docname: str) -> Iterator[tuple[str, Element]]:
    """Everything at or below `node` that can be linked to, with its label."""
    if isinstance(node, (addnodes.start_of_file, nodes.document)):
        docname = node["docname"]
        yield document_label(docname), node
    for name in node["ids"]:
        yield f"{document_label(docname)}#{name}", node
    for child in node.children:
        if isinstance(child, nodes.Element):
            yield from targets_in(child, docname)


def with_line(node: Node) -> Node:
    """The node itself, or the closest one around it whose line in the page is known."""
    while not node.line and node.parent is not None:
        node = node.parent
    return node


def wants_turning(node: Node | None) -> bool:
    """Whether a section of a page, or a table outside such a section, wants turned pages."""
    if isinstance(node, nodes.table):
        return "landscape" in node["classes"] and not wants_turning(node.parent)
    return (
        isinstance(node, nodes.section)
        and isinstance(node.parent, nodes.section)
        and any("landscape" in part["classes"] for part in node if isinstance(part, nodes.table))
    )


def is_foot(node: Node) -> bool:
    """Whether this is the foot of a page, which says when it was reviewed."""
    return isinstance(node, nodes.container) and "page-status" in node["classes"]


def holds_foot(section: Element) -> bool:
    """Whether this is the last section of a page, with its foot, and small.

    Not a whole page, and no turned tables: pages cannot begin inside of what is kept together.
    """
    return (
        is_foot(section[-1])
        and isinstance(section.parent, nodes.section)
        and not any("landscape" in table["classes"] for table in section.findall(nodes.table))
        and is_short(section)
    )


def neighbour(node: Element, step: int) -> Node | None:
    """The node before (-1) or after (1) in the same parent."""
    index = node.parent.index(node) + step
    return node.parent[index] if 0 <= index < len(node.parent) else None


def is_tight(items: Element) -> str:
    """Whether a list's items are single paragraphs and need no space between them."""
    tight = all(sum(isinstance(part, nodes.paragraph) for part in item) <= 1 for item in items)
    return "true" if tight else "false"


def is_short(node: Node) -> bool:
    """Whether something is small enough to be kept on one page."""
    return lines_of(node, LINE) <= KEPT_TOGETHER


def lines_of(node: Node, width: int) -> int:
    """About how many lines a node takes in a column of `width` characters."""
    if isinstance(node, nodes.image):
        return KEPT_TOGETHER // 2
    if isinstance(node, nodes.TextElement):
        return 1 + len(node.astext()) // width
    if isinstance(node, nodes.row):
        return max(lines_of(entry, width // len(node)) for entry in node)
    return sum(lines_of(part, width) for part in node.children)


def is_inline(node: Element) -> bool:
    """Whether an image stands in a line of text."""
    parent = node.parent
    if isinstance(parent, nodes.reference):
        parent = parent.parent
    return isinstance(parent, nodes.TextElement)


def array(items: Iterable[str]) -> str:
    """A Typst array; the comma at its end keeps a single item an array."""
    return "(" + "".join(f"{item}, " for item in items) + ")"


def strings(items: Iterable[str]) -> str:
    """A Typst array of strings."""
    return array(map(escape_str, items))
