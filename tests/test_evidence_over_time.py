"""`{over-time}`: what one study measured at several times, as lines that claim no more than it did."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from evidence.drawing import FAINT, Stroke, Text
from evidence.over_time_drawing import Line, OverTimeDrawing, Spot
from pdf_reading import read_pdf
from test_evidence_domain import Built, build, change

NO_GROUP = "No comparison group: a line that falls or rises does not show what made it so."


@pytest.fixture(scope="module")
def source(tmp_path_factory, rootdir: Path) -> Path:
    folder = tmp_path_factory.mktemp("over-time") / "source"
    return Path(shutil.copytree(rootdir / "test-evidence-over-time", folder))


@pytest.fixture(scope="module")
def web(source: Path) -> Built:
    found = build(source)
    assert found.warnings == []
    return found


def pictures(web: Built) -> list[tuple[str, list[str]]]:
    """Alternative text of each picture of the page, and the words in it from top to bottom."""
    images = re.findall(r'<img alt="([^"]+)" src="([^"]+)"', web.html("lines"))
    return [
        (alt, re.findall(r">([^<>\n]+)</text>", (web.folder / src).read_text(encoding="utf-8")))
        for alt, src in images
    ]


def rows(web: Built, number: int) -> list[list[str]]:
    """The cells of the table below a picture."""
    tables = re.findall(r"<table.*?</table>", web.html("lines"), re.DOTALL)
    return [
        [" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in re.findall(r"<t[hd].*?</t[hd]>", row, re.DOTALL)]
        for row in re.findall(r"<tr.*?</tr>", tables[number], re.DOTALL)
    ]  # fmt: skip


def test_every_time_of_the_record_is_drawn_with_its_figure_and_people(web):
    _alt, words = pictures(web)[0]
    assert "SLEDAI, points (lower is better)" in words
    for figure in ("18", "10", "6", "Cells", "at the", "start", "1 month", "3 months"):
        assert figure in words
    # From zero up; twelve and nine people, and nobody knows how many in between.
    assert [word for word in words if word in ("0", "20")] == ["0", "20"]
    assert words[words.index("People counted") + 1 :][:3] == ["12", "–", "9"]


def test_figures_of_several_lines_stand_below_the_axis(web):
    (_alt, _series), (_alt, trial), (_alt, cohort) = pictures(web)
    assert trial[trial.index("Figure (people counted)") + 1 :][:4] == [
        "25% (40)", "50% (40)", "75% (40)", "60% (40)",
    ]  # fmt: skip
    assert cohort[cohort.index("Figure") + 1 :][:4] == ["95%", "90%", "90%", "80%"]


def test_the_picture_says_itself_what_it_does_not_show(web):
    (_alt, series), (_alt, trial), (_alt, cohort) = pictures(web)
    assert NO_GROUP in series
    assert "Fewer people were counted later: those who were left may be other people." in series
    assert "At the last time, chance alone may be what sets the lines apart." in trial
    assert NO_GROUP not in trial
    assert " ".join(cohort).count("People were not put into these groups by chance") == 1


def test_what_chance_leaves_open_follows_the_figures(source, tmp_path):
    folder = Path(shutil.copytree(source, tmp_path / "source"))
    record = folder / "evidence/studies/trial2020.md"
    change(record, "{events: 20, n: 40}", "{events: 2, n: 40}")
    assert "chance alone" not in " ".join(pictures(build(folder))[1][1])
    change(record, "{events: 2, n: 40}", "{percent: 5}")
    assert "How far chance alone could move these lines" in " ".join(pictures(build(folder))[1][1])


def test_the_alternative_text_tells_it_all(web):
    (series, _words), (trial, _words), (cohort, _words) = pictures(web)
    assert series == (
        "Lines over time: Activity after cells. Upwards: SLEDAI, points (lower is better). Cells: "
        "at the start, 18 (SD 4) points in 12 people; 1 month, 10 (SD 4) points; 3 months, 6 "
        f"(SD 4) points in 9 people. {NO_GROUP} Fewer people were counted later: those who were "
        "left may be other people."
    )
    assert (
        "The medicine: 1 year, 10 of 40 (25%); 2 years, 20 of 40 (50%). Placebo: 1 year," in trial
    )
    assert "People there: 60 months, 90% (estimated); 120 months, 80% (estimated)." in cohort


def test_the_legend_says_how_to_read_the_marks(web):
    text = web.text("lines")
    assert (
        "A mark is the mean. Between two marks nobody measured: the line only joins them." in text
    )
    assert "The upright line is the standard deviation to each side." in text
    assert "Where no number of people stands, it is not in the part read." in text
    assert "The upright line is the 95% interval, which we worked out by Wilson’s score" in text
    assert "The upright line is the 95% interval as published." in text
    assert "How many people were counted at each time is not in the part read." in text


def test_the_table_holds_the_figures_with_their_sources(web):
    assert rows(web, 0) == [
        ["Time", "Cells", "Source"],
        ["at the start", "18 (SD 4) points in 12 people", "table 1, from a second-hand copy"],
        ["1 month", "10 (SD 4) points", "abstract, read 22 November 2026"],
        ["3 months, in nine people", "6 (SD 4) points in 9 people", "table 2, from a second-hand copy"],
    ]  # fmt: skip
    assert "trial2020.html#trial2020-relapse-1" in web.html("lines")


def test_a_randomised_group_stands_beside_its_difference(web):
    first, last, ever = rows(web, 1)[1:]
    assert first[1] == (
        "10 of 40 (25%) Difference: −50 percentage points (95% interval −65 to −29; our reckoning)"
    )
    assert first[2] == "30 of 40 (75%)"
    assert last[1].startswith("20 of 40 (50%) Difference: −10 percentage points")
    # What has no single time is told, and has no place in the picture.
    assert ever[0] == "mean follow-up 27 months (not drawn)"
    assert not any("27" in word for word in pictures(web)[1][1])
    assert not any("Difference" in cell for row in rows(web, 2) for cell in row)


def test_a_time_added_to_the_record_is_drawn_at_once(source, tmp_path):
    folder = Path(shutil.copytree(source, tmp_path / "source"))
    build(folder)
    record = folder / "evidence/studies/series2010.md"
    change(
        record, "    - id: score-change\n",
        "    - id: score-6\n      outcome: SLEDAI\n      time: 6 months\n      months: 6\n"
        "      unit: points\n      arms: {cells: {mean: 15, sd: 5, n: 8}}\n      where: table 2\n"
        "    - id: score-change\n",
    )  # fmt: skip
    again = build(folder)
    assert "lines" in again.read
    assert "6 months, 15 (SD 5) points in 8 people" in pictures(again)[0][0]


def test_the_same_records_draw_the_same_bytes(source, web, tmp_path):
    again = build(Path(shutil.copytree(source, tmp_path / "elsewhere")))
    svgs = [
        sorted((file.name, file.read_bytes()) for file in (each.folder / "_images").glob("*.svg"))
        for each in (web, again)
    ]
    assert svgs[0] == svgs[1] != []


def test_the_pdf_shows_it_too(source):
    built = build(source, "typstpdf")
    assert built.warnings == []
    pdf = read_pdf(built.folder / "evidence.pdf")
    assert len([words for words in pdf.pictures if "Lines over time" in words]) == 3


FAULTS = {
    "nobody1999:x": "unknown study 'nobody1999'; known are: cohort2015, series2010, trial2020",
    "series2010": "'series2010': write study:result",
    "series2010:score": "no result 'score'; the record has: score-3, score-start",
    "series2010:score-change": (
        "'score-change' has one time, and a line needs two or more; 'score-3', 'score-start', "
        "'score-1' also of 'SLEDAI' would belong to it with the same 'definition' and 'change'"
    ),
    "series2010:protein-6": (
        "'proteinuria' is given in g/24 h and in mg/24 h: 'protein-start', 'protein-6'; give all "
        "of them in one unit in the record"
    ),
    "series2010:remission-6": "'remission-12' also of 'any remission' would belong to it",
    "series2010:albumin-6": "one line cannot hold both mean and median; show the figures in a table",
    "series2010:infection-12": "'infection-6' and 'infection-6-again' are both of 6 months",
    "series2010:c3-2": "'c3-2', 'c3-6': no figures of a group; a line shows a group of people",
}


def test_what_cannot_be_drawn_is_told_with_file_line_and_remedy(source, tmp_path):
    folder = Path(shutil.copytree(source, tmp_path / "source"))
    page = folder / "lines.md"
    front = page.read_text(encoding="utf-8").split("# Over time")[0] + "# Over time\n"
    blocks = [f"\n:::{{over-time}} {target}\n:title: T\n:::\n" for target in FAULTS]
    untitled = "\n:::{over-time} series2010:score-3\n:::\n"
    page.write_text("".join([front, *blocks, untitled]), encoding="utf-8")
    line = front.count("\n") + 2
    for _again in range(2):
        *warnings, last = build(folder).warnings
        for number, (warning, message) in enumerate(zip(warnings, FAULTS.values(), strict=True)):
            assert warning.startswith(f"lines.md:{line + 4 * number}: WARNING: {{over-time}}: ")
            assert message in warning
        assert "say in ':title:' what the picture shows" in last


# --- The drawing ------------------------------------------------------------------------------


def drawing(*lines: Line, is_share: bool = False) -> OverTimeDrawing:
    times = sorted({spot.months for line in lines for spot in line.spots})
    return OverTimeDrawing(
        "Score", is_share, tuple((x, f"{x:g} months") for x in times), lines, "People", "start", ()
    )


def spot(months: float, value: float, spread: float | None = None) -> Spot:
    low, high = (None, None) if spread is None else (value - spread, value + spread)
    return Spot(months, value, low, high, f"{value:g}", "5")


def strokes(drawn: OverTimeDrawing, width: float) -> list[Stroke]:
    return [part for part in drawn.sketch if isinstance(part, Stroke) and part.width == width]


def test_lines_join_measured_times_alone_and_to_scale():
    drawn = drawing(Line("cells", False, (spot(2, 10), spot(4, 5), spot(12, 5))))
    first, second = strokes(drawn, 1.6)
    assert (second.x1 - second.x0) == pytest.approx(4 * (first.x1 - first.x0))
    assert (first.x1, first.y1) == (second.x0, second.y0)
    # The time before the first measurement has its place on the axis, and no line.
    start = next(part for part in drawn.sketch if isinstance(part, Text) and part.words == "start")
    assert first.x0 - start.x == pytest.approx(first.x1 - first.x0)


def test_the_axis_begins_at_zero_and_shares_end_at_a_hundred():
    for is_share, top in ((False, "15"), (True, "100%")):
        drawn = drawing(Line("cells", False, (spot(0, 12), spot(6, 11))), is_share=is_share)
        numbers = [part.words for part in drawn.sketch if isinstance(part, Text) and part.faint]
        assert numbers[0].rstrip("%") == "0"
        assert top in numbers


def test_a_spread_below_zero_stops_at_the_axis_of_what_cannot_be_negative():
    drawn = drawing(Line("cells", False, (spot(0, 12, 1), spot(6, 2, 3))))
    zero = next(part.y0 for part in strokes(drawn, 0.7) if part.color == FAINT)
    upright = [part for part in strokes(drawn, 1.1) if part.x0 == part.x1]
    assert upright[1].y0 == zero
    assert len([part for part in strokes(drawn, 1.1) if part.x0 != part.x1]) == 3


def test_groups_are_told_apart_without_colour():
    names = ("one", "two", "three", "four")
    drawn = drawing(
        *(Line(name, name == "two", (spot(0, 5), spot(6, 5))) for name in names), is_share=True
    )
    assert len({stroke.dash for stroke in strokes(drawn, 1.6)}) == 4
    places = {part.words: part.y for part in drawn.sketch if isinstance(part, Text)}
    ends = sorted(places[name] for name in names)
    assert all(after - before > 0.15 for before, after in zip(ends, ends[1:], strict=False))
