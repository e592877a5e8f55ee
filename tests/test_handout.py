"""The handout for an appointment: two pages on either paper, legible, complete and linked."""

import re
from dataclasses import dataclass
from math import hypot
from pathlib import Path

import numpy as np
import pypdfium2
import pypdfium2.raw as raw
import pytest
import yaml
import zxingcpp
from conftest import EPOCH
from pdf_reading import Pdf, outside, overprinted, read_aloud, read_pdf

from tools.readability.pages import ARTICLE, HANDOUT, blocks, readings

SIZES = {"a4": (595.28, 841.89), "letter": (612, 792)}  # points
SMALLEST = 12  # points; and the highest grade to aim at
AIM = 6
# Printers leave about this much blank.
MARGIN = 28  # points, a centimetre
ADDRESS = "lupus-evidence-handbook.readthedocs.io/en/latest"


@dataclass(frozen=True)
class Handout:
    path: Path
    pdf: Pdf
    size: tuple[float, float]


@pytest.fixture(scope="module", params=SIZES)
def handout(handbook, request) -> Handout:
    path = handbook.pdf.with_name(f"handout-{request.param}.pdf")
    return Handout(path, read_pdf(path), SIZES[request.param])


def condensed(text: str) -> str:
    return re.sub(r"\s", "", text)


# --- Paper ------------------------------------------------------------------------------------


def test_it_has_two_pages_of_its_paper(handout):
    assert len(handout.pdf.pages) == 2
    assert handout.pdf.sizes == [pytest.approx(handout.size, abs=0.1)] * 2


def test_nothing_is_set_smaller_than_12_points(handout):
    sizes = set()
    with pypdfium2.PdfDocument(handout.path) as document:
        for page in document:
            text = page.get_textpage()
            matrix = raw.FS_MATRIX()
            for index in range(text.count_chars()):
                if raw.FPDFText_IsGenerated(text, index):
                    continue  # the ends of lines
                raw.FPDFText_GetMatrix(text, index, matrix)
                scale = hypot(matrix.c, matrix.d)
                sizes.add(round(raw.FPDFText_GetFontSize(text, index) * scale, 1))
            text.close()
            page.close()
    assert min(sizes) >= SMALLEST, sorted(sizes)


def test_nothing_overlaps_and_nothing_comes_near_the_edge(handout):
    assert overprinted(handout.pdf) == []
    assert outside(handout.pdf, MARGIN) == []


def drawn(path: Path, page: int) -> np.ndarray:
    """The page as pixels, 200 to an inch."""
    with pypdfium2.PdfDocument(path) as document:
        opened = document[page]
        pixels = opened.render(scale=200 / 72).to_numpy().copy()
        opened.close()
    return pixels


def test_it_is_printed_without_colour(handout):
    for page in range(2):
        pixels = drawn(handout.path, page).astype(int)
        assert np.ptp(pixels[:, :, :3], axis=2).max() == 0


def test_each_question_leaves_room_to_write(handout):
    """A line as wide as the text, well below each question and above the next."""
    height, width = handout.size[1], handout.size[0]
    page = handout.pdf.lines[1]
    questions = [line for line in page if re.match(r"\d\. .*\?$", line)]
    assert len(questions) == 8
    with pypdfium2.PdfDocument(handout.path) as document:
        opened = document[1]
        boxes = [each.get_bounds() for each in opened.get_objects([raw.FPDF_PAGEOBJ_PATH])]
        opened.close()
    lines = [box for box in boxes if box[2] - box[0] > 0.7 * width and box[3] - box[1] < 3]
    assert len(lines) >= 8
    tops = sorted(height - box[1] for box in lines)[:8]
    assert all(after - before > 30 for before, after in zip(tops, tops[1:], strict=False))


# --- Accessible -------------------------------------------------------------------------------


def test_it_is_tagged_and_says_that_it_is_accessible(handout):
    assert handout.pdf.is_tagged
    assert handout.pdf.xmp["part"] == "1"
    assert handout.pdf.language == "en-GB"
    assert "appointment" in handout.pdf.information["Title"]
    for role in ["H1", "H2", "P", "L", "LI", "Table", "TH", "TD", "Caption", "Figure"]:
        assert role in handout.pdf.roles, role
    assert handout.pdf.pictures == [f"QR code that leads to the whole handbook: {ADDRESS}"]


# --- What it says -----------------------------------------------------------------------------


def test_it_opens_with_the_warning(handout):
    title, warning, *_rest = handout.pdf.lines[0]
    assert title == "Stem cells or exosomes for lupus? For your appointment"
    assert warning == "Do not stop or change your lupus medicines on your own"


def assert_says_what_the_page_says(words: str, site: Path) -> None:
    """The words hold each block of the handout's page, in its order, among other things."""
    printed = condensed(re.sub(r"\[[\d;\s]+\]", "", words))
    place = 0
    said = blocks(site / HANDOUT, ARTICLE)
    assert len(said) > 40
    for block in said:
        words = condensed(block)
        if words == condensed("Yellow Card"):
            continue
        words = words.replace("YellowCard,", "YellowCard(yellowcard.mhra.gov.uk),")
        found = printed.find(words, place)
        assert found >= 0, block
        place = found + len(words)


def test_it_says_what_the_page_says_in_the_same_order(handout, handbook):
    assert_says_what_the_page_says(handout.pdf.text, handbook.html)


def test_it_is_read_aloud_in_the_same_order(handout, handbook):
    (document, *parts), left_out = read_aloud(handout.path)
    assert_says_what_the_page_says(document.words, handbook.html)
    assert left_out <= {""}
    assert [part.page for part in parts] == sorted(part.page for part in parts)
    # What the PDF alone has comes last on its page, each a paragraph of its own.
    spoken = [(part.page, part.words.split()[0]) for part in parts if part.role == "P"]
    for page in (1, 2):
        assert max(place for place, (of, _word) in enumerate(spoken) if of == page) == (
            spoken.index((page, "Sources:"))
        )
    assert (2, "Version") in spoken


def test_its_figures_come_from_the_records(handbook, handout):
    source = (handbook.path / "docs" / "handout.md").read_text(encoding="utf-8").split("---", 2)[2]
    typed = re.sub(r"\{[\w:-]+\}`[^`]*`|^:[\w-]+:.*$|^\d\. ", "", source, flags=re.MULTILINE)
    assert not re.search(r"\d", typed)
    record = (handbook.path / "docs/evidence/studies/deng2017.md").read_text(encoding="utf-8")
    study = yaml.safe_load(record.split("---", 2)[1])["study"]
    (remission,) = (result for result in study["results"] if result["id"] == "remission")
    for arm in remission["arms"].values():
        assert f"{arm['events']} of {arm['n']}" in handout.pdf.pages[0]
    assert f"It had {study['numbers']['enrolled']} people" in handout.pdf.pages[0]


def test_certainty_is_in_the_words_of_grade(handout):
    page = handout.pdf.pages[0]
    assert page.count("Certainty (GRADE): very low.") == 1
    assert page.count("Certainty (GRADE): no evidence.") == 1


def test_each_page_explains_its_own_numbers(handout):
    seen = 0
    for page in handout.pdf.pages:
        text, _, notes = page.partition("Sources: ")
        called = {int(n) for marks in re.findall(r"\[([\d; ]+)\]", text) for n in marks.split(";")}
        explained = {int(n) for n in re.findall(r"\[(\d+)\] \w", notes)}
        assert called == explained
        seen += len(called)
    assert seen > 15
    assert "[2] Deng et al. 2017;" in handout.pdf.pages[0]


def test_it_names_version_day_and_reviewers(handout, handbook):
    citation = yaml.safe_load((handbook.path / "CITATION.cff").read_text())
    page = handout.pdf.pages[1]
    assert f"Version {citation['version']}, 22 November 2026." in page
    assert EPOCH == "1795305600"  # that day
    assert "Reviewed by: nobody outside the project yet" in page
    assert "How to offer" not in page


# --- The way to the handbook ------------------------------------------------------------------


def test_the_qr_code_can_be_read_from_the_printed_page(handout):
    (found,) = zxingcpp.read_barcodes(drawn(handout.path, 1))
    assert found.format == zxingcpp.BarcodeFormat.QRCode
    assert found.text == f"https://{ADDRESS}/"


def test_its_address_stands_once_in_words_and_no_other_link_prints_it(handout):
    assert handout.pdf.text.count("readthedocs.io") == 1
    assert ADDRESS in handout.pdf.pages[1]


def test_every_page_of_the_site_leads_to_it(handbook):
    for page in handbook.html.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        if "sidebar-tree" in text:  # signposts of moved pages have no menu
            for name in SIZES:
                assert re.search(rf'href="[^"]*handout-{name}\.pdf"', text), page
    for name in SIZES:
        file = f"handout-{name}.pdf"
        assert (handbook.html / file).read_bytes() == handbook.pdf.with_name(file).read_bytes()


def test_the_handbook_s_pdf_holds_its_text(handbook_pdf):
    page = handbook_pdf.page_with("Eight questions to ask 1. What good could it do")
    titles = [mark.title for mark in handbook_pdf.bookmarks if page - 2 <= mark.page <= page]
    assert "Stem cells or exosomes for lupus? For your appointment" in titles


def test_a_child_of_eleven_can_read_it(handbook):
    (grade,) = (each.count.grade for each in readings(handbook.html) if each.page == HANDOUT)
    assert grade <= AIM
