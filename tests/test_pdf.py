"""The PDF builder: what the pages say reaches the PDF, and readers and their software find it."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pikepdf
import pypdfium2
import pypdfium2.raw as raw
import pytest
from building import build_project
from docutils import nodes
from pdf_reading import Bookmark, Pdf, outside, overprinted, read_pdf
from sphinx import addnodes
from sphinx.testing.util import SphinxTestApp
from typst_pdf.addresses import readable_address
from typst_pdf.compiler import compile_pdf

# Nothing may be printed nearer to the paper's edge: printers leave about this much blank.
MARGIN = 28  # points, a centimetre

EPOCH = "1795305600"  # 22 November 2026


@dataclass(frozen=True)
class Built:
    """What one build left behind."""

    app: SphinxTestApp
    warnings: str

    @property
    def folder(self) -> Path:
        return Path(self.app.outdir)

    def pdf(self, name: str = "corpus") -> Pdf:
        return read_pdf(self.folder / f"{name}.pdf")


def run(source: Path, builder: str = "typstpdf", **options) -> Built:
    return Built(*build_project(source, builder, **options))


@pytest.fixture(scope="module", autouse=True)
def epoch() -> Iterator[None]:
    """All builds of this file are of one day."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOURCE_DATE_EPOCH", EPOCH)
        yield


@pytest.fixture
def copy(rootdir: Path, tmp_path: Path) -> Callable[..., Path]:
    """Copies a mini project, so that a test may change it."""

    def copy_root(name: str = "test-pdf", to: str = "source") -> Path:
        return Path(shutil.copytree(rootdir / name, tmp_path / to))

    return copy_root


@pytest.fixture(scope="module")
def corpus(rootdir: Path, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The pages of one feature each, as PDF."""
    source = tmp_path_factory.mktemp("corpus") / "source"
    return run(Path(shutil.copytree(rootdir / "test-pdf", source)))


@pytest.fixture(scope="module")
def pdf(corpus: Built) -> Pdf:
    return corpus.pdf()


@pytest.fixture(scope="module")
def documents(rootdir: Path, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Several documents of one build."""
    source = tmp_path_factory.mktemp("documents") / "source"
    return run(Path(shutil.copytree(rootdir / "test-pdf-documents", source)))


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def condensed(text: str) -> str:
    """Text without what depends on where lines end."""
    return re.sub(r"[\s\ufffe\x02\u2010-]", "", text)


# --- Complete -----------------------------------------------------------------------------


@pytest.mark.parametrize("builder", ["html", "typstpdf"])
@pytest.mark.parametrize("root", ["test-pdf", "test-pdf-documents"])
def test_the_mini_projects_build_without_a_warning(copy, root, builder):
    built = run(copy(root), builder)
    assert built.warnings == ""
    assert built.app.statuscode == 0


WORDS = (nodes.paragraph, nodes.title, nodes.term, nodes.caption, nodes.literal_block)
# Text with one of these inside is printed with other words added or in their place.
ALTERED = (
    addnodes.pending_xref,
    nodes.abbreviation,
    nodes.footnote_reference,
    nodes.image,
    nodes.raw,
    nodes.reference,
)


def ancestors(node: nodes.Node) -> Iterator[nodes.Node]:
    while node.parent is not None:
        node = node.parent
        yield node


def on_the_web_alone(node: nodes.Node) -> bool:
    return any(isinstance(x, addnodes.only) and x["expr"] == "html" for x in ancestors(node))


def test_every_paragraph_title_term_caption_and_listing_is_in_the_pdf(corpus, pdf):
    everything = condensed(pdf.text)
    looked_for = [
        node.astext()
        for docname in sorted(corpus.app.env.found_docs - {"web-only"})
        for node in corpus.app.env.get_doctree(docname).findall(nodes.Element)
        if isinstance(node, WORDS)
        and not any(isinstance(part, ALTERED) for part in node.findall())
        and not on_the_web_alone(node)
    ]
    assert len(looked_for) > 200
    assert [words for words in looked_for if condensed(words) not in everything] == []


def test_greek_signs_and_typst_s_own_characters_are_printed_as_written(pdf):
    page = pdf.pages[pdf.page_with("Greek and signs") - 1]
    assert "α-tocopherol, β, γδ T cells, µ, 5 ± 2, ≥ 3, ≤ 4, −1.5, 10 × 10⁶" in page
    assert "# $ * _ ` ~ @ < > [ ] { }" in page


def test_a_hard_break_begins_a_new_line(pdf):
    lines = pdf.lines[pdf.page_with("A hard break") - 1]
    assert lines[lines.index("A hard break") + 1] == "starts a new line."


def test_only_the_pdf_s_own_words_of_only_blocks_are_printed(pdf):
    assert "Only in the PDF." in pdf.text
    assert "on the web alone" not in pdf.text
    assert "in the menu of the web site alone" not in pdf.text


# --- Laid out -----------------------------------------------------------------------------


def test_cover_shows_title_subtitle_notice_version_date_and_author(pdf):
    for words in (
        "Corpus of features",
        "One page for each feature",
        "This is not medical advice.",
        "Version 1.0",
        "22 November 2026",
        "The testers",
    ):
        assert words in pdf.pages[0]


def test_a_document_without_commit_or_given_date_shows_none(copy, monkeypatch):
    monkeypatch.delenv("SOURCE_DATE_EPOCH")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", "/")
    monkeypatch.setenv("GIT_DIR", "/nowhere")
    built = run(copy())
    assert built.warnings == ""
    assert "19" not in built.pdf().pages[0] and "20" not in built.pdf().pages[0]


def test_every_page_after_the_cover_has_its_number_and_a_running_head(pdf):
    total = len(pdf.pages)
    assert "Page" not in pdf.pages[0]
    for number, page in enumerate(pdf.pages[1:], 2):
        assert page.endswith(f"Page {number} of {total}")
        assert page.startswith("Corpus of features ")
    assert pdf.pages[pdf.page_with("Upright text after.") - 1].startswith(
        "Corpus of features Turned sections"
    )


def test_contents_list_chapters_and_pages_with_their_page_numbers(pdf):
    lines = pdf.lines[1]
    listed = {line.split(" .")[0]: int(line.split()[-1]) for line in lines if " . . " in line}
    titles = ["Start page", "Lists", "Definition lists", "Glossary", "Notes one", "Notes two"]
    assert list(listed)[: len(titles)] == titles
    assert "Child page" in listed and "Deep section" not in listed and "Contents" not in listed
    for title, number in listed.items():
        assert any(line.strip() == title for line in pdf.lines[number - 1])


def test_the_menu_s_order_and_depth_make_the_bookmarks(pdf):
    by_title = {bookmark.title: bookmark for bookmark in pdf.bookmarks}
    assert by_title["Start page"] == Bookmark(1, "Start page", 3)
    assert by_title["Downloads"].level == 2
    assert by_title["Lists"].level == by_title["Section"].level == 1
    assert by_title["Child page"].level == by_title["Own heading"].level == 2
    assert by_title["Deep section"].level == 3
    assert by_title["Deeper section"].level == 4
    pages = [bookmark.page for bookmark in pdf.bookmarks]
    assert pages == sorted(pages)
    assert pdf.bookmarks[-1].page == pdf.page_with("The last words of the corpus.")


def test_each_chapter_starts_on_a_new_page(pdf):
    chapters = [bookmark.page for bookmark in pdf.bookmarks if bookmark.level == 1]
    assert len(set(chapters)) == len(chapters)


def test_a_page_s_own_text_comes_before_the_pages_of_its_menu(pdf):
    assert pdf.page_with("Closing words of the start page.") == 3
    assert pdf.text.index("Text before the child.") < pdf.text.index("Child page Text.")


def test_no_glyphs_overlap_and_none_leaves_the_page(pdf, documents):
    for document in (pdf, *map(documents.pdf, ("book", "excerpt", "leaflet"))):
        assert overprinted(document) == []
        assert outside(document, MARGIN) == []


def page_of_typst(tmp_path: Path, body: str) -> Pdf:
    document, _warnings = compile_pdf(
        {"main.typ": f'#set document(title: "x")\n{body}'.encode()}, 0
    )
    (tmp_path / "made.pdf").write_bytes(document)
    return read_pdf(tmp_path / "made.pdf")


def test_overlapping_glyphs_are_noticed(tmp_path):
    made = page_of_typst(tmp_path, "Words #place(dx: 2pt, dy: -8pt)[Others]")
    assert overprinted(made)


def test_glyphs_outside_the_page_are_noticed(tmp_path):
    made = page_of_typst(tmp_path, "#move(dx: 17cm)[Words]")
    assert any(
        "page 1: 'W'" in finding or "page 1: 'o'" in finding for finding in outside(made, MARGIN)
    )


@pytest.fixture
def long_page(copy) -> Callable[[str], Pdf]:
    """Builds a document whose only chapter is the given Markdown."""

    def build(markdown: str) -> Pdf:
        source = copy("test-pdf-documents")
        (source / "leaflet.md").write_text(
            f"---\norphan: true\n---\n\n# Long\n\n{markdown}", "utf-8"
        )
        built = run(source)
        assert built.warnings == ""
        return built.pdf("leaflet")

    return build


def filler(number: int) -> str:
    """Some lines, so that what follows comes to stand in many places of a page."""
    return "\n\n".join(["Filler."] * (number % 7))


def test_no_heading_is_split_from_its_text_and_no_line_is_lonely(long_page):
    pdf = long_page(
        "\n\n".join(f"{filler(n)}\n\n## Heading{n}\n\n{f'word{n}x ' * 60}" for n in range(60))
    )
    for number in range(60):
        (page,) = (n for n, lines in enumerate(pdf.lines) if f"Heading{number}" in lines)
        counts = [sum(f"word{number}x" in line for line in lines) for lines in pdf.lines]
        assert counts[page] >= 2, f"Heading{number} stands alone"
        assert 1 not in counts, f"a lonely line of the paragraph of Heading{number}"


def test_short_boxes_tables_and_terms_with_their_definitions_stay_whole(long_page):
    pdf = long_page(
        "\n\n".join(
            f"{filler(n)}\n\n:::{{note}}\nbox{n}first\n\nbox{n}last\n:::\n\n"
            f"{filler(n * n + 3)}\n\n:::{{list-table}} table{n}caption\n:header-rows: 1\n\n"
            + "* - head\n"
            + "* - row\n" * 10
            + f"* - table{n}last\n:::\n\n"
            + f":::{{glossary}}\nterm{n}x\n  meaning{n}x\n:::\n"
            for n in range(30)
        )
    )
    for number in range(30):
        for first, last in (
            (f"box{number}first", f"box{number}last"),
            (f"table{number}caption", f"table{number}last"),
            (f"term{number}x", f"meaning{number}x"),
        ):
            assert pdf.page_with(first) == pdf.page_with(last)


def test_long_tables_keep_their_captions_and_rows_together(long_page):
    pdf = long_page(
        "\n\n".join(
            f"{filler(n)}\n\n:::{{list-table}} table{n}caption\n:header-rows: 1\n\n* - head\n"
            + "".join(f"* - row{n}of{row}first\n\n    row{n}of{row}last\n" for row in range(30))
            + ":::\n"
            for n in range(20)
        )
    )
    for number in range(20):
        assert pdf.page_with(f"table{number}caption") == pdf.page_with(f"row{number}of0first")
        for row in range(30):
            row_page = pdf.page_with(f"row{number}of{row}first")
            assert row_page == pdf.page_with(f"row{number}of{row}last")


# Adds the foot of a page as page_status does: below its last section.
ADD_FEET = """
def setup(app):
    from docutils import nodes

    def add_foot(app, doctree):
        words = nodes.paragraph("", f"{app.env.docname}foot")
        section = next(iter(doctree.findall(nodes.section)))
        section += nodes.container("", words, classes=["page-status"])

    app.connect("doctree-read", add_foot)
"""


@pytest.fixture
def project_with_feet(copy) -> Path:
    source = copy("test-pdf-documents")
    with (source / "conf.py").open("a", encoding="utf-8") as conf:
        conf.write(ADD_FEET)
    return source


def test_the_foot_of_a_page_is_not_alone_on_a_sheet(project_with_feet):
    names = [f"page{number}x" for number in range(60)]
    for number, name in enumerate(names):
        text = "\n\n".join(["Filler."] * (5 + number % 17))
        (project_with_feet / f"{name}.md").write_text(
            f"# {name}\n\n{text}\n\n## Last section\n\n- {name}one\n- {name}two\n", "utf-8"
        )
    menu = "\n".join(names)
    change(
        project_with_feet / "chapter.md", "# Chapter", f"# Chapter\n\n```{{toctree}}\n{menu}\n```"
    )
    pdf = run(project_with_feet).pdf("book")
    for name in names:
        assert pdf.page_with(f"{name}foot") == pdf.page_with(f"{name}one")


TURNED = ":::{list-table} Turned\n:class: landscape\n\n* - cell\n:::\n"


@pytest.mark.parametrize(
    "markdown",
    [
        "Words of a whole page.\n",
        f"## Turned\n\n{TURNED}",
        f"## Section\n\n### Turned\n\n{TURNED}",
    ],
)
def test_a_foot_may_follow_whatever_begins_a_sheet(project_with_feet, markdown):
    (project_with_feet / "chapter.md").write_text(f"# Chapter\n\n{markdown}", "utf-8")
    built = run(project_with_feet)
    assert built.warnings == ""
    assert "chapterfoot" in built.pdf("book").text


@pytest.mark.parametrize(
    ("markdown", "last"),
    [
        (":::{list-table} Many short rows\n:header-rows: 1\n\n* - head\n%s:::", "* - row{}x\n"),
        (":::{note}\n%s:::", "- row{}x\n"),
        (":::{list-table} A long cell\n\n* - %s\n  - x\n:::", "row{}x "),
        (":::{note}\n%s\n:::", "row{}x "),
    ],
)
def test_what_is_longer_than_a_page_goes_on_on_the_next(long_page, markdown, last):
    pdf = long_page(markdown % "".join(last.format(n) for n in range(1500)))
    assert pdf.page_with("row1499x") > pdf.page_with("row0x") >= 3
    assert outside(pdf, MARGIN) == []


# --- Lists --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        "3. third",
        "4. fourth",
        "7) seventh",
        "c. letter c",
        "(iv) roman four",
        "(v) roman five",
        "B) capital b",
    ],
)
def test_lists_keep_their_start_and_numbering(pdf, line):
    assert line in pdf.lines[pdf.page_with("A list that starts at three") - 1]


def test_several_terms_share_a_definition_and_a_term_has_several(pdf):
    assert "mesenchymal stromal cell, MSC" in pdf.text
    assert "Classified term: classifier one: classifier two" in pdf.text
    assert "First definition. Second definition." in pdf.text


# --- Notes --------------------------------------------------------------------------------


def test_notes_of_equal_name_stay_with_their_pages(pdf):
    first, second = (
        pdf.pages[pdf.page_with(f"The {x} page has a note") - 1] for x in ("first", "second")
    )
    assert "Text of the note on the first page." in first
    assert "Text of the note on the second page." in second
    assert "first page." not in second.split("The second page")[1]
    # Called twice, printed once.
    assert first.count("Text of the note") == 1
    assert "The note’s second paragraph." in second


def test_no_rule_of_the_web_page_stands_above_the_notes(corpus, pdf):
    boxes = drawings(corpus.folder / "corpus.pdf", pdf.page_with("The first page has a note"))
    # One below the running head, one above the note at the page's foot.
    assert len(boxes) == 2


# --- Pictures -----------------------------------------------------------------------------


def test_every_picture_is_there_with_its_alternative_text(pdf, corpus):
    assert pdf.pictures == [
        "A purple bar in a line",
        "A purple bar with a caption",
        "A purple bar with a legend alone",
        "A purple bar without a caption",
        "A purple bar wider than the page",
        "A purple bar that leads to the lists",
    ]
    boxes = drawn(corpus.folder / "corpus.pdf", pdf.page_with("A legend without a caption."))
    assert len(boxes) == 6


def test_pictures_have_the_widths_that_were_asked_for_and_fit_the_page(pdf, corpus):
    widths = [
        round(w) for w in drawn(corpus.folder / "corpus.pdf", pdf.page_with("Pictures Pictures"))
    ]
    inline, two_hundred_pixels, _legend, _plain, too_wide, _link = widths
    assert inline == 60  # the drawing's 80 px at 96 px an inch
    assert two_hundred_pixels == 150
    assert too_wide == round(595.28 - 2 * 2.6 * 72 / 2.54)


def drawn(path: Path, page: int) -> list[float]:
    """The widths of the pictures on a page, from top to bottom."""
    boxes = {box for box in drawings(path, page) if box[3] - box[1] > 5}
    return [right - left for left, _bottom, right, _top in sorted(boxes, key=lambda box: -box[3])]


def drawings(path: Path, page: int) -> list[tuple[float, float, float, float]]:
    """The boxes of all lines, areas and pictures on a page."""
    kinds = [raw.FPDF_PAGEOBJ_PATH, raw.FPDF_PAGEOBJ_FORM, raw.FPDF_PAGEOBJ_IMAGE]
    with pypdfium2.PdfDocument(path) as document:
        opened = document[page - 1]
        boxes = [thing.get_bounds() for thing in opened.get_objects(filter=kinds)]
        opened.close()
    return boxes


# --- Tables -------------------------------------------------------------------------------


def test_captions_have_the_numbers_that_references_print(pdf):
    assert "See Table 2 and Fig. 1." in pdf.text
    assert "Table 2. A table with a name and a stub column" in pdf.text
    assert "Fig. 1. The caption of the figure." in pdf.text
    assert pdf.link("Table 2").target == pdf.page_with("Table 2. A table with a name")


def test_a_long_table_goes_on_with_its_head_on_the_next_page(pdf):
    first, second = pdf.page_with("Row 1 "), pdf.page_with("Row 60")
    assert second == first + 1
    for number in range(1, 61):
        pdf.page_with(f"Some words to fill row number {number} ") if number < 60 else None
    assert all("Repeated head Second head" in pdf.pages[page - 1] for page in (first, second))


def test_a_wide_table_turns_its_page(pdf):
    page = pdf.page_with("Eight columns on a turned page")
    for number, (width, height) in enumerate(pdf.sizes, 1):
        turned = number in (page, pdf.page_with("Words below the first turned table."))
        assert (width > height) == turned
    assert pdf.page_with("After the turned page.") == page + 1


def test_sections_with_wide_tables_are_turned_whole_and_share_pages(pdf):
    page = pdf.page_with("Words below the first turned table.")
    for words in ("First turned table", "Second turned section", "Second turned table"):
        assert pdf.page_with(words) == page
    assert pdf.page_with("Upright text before.") == page - 1
    assert pdf.page_with("Upright text after.") == page + 1
    assert pdf.link("the first turned section").target == page


def test_spanning_cells_and_heads_are_tagged(corpus):
    with pikepdf.open(corpus.folder / "corpus.pdf") as document:
        cells = [
            element
            for element in structure(document.Root.StructTreeRoot.K)
            if element.S in ("/TD", "/TH") and "/A" in element
        ]
        spans = {
            key: int(attributes[key])
            for cell in cells
            for attributes in (cell.A if isinstance(cell.A, pikepdf.Array) else [cell.A])
            for key in ("/RowSpan", "/ColSpan")
            if key in attributes
        }
    assert spans == {"/RowSpan": 2, "/ColSpan": 2}


def structure(node: pikepdf.Object) -> Iterator[pikepdf.Object]:
    if isinstance(node, pikepdf.Array):
        for child in node:
            yield from structure(child)
    elif isinstance(node, pikepdf.Dictionary) and "/S" in node:
        yield node
        if "/K" in node:
            yield from structure(node.K)


# --- Boxes --------------------------------------------------------------------------------


def test_every_box_names_itself(pdf):
    text = pdf.text
    for title, body in {
        "In short": "• Point one.",
        "Note": "Note body.",
        "Tip": "Tip body.",
        "Important": "Important body.",
        "Warning": "Warning body.",
        "Caution": "Caution body.",
        "Attention": "Attention body.",
        "Danger": "Danger body.",
        "Error": "Error body.",
        "Hint": "Hint body.",
        "See also": "See also body.",
        "A topic": "Topic body.",
    }.items():
        assert f"{title} {body}" in text


def test_boxes_know_their_kind_and_class(rootdir, copy):
    source = copy()
    page = source / "admonitions.md"
    plain = run(source).folder.joinpath("corpus.pdf").read_bytes()
    change(page, ":class: in-short\n", "")
    without_class = run(source).folder.joinpath("corpus.pdf").read_bytes()
    assert without_class != plain


# --- Links --------------------------------------------------------------------------------


def test_links_within_the_document_lead_to_the_right_pages(pdf):
    assert pdf.link("all lists").target == pdf.page_with("A list that starts at three")
    assert pdf.link("the deep section").target == pdf.page_with("Deeper section")
    glossary = pdf.page_with("A cell with two names and one definition.")
    assert pdf.link("MSC").target == pdf.link("exosome").target == glossary
    # A target at the end of a page does not slip to the next one.
    assert pdf.link("last words").target == pdf.page_with("of this page are a target")
    assert pdf.link("the turned table").target == pdf.page_with("Eight columns on a turned page")


def test_external_links_show_where_they_lead(pdf):
    page = condensed(pdf.pages[pdf.page_with("To a page: all lists.") - 1])
    for words in (
        "a short one (example.org/brief), a long one (example.org), https://example.org/itself, ",
        "NCT01741857 (clinicaltrials.gov), doi:10.1000/182. A long address",
    ):
        assert condensed(words) in page
    assert pdf.link("a short one").target == "https://www.example.org/brief/"


@pytest.mark.parametrize(
    ("uri", "text", "shown"),
    [
        ("https://www.fda.gov/safety/medwatch/", "Report it", "fda.gov/safety/medwatch"),
        ("https://www.fda.gov/" + "long/" * 20, "Report it", "fda.gov"),
        ("https://www.fda.gov/", "www.fda.gov", None),
        ("https://www.fda.gov/x", "https://www.fda.gov/x", None),
        ("mailto:help@example.org", "write to us", "help@example.org"),
        ("mailto:help@example.org", "help@example.org", None),
        ("https://pubmed.ncbi.nlm.nih.gov/29456843/", "PubMed 29456843", None),
        ("https://doi.org/10.1000/182", "doi:10.1000/182", None),
        ("https://doi.org/10.1000/182", "the paper", "doi.org/10.1000/182"),
        ("https://clinicaltrials.gov/study/NCT01741857", "NCT01741857", "clinicaltrials.gov"),
    ],
)
def test_an_address_is_shown_unless_the_text_says_it(uri, text, shown):
    assert readable_address(uri, text) == shown


def test_what_is_not_in_the_document_is_linked_on_the_web_site(pdf, documents):
    site = "https://handbook.example/en/"
    assert pdf.link("the web page").target == f"{site}web-only.html"
    assert pdf.link("the drawing").target.startswith(f"{site}_downloads/")
    assert documents.pdf("book").link("the leaflet").target == f"{site}leaflet.html"
    leaflet = documents.pdf("leaflet")
    assert leaflet.link("the chapter").target == f"{site}chapter.html"


# --- Several documents and citations --------------------------------------------------------


def test_without_the_list_a_citation_is_a_short_numbered_note(documents, long_page):
    assert "study [1]." in documents.pdf("leaflet").text
    assert documents.pdf("leaflet").text.endswith("Sources: [1] Wang et al. 2018. Page 3 of 3")
    pdf = long_page(
        "As {cite:t}`li2019` found (in one study), and others {cite:p}`wang2018,li2019`.\n\n"
        "With words around {cite:p}`{see}wang2018{table 2}`.\n\n---\n\n"
        "Again {cite:p}`wang2018`, and last {cite:p}`fda2020`.\n"
    )
    before, after = pdf.text.split("Long As ")[1].split("Again ")
    assert before.startswith("Li and Sun [1] found (in one study), and others [1; 2].")
    assert "With words around [see 2, table 2]." in before
    # Each part between rules has its own notes.
    assert "Sources: [1] Li and Sun 2019; [2] Wang et al. 2018." in before
    assert after.startswith("[2], and last [3].")
    assert "Sources: [2] Wang et al. 2018; [3] FDA 2020." in after
    # The place of the list is said nowhere: a note is no link.
    assert "handbook.example" not in pdf.text


def test_no_line_begins_with_the_number_of_a_note(long_page):
    pdf = long_page("\n\n".join(f"{'x' * n} word {{cite:p}}`wang2018`." for n in range(1, 160)))
    assert not [line for lines in pdf.lines for line in lines if line.startswith("[1].")]


def test_each_document_has_its_own_pages_and_titles(documents):
    assert sorted(path.name for path in documents.folder.iterdir()) == [
        "book.pdf",
        "excerpt.pdf",
        "leaflet.pdf",
    ]
    book, excerpt, leaflet = map(documents.pdf, ("book", "excerpt", "leaflet"))
    assert [bookmark.title for bookmark in book.bookmarks] == [
        "Contents",
        "Opening",
        "Chapter",
        "References",
    ]
    assert [bookmark.title for bookmark in excerpt.bookmarks] == [
        "Contents",
        "Chapter",
        "References",
    ]
    assert [bookmark.title for bookmark in leaflet.bookmarks] == ["Contents", "Leaflet"]
    assert excerpt.information["Title"] == "An excerpt"


@pytest.mark.parametrize("name", ["book", "excerpt"])
def test_citations_lead_to_the_list_in_text_captions_and_cells(documents, name):
    document = documents.pdf(name)
    references = document.page_with("A long-term follow-up study.")
    assert {link.target for link in document.links if link.words == "Wang et al. 2018"} == {
        references
    }
    assert {link.target for link in document.links if link.words.startswith("Li and Sun")} == {
        references
    }
    assert "A caption that cites (Li and Sun 2019)" in document.text
    # Each document prints each entry once.
    assert document.text.count("A long-term follow-up study.") == 1
    assert "Study of Wang et al. (2018)" in document.text


def test_entries_of_the_list_hang_below_their_first_line(documents):
    book = documents.pdf("book")
    # The second line of the entry with the long address begins with this word.
    word = "consumers"
    glyphs = book.glyphs[book.page_with("A long-term follow-up study.") - 1]
    text = "".join(glyph.character for glyph in glyphs)
    second_line = glyphs[text.index(word)].left
    first_line = glyphs[text.index("Food")].left
    assert 10 < second_line - first_line < 16


def test_a_chapter_s_title_may_hold_a_link_though_each_page_repeats_it(copy):
    source = copy()
    change(source / "lists.md", "# Lists", "# Lists and [tables](tables.md)")
    built = run(source)
    assert built.warnings == ""
    linked = {link.target for link in built.pdf().links if link.words == "tables"}
    assert linked == {built.pdf().page_with("A pipe table:")}


def test_a_table_s_head_may_cite_though_it_is_repeated(copy):
    source = copy("test-pdf-documents")
    rows = "".join(f"* - Row {number}\n  - 1\n" for number in range(80))
    change(source / "chapter.md", "* - {cite:t}`li2019`\n  - 18\n", rows)
    built = run(source)
    assert built.warnings == ""
    assert built.pdf("book").text.count("Study of Wang et al. (2018)") > 1


# --- Accessible ---------------------------------------------------------------------------


def test_the_pdf_is_tagged_and_says_so(pdf):
    assert pdf.is_tagged
    assert pdf.xmp["part"] == "1"  # pdfuaid:part
    assert pdf.language == "en-GB"
    assert pdf.information["Title"] == pdf.xmp["title"] == "Corpus of features"
    assert pdf.information["Author"] == "The testers"
    assert pdf.information["Keywords"] == "lupus, tests"


def test_structure_names_what_things_are(pdf):
    roles = "Title H1 H2 H3 H4 P L LI Lbl LBody Table TH TD Caption Figure Note BlockQuote Link TOC"
    for role in roles.split():
        assert role in pdf.roles, role
    # Equal names on two pages, one called twice, and a third.
    assert pdf.roles.count("Note") == 3


# --- The same input, the same bytes -----------------------------------------------------------


def test_two_folders_and_numbers_of_jobs_give_the_same_bytes(copy):
    one = run(copy(to="one"), parallel=1)
    two = run(copy(to="a longer name/two"), parallel=2)
    assert (one.folder / "corpus.pdf").read_bytes() == (two.folder / "corpus.pdf").read_bytes()


def test_a_template_without_a_date_of_its_own_gets_the_given_one(tmp_path):
    assert page_of_typst(tmp_path, "Words").information["CreationDate"].startswith("D:19700101")


def files(*folders: Path) -> dict[Path, int]:
    return {
        path: path.stat().st_mtime_ns for folder in folders for path in (folder, *folder.rglob("*"))
    }


def test_a_second_build_writes_nothing(copy):
    source = copy("test-pdf-documents")
    first = run(source)
    before = files(first.folder, Path(first.app.doctreedir))
    second = run(source)
    assert files(second.folder, Path(second.app.doctreedir)) == before


def test_the_output_folder_holds_the_pdf_alone(corpus):
    assert [path.name for path in corpus.folder.rglob("*")] == ["corpus.pdf"]


@pytest.mark.parametrize(
    "changed", ["page", "picture", "template", "metadata", "date", "deleted", "damaged"]
)
def test_what_goes_into_the_pdf_makes_it_out_of_date(copy, changed, project, monkeypatch):
    source = copy()
    templates = Path(shutil.copytree(project / "docs" / "_typst", source / "_typst"))
    options = {"confoverrides": {"typst_templates_path": ["_typst"]}}
    first = run(source, **options)
    file = first.folder / "corpus.pdf"
    before = file.read_bytes()
    match changed:
        case "page":
            change(source / "lists.md", "apples", "oranges")
        case "picture":
            change(source / "drawing.svg", "#5b2a86", "#000000")
        case "template":
            change(templates / "common.typ", "#5b2a86", "#000000")
        case "metadata":
            change(source / "conf.py", "One page for each feature", "Another subtitle")
        case "date":
            monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")
        case "deleted":
            file.unlink()
        case "damaged":
            file.write_bytes(b"damaged")
    run(source, **options)
    rebuilt = file.read_bytes()
    assert rebuilt.startswith(b"%PDF-")
    assert (rebuilt == before) == (changed in ("deleted", "damaged"))


def test_templates_fetch_nothing(project):
    for template in (project / "docs" / "_typst").rglob("*.typ"):
        assert "@preview" not in template.read_text(encoding="utf-8")


# --- Nothing wrong gets through quietly -------------------------------------------------------


@pytest.mark.parametrize(
    ("markdown", "message"),
    [
        (
            "A formula\n\n$$x^2$$\n",
            "lists.md:5: WARNING: the PDF cannot show LaTeX mathematics (x^2)",
        ),
        (
            "A formula {math}`x^2`.\n",
            "lists.md:3: WARNING: the PDF cannot show LaTeX mathematics (x^2)",
        ),
        ("Some <b>bold</b>.\n", "lists.md:3: WARNING: the PDF cannot show raw HTML (<b>)"),
        (
            "<div>block</div>\n",
            "lists.md:3: WARNING: the PDF cannot show raw HTML (<div>block</div>)",
        ),
        (
            "![](drawing.svg)\n",
            "lists.md:3: WARNING: the image drawing.svg has no alternative text",
        ),
        (
            "![Words](https://www.example.org/picture.png)\n",
            "lists.md:3: WARNING: the image https://www.example.org/picture.png is not a local",
        ),
        (
            ":::{image} drawing.svg\n:alt: Words\n:width: 3vw\n:::\n",
            "lists.md:3: WARNING: the PDF does not know the width '3vw'",
        ),
        ("First line.\n\nA 中 character.\n", 'lists.md:5: ERROR: PDF/UA-1 error: the text `"中"`'),
        (
            ":::{note}\n```{eval-rst}\n.. py:function:: f(x)\n```\n:::\n",
            "lists.md: ERROR: unknown variable: desc",
        ),
    ],
)
def test_what_the_pdf_cannot_show_is_said_with_file_and_line(copy, markdown, message):
    source = copy()
    change(source / "conf.py", '"deflist"', '"deflist", "dollarmath"')
    (source / "lists.md").write_text(f"# Lists\n\n{markdown}", encoding="utf-8")
    built = run(source)
    assert message in built.warnings


def test_remote_images_are_not_fetched(copy, monkeypatch):
    asked_for = []
    monkeypatch.setattr("sphinx.util.requests.get", lambda uri, **_: asked_for.append(uri))
    source = copy()
    (source / "lists.md").write_text(
        "# Lists\n\n![Words](https://www.example.org/picture.png)\n", encoding="utf-8"
    )
    run(source)
    assert asked_for == []


def test_a_comment_in_html_is_no_html(copy):
    source = copy()
    (source / "lists.md").write_text("# Lists\n\n<!-- a comment -->\n\nText.\n", encoding="utf-8")
    assert run(source).warnings == ""


@pytest.mark.parametrize("markdown", ["![](drawing.svg)\n", "A 中 character.\n"])
def test_a_refused_document_fails_and_leaves_no_old_pdf(copy, markdown):
    source = copy()
    first = run(source)
    assert (first.folder / "corpus.pdf").is_file()
    (source / "lists.md").write_text(f"# Lists\n\n{markdown}", encoding="utf-8")
    second = run(source)
    assert second.app.statuscode == 1
    assert not (second.folder / "corpus.pdf").exists()


def test_typst_s_warnings_are_sphinx_s_each_time(copy, project):
    source = copy()
    templates = Path(shutil.copytree(project / "docs" / "_typst", source / "_typst"))
    change(templates / "common.typ", '"Libertinus Serif"', '("No Such Font", "Libertinus Serif")')
    for _ in range(2):
        built = run(source, confoverrides={"typst_templates_path": ["_typst"]})
        assert "WARNING: unknown font family: no such font" in built.warnings
        assert "templates/common.typ" in built.warnings


def test_a_warning_before_an_error_does_not_hide_its_page(copy):
    source = copy()
    with (source / "index.md").open("a", encoding="utf-8") as page:
        page.write('\n```{raw} typst\n#text(font: "No Such Font")[x]\n```\n')
    (source / "lists.md").write_text("# Lists\n\n中\n", encoding="utf-8")
    warnings = run(source).warnings
    assert "lists.md:3: ERROR: PDF/UA-1 error: the text" in warnings
    assert "no such font" not in warnings


def test_a_diagnostic_shows_no_endless_lines(copy):
    source = copy()
    (source / "lists.md").write_text(f"# Lists\n\n中 {'long ' * 1000}\n", encoding="utf-8")
    warnings = run(source).warnings
    assert "lists.md:3: ERROR: PDF/UA-1 error: the text" in warnings
    assert max(map(len, warnings.split("\n"))) < 400


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            '"title": "A leaflet"',
            '"titel": "A leaflet"',
            r"an entry of typst_documents misses \['title'\]",
        ),
        (
            '"title": "A leaflet"',
            '"title": "A", "x": 1',
            r"an entry of typst_documents has \['x'\]",
        ),
        (
            '"startdocname": "leaflet"',
            '"startdocname": "leflet"',
            "the page 'leflet', which does not exist",
        ),
        (
            '"appendices": ["references"]',
            '"appendices": ["refs"]',
            "the page 'refs', which does not exist",
        ),
        (
            "typst_documents",
            'typst_template = "nobook"\ntypst_documents',
            "no PDF template nobook.typ",
        ),
    ],
)
def test_wrong_settings_say_what_is_wrong(copy, old, new, message):
    from sphinx.errors import ConfigError

    source = copy("test-pdf-documents")
    change(source / "conf.py", old, new)
    with pytest.raises(ConfigError, match=message):
        run(source)


def test_a_link_out_of_the_pdf_needs_the_site_s_address(copy):
    source = copy()
    change(source / "conf.py", 'html_baseurl = "https://handbook.example/en/"', "")
    assert (
        "links.md:9: WARNING: this link leads to web-only.html, which is not in the PDF; set html"
        in run(source).warnings
    )
