"""Effect plots: the picture, its alternative text, its table and the PDF all say the same."""

from __future__ import annotations

import html
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from pathlib import Path

import pytest
from building import build_project
from evidence import drawing, pictures, plots, reckoning, wording
from evidence.loading import load
from evidence.plots import Measure, Plot, rows_of
from pdf_reading import Pdf, outside, overprinted, read_pdf
from sphinx.testing.util import SphinxTestApp

ROOT = "test-evidence-plots"
MARGIN = 28  # points, a centimetre of paper that printers leave blank


@dataclass(frozen=True)
class Built:
    """What one build left behind."""

    app: SphinxTestApp
    warnings: list[str]

    def page(self, name: str) -> str:
        return (Path(self.app.outdir) / f"{name}.html").read_text(encoding="utf-8")

    @property
    def pictures(self) -> dict[str, str]:
        """The names and sources of the pictures on the site."""
        folder = Path(self.app.outdir, "_images")
        return {file.name: file.read_text("utf-8") for file in sorted(folder.glob("*.svg"))}


def plain(markup: str) -> str:
    """Text as a reader sees it: blocks apart, links in their sentence."""
    apart = re.sub(r"</(p|td|th|tr|caption|figcaption)>", " ", markup)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", "", apart)).split())


def build(source: Path, builder: str = "html", **options) -> Built:
    app, warnings = build_project(source, builder, **options)
    return Built(app, warnings.splitlines())


@pytest.fixture(scope="module")
def built(unchanged: Path) -> Built:
    return build(unchanged)


@pytest.fixture(scope="module")
def pdf(unchanged: Path) -> Pdf:
    found = build(unchanged, "typstpdf")
    assert found.warnings == []
    return read_pdf(Path(found.app.outdir) / "evidence.pdf")


@dataclass(frozen=True)
class Shown:
    """One plot as the site shows it."""

    alternative: str
    figure: str
    rows: list[list[str]]
    table: str
    """Of two panels, both tables."""
    svg: list[str]
    """Every text of the picture."""


def shown(built: Built, page: str, title: str) -> Shown:
    source = built.page(page)
    figures = re.findall(r"<figure.*?</figure>", source, re.DOTALL)
    figure = next(each for each in figures if title in plain(each))
    caption = html.escape(f"The figures of the plot: {title}", quote=False)
    tables = re.findall(r"<table.*?</table>", source, re.DOTALL)
    table = "".join(each for each in tables if caption in each)
    rows = re.findall(r"<tr.*?</tr>", table, re.DOTALL)
    cells = [[plain(x) for x in re.findall(r"<t[hd].*?</t[hd]>", row, re.DOTALL)] for row in rows]
    image = re.search(r'<img[^>]*alt="([^"]*)"[^>]*src="[^"]*?([^"/]+\.svg)"', figure)
    assert image, figure
    return Shown(
        html.unescape(image[1]), plain(figure), cells, table, texts(built.pictures[image[2]])
    )


def texts(svg: str) -> list[str]:
    root = ElementTree.fromstring(svg)
    return ["".join(each.itertext()).strip() for each in root.iter() if each.tag.endswith("}text")]


# --- What a plot shows ---------------------------------------------------------------------------


def test_the_mini_project_builds_without_a_warning(built):
    assert built.warnings == []
    assert len(built.pictures) == 6


def test_differences_stand_beside_the_line_with_absolute_numbers_first(built):
    found = shown(built, "plots", "Counts of people")
    for words in (
        "Any remission", "9 of 12 v 5 of 6; 12 months", "−8 (−40 to 34)", "too small to tell",
        "More is better: right of the line favours the treatment",
        "Less is better: left of the line favours the treatment",
        "Difference in percentage points", "neither better nor worse",
    ):  # fmt: skip
        assert words in found.svg
    # Where the interval leaves no difference out, the words do not stand.
    assert found.svg.count("too small to tell") == 2
    assert "83 (37 to 97)" in found.svg


def test_the_alternative_text_names_every_row_and_value(built):
    found = shown(built, "plots", "Counts of people")
    assert found.alternative == (
        "Plot: Counts of people. "
        "Any remission, 12 months, 9 of 12 (75%) with cord cells, 5 of 6 (83%) with placebo: "
        "−8 (−40 to 34) points; too small to tell. "
        "Death, 1 of 12 (8%) with cord cells, 0 of 6 (0%) with placebo: "
        "8 (−31 to 35) points; too small to tell. "
        "Clinical response, 12 of 12 (100%) with cord cells, 1 of 6 (17%) with placebo: "
        "83 (37 to 97) points. "
        "A dashed line marks “neither better nor worse”."
    )


def test_the_table_below_has_the_same_figures_with_their_sources(built):
    found = shown(built, "plots", "Counts of people")
    head, first, *_rest = found.rows
    assert head == [
        "Outcome", "Cord cells", "Placebo", "Difference (95% interval)", "Definition and source",
    ]  # fmt: skip
    assert first == [
        "Any remission, 12 months", "9 of 12 (75%)", "5 of 6 (83%)",
        "−8 (−40 to 34) points too small to tell",
        "Defined as: complete or partial remission Deng (2017): abstract, read 22 November 2026",
    ]  # fmt: skip
    assert 'href="evidence/studies/deng2017.html#deng2017-remission"' in found.table
    assert 'title="Deng 2017, abstract, read 22 November 2026"' in found.table
    assert 'href="references.html#' in found.table


def test_the_caption_says_how_the_intervals_were_made_and_the_note_cites(built):
    found = shown(built, "plots", "Counts of people")
    assert "the first figure is for cord cells, the second for placebo" in found.figure
    assert "Newcombe’s hybrid score method" in found.figure
    assert "A note (Deng 2017)." in found.figure


def test_a_ratio_without_an_upper_end_and_none_at_all_are_said(built):
    found = shown(built, "plots", "Ratios")
    assert "infinite (0.15 to infinite)" in found.svg
    assert "no estimate" in found.svg
    last = found.rows[-1]
    assert last[3] == "no estimate: nobody had the event in either group, so there is no ratio"
    assert "Katz" in found.figure and "Koopman" in found.figure


def test_measurements_have_an_axis_for_each_unit_and_contradictions_are_shown(built):
    found = shown(built, "plots", "Measurements")
    assert {"Difference in g/24 h", "Difference in g/L"} <= set(found.svg)
    assert "Difference in weeks" not in found.svg  # no estimate, no axis
    assert "−0.7 (−2.2 to 0.8)" in found.svg
    assert "contradicts itself" in found.svg
    assert "contradicts itself" in found.alternative
    assert "a standard deviation cannot be negative" in found.table
    assert found.rows[1][3] == "−0.7 (−2.2 to 0.8) g/24 h too small to tell"
    assert "the source does not give the number of people of both groups" in found.rows[-1][3]


def test_panels_keep_their_rows_apart_and_say_what_was_counted(built):
    found = shown(built, "others", "Not a comparison")
    assert {"Placebo", "Cells, no comparison group"} <= set(found.svg)
    assert (
        "Panel “Placebo”. Tselios 2021: placebo, SRI-4: 39.8%; as published." in found.alternative
    )
    assert (
        "Panel “Cells, no comparison group”. Kamen 2022, SRI-4, 6 months: 83% (44% to 97%); 5 of 6."
        in found.alternative
    )
    people = {row[0]: row[2:4] for row in found.rows}
    assert people["Gu 2014"] == ["49 of 81", "60% (50% to 70%)"]
    assert people["Tselios 2021: placebo"] == ["not given", "39.8%, as published"]
    assert "The figures of the plot: Not a comparison: Placebo" in found.table
    assert found.table.count("<table") == 2
    assert {"placebo or usual treatment", "stem cells (MSC)", "CAR-T cells"} <= set(found.svg)
    assert "Any remission, within 12 months Defined as: kidney remission" in plain(found.table)


def test_a_share_without_a_count_has_an_interval_only_where_people_were_counted(rootdir):
    study = load(rootdir / ROOT / "evidence" / "studies" / "kamen2022.md")

    def row(name):
        (found,) = rows_of(Measure.PROPORTION, "kamen2022", study, study.result(name), None)
        return found.shown, found.people, found.method

    assert row("of-known") == ("43.2% (37% to 49%)", "of 273", "Wilson score")
    assert row("of-unknown") == ("33.5%", "", "")
    assert row("from-a-model") == ("46.4%", "of 135", "")
    assert row("own-interval") == ("40.0% (31.5% to 49.0%)", "of 135", "")
    assert row("only-printed") == ("“7 of 6”", "", "")


def test_shares_of_known_numbers_of_people_can_be_compared(rootdir):
    study = load(rootdir / ROOT / "evidence" / "studies" / "deng2017.md")

    def row(measure, name):
        (found,) = rows_of(measure, "deng2017", study, study.result(name), None)
        return found.with_unit

    # As 9 of 12 and 5 of 6 would, but for the rounding of the percentages.
    assert row(Measure.RISK_DIFFERENCE, "share") == "−8 (−40 to 34) points"
    assert row(Measure.RISK_RATIO, "share") == "0.90 (0.55 to 1.46)"
    assert row(Measure.RISK_DIFFERENCE, "modelled").startswith("no estimate: the percentage comes")
    assert row(Measure.PUBLISHED, "modelled") == "13.4 percentage points (2.0 to 24.8)"


def test_cohorts_with_shared_people_say_so(built):
    found = shown(built, "others", "By cohort")
    headings = [
        "Nanjing: the same people may be in more than one row", "Kunming",
        "Other places, one row each",
    ]  # fmt: skip
    assert [words for words in found.svg if words in headings] == headings
    assert "Charleston, SRI-4, 6 months" in found.svg


def test_published_estimates_stay_as_published_with_their_flaw(built):
    found = shown(built, "others", "Pooled by others")
    assert {"−4.25 (−6.78 to −1.72)", "2.48 (1.27 to 4.86)", "6 months, 1 study"} <= set(found.svg)
    assert {"Mean difference in points", "Risk ratio"} <= set(found.svg)
    assert "One trial is no pool" in found.figure
    assert found.rows[1][2] == (
        "mean difference −4.25 points (95% interval −6.78 to −1.72; p = 0.001; 1 study)"
    )
    assert "worked out" not in found.figure


# --- How it is drawn -----------------------------------------------------------------------------


def test_the_words_are_text_and_nothing_tells_when_or_where_it_was_drawn(built):
    for svg in built.pictures.values():
        assert len(texts(svg)) > 10
        assert not re.search(
            r"20\d\d-\d\d|dc:date|dc:creator|/tmp|http://(?!www\.w3\.org|purl)", svg
        )
        assert "DejaVu Sans" in svg and "sans-serif" in svg


def test_all_words_fit_into_the_picture_and_those_on_one_line_stay_apart(built):
    """Measured in the widest font that readers are likely to have."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import TextPath

    for svg in built.pictures.values():
        lines: dict[float, list[tuple[float, float, str]]] = {}
        for each in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text"):
            style, words = each.attrib["style"], "".join(each.itertext()).strip()
            size = float(re.search(r"([\d.]+)px", style)[1])
            weight = "bold" if "bold" in style or "700" in style else "normal"
            font = FontProperties(family="DejaVu Sans", weight=weight, size=size)
            width = TextPath((0, 0), words, prop=font).get_extents().width
            x = float(each.attrib["x"])
            left = x - width / 2 if "text-anchor: middle" in style else x
            lines.setdefault(float(each.attrib["y"]), []).append((left, left + width, words))
        for placed in lines.values():
            placed.sort()
            assert placed[0][0] >= 0 and placed[-1][1] <= drawing.WIDTH * 72, placed
            for (_, end, one), (start, _, other) in zip(placed, placed[1:], strict=False):
                assert end <= start, (one, other)


def test_another_build_elsewhere_draws_the_same_bytes(built, source):
    assert build(source.rename(source.with_name("elsewhere"))).pictures == built.pictures


def test_nothing_is_written_into_the_source(source, tmp_path):
    before = sorted(source.rglob("*"))
    build(source, builddir=tmp_path / "built")
    assert sorted(x for x in source.rglob("*") if "__pycache__" not in x.parts) == before


def contrast(color: str) -> float:
    """Of a colour on white, as WCAG counts it."""

    def light(part: str) -> float:
        x = int(part, 16) / 255
        return x / 12.92 if x <= 0.03928 else ((x + 0.055) / 1.055) ** 2.4

    red, green, blue = (light(color[i : i + 2]) for i in (1, 3, 5))
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


def test_marks_differ_in_shape_and_every_ink_is_dark_enough_on_its_own_white(built):
    looks = [(shape, filled) for shape, _color, filled in drawing.SHAPES.values()]
    assert len(set(looks)) == len(looks)
    for color in [drawing.INK, drawing.FAINT, *(color for _, color, _ in drawing.SHAPES.values())]:
        assert contrast(color) >= 4.5
    for svg in built.pictures.values():
        assert re.search(r'id="patch_1">\s*<path [^>]*fill: #ffffff', svg)


def test_loading_the_handbook_s_extensions_loads_no_heavy_library():
    code = (
        "import sys, evidence.plots, evidence.effects;"
        "print([x for x in ('matplotlib', 'statsmodels', 'scipy', 'numpy') if x in sys.modules])"
    )
    folder = Path(plots.__file__).parents[1]
    found = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=True
    )
    assert found.stdout.strip() == "[]"


def test_records_alone_are_enough_to_draw(built, rootdir):
    """What reads the records back, such as an export, can draw the same picture."""
    study = load(rootdir / ROOT / "evidence" / "studies" / "deng2017.md")
    rows = [
        row
        for name in ("remission", "deaths", "cheered")
        for row in rows_of(Measure.RISK_DIFFERENCE, "deng2017", study, study.result(name), None)
    ]
    plot = Plot(
        title="Counts of people",
        measure=Measure.RISK_DIFFERENCE,
        panels=(("", tuple(rows)),),
        name_of=str,
        no_difference="neither better nor worse",
        undecided="too small to tell",
    )
    assert plot.picture().decode() in built.pictures.values()


# --- The PDF -------------------------------------------------------------------------------------


def condensed(text: str) -> str:
    return re.sub(r"[\s\ufffe\x02\u2010\u00ad-]", "", text)


def test_the_pdf_shows_the_same_words_in_its_pictures_and_tables(built, pdf):
    everything = condensed(pdf.text)
    for page, titles in {
        "plots": ("Counts of people", "Ratios", "Measurements"),
        "others": ("Not a comparison", "By cohort", "Pooled by others"),
    }.items():
        for title in titles:
            found = shown(built, page, title)
            assert [x for x in found.svg if condensed(x) not in everything] == []
            cells = [cell for row in found.rows for cell in row[1:-1]]
            assert [x for x in cells if condensed(x) not in everything] == []
            assert found.alternative in pdf.pictures


def test_in_the_pdf_no_words_cover_each_other_or_leave_the_paper(pdf):
    assert overprinted(pdf) == []
    assert outside(pdf, MARGIN) == []


# --- From build to build -------------------------------------------------------------------------


def test_a_changed_record_draws_a_new_picture_and_leaves_no_old_one(source):
    before = build(source).pictures
    record = source / "evidence" / "studies" / "kamen2022.md"
    record.write_text(record.read_text("utf-8").replace("events: 5", "events: 4"), "utf-8")
    after = build(source)
    kept = before.keys() & after.pictures.keys()
    assert (len(before), len(after.pictures), len(kept)) == (6, 6, 4)
    assert "67% (30% to 90%)" in shown(after, "others", "Not a comparison").svg
    cached = {file.name for file in Path(after.app.doctreedir, pictures.FOLDER).iterdir()}
    assert cached == after.pictures.keys()


def test_a_picture_that_went_missing_is_drawn_again(source):
    first = build(source)
    shutil.rmtree(Path(first.app.doctreedir, pictures.FOLDER))
    shutil.rmtree(Path(first.app.outdir, "_images"))
    assert build(source).pictures == first.pictures


def test_parallel_reading_gives_the_same_site(built, source):
    assert build(source, parallel=2).pictures == built.pictures


# --- Mistakes ------------------------------------------------------------------------------------

WRONG = {
    "unknown study": (
        ":measure: proportion\n:title: T\n:results: gone2001:x",
        "unknown study 'gone2001'",
    ),
    "unknown result": (
        ":measure: proportion\n:title: T\n:results: gu2014:gone",
        "gu2014:gone: no result 'gone'; the record has: remission [evidence.plot]",
    ),
    "unknown arm": (
        ":measure: proportion\n:title: T\n:results: gu2014:remission:gone",
        "gu2014:remission:gone: no arm 'gone'; the result 'remission' has: cells [evidence.plot]",
    ),
    "no result named": (
        ":measure: proportion\n:title: T\n:results: gu2014",
        "gu2014: write study:result or study:result:arm [evidence.plot]",
    ),
    "twice": (
        ":measure: proportion\n:title: T\n:results: gu2014:remission gu2014:remission",
        "'gu2014:remission' stands in the plot twice [evidence.plot]",
    ),
    "nothing to compare with": (
        ":measure: risk-difference\n:title: T\n:results: gu2014:remission",
        "gu2014:remission: 'remission' has 0 groups to compare with; a comparison needs one arm "
        "with 'control: true' [evidence.plot]",
    ),
    "only the control": (
        ":measure: risk-ratio\n:title: T\n:results: deng2017:remission:placebo",
        "name the treated arm: remission:<arm>; it has: cells [evidence.plot]",
    ),
    "a measurement as a share": (
        ":measure: proportion\n:title: T\n:results: deng2017:albumin",
        "'albumin' is a measurement; a proportion needs counts of people [evidence.plot]",
    ),
    "counts as means": (
        ":measure: mean-difference\n:title: T\n:results: deng2017:remission",
        "'remission' counts people: it has no mean-difference [evidence.plot]",
    ),
    "a measurement as a risk": (
        ":measure: risk-ratio\n:title: T\n:results: deng2017:albumin",
        "'albumin' is a measurement: it has no risk-ratio [evidence.plot]",
    ),
    "nothing published": (
        ":measure: published\n:title: T\n:note: N\n:results: gu2014:remission",
        "'remission' has no effect of its own to show as published [evidence.plot]",
    ),
    "no counts": (
        ":measure: proportion\n:title: T\n:results: zhou2020:fever",
        "'fever' has no counts and no published proportion [evidence.plot]",
    ),
    "no flaw": (
        ":measure: published\n:title: T\n:results: zhou2020:fever",
        "published estimates are shown with their flaws: say them in :note: [evidence.plot]",
    ),
    "nothing said": (
        ":measure: proportion",
        "'{effect-plot}' needs the option :title: and :results: [evidence.plot]",
    ),
    "unknown measure": (
        ":measure: guess\n:title: T\n:results: gu2014:remission",
        "'{effect-plot}' needs the option :measure: [evidence.plot]",
    ),
    "panels without lists": (
        ":measure: proportion\n:title: T\n:panels: A | B\n:results: gu2014:remission",
        "2 headings in :panels: and 1 lists in :results:; give one list, or two of each with '|' "
        "between them [evidence.plot]",
    ),
}


@pytest.fixture(scope="module")
def mistaken(rootdir: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """What one build says about each mistake: the warnings about its lines."""
    folder = tmp_path_factory.mktemp("plots") / "source"
    source = Path(shutil.copytree(rootdir / ROOT, folder))
    page = source / "others.md"
    text = page.read_text("utf-8").split(":::{effect-plot}")[0]
    lines = {}
    for mistake, (options, _words) in WRONG.items():
        lines[mistake] = text.count("\n") + 1
        text += f":::{{effect-plot}}\n{options}\n:::\n\n"
    page.write_text(text, "utf-8")
    said = build(source).warnings
    return {
        mistake: [words for words in said if words.startswith(f"others.md:{line}: WARNING: ")]
        for mistake, line in lines.items()
    }


@pytest.mark.parametrize("mistake", WRONG)
def test_a_mistake_names_page_line_and_remedy(mistaken, mistake):
    said = mistaken[mistake]
    assert len(said) == 1
    assert WRONG[mistake][1] in said[0]


def test_a_wrong_row_warns_again_though_its_page_did_not_change(source):
    page = source / "others.md"
    page.write_text(page.read_text("utf-8").replace("zhou2020:fever", "zhou2020:gone"), "utf-8")
    assert build(source).warnings == build(source).warnings != []


def test_a_plot_that_no_page_of_the_pdf_can_hold_is_refused(source):
    record = source / "evidence" / "studies" / "gu2014.md"
    text = record.read_text("utf-8")
    start = text.index("    - id: remission")
    end = text.index("---\n", start)
    many = "".join(text[start:end].replace("remission\n", f"remission-{n}\n", 1) for n in range(20))
    record.write_text(text[:end] + many + text[end:], "utf-8")
    page = source / "others.md"
    names = " ".join(f"gu2014:remission-{n}" for n in range(20))
    intro = page.read_text("utf-8").split(":::{effect-plot}")[0]
    page.write_text(
        f"{intro}:::{{effect-plot}}\n:measure: proportion\n:title: T\n:results: {names}\n:::\n",
        "utf-8",
    )
    (warning,) = build(source).warnings
    assert "inches tall, and a page of the PDF holds 8.3: make two of it" in warning


# --- Numbers in words ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (0, "0%"), (1, "100%"), (0.5, "50%"), (0.46769, "47%"), (0.006114, "0.6%"), (0.99671, "99.7%"),
        (0.0056, "0.6%"), (0.125, "13%"), (1 / 3, "33%"), (7e-18, "0%"), (1e-5, "under 0.1%"),
    ],
)  # fmt: skip
def test_shares_in_words(share, words):
    assert wording.in_percent(reckoning._exact(100 * share)) == words


@pytest.mark.parametrize(
    ("number", "digits", "words"),
    [
        (-8.3333, 0, "−8"), (0.5, 0, "1"), (-0.2, 0, "0"), (2.345, 2, "2.35"),
        (1234.5, 0, "1,235"), (float("inf"), 2, "infinite"),
    ],
)  # fmt: skip
def test_numbers_are_rounded_half_up_with_a_real_minus_sign(number, digits, words):
    assert wording.rounded(number, digits) == words


def test_a_difference_that_just_misses_0_does_not_read_as_0():
    assert reckoning.points(-0.003) == "−0.3"


# --- The handbook's own page ---------------------------------------------------------------------


def test_the_page_counts_the_lines_of_the_placebo_controlled_trial_as_they_are(project):
    """It says of how many lines one misses no difference."""
    page = (project / "docs" / "evidence" / "plots.md").read_text("utf-8")
    study = load(project / "docs" / "evidence" / "studies" / "deng2017.md")
    blocks = re.findall(
        r":::\{effect-plot\}\n:measure: (risk|mean)-difference\n(.*?)\n:::", page, re.DOTALL
    )
    rows = [
        row
        for kind, block in blocks
        for name in re.findall(r"- deng2017:(\S+)", block)
        for row in rows_of(Measure(f"{kind}-difference"), "", study, study.result(name), None)
        if row.value is not None
    ]
    said = re.search(r"one of \{own-figure\}`(\d+) ", page)
    assert said and int(said[1]) == len(rows)
    assert [row.result.id for row in rows if not row.holds_no_difference] == ["anti-dsdna-raised"]
