"""`{handbook-address}`: the way from paper to the web site, as a QR code and in words."""

from pathlib import Path

import pypdfium2
import pytest
import zxingcpp
from building import build_project

CONF = """
extensions = ["myst_parser", "handbook_address", "typst_pdf"]
myst_enable_extensions = ["colon_fence"]
html_baseurl = {address!r}
typst_template = "handbook"
typst_templates_path = [{templates!r}]
typst_documents = [{{"startdocname": "index", "targetname": "paper", "title": "Paper"}}]
"""
PAGE = "# Paper\n\n:::{handbook-address}\nAll *of it*:\n:::\n"


@pytest.fixture
def build(tmp_path, project):
    """Builds a page with the directive, for an address, and says what was warned about."""
    source = tmp_path / "source"
    source.mkdir()
    (source / "index.md").write_text(PAGE, encoding="utf-8")

    def run(address: str, builder: str = "typstpdf") -> tuple[Path, str]:
        templates = str(project / "docs" / "_typst")
        conf = CONF.format(address=address, templates=templates)
        (source / "conf.py").write_text(conf, encoding="utf-8")
        app, warnings = build_project(source, builder)
        return Path(app.outdir), warnings

    return run


def read(pdf: Path) -> tuple[str, str]:
    """What the last page of a PDF says in words and what its QR code says."""
    with pypdfium2.PdfDocument(pdf) as document:
        page = document[len(document) - 1]
        (code,) = zxingcpp.read_barcodes(page.render(scale=3).to_numpy())
        words = page.get_textpage().get_text_range()
        page.close()
    return " ".join(words.split()), code.text


def test_code_and_words_lead_to_the_address_also_after_it_changed(build):
    for address in ("https://www.example.org/en/", "https://example.org/es/"):
        folder, warnings = build(address)
        assert warnings == ""
        words, code = read(folder / "paper.pdf")
        assert code == address
        assert f"All of it: {address.split('//')[1].removeprefix('www.').rstrip('/')}" in words


def test_the_web_page_shows_a_described_picture_from_the_site_itself(build):
    folder, warnings = build("https://example.org/en/", "html")
    assert warnings == ""
    page = (folder / "index.html").read_text(encoding="utf-8")
    assert 'alt="QR code that leads to the whole handbook: example.org/en"' in page
    assert 'src="_images/' in page
    (picture,) = (folder / "_images").iterdir()
    assert picture.read_bytes().startswith(b"<svg")


def test_without_an_address_the_page_says_what_is_missing(build):
    _folder, warnings = build("")
    assert "index.md:3: WARNING: {handbook-address}: set html_baseurl in conf.py" in warnings
