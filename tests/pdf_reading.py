"""Reads PDFs back for tests: what a reader sees, and what software reads aloud."""

from __future__ import annotations

import ctypes
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path

import pikepdf
import pypdfium2
import pypdfium2.raw as pdfium

# Neighbouring glyphs touch (kerning, italics, ligatures); overprinted ones cover each other.
MOST_SHARED = 0.3
CELL = 20  # points; glyphs are compared within squares of this size

# Left, bottom, right and top, in points from the page's lower left corner.
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Glyph:
    """A character and its place on the page, in points from the page's lower left corner."""

    character: str
    index: int
    left: float
    bottom: float
    right: float
    top: float

    @property
    def area(self) -> float:
        return (self.right - self.left) * (self.top - self.bottom)

    def shared_with(self, other: Glyph) -> float:
        """The part of the smaller glyph that the two have in common."""
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.top, other.top) - max(self.bottom, other.bottom)
        if width <= 0 or height <= 0:
            return 0
        return width * height / min(self.area, other.area)


@dataclass(frozen=True)
class Link:
    """A link: the page it stands on, its words, and where it leads (page number or address)."""

    page: int
    words: str
    target: int | str


@dataclass(frozen=True)
class Bookmark:
    level: int
    title: str
    page: int


@dataclass
class Pdf:
    """A PDF that was read; pages count from 1."""

    lines: list[list[str]]
    sizes: list[tuple[float, float]]
    glyphs: list[list[Glyph]]
    links: list[Link]
    bookmarks: list[Bookmark]
    roles: list[str]
    pictures: list[str]
    information: dict[str, str]
    xmp: dict[str, str]
    language: str
    is_tagged: bool
    pages: list[str] = field(init=False)
    text: str = field(init=False)

    def __post_init__(self) -> None:
        self.pages = [_plain("\n".join(lines)) for lines in self.lines]
        self.text = " ".join(self.pages)

    def page_with(self, words: str) -> int:
        """The only page that has these words."""
        numbers = [number for number, page in enumerate(self.pages, 1) if words in page]
        assert len(numbers) == 1, f"{words!r} is on pages {numbers}"
        return numbers[0]

    def link(self, words: str) -> Link:
        """The only link with these words."""
        found = [link for link in self.links if link.words == words]
        assert len(found) == 1, f"{words!r}: {found or sorted({x.words for x in self.links})}"
        return found[0]


def read_pdf(path: Path) -> Pdf:
    """Everything that the tests ask about a PDF."""
    with pikepdf.open(path) as pdf, pypdfium2.PdfDocument(path) as seen:
        lines, sizes, glyphs, links = [], [], [], []
        for number, (page, seen_page) in enumerate(zip(pdf.pages, seen, strict=True), 1):
            text = seen_page.get_textpage()
            lines.append(text.get_text_range().splitlines())
            sizes.append(seen_page.get_size())
            glyphs.append(list(_glyphs(text)))
            links += [
                Link(number, _plain(" ".join(text.get_text_bounded(*box) for box in boxes)), target)
                for boxes, target in _links(pdf, page)
            ]
            text.close()
            seen_page.close()
        root = pdf.Root
        with pdf.open_metadata(set_pikepdf_as_editor=False) as metadata:
            xmp = {key.split("}")[-1]: str(value) for key, value in metadata.items()}
        elements = list(_elements(root.get("/StructTreeRoot", {}).get("/K")))
        return Pdf(
            lines=lines,
            sizes=sizes,
            glyphs=glyphs,
            links=links,
            bookmarks=list(_bookmarks(pdf)),
            roles=[str(element.S).removeprefix("/") for element in elements],
            pictures=[
                str(element.get("/Alt", "")) for element in elements if element.S == "/Figure"
            ],
            information={key.removeprefix("/"): str(value) for key, value in pdf.docinfo.items()},
            xmp=xmp,
            language=str(root.get("/Lang", "")),
            is_tagged=bool(root.get("/MarkInfo", {}).get("/Marked", False)),
        )


@dataclass(frozen=True)
class Spoken:
    """A structure element as it is read aloud: its role, its first page, and all words in it."""

    role: str
    page: int
    words: str


def read_aloud(path: Path) -> tuple[list[Spoken], set[str]]:
    """What software reads of a PDF, in its order, and the words that it leaves out as decoration.

    The order is that of the structure tree, not of the places on the page.
    """
    marked, left_out = [], set()
    with pypdfium2.PdfDocument(path) as seen:
        for page in seen:
            words = _marked_words(page)
            left_out.add(_plain(words.pop(NO_MARK, "")))
            marked.append(words)
    spoken: list[Spoken] = []

    def read(node: pikepdf.Object | None, page: int) -> tuple[int, str]:
        """The first page and the words of a part of the tree; notes its elements on the way."""
        if isinstance(node, pikepdf.Array):
            parts = [read(child, page) for child in node]
            return min((first for first, words in parts if words), default=page), "".join(
                words for _first, words in parts
            )
        if isinstance(node, pikepdf.Dictionary):
            page = numbers[node.Pg.objgen] if "/Pg" in node else page
            if "/S" in node:
                place = len(spoken)
                first, words = read(node.get("/K"), page)
                role = str(node.S).removeprefix("/")
                spoken.insert(place, Spoken(role, first + 1, _plain(words)))
                return first, words
            node = node.get("/MCID")
        return page, "" if node is None else marked[page].get(int(node), "")

    with pikepdf.open(path) as pdf:
        numbers = {page.objgen: number for number, page in enumerate(pdf.pages)}
        read(pdf.Root.StructTreeRoot.K, 0)
    return spoken, left_out


NO_MARK = -1


def _marked_words(page: pypdfium2.PdfPage) -> dict[int, str]:
    """The words of a page by the number of the mark around them."""
    words: dict[int, str] = defaultdict(str)
    text = page.get_textpage()
    for item in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_TEXT]):
        size = pdfium.FPDFTextObj_GetText(item.raw, text.raw, None, 0)
        buffer = (ctypes.c_ushort * (size // 2))()
        pdfium.FPDFTextObj_GetText(item.raw, text.raw, buffer, size)
        mark = pdfium.FPDFPageObj_GetMarkedContentID(item.raw)
        words[mark] += bytes(buffer).decode("utf-16-le").rstrip("\0")
    text.close()
    page.close()
    return words


def overprinted(pdf: Pdf) -> list[str]:
    """Where two glyphs of a page cover each other, in words."""
    findings = []
    for number, glyphs in enumerate(pdf.glyphs, 1):
        squares: dict[tuple[int, int], list[Glyph]] = defaultdict(list)
        for glyph in glyphs:
            for x in range(int(glyph.left // CELL), int(glyph.right // CELL) + 1):
                for y in range(int(glyph.bottom // CELL), int(glyph.top // CELL) + 1):
                    squares[x, y].append(glyph)
        findings += [
            f"page {number}: {one.character!r} and {other.character!r} overlap "
            f"at {one.left:.0f}, {one.bottom:.0f}"
            for square in squares.values()
            for one, other in combinations(square, 2)
            # Parts of a ligature share one box.
            if abs(one.index - other.index) > 2 and one.shared_with(other) > MOST_SHARED
        ]
    return findings


def outside(pdf: Pdf, margin: float) -> list[str]:
    """Glyphs that are nearer than `margin` points to the edge of their page, in words."""
    return [
        f"page {number}: {glyph.character!r} at {glyph.left:.0f}, {glyph.bottom:.0f}"
        for number, (glyphs, (width, height)) in enumerate(
            zip(pdf.glyphs, pdf.sizes, strict=True), 1
        )
        for glyph in glyphs
        if glyph.left < margin
        or glyph.bottom < margin
        or glyph.right > width - margin
        or glyph.top > height - margin
    ]


def _plain(text: str) -> str:
    """Text with words that were divided at a line's end in one piece, and single spaces."""
    return " ".join(text.replace("\ufffe", "").replace("\x02", "").split())


def _glyphs(text: pypdfium2.PdfTextPage) -> Iterator[Glyph]:
    for index, character in enumerate(text.get_text_range()):
        if index < text.count_chars() and not character.isspace():
            glyph = Glyph(character, index, *text.get_charbox(index))
            if glyph.area > 0:
                yield glyph


def _links(pdf: pikepdf.Pdf, page: pikepdf.Page) -> Iterator[tuple[list[Box], int | str]]:
    """The boxes (one for each line) and the target of each link of a page."""
    for annotation in page.get("/Annots", []):
        sides = [float(side) for side in annotation.get("/QuadPoints", annotation.Rect)]
        corners = [sides[start : start + 8] for start in range(0, len(sides), 8)]
        boxes = [(min(c[::2]), min(c[1::2]), max(c[::2]), max(c[1::2])) for c in corners]
        action = annotation.get("/A", {})
        if "/URI" in action:
            yield boxes, str(action.URI)
        else:
            yield boxes, _page_number(pdf, annotation.get("/Dest", action.get("/D")))


def _page_number(pdf: pikepdf.Pdf, destination: pikepdf.Object) -> int:
    if isinstance(destination, pikepdf.Name | pikepdf.String):
        names = pikepdf.NameTree(pdf.Root.Names.Dests)
        destination = names[str(destination)]
        if isinstance(destination, pikepdf.Dictionary):
            destination = destination.D
    return pikepdf.Page(destination[0]).index + 1


def _bookmarks(pdf: pikepdf.Pdf) -> Iterator[Bookmark]:
    def walk(items: list[pikepdf.OutlineItem], level: int) -> Iterator[Bookmark]:
        for item in items:
            yield Bookmark(level, item.title, _page_number(pdf, item.destination))
            yield from walk(item.children, level + 1)

    with pdf.open_outline() as outline:
        yield from walk(outline.root, 1)


def _elements(node: pikepdf.Object | None) -> Iterator[pikepdf.Object]:
    """The structure elements in reading order."""
    if isinstance(node, pikepdf.Array):
        for child in node:
            yield from _elements(child)
    elif isinstance(node, pikepdf.Dictionary) and "/S" in node:
        yield node
        yield from _elements(node.get("/K"))
