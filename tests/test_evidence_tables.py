"""Tables about many studies: each shows what the records hold, and says plainly what they lack."""

from __future__ import annotations

import re
import shutil
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from pathlib import Path

import pytest
from browser_bed import serve
from building import build_project
from docutils import nodes
from evidence.cohort_drawing import CohortDrawing, Report
from evidence.drawing import Dot, Text
from evidence.grading import STATEMENTS, Certainty, Direction, says_direction, statement
from evidence.timeline_drawing import when
from evidence.vocabulary import OUTCOMES, Overlap
from pdf_reading import read_pdf
from sphinx.testing.util import SphinxTestApp

ROOT = "test-evidence-tables"
DASH = "–"


def build(source: Path, builder: str = "html") -> tuple[SphinxTestApp, list[str]]:
    app, warnings = build_project(source, builder)
    return app, warnings.splitlines()


def words(node: nodes.Node) -> str:
    """The text of a cell, its paragraphs and list items one after the other."""
    blocks = [
        text.astext()
        for text in node.findall(nodes.TextElement)
        if not isinstance(text, nodes.Inline)
    ]
    return " ".join(" ".join(blocks).split())


class Table:
    """A table of a page as text."""

    def __init__(self, table: nodes.table) -> None:
        self.node = table
        self.caption = table.next_node(nodes.title).astext()
        self.head, *self.rows = ([words(cell) for cell in row] for row in table.findall(nodes.row))

    def row(self, start: str) -> list[str]:
        return next(row for row in self.rows if row[0].startswith(start))


@pytest.fixture(scope="module")
def web(unchanged: Path) -> SphinxTestApp:
    """The unchanged mini project as a web site. Read it only."""
    app, warnings = build(unchanged)
    assert warnings == []
    return app


@pytest.fixture(scope="module")
def tables(web: SphinxTestApp) -> Callable[[str], list[Table]]:
    """The tables of a page as readers of the web site see them."""

    def read(page: str) -> list[Table]:
        doctree = web.env.get_and_resolve_doctree(page, web.builder)
        return [Table(table) for table in doctree.findall(nodes.table)]

    return read


def write(source: Path, content: str) -> None:
    """Replace the findings page by one with this content."""
    page = source / "findings.md"
    head, _fence, _rest = page.read_text(encoding="utf-8").partition(":::{findings")
    page.write_text(f"{head}{content}", encoding="utf-8")


def change(page: Path, old: str, new: str) -> None:
    text = page.read_text(encoding="utf-8")
    assert old in text
    page.write_text(text.replace(old, new, 1), encoding="utf-8")


# --- The archive ------------------------------------------------------------------------------


def test_the_archive_lists_randomised_trials_first_and_then_the_largest(tables):
    archive, _chosen = tables("archive")
    assert archive.head == ["Study", "Design", "People", "Cells", "Follow-up", "What was found"]
    assert [row[0].split(" Lund, ")[0].split(" Bergen, ")[0] for row in archive.rows] == [
        "Bergen trial",
        "Lund large series",
        "Lund congress abstract",
        "Lund series",
        "A trial under way NCT00000001",
    ]


def test_a_row_tells_where_how_many_and_what_was_found_after_the_start(tables):
    row = tables("archive")[0].row("Bergen trial")
    assert row[:5] == [
        "Bergen trial Bergen, Norway Trial and Other (2020) "
        "In the record: SLEDAI, any remission, proteinuria, albumin",
        "randomised trial, double-blind",
        "18 (cells 12, placebo 6)",
        "Umbilical cord; 200 million cells in total",
        "Six months",
    ]
    # Three results, none from before the treatment; a contradiction stands beside its figure.
    assert row[5] == (
        "any remission: 9 of 12 (75%) with cells and 5 of 6 (83%) with placebo "
        "change in SLEDAI, 6 months: −8 (SD 4) points with cells and −5 (SD 8) points with placebo "
        "proteinuria: mean −1.4 g/24 h with cells and mean −1.4 g/24 h with placebo "
        "(as published: “−1.4 (−1.1)”; the paper contradicts itself: a standard deviation cannot "
        "be negative)"
    )


def test_what_the_record_lacks_is_a_dash_and_a_registered_trial_shows_its_state(tables):
    archive = tables("archive")[0]
    assert archive.row("Lund congress abstract")[3:] == [DASH, DASH, "no figures in the part read"]
    trial = archive.row("A trial under way")
    assert trial[2] == "40 planned"
    assert trial[5] == "recruiting (read 22 November 2026); end: December 2027"
    assert archive.row("Lund series")[0].startswith("Lund series Lund, Sweden, 2010 to 2012 ")


def test_options_choose_studies_columns_results_and_notes(tables):
    _archive, chosen = tables("archive")
    assert chosen.caption == "Chosen (Big 2015)"
    assert chosen.head == ["Study", "What was found", "Result in words, and weak points", "Source"]
    large, series = chosen.rows
    assert large[1:3] == ["death: 5 of 1,000 (0.5%)", ""]
    assert series[1] == "any remission: 10 of 30 (33%)"
    assert series[2:] == ["Its weak point is too small (Review 2021).", "Series and Other (2018)"]


def test_names_and_figures_lead_to_the_study(tables):
    links = {
        link.astext(): link["refuri"] for link in tables("archive")[0].node.findall(nodes.reference)
    }
    assert links["Bergen trial"].endswith("studies/trial2020.html#trial2020-card")
    assert links["5 of 1,000 (0.5%)"].endswith("studies/big2015.html#big2015-death")


def test_the_web_site_can_sort_and_filter(web):
    page = (web.outdir / "archive.html").read_text("utf-8")
    assert re.search(r'<script defer="defer" src="_static/archive-table\.js', page)
    assert (web.outdir / "_static" / "archive-table.js").exists()
    # Numbers to sort by, and what to filter by, stand in the table.
    assert re.search(r'<td class="sort-1000"><p>1,000</p>', page)
    assert re.search(r'<td class="sort-60"><p>5 years</p>', page)
    for facet, value in (
        ("design", "randomised trial"),
        ("cohort", "Lund"),
        ("outcome", "any remission"),
    ):
        assert f'<span class="archive-{facet}">{value}</span>' in page
    assert page.count("archive-filtered") == 1, "a table of few columns needs no filters"
    assert "archive-table.js" not in (web.outdir / "others.html").read_text("utf-8")


# --- Side by side, not measured ---------------------------------------------------------------


@pytest.fixture(scope="module")
def site(web):
    with serve(web.outdir) as address:
        yield address


def rows_shown(page):
    """The studies that a reader sees in the first table, from top to bottom."""
    names = page.locator("table.archive-table").first.locator("tbody tr:visible .evidence-study")
    return [name.inner_text() for name in names.all()]


def test_without_a_script_the_archive_is_whole(open_page, site, tables):
    page = open_page(base_url=site, javascript=False)
    page.goto("archive.html")
    (table, *_others) = tables("archive")
    assert len(rows_shown(page)) == len(table.rows) > 4
    assert page.locator("form.archive-filters, button.archive-sort").count() == 0


def test_a_reader_can_filter_the_archive(open_page, site):
    page = open_page(base_url=site)
    page.goto("archive.html")
    every = rows_shown(page)
    status = page.get_by_role("status").first
    assert status.inner_text() == f"All {len(every)} studies are shown."
    form = page.get_by_role("form", name=re.compile("^Choose studies")).first
    form.get_by_label("Design").select_option("randomised trial")
    assert rows_shown(page) == ["Bergen trial"]
    assert status.inner_text() == f"1 of {len(every)} studies are shown."
    form.get_by_role("button", name="Show all").click()
    page.wait_for_function("!document.querySelector('table.archive-table tr[hidden]')")
    assert rows_shown(page) == every
    form.get_by_label("Outcome").select_option("death")
    assert rows_shown(page) == ["Lund large series", "Lund series"]
    form.get_by_label("Outcome").select_option("")
    form.get_by_label("Contains").fill("lund  SERIES")
    shown = rows_shown(page)
    assert "Lund series" in shown and "Bergen trial" not in shown


def test_a_reader_can_sort_the_archive(open_page, site):
    page = open_page(base_url=site)
    page.goto("archive.html")
    every = rows_shown(page)
    table = page.locator("table.archive-table").first
    people = table.get_by_role("columnheader", name="People")
    people.get_by_role("button").click()
    assert people.get_attribute("aria-sort") == "ascending"
    cells = table.locator("tbody tr td:nth-of-type(2)")
    numbers = [
        int(re.sub(r"\D.*", "", text.replace(",", "")) or -1) for text in cells.all_inner_texts()
    ]
    known = [number for number in numbers if number >= 0]
    assert known == sorted(known) and len(set(known)) > 2
    # What is not known stands last, whichever way numbers run.
    assert numbers[: len(known)] == known
    people.get_by_role("button").click()
    assert people.get_attribute("aria-sort") == "descending"
    assert sorted(rows_shown(page)) == sorted(every)
    study = table.get_by_role("columnheader", name="Study")
    study.get_by_role("button").click()
    assert people.get_attribute("aria-sort") is None
    assert rows_shown(page) == sorted(every, key=str.lower)


def test_studies_stand_side_by_side_in_the_order_named(tables):
    comparison = tables("others")[0]
    assert comparison.head == [
        "Outcome",
        "Lund series uncontrolled cohort; 30",
        "Bergen trial randomised trial; 18 (cells 12, placebo 6)",
    ]
    assert comparison.row("Death")[1:] == ["5 years: 4 of 30 (13%)", "not in the record"]
    assert comparison.row("Fatigue")[2] == "looked for in the whole source, not reported"
    assert comparison.row("SLEDAI")[2] == (
        "start: 14 (SD 3) points with cells and 13 (SD 4) points with placebo change, 6 months: "
        "−8 (SD 4) points with cells and −5 (SD 8) points with placebo"
    )
    assert comparison.rows[-1] == ["Source", "Series and Other (2018)", "Trial and Other (2020)"]


def test_outcomes_that_nobody_measured_are_named(tables):
    measured = tables("others")[1]
    assert measured.rows == [
        ["Death", "Big 2015, Series and Other 2018", "none"],
        # The review and the trial of a medicine do not count; two reports are of the same people.
        ["Fatigue", "none of the 3 studies", "none"],
    ]


def test_how_much_was_read_is_said_with_it(web):
    assert (
        "Counted are the 3 studies of mesenchymal stromal cells that have a record here (4 "
        "reports). How much of the reports was read: full text: 1; abstract and tables: 1; "
        "abstract: 2. What was not read may hold more."
    ) in web.env.get_doctree("others").astext().replace("\n", " ")


def test_every_outcome_that_matters_has_a_row_unless_it_is_left_out(source):
    write(source, ":::{not-measured-table}\n:without: death; fatigue\n:::\n")
    app, warnings = build(source)
    assert warnings == []
    table = Table(app.env.get_doctree("findings").next_node(nodes.table))
    matters = [name for name, outcome in OUTCOMES.items() if outcome.matters]
    assert [row[0].lower() for row in table.rows] == [
        name.lower() for name in matters if name not in ("death", "fatigue")
    ]


# --- Cohorts and years ------------------------------------------------------------------------


def test_reports_of_one_place_stand_together_with_who_shares_people(tables):
    places, pairs = tables("others")[2:4]
    assert places.rows == [
        [
            "Lund (3)",
            "Big 2015 (1,000), Abstract 2017 (30), Series and Other 2018 (30)",
            "certain: 1; probable: 2",
        ]
    ]
    assert pairs.rows == [
        ["Abstract 2017", "Series and Other 2018", "certain", "The same title and counts"],
        # One reason, one row. Where the two records differ, the surer of them counts.
        ["Big 2015", "Abstract 2017, Series and Other 2018", "probable", "The same hospital"],
    ]


def test_the_timeline_runs_by_report_and_by_start_of_a_trial(tables):
    timeline = tables("others")[4]
    assert [(row[0], row[4]) for row in timeline.rows] == [
        ("2015", "reported"),
        ("2017", "reported"),
        ("2018", "reported"),
        ("2020", "reported"),
        ("2021", "reported"),
        ("2026", "Recruiting (read 22 November 2026); end: December 2027"),
    ]


def picture(web: SphinxTestApp, caption: str) -> tuple[str, list[str]]:
    """The alternative text of a picture on the page of others, and every text in it."""
    doctree = web.env.get_and_resolve_doctree("others", web.builder)
    figure = next(
        each
        for each in doctree.findall(nodes.figure)
        if each.next_node(nodes.caption).astext().startswith(caption)
    )
    image = figure.next_node(nodes.image)
    svg = ElementTree.parse(web.outdir / "_images" / Path(image["uri"]).name)
    texts = ["".join(each.itertext()).strip() for each in svg.iter() if each.tag.endswith("}text")]
    return image["alt"], texts


def test_the_map_of_cohorts_shows_each_pair_once(web):
    alternative, texts = picture(web, "Who shares people with whom")
    assert alternative == (
        "Map of 3 reports that share people. "
        "Big 2015 (1,000): probable with Abstract 2017 (30), Series and Other 2018 (30). "
        "Abstract 2017 (30): certain with Series and Other 2018 (30)."
    )
    assert texts[0] == "Lund"
    assert {"Big 2015 (1,000)", "Abstract 2017 (30)", "Series and Other 2018 (30)"} <= set(texts)
    # Each report's number stands at its row and above its column.
    assert [texts.count(number) for number in "1234"] == [2, 2, 2, 0]
    # What no pair is, no mark is explained for.
    assert texts[-2:] == ["Certain", "Probable"]


def test_a_map_puts_a_mark_where_row_and_column_cross():
    reports = [Report(key, key, "Lund") for key in "abc"]
    drawing = CohortDrawing(reports, {("a", "c"): Overlap.POSSIBLE, ("b", "c"): Overlap.CERTAIN})
    possible, certain, *_legend = (x for x in drawing.sketch if isinstance(x, Dot))
    places = {x.words: (x.x, x.y) for x in drawing.sketch if isinstance(x, Text) and x.faint and x.align == "center"}  # fmt: skip
    assert possible.x == places["1"][0] and certain.x == places["2"][0]
    assert possible.y == certain.y == pytest.approx(places["3"][1], abs=0.05)
    assert not possible.filled and certain.filled


def test_a_picture_that_nobody_could_read_is_refused(source, monkeypatch):
    reports = [Report(str(n), str(n), "Lund") for n in range(40)]
    assert not CohortDrawing(reports, {}).is_legible
    assert CohortDrawing(reports[:29], {}).is_legible
    monkeypatch.setattr("evidence.cohort_drawing.SMALLEST", 1)
    monkeypatch.setattr("evidence.timeline.TALLEST", 1)
    assert build(source, "dummy")[1] == [
        "others.md:19: WARNING: {cohort-map}: 3 reports do not fit into one picture; choose fewer "
        "[evidence.table]",
        "others.md:23: WARNING: {timeline}: 5 rows do not fit into one picture; choose fewer "
        "[evidence.table]",
    ]


def test_the_timeline_is_drawn_from_the_same_records(web):
    alternative, texts = picture(web, "Reports, year by year")
    assert "Series and Other 2018: reported in 2018; people treated: 2010 to 2012; 30 people." in (
        alternative
    )
    assert {"Series and Other 2018", "30 people", "2015", "report", "treatment began"} <= set(texts)
    alternative, texts = picture(web, "Registered trials")
    assert alternative.endswith(
        "NCT00000001: began or begins: March 2026; end: December 2027; recruiting."
    )
    assert {"recruiting", "began", "ended"} <= set(texts)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("March 2007", 2007 + 2 / 12, 2007 + 3 / 12),
        ("2007 to 2010", 2007, 2011),
        ("11 March 2007 to 4 November 2008", 2007 + 2 / 12 + 10 / 372, 2008 + 10 / 12 + 3 / 372),
        ("December 2025 (planned)", 2025 + 11 / 12, 2026),
        ("not stated", None, None),
        (None, None, None),
    ],
)
def test_dates_in_words_have_their_place_on_the_axis(text, start, end):
    assert when(text) == (None if start is None else pytest.approx(start))
    assert when(text, last=True) == (None if end is None else pytest.approx(end))


# --- Findings ---------------------------------------------------------------------------------


def test_findings_show_figures_certainty_reasons_and_the_fixed_words(tables):
    (findings,) = tables("findings")
    assert findings.caption == "What cells added"
    remission, activity, fatigue = findings.rows
    assert remission == [
        "Remission",
        "Trial and Other (2020), randomised trial, double-blind: any remission: 9 of 12 (75%) with "
        "cells and 5 of 6 (83%) with placebo; 8 fewer in every hundred (40 fewer to 34 more; our "
        "reckoning) "
        "Series and Other (2018), uncontrolled cohort: any remission: 10 of 30 (33%)",
        "Very low Imprecision: few people",
        "The evidence is very uncertain about the effect of adding cells on remission.",
    ]
    assert "difference −3 points (95% interval −11 to 5; our reckoning)" in activity[1]
    assert "Abstract (2017), uncontrolled cohort; 30: no figures in the part read" in activity[1]
    assert activity[1].endswith("More in Review (2021).")
    assert activity[2:] == [
        "Moderate Risk of bias: nobody was blinded",
        "Adding cells likely results in a reduction in disease activity.",
    ]
    assert fatigue == [
        "Fatigue",
        "Fatigue and pain: none of the 3 studies in the archive, in the parts that we read",
        "No evidence",
        "We found no evidence on the effect of adding cells on fatigue.",
    ]


def test_each_certainty_has_its_words_and_only_the_surer_ones_a_direction():
    for certainty in Certainty:
        directions = list(Direction) if says_direction(certainty) else [None]
        assert {d for c, d in STATEMENTS if c is certainty} == set(directions)
        for direction in directions:
            said = statement(certainty, direction, "adding cells", "death")
            assert said[0].isupper() and said.endswith(".")
            assert "dding cells" in said and "death" in said
    verbs = {Certainty.HIGH: " results in ", Certainty.MODERATE: " likely results in ",
             Certainty.LOW: " may result in "}  # fmt: skip
    for certainty, verb in verbs.items():
        for direction in Direction:
            assert verb in statement(certainty, direction, "adding cells", "death")


# --- Mistakes ---------------------------------------------------------------------------------

FINDINGS = ":::{findings-table}\n:what: adding cells\n\n"


@pytest.mark.parametrize(
    ("content", "line", "message"),
    [
        pytest.param(
            ":::{archive-table}\n:design: randomized trial\n:::\n", 10,
            "{archive-table}: unknown design 'randomized trial'; known are: randomised trial; ",
            id="design",
        ),
        pytest.param(
            ":::{archive-table}\n:cohort: not Oslo\n:::\n", 10,
            "{archive-table}: unknown cohort 'Oslo'; known are: Bergen; Lund",
            id="cohort",
        ),
        pytest.param(
            ":::{archive-table}\n:columns: study; weight\n:::\n", 10,
            "{archive-table}: unknown column 'weight'; known are: study; design; ",
            id="column",
        ),
        pytest.param(
            ":::{archive-table}\n:cohort: Bergen\n:design: case report\n:::\n", 10,
            "{archive-table}: no study fits these options",
            id="nothing left",
        ),
        pytest.param(
            ":::{timeline}\n:treatment: CAR-T cells\n:::\n", 10,
            "{timeline}: no study fits these options",
            id="no study",
        ),
        pytest.param(
            ":::{cohort-map}\n:cohort: Bergen\n:::\n", 10,
            "{cohort-map}: none of these reports shares people with another",
            id="nothing shared",
        ),
        pytest.param(
            ":::{archive-table}\n:results: trial2020:cure\n:::\n", 10,
            "{archive-table}: 'trial2020:cure': no result 'cure'; the record has: sledai-start, ",
            id="result",
        ),
        pytest.param(
            ":::{archive-table}\n:cohort: Lund\n\ntrial2020: A note that nobody would see.\n:::\n", 10,
            "{archive-table}: unknown study in this table 'trial2020'; known are: big2015; ",
            id="note",
        ),
        pytest.param(
            ":::{archive-table}\n\ntrial2020: [a\n:::\n", 12,
            "{archive-table}: the notes are not YAML: ",
            id="notes",
        ),
        pytest.param(
            ":::{comparison-table}\n:studies: trial2020, nobody2020\n:outcomes: death\n:::\n", 10,
            "unknown study 'nobody2020'; known are: abstract2017, ",
            id="study",
        ),
        pytest.param(
            ":::{comparison-table}\n:studies: trial2020\n:outcomes: mood\n:::\n", 10,
            "{comparison-table}: unknown outcome 'mood'; known are: SLEDAI; ",
            id="outcome",
        ),
        pytest.param(
            f"{FINDINGS}- outcome: death\n  results: [big2015:death]\n  certainty: sure\n:::\n", 15,
            "{findings-table}: certainty: Input should be 'high', 'moderate', ",
            id="certainty",
        ),
        pytest.param(
            f"{FINDINGS}- outcome: death\n  results: [big2015:death]\n  certainty: low\n"
            "  because: {imprecision: few}\n:::\n", 13,
            "{findings-table}: low certainty needs a direction",
            id="direction missing",
        ),
        pytest.param(
            f"{FINDINGS}- outcome: death\n  results: [big2015:death]\n  certainty: very low\n"
            "  direction: more\n  because: {imprecision: few}\n:::\n", 13,
            "{findings-table}: very low certainty allows no direction",
            id="direction",
        ),
        pytest.param(
            f"{FINDINGS}- outcome: death\n  results: [big2015:death]\n  certainty: very low\n:::\n", 13,
            "{findings-table}: say why the certainty is not high: 'because: {imprecision: …}'",
            id="reason",
        ),
        pytest.param(
            f"{FINDINGS}- outcome: death\n  certainty: very low\n  because: {{imprecision: few}}\n:::\n", 13,
            "{findings-table}: results or studies go with a certainty, and 'no evidence' goes ",
            id="evidence",
        ),
        pytest.param(
            f"{FINDINGS}- outcome: death\n  results: [nobody2020:death]\n  certainty: very low\n"
            "  because: {imprecision: few}\n:::\n", 13,
            "{findings-table}: unknown study 'nobody2020'; known are: abstract2017, ",
            id="study of a finding",
        ),
        pytest.param(
            f"{FINDINGS}- outcome: pain\n  unmeasured: [pain]\n  certainty: no evidence\n"
            "- outcome: death\n  unmeasured: [death]\n  certainty: no evidence\n:::\n", 16,
            "{findings-table}: 'death' was measured: big2015:death; mend 'unmeasured'",
            id="measured after all",
        ),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_file_and_line_at_every_build(source, content, line, message):
    write(source, content)
    for _build in range(2):
        app, warnings = build(source)
        assert len(warnings) == 1, warnings
        assert warnings[0].startswith(f"findings.md:{line}: WARNING: {message}")


# --- Builds -----------------------------------------------------------------------------------


def test_a_new_study_and_a_changed_result_appear_without_another_edit(source):
    build(source)
    new = source / "evidence" / "studies" / "new2026.md"
    shutil.copy(source / "evidence" / "studies" / "big2015.md", new)
    change(new, "Lund large series", "Lund new series")
    change(new, "numbers: {enrolled: 1000}", "numbers: {enrolled: 2000}")
    change(
        source / "refs.bib",
        "@article{big2015",
        "@article{new2026,\n author = {New, N.},\n title = {New},\n journal = {J},\n year = {2026}\n}\n\n@article{big2015",
    )
    change(
        source / "evidence" / "studies" / "trial2020.md",
        "cells: {events: 9, n: 12}",
        "cells: {events: 10, n: 12}",
    )
    app, warnings = build(source)
    assert warnings == []
    for page, expected in (
        ("archive", ["Lund new series", "10 of 12 (83%)"]),
        ("others", ["Lund new series", "New 2026", "none of the 4 studies", "10 of 12 (83%)"]),
        ("findings", ["10 of 12 (83%)", "none of the 4 studies"]),
    ):
        text = app.env.get_doctree(page).astext()
        for each in expected:
            assert each in text, (page, each)


def test_the_pdf_shows_the_same(source):
    app, warnings = build(source, "typstpdf")
    assert warnings == []
    text = " ".join(read_pdf(app.outdir / "tables.pdf").text.split())
    for expected in (
        "9 of 12 (75%) with cells",
        "none of the 3 studies",
        "The evidence is very uncertain about the effect of adding cells on remission.",
        "recruiting (read 22 November 2026)",
        "Who shares people with whom",
        "Reports, year by year",
    ):
        assert expected in text
    # The line for the web site's filters.
    assert "In the record:" not in text
