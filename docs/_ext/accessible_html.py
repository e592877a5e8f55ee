"""HTML that keyboards and screen readers can use, where Sphinx, docutils or Furo write other.

- Furo puts each table in a box that scrolls sideways on narrow screens. The box repeats the table's
  id, has no name, and the keyboard cannot reach it: here it is a named region and a tab stop. A
  table of more than three columns keeps a width there (see _static/handbook.css).
- A plot shrinks to the width of a telephone, and its letters to half of what can be read: here it
  is in such a box too, in which it keeps a width (see _static/evidence.css).
- docutils gives each entry of the bibliography a role that is deprecated, and that may not stand in
  the list around it: here it is an item of that list.
- Sphinx marks the captions of the menu as headings and does not say of which level.

What is wrong in Furo's templates is mended in _templates/.
"""

from __future__ import annotations

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.locale import get_translation
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.writers.html5 import HTML5Translator

_ = get_translation("handbook")
FEW_COLUMNS = 3  # fit on a telephone


class TableRegion(nodes.container):
    """The box around a table, which scrolls where the table is wider than the page."""


class PlotRegion(nodes.container):
    """The box around a plot, which scrolls where the plot is wider than the page."""


class NameTableBoxes(SphinxPostTransform):
    """Put a TableRegion in the place of each box that Furo has just made."""

    formats = ("html",)
    default_priority = 501

    def run(self, **kwargs: Any) -> None:
        for box in list(self.document.findall(nodes.container)):
            if "table-wrapper" in box["classes"]:
                columns = next(iter(box.findall(nodes.tgroup)))["cols"]
                wide = ["wide-table"] if columns > FEW_COLUMNS else []
                # Without its ids: they are the table's own.
                region = TableRegion("", *box.children, classes=box["classes"] + wide)
                box.parent.replace(box, region)


class BoxPlots(SphinxPostTransform):
    """Put each plot into a PlotRegion."""

    formats = ("html",)
    default_priority = 501

    def run(self, **kwargs: Any) -> None:
        for figure in list(self.document.findall(nodes.figure)):
            if "effect-plot" in figure["classes"]:
                figure[0] = PlotRegion("", figure[0], classes=["plot-wrapper"])


def visit_table_region(translator: HTML5Translator, node: TableRegion) -> None:
    caption = next(iter(node.findall(nodes.title)), None)
    open_region(translator, node, caption.astext() if caption else _("Table"))
    if "wide-table" in node["classes"]:
        hint(translator, _("Scroll sideways to see all of the table."))


def visit_plot_region(translator: HTML5Translator, node: PlotRegion) -> None:
    hint(translator, _("Scroll sideways to see all of the picture."))
    caption = next(iter(node.parent.findall(nodes.caption)))
    open_region(translator, node, _("Picture: {caption}").format(caption=caption.astext()))


def hint(translator: HTML5Translator, text: str) -> None:
    """Shown where the box is narrower than what is in it; a screen reader reads all in any case."""
    translator.body.append(f'<p class="scroll-hint" aria-hidden="true">{text}</p>\n')


def open_region(translator: HTML5Translator, node: nodes.container, name: str) -> None:
    translator.body.append(
        translator.starttag(
            node,
            "div",
            CLASS="docutils container",
            role="region",
            tabindex="0",
            **{"aria-label": name},
        )
    )


def depart_region(translator: HTML5Translator, node: nodes.container) -> None:
    translator.body.append("</div>\n")


def visit_citation(translator: HTML5Translator, node: nodes.Element) -> None:
    HTML5Translator.visit_citation(translator, node)
    translator.body[-1] = translator.body[-1].replace('role="doc-biblioentry"', 'role="listitem"')


def visit_title(translator: HTML5Translator, node: nodes.Element) -> None:
    start = len(translator.body)
    HTML5Translator.visit_title(translator, node)
    opening = translator.body[start]
    translator.body[start] = opening.replace('role="heading"', 'role="heading" aria-level="2"')


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_post_transform(NameTableBoxes)
    app.add_post_transform(BoxPlots)
    app.add_node(TableRegion, html=(visit_table_region, depart_region))
    app.add_node(PlotRegion, html=(visit_plot_region, depart_region))
    app.add_node(
        nodes.citation, override=True, html=(visit_citation, HTML5Translator.depart_citation)
    )
    app.add_node(nodes.title, override=True, html=(visit_title, HTML5Translator.depart_title))
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
