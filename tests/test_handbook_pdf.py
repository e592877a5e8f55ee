"""The handbook's PDF, as `make` builds it: whole, tagged, and readable on every page."""

import re

import pytest
import yaml
from pdf_reading import Spoken, outside, overprinted, read_aloud
from pybtex.database import parse_file

MARGIN = 20  # points that printers need free at each edge


@pytest.fixture(scope="module")
def titles(handbook) -> list[str]:
    """The titles of all pages, in the order of the menu."""

    def below(page: str) -> list[str]:
        path = handbook.path / "docs" / f"{page}.md"
        source = path.read_text(encoding="utf-8")
        title = re.search(r"^# (.+)", source, re.MULTILINE)[1]
        entries = re.findall(r":::\{toctree\}\n(.*?)\n:::", source, re.DOTALL)
        names = [line for block in entries for line in block.split("\n")]
        pages = [name for name in names if name and not name.startswith(":")]
        found = [title]
        for name in pages:
            child = (path.parent / name).relative_to(handbook.path / "docs").as_posix()
            found += below(child) if "*" not in name else []
        return found

    return ["Start here", *below("index")[1:]]


def test_it_is_tagged_and_says_that_it_is_accessible(handbook_pdf):
    assert handbook_pdf.is_tagged
    assert handbook_pdf.xmp["part"] == "1"
    assert handbook_pdf.language == "en-GB"
    assert handbook_pdf.information["Title"] == "Lupus, Stem Cells and Exosomes"


def test_title_date_and_version_are_on_the_cover(handbook, handbook_pdf):
    citation = yaml.safe_load((handbook.path / "CITATION.cff").read_text())
    cover = handbook_pdf.pages[0]
    assert "Lupus, Stem Cells and Exosomes" in cover
    assert f"Version {citation['version']}" in cover
    assert re.search(r"\d{1,2} \w+ 20\d\d", cover)
    assert "not medical advice" in cover
    assert "Do not stop or change your lupus medicines" in cover


def test_every_page_of_the_menu_has_a_bookmark_in_that_order(handbook_pdf, titles):
    bookmarks = iter(bookmark.title for bookmark in handbook_pdf.bookmarks)
    for title in titles:
        assert title in bookmarks, f"no bookmark {title!r}, or it comes too early"


def test_contents_give_the_page_on_which_each_chapter_begins(handbook_pdf):
    chapters = [bookmark for bookmark in handbook_pdf.bookmarks if bookmark.level == 1]
    start = next(bookmark.page for bookmark in chapters if bookmark.title == "Start here")
    contents = " ".join(handbook_pdf.pages[1 : start - 1])
    for chapter in chapters:
        if chapter.page >= start:
            assert re.search(rf"{re.escape(chapter.title)}[ .]*{chapter.page}\b", contents), chapter


def test_pages_are_numbered(handbook_pdf):
    total = len(handbook_pdf.pages)
    for number, page in enumerate(handbook_pdf.pages[1:], 2):
        assert f"Page {number} of {total}" in page


def test_nothing_overlaps_and_nothing_leaves_the_page(handbook_pdf):
    assert overprinted(handbook_pdf) == []
    assert outside(handbook_pdf, MARGIN) == []


def test_every_picture_is_described(handbook_pdf):
    assert all(handbook_pdf.pictures)


def test_no_markup_is_left_over(handbook_pdf):
    # ClinicalTrials.gov's search strings are no links: AREA[InterventionSearch](...).
    text = re.sub(r"AREA\[\w+\]\(", "", handbook_pdf.text)
    # The example of a report is Markdown.
    text = re.sub(r"registry \*\*[^*]+\*\*", "", text)
    for left in ("{term}", "](", "**", "%glossary"):
        assert left not in text, left


def test_citations_lead_to_the_list_and_the_list_to_the_papers(handbook, handbook_pdf):
    references = [b.page for b in handbook_pdf.bookmarks if b.title == "References"][-1]
    # Generated tables name a study in the same words and lead to its own page.
    targets = {
        link.target
        for link in handbook_pdf.links
        if link.words == "Deng et al. 2017" and isinstance(link.target, int)
    }
    assert len([target for target in targets if target >= references]) == 1
    addresses = {link.target.lower() for link in handbook_pdf.links if isinstance(link.target, str)}
    bibliography = parse_file(str(handbook.path / "docs" / "refs.bib"))
    for key, entry in bibliography.entries.items():
        if "doi" in entry.fields:
            assert f"https://doi.org/{entry.fields['doi']}".lower() in addresses, key


def test_the_list_of_sources_is_one_list_in_one_place(handbook, handbook_pdf):
    """The parts follow each other, and nothing that is only about a page stands between them."""
    bookmarks = [b for b in handbook_pdf.bookmarks if b.title.startswith("Sources, ")]
    assert [b.title for b in bookmarks] == sorted(b.title for b in bookmarks)
    assert len(bookmarks) > 1
    pages = handbook_pdf.pages[bookmarks[0].page : bookmarks[-1].page]
    assert not [page for page in pages if "Reviewed by:" in page]


# -- Read aloud: the order of the structure tree -----------------------------------------------


@pytest.fixture(scope="module")
def aloud(handbook) -> tuple[list[Spoken], set[str]]:
    return read_aloud(handbook.pdf)


TABLE = ("Table", "TH")


def letters(words: str) -> str:
    """Words without spaces, hyphens and other signs, which differ at the ends of lines."""
    return "".join(character for character in words if character.isalnum())


def test_headings_are_read_in_the_order_of_the_bookmarks(aloud, handbook_pdf):
    spoken, _left_out = aloud
    headings = [one.words for one in spoken if re.fullmatch(r"H\d", one.role)]
    bookmarks = [bookmark.title for bookmark in handbook_pdf.bookmarks]
    assert [letters(words) for words in headings] == [letters(words) for words in bookmarks]


def test_nothing_is_read_before_what_stands_on_an_earlier_page(aloud):
    spoken, _left_out = aloud
    # What stands in a table's row may go on overleaf beside what began before it.
    roles = {"H1", "H2", "H3", "H4", "TR"}
    pages = [one.page for one in spoken if one.role in roles and one.words]
    assert pages == sorted(pages)


def test_paragraphs_are_read_in_the_order_of_the_page(aloud, handbook):
    spoken, _left_out = aloud
    source = (handbook.path / "docs" / "lupus" / "flares.md").read_text(encoding="utf-8")
    openings = [
        letters(line)[:40] for line in source.split("\n") if re.match(r"[A-Z][\w ,;]{60}", line)
    ]
    assert len(openings) >= 5
    heard = "".join(letters(one.words) for one in spoken if one.role == "P")
    places = [heard.find(opening) for opening in openings]
    assert -1 not in places
    assert places == sorted(places)


def test_tables_are_read_with_the_headers_of_their_columns(aloud, handbook):
    """Names at the beginning of rows are headers on the web site alone: Typst cannot mark them."""
    spoken, _left_out = aloud
    roles = "".join("T" if one.role == "Table" else "h" for one in spoken if one.role in TABLE)
    site = "".join(path.read_text(encoding="utf-8") for path in handbook.html.rglob("*.html"))
    assert roles.count("T") == site.count("<table")
    assert len(re.findall("Th+", roles)) == site.count("<thead")


def test_only_the_running_line_is_left_out(aloud):
    _spoken, left_out = aloud
    for words in left_out - {""}:
        assert re.fullmatch(r"Lupus, Stem Cells and Exosomes .* ?Page \d+ of \d+", words), words
