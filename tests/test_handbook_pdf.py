"""The handbook's PDF, as `make` builds it: whole, tagged, and readable on every page."""

import re

import pytest
import yaml
from pdf_reading import outside, overprinted
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
    for left in ("{term}", "](", "**", "%glossary"):
        assert left not in handbook_pdf.text, left


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
