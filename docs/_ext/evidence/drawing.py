"""Draws plots as SVG with matplotlib. An effect plot has a label, a mark with its interval, and words.

All places are worked out here in inches and the text stays text, so that a screen reader, a search
and a translation find it, and no font that happens to be installed changes a byte. Shapes tell the
groups apart, colours only help. The background is white: a picture cannot know whether the page
around it is light or dark, and black on white can be read on both.

Matplotlib is imported when the first plot is drawn: it takes a second to load.
"""

from __future__ import annotations

import io
import math
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Mark:
    """One row: who or what, the estimate with its interval, and the same in words."""

    label: str
    details: tuple[str, ...]
    kind: str
    """One of `SHAPES`."""
    words: tuple[str, ...]
    """The estimate in words, for the right side: a few short lines."""
    value: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Block:
    """Rows on one axis."""

    marks: tuple[Mark, ...]
    heading: str = ""
    axis: str = ""
    """What the axis shows, under it."""
    scale: str = "linear"
    """`share` (0 to 1), `points` (−1 to 1), `linear` or `ratio`."""
    no_difference: float | None = None
    line_label: str = ""


@dataclass(frozen=True)
class Panel:
    """One column of blocks."""

    blocks: tuple[Block, ...]
    heading: str = ""


# Shape, colour and whether it is filled. The colours are Okabe and Ito's, chosen for every kind of
# colour vision; in grey they would be alike, the shapes are not.
SHAPES = {
    "control": ("s", "#3f3f3f", False),
    "mesenchymal stromal cells": ("o", "#0060a8", True),
    "secretome": ("p", "#7a3b8f", True),
    "CAR-T cells": ("D", "#b04a00", True),
    "blood stem cell transplant": ("^", "#00694b", True),
    "medicine": ("s", "#3f3f3f", True),
    "published": ("D", "#3f3f3f", False),
}

INK, FAINT = "#1a1a1a", "#595959"  # on white 17:1 and 7:1
GRID = "#dcdcdc"
FONT = "DejaVu Sans"
SIZE, SMALL = 9.0, 8.0  # points

# Inches.
WIDTH = 6.4  # about that of the text on an A4 page
TALLEST = 8.3  # leaves room for the caption on the page
LINE = 0.165
LEGEND_LINE = 0.21
GAP = 0.11  # between rows
HEADING = 0.26
FOOT = 0.36  # ticks and what the axis shows
EDGE = 0.12
BETWEEN = 0.3  # panels

# Letters of an average width that fit into an inch.
LETTERS, SMALL_LETTERS = 14.8, 16.8


def draw(panels: tuple[Panel, ...], legend: tuple[tuple[str, str], ...] = ()) -> bytes:
    """The picture as SVG: the same bytes for the same panels.

    ``legend`` holds pairs of a kind of mark and its name.
    """
    columns, legend_lines = _columns(panels), _legend_lines(legend)
    height = height_of(panels, legend)
    foot = height - EDGE - LEGEND_LINE * len(legend_lines)

    def paint(paper: Paper) -> None:
        for column in columns:
            column.draw(paper)
        if len(columns) > 1:
            paper.rule(WIDTH / 2, EDGE, WIDTH / 2, foot)
        for number, line in enumerate(legend_lines):
            _draw_legend_line(paper, line, foot + number * LEGEND_LINE + LINE)

    return svg(height, paint)


def svg(height: float, paint: Callable[[Paper], None]) -> bytes:
    """A picture of this height in inches as SVG: the same bytes for the same strokes."""
    import matplotlib
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    settings = {
        "svg.fonttype": "none",
        "svg.hashsalt": "handbook",
        "font.family": "sans-serif",
        "font.sans-serif": [FONT],
        "axes.unicode_minus": True,
    }
    with matplotlib.rc_context(settings):
        figure = Figure(figsize=(WIDTH, height), facecolor="white")
        FigureCanvasSVG(figure)
        paint(Paper(figure, height))
        written = io.BytesIO()
        figure.savefig(
            written, format="svg", facecolor="white",
            metadata={"Date": None, "Creator": None, "Format": None, "Type": None},
        )  # fmt: skip
    return written.getvalue()


@dataclass(frozen=True)
class Text:
    """Words on a line that stands at `y`, inches from the top left."""

    x: float
    y: float
    words: str
    faint: bool = False
    bold: bool = False
    align: str = "left"


@dataclass(frozen=True)
class Stroke:
    """A straight line."""

    x0: float
    y0: float
    x1: float
    y1: float
    color: str
    width: float = 0.7
    dash: tuple[float, ...] = ()
    """Lengths of strokes and gaps, in widths of the line; none for a solid line."""


@dataclass(frozen=True)
class Dot:
    """A mark of one of matplotlib's shapes."""

    x: float
    y: float
    shape: str
    color: str
    filled: bool = True
    size: float = 6.0


Sketch = tuple[Text | Stroke | Dot, ...]


def sketch(height: float, parts: Sketch) -> bytes:
    """A picture of words, lines and dots as SVG, those named later on top."""
    return svg(height, lambda paper: paper.put(parts))


def height_of(panels: tuple[Panel, ...], legend: tuple[tuple[str, str], ...] = ()) -> float:
    """How tall the picture is, in inches."""
    tallest = max(column.height for column in _columns(panels))
    return tallest + 2 * EDGE + LEGEND_LINE * len(_legend_lines(legend))


def _columns(panels: tuple[Panel, ...]) -> list[_Column]:
    return [_Column(panel, index, len(panels)) for index, panel in enumerate(panels)]


class Paper:
    """A figure on which inches count from the top left."""

    def __init__(self, figure: Figure, height: float) -> None:
        self.figure = figure
        self.height = height

    def write(
        self, x: float, y: float, words: str, *, size: float = SIZE, color: str = INK,
        bold: bool = False, align: str = "left",
    ) -> None:  # fmt: skip
        """Words on a line that stands at `y`."""
        self.figure.text(
            x / WIDTH, 1 - y / self.height, words,
            size=size, color=color, ha=align, va="baseline",
            weight="bold" if bold else "normal", parse_math=False,
        )  # fmt: skip

    def rule(self, x0: float, y0: float, x1: float, y1: float) -> None:
        self.put((Stroke(x0, y0, x1, y1, FAINT, 0.8),))

    def put(self, parts: Sketch) -> None:
        from matplotlib.lines import Line2D

        for part in parts:
            match part:
                case Text():
                    self.write(
                        part.x, part.y, part.words, size=SMALL, bold=part.bold, align=part.align,
                        color=FAINT if part.faint else INK,
                    )  # fmt: skip
                    continue
                case Stroke():
                    line = Line2D(
                        [part.x0 / WIDTH, part.x1 / WIDTH],
                        [1 - part.y0 / self.height, 1 - part.y1 / self.height],
                        color=part.color, linewidth=part.width, solid_capstyle="butt",
                        linestyle=(0, part.dash) if part.dash else "-",
                    )  # fmt: skip
                case Dot():
                    line = Line2D(
                        [part.x / WIDTH], [1 - part.y / self.height], linestyle="none",
                        marker=part.shape, markersize=part.size, markeredgewidth=1.2,
                        markeredgecolor=part.color,
                        markerfacecolor=part.color if part.filled else "white",
                    )  # fmt: skip
            self.figure.add_artist(line)

    def axes(self, x: float, top: float, width: float, height: float) -> Axes:
        """Axes whose y counts inches downwards from their top."""
        axes = self.figure.add_axes(
            (x / WIDTH, 1 - (top + height) / self.height, width / WIDTH, height / self.height)
        )
        axes.set_ylim(height, 0)
        axes.set_yticks([])
        axes.patch.set_visible(False)
        for side in ("left", "right", "top"):
            axes.spines[side].set_visible(False)
        axes.spines["bottom"].set_color(FAINT)
        return axes


class _Column:
    """A panel, laid out: labels beside the marks if there is room, above them if not."""

    def __init__(self, panel: Panel, index: int, of: int) -> None:
        self.panel = panel
        self.beside = of == 1
        self.width = (WIDTH - 2 * EDGE - BETWEEN * (of - 1)) / of
        self.left = EDGE + index * (self.width + BETWEEN)
        words = 1.5 if self.beside else 1.12
        label = 2.4 if self.beside else 0.05
        self.label_width = label if self.beside else self.width
        self.axes_left = self.left + label + 0.1
        self.axes_width = self.width - label - words - 0.22
        self.words_left = self.left + self.width - words
        self.headings = self._wrap(panel.heading, LETTERS * 0.8, self.width)
        self.blocks = [_Block(self, block) for block in panel.blocks]

    @property
    def height(self) -> float:
        return sum(block.height for block in self.blocks) + self._heading_height

    @property
    def _heading_height(self) -> float:
        return len(self.headings) * LINE * 1.2 + 0.1 if self.headings else 0

    def draw(self, paper: Paper) -> None:
        y = EDGE
        for line in self.headings:
            y += LINE * 1.2
            paper.write(self.left, y - 0.05, line, size=SIZE + 1, bold=True)
        y = EDGE + self._heading_height
        for block in self.blocks:
            block.draw(paper, y)
            y += block.height

    def label(self, mark: Mark) -> list[tuple[str, bool]]:
        """The lines of a label, and whether each is a detail."""
        lines = [(line, False) for line in self._wrap(mark.label, LETTERS, self.label_width)]
        for detail in mark.details:
            wrapped = self._wrap(detail, SMALL_LETTERS, self.label_width)
            lines += [(line, True) for line in wrapped]
        return lines

    @staticmethod
    def _wrap(words: str, letters: float, width: float) -> list[str]:
        return textwrap.wrap(words, int(letters * width), break_long_words=False)


class _Block:
    """A block, laid out: the height of each row is known."""

    def __init__(self, column: _Column, block: Block) -> None:
        self.column = column
        self.block = block
        self.labels = [column.label(mark) for mark in block.marks]
        self.rows = [self._row_height(*pair) for pair in zip(block.marks, self.labels, strict=True)]
        self.headings = column._wrap(block.heading, LETTERS * 0.9, column.width)

    def _row_height(self, mark: Mark, label: list[tuple[str, bool]]) -> float:
        if self.column.beside:
            return max(len(label), len(mark.words)) * LINE + GAP
        return (len(label) + max(1, len(mark.words))) * LINE + GAP

    @property
    def top(self) -> float:
        """Inches above the axes: the heading and the name of the line of no difference."""
        heading = HEADING + LINE * (len(self.headings) - 1) if self.headings else 0
        return heading + (LINE if self.block.line_label else 0)

    @property
    def has_axis(self) -> bool:
        return any(mark.value is not None for mark in self.block.marks)

    @property
    def height(self) -> float:
        foot = FOOT + (LINE if self.block.axis else 0) if self.has_axis else GAP
        return self.top + sum(self.rows) + foot

    def draw(self, paper: Paper, top: float) -> None:
        column, block = self.column, self.block
        for number, line in enumerate(self.headings):
            paper.write(column.left, top + 0.18 + number * LINE, line, bold=True)
        axes_top = top + self.top
        axes = paper.axes(column.axes_left, axes_top, column.axes_width, sum(self.rows))
        low, high = self._prepare(axes)
        if not self.has_axis:
            axes.set_axis_off()
        elif block.no_difference is not None:
            axes.axvline(block.no_difference, color=INK, linewidth=1, linestyle=(0, (4, 2)))
            if block.line_label:
                share = _share_of(block.no_difference, low, high, block.scale)
                x = column.axes_left + share * column.axes_width
                paper.write(x, axes_top - 0.04, block.line_label, size=SMALL, align="center")
        y = 0.0
        for mark, label, height in zip(block.marks, self.labels, self.rows, strict=True):
            self._draw_row(paper, axes, mark, label, y, height, axes_top, (low, high))
            y += height
        if block.axis and self.has_axis:
            paper.write(
                column.axes_left + column.axes_width / 2, axes_top + y + 0.33, block.axis,
                size=SMALL, color=FAINT, align="center",
            )  # fmt: skip

    def _draw_row(
        self, paper: Paper, axes: Axes, mark: Mark, label: list[tuple[str, bool]],
        y: float, height: float, axes_top: float, limits: tuple[float, float],
    ) -> None:  # fmt: skip
        column = self.column
        line = axes_top + y + GAP / 2
        for words, is_detail in label:
            line += LINE
            paper.write(
                column.left, line - 0.04, words,
                size=SMALL if is_detail else SIZE, color=FAINT if is_detail else INK,
            )  # fmt: skip
        if column.beside:
            middle = y + height / 2
            line = axes_top + middle - len(mark.words) * LINE / 2
        else:
            middle = y + height - GAP / 2 - max(1, len(mark.words)) * LINE / 2
            line = axes_top + y + height - GAP / 2 - max(1, len(mark.words)) * LINE
        for number, words in enumerate(mark.words):
            line += LINE
            paper.write(
                column.words_left, line - 0.04, words,
                size=SMALL if number or not column.beside else SIZE,
                color=FAINT if number else INK,
            )  # fmt: skip
        if not column.beside:
            # A track instead of a grid, which would run through the labels.
            axes.plot(limits, [middle, middle], color=GRID, linewidth=0.8, zorder=0)
        if mark.value is not None:
            self._draw_mark(axes, mark, middle, limits)

    def _draw_mark(self, axes: Axes, mark: Mark, y: float, limits: tuple[float, float]) -> None:
        shape, color, filled = SHAPES[mark.kind]
        low, high = limits
        if mark.low is not None and mark.high is not None:
            ends = [max(mark.low, low), min(mark.high, high)]
            axes.plot(ends, [y, y], color=color, linewidth=1.4, solid_capstyle="butt")
            # An end beyond the axis is an arrow, any other a stroke.
            for end, beyond, arrow in (
                (ends[0], mark.low < low, "<"),
                (ends[1], mark.high > high, ">"),
            ):
                axes.plot(
                    [end],
                    [y],
                    marker=arrow if beyond else "|",
                    color=color,
                    markersize=5,
                    clip_on=False,
                )
        if low <= (mark.value or 0) <= high:
            axes.plot(
                [mark.value], [y], marker=shape, markersize=6.5 if shape in "os" else 6,
                markerfacecolor=color if filled else "white", markeredgecolor=color,
                markeredgewidth=1.4, linestyle="none", clip_on=False, zorder=3,
            )  # fmt: skip

    def _prepare(self, axes: Axes) -> tuple[float, float]:
        """Set the axis' limits and ticks; the limits."""
        from matplotlib.ticker import MaxNLocator

        low, high = _limits(self.block)
        axes.set_xlim(low, high)
        if self.block.scale == "ratio":
            axes.set_xscale("log")
            wide = high > 12
            ticks = [tick for tick in (DECADES if wide else RATIO_TICKS) if low <= tick <= high]
            names = [f"{tick:g}" for tick in ticks]
            axes.minorticks_off()
        elif self.block.scale == "share":
            ticks = [0, 0.25, 0.5, 0.75, 1]
            names = [f"{tick:.0%}" for tick in ticks]
        elif self.block.scale == "points":
            ticks = [-1, -0.5, 0, 0.5, 1]
            names = [_minus(f"{100 * tick:g}") for tick in ticks]
        else:
            ticks = [
                float(tick)
                for tick in MaxNLocator(4, steps=[1, 2, 5, 10]).tick_values(low, high)
                if low <= tick <= high
            ]
            names = [_minus(f"{round(tick, 10):g}") for tick in ticks]
        axes.set_xticks(ticks, names, fontsize=SMALL, color=INK)
        axes.tick_params(axis="x", length=3, color=FAINT)
        if self.column.beside:
            axes.grid(axis="x", color=GRID, linewidth=0.7)
            axes.set_axisbelow(True)
        return low, high


RATIO_TICKS = (0.1, 0.2, 0.5, 1, 2, 5, 10)
DECADES = (0.01, 0.1, 1, 10, 100)


def _limits(block: Block) -> tuple[float, float]:
    """Ends of the axis. An end of an interval may lie beyond those of a ratio."""
    if block.scale == "share":
        return 0.0, 1.0
    if block.scale == "points":
        return -1.0, 1.0
    ends = [
        x
        for mark in block.marks
        for x in (mark.value, mark.low, mark.high)
        if x is not None and math.isfinite(x)
    ]
    if block.scale == "ratio":
        ends = [x for x in ends if x > 0] or [1.0]
        reach = max(*(abs(math.log(x)) for x in ends), math.log(2)) * 1.08
        reach = min(reach, math.log(100))
        return math.exp(-reach), math.exp(reach)
    reach = max([abs(x) for x in ends], default=0) or 1.0
    return -reach * 1.08, reach * 1.08


def _share_of(x: float, low: float, high: float, scale: str) -> float:
    if scale == "ratio":
        low, high, x = math.log(low), math.log(high), math.log(x)
    return (x - low) / (high - low)


def _minus(number: str) -> str:
    return number.replace("-", "\N{MINUS SIGN}")


def _legend_lines(legend: tuple[tuple[str, str], ...]) -> list[list[tuple[float, str, str]]]:
    """Lines of place, kind and name."""
    lines: list[list[tuple[float, str, str]]] = []
    x = math.inf
    for kind, name in legend:
        width = 0.3 + len(name) / SMALL_LETTERS * 1.1
        if x + width > WIDTH - EDGE:
            lines.append([])
            x = EDGE + 0.1
        lines[-1].append((x, kind, name))
        x += width
    return lines


def _draw_legend_line(paper: Paper, line: list[tuple[float, str, str]], y: float) -> None:
    for x, kind, name in line:
        shape, color, filled = SHAPES[kind]
        paper.put((Dot(x, y - 0.045, shape, color, filled), Text(x + 0.12, y, name)))
