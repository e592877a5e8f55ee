"""`{icon-array}`: people as circles, from the record, with words that keep it from being an answer."""

import re
import shutil
from pathlib import Path

import pytest
from pdf_reading import read_pdf
from test_evidence_domain import Built, build, change

ARRAY = ":::{{icon-array}} {}\n:title: A picture of people\n:::\n\n"
SHOWN = ("deng2017:remission", "gu2014:remission", "tselios2021:sri-4", "deng2017:share")
PAGE = "# People\n\n" + "".join(map(ARRAY.format, SHOWN))


@pytest.fixture(scope="module")
def source(tmp_path_factory, rootdir: Path) -> Path:
    folder = tmp_path_factory.mktemp("icons") / "source"
    shutil.copytree(rootdir / "test-evidence-plots", folder)
    front = (folder / "others.md").read_text(encoding="utf-8").split("# ", 1)[0]
    (folder / "others.md").write_text(front + PAGE, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def web(source) -> Built:
    found = build(source)
    assert found.warnings == []
    return found


def pictures(web: Built) -> list[tuple[str, str]]:
    """Alternative text and SVG of each picture of the page."""
    images = re.findall(r'<img alt="([^"]+)" src="([^"]+)"', web.html("others"))
    return [(alt, (web.folder / src).read_text(encoding="utf-8")) for alt, src in images]


def circles(svg: str) -> list[tuple[int, str]]:
    """How many circles each stroke of the drawing has, and what they are filled with."""
    groups = re.findall(r'<g id="line2d_\d+">(.*?)</g>\s*</g>', svg, re.DOTALL)
    return [
        (group.count("<use "), re.search(r'<use [^>]*style="fill: (#\w+)', group)[1])
        for group in groups
    ]


INK, WHITE = "#1a1a1a", "#ffffff"


def test_each_person_is_a_circle_with_each_group_s_own_number(web):
    (_alt, svg), *_rest = pictures(web)
    # Nine and three, five and one, and the two of the legend.
    assert circles(svg) == [(9, INK), (3, WHITE), (5, INK), (1, WHITE), (1, INK), (1, WHITE)]
    for words in ("Cord cells", "9 of 12", "Placebo", "5 of 6", "Any remission"):
        assert f">{words}<" in svg
    # Pictures are copied without what is below them.
    assert ">Too few people to tell which is better.<" in svg
    assert "%" not in re.sub(r"<style.*?</style>", "", svg, flags=re.DOTALL)


def test_shares_without_a_count_are_shown_of_a_hundred(web):
    _trial, (_alt, series), (_alt, pooled), (_alt, percent) = pictures(web)
    assert circles(series)[:2] == [(49, INK), (32, WHITE)]
    assert circles(pooled)[:2] == [(40, INK), (60, WHITE)]
    assert circles(percent)[:4] == [(75, INK), (25, WHITE), (83, INK), (17, WHITE)]


def test_the_figures_and_what_they_leave_open_are_said_in_words(web):
    text = web.text("others")
    assert (
        "In words: 9 of 12 (75%) with cord cells and 5 of 6 (83%) with placebo (Deng 2017)."
    ) in text
    # Newcombe's interval, as on the study's page: 40 fewer to 34 more.
    assert (
        "Too few people to tell which is better. Of every hundred, anything from 40 fewer to 34 more with this "
        "treatment fits these figures"
    ) in text
    assert text.count("There is no group to compare with") == 2


def test_a_clear_difference_is_said_with_its_interval(source, tmp_path):
    folder = Path(shutil.copytree(source, tmp_path / "source"))
    change(folder / "others.md", "deng2017:remission", "deng2017:cheered")
    text = build(folder).text("others")
    assert "Of every hundred about 83 more with this treatment; from 37 to 97 fits these" in text


def test_the_alternative_text_tells_it_all(web):
    (alt, _svg), *_rest = pictures(web)
    assert alt.startswith(
        "People as circles, filled for: Any remission. Cord cells: 9 of 12; Placebo: 5 of 6. "
        "Too few people to tell which is better. Of every hundred, anything from 40 fewer to 34"
    )


def test_the_pdf_shows_it_too(source):
    built = build(source, "typstpdf")
    assert built.warnings == []
    pdf = read_pdf(built.folder / "evidence.pdf")
    assert len([words for words in pdf.pictures if "People as circles" in words]) == len(SHOWN)


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (ARRAY.format("deng2016:remission"), "unknown study 'deng2016'"),
        (ARRAY.format("deng2017:remision"), "no result 'remision'"),
        (ARRAY.format("deng2017:albumin"), "'albumin' does not count people"),
        (":::{icon-array} deng2017:remission\n:::\n", "say in ':title:' what the picture shows"),
    ],
)
def test_what_cannot_be_drawn_is_told_with_file_and_line(source, tmp_path, array, message):
    folder = Path(shutil.copytree(source, tmp_path / "source"))
    page = (folder / "others.md").read_text(encoding="utf-8").split("# People")[0]
    (folder / "others.md").write_text(f"{page}# People\n\n{array}", encoding="utf-8")
    line = page.count("\n") + 3
    for _again in range(2):
        (warning,) = build(folder).warnings
        assert warning.startswith(f"others.md:{line}: WARNING: {{icon-array}}: ")
        assert message in warning
