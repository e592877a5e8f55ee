"""Figures on the pages come from the records: in every form and output, and never stale."""

from __future__ import annotations

import html
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import located_yaml
import pytest
from evidence import wording
from evidence.describing import parts
from pdf_reading import Pdf, read_pdf
from sphinx.testing.util import SphinxTestApp
from sphinx.util.console import strip_colors

ROOT = "test-evidence-domain"
CONTRADICTION = "(as published: “−1.4 (−1.1)”; the paper contradicts itself: a standard deviation cannot be negative)"
REMISSION = "evidence/studies/deng2017.html#deng2017-remission"
STUDIES = "evidence/studies"


@dataclass(frozen=True)
class Built:
    """What one build left behind, and which pages it read and wrote."""

    folder: Path
    warnings: list[str]
    read: set[str]
    written: set[str]

    def html(self, page: str) -> str:
        return (self.folder / f"{page}.html").read_text(encoding="utf-8")

    def text(self, page: str) -> str:
        return plain(self.html(page))


def plain(markup: str) -> str:
    """Text as a reader sees it."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", "", markup)).split())


def build(source: Path, builder: str = "html", **options) -> Built:
    """Build as a new process would."""
    app = SphinxTestApp(builder, srcdir=source, **options)
    read: set[str] = set()
    written: set[str] = set()
    app.connect("source-read", lambda app, docname, content: read.add(docname))
    app.connect("doctree-resolved", lambda app, doctree, docname: written.add(docname))
    try:
        app.build()
    finally:
        app.cleanup()
    text = strip_colors(app.warning.getvalue()).replace(f"{app.srcdir}/", "")
    return Built(Path(app.outdir), text.strip().splitlines(), read, written)


@pytest.fixture(scope="module")
def web(unchanged: Path) -> Built:
    """The unchanged mini project as a web site. Read it only."""
    found = build(unchanged)
    assert found.warnings == []
    return found


@pytest.fixture(scope="module")
def pdf(unchanged: Path) -> Pdf:
    """The same as a PDF."""
    found = build(unchanged, "typstpdf")
    assert found.warnings == []
    return read_pdf(found.folder / "evidence.pdf")


def change(page: Path, old: str, new: str) -> None:
    text = page.read_text(encoding="utf-8")
    assert old in text
    page.write_text(text.replace(old, new, 1), encoding="utf-8")


# --- The words ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("0", "0"),
        ("-2.1", "−2.1"),
        ("2.0", "2.0"),
        ("0.10", "0.10"),
        ("1.0e-05", "0.000010"),
        ("999", "999"),
        ("1800", "1,800"),
        ("-1234567.25", "−1,234,567.25"),
        ("2.0e+8", "200,000,000"),
        ("-0.0", "0.0"),
    ],
)
def test_numbers_keep_their_digits(written: str, words: str) -> None:
    assert wording.number(located_yaml.read(written).fields) == words


def test_changes_show_their_sign() -> None:
    written = ("1.5", "0", "-1.5")
    assert [wording.number(Decimal(x), signed=True) for x in written] == ["+1.5", "0", "−1.5"]


@pytest.mark.parametrize(
    ("events", "n", "words"),
    [
        (0, 12, "0%"),
        (12, 12, "100%"),
        (9, 12, "75%"),
        (1, 8, "13%"),  # 12.5: halves go up
        (5, 200, "3%"),  # 2.5: also where Python's round goes down
        (1, 100, "1%"),
        (99, 100, "99%"),
        (1, 101, "1.0%"),
        (4, 1000, "0.4%"),
        (996, 1000, "99.6%"),
        (1, 100000, "under 0.1%"),
        (99999, 100000, "over 99.9%"),
    ],
)
def test_shares_are_rounded_half_up_and_never_to_none_or_all(
    events: int, n: int, words: str
) -> None:
    assert wording.percent(events, n) == words


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ("1.0e+6", "1 million"),
        ("1.5e+6", "1.5 million"),
        ("2.0e+8", "200 million"),
        ("3.0e+9", "3 billion"),
        ("500000.0", "500,000"),
    ],
)
def test_doses_are_in_words(cells: str, words: str) -> None:
    assert wording.dose(Decimal(cells)) == words


@pytest.mark.parametrize(
    ("printed", "words"),
    [
        ("<0.05", "p < 0.05"),
        ("< .001", "p < 0.001"),
        ("0.03", "p = 0.03"),
        (".68", "p = 0.68"),
        ("=0.5", "p = 0.5"),
        (">0.05", "p > 0.05"),
    ],
)
def test_p_values_are_written_alike(printed: str, words: str) -> None:
    assert wording.p_value(printed) == words


def test_words_of_a_list() -> None:
    assert [wording.listing(["a", "b", "c"][:n]) for n in range(4)] == [
        "",
        "a",
        "a and b",
        "a, b and c",
    ]


# --- The roles --------------------------------------------------------------------------------

SENTENCES = [
    "With cells 9 of 12 (75%) reached remission.",
    "All: 9 of 12 (75%) with umbilical cord cells and 5 of 6 (83%) with placebo.",
    f"Change: −2.1 (SD 1.8) g/24 h {CONTRADICTION}.",
    f"Contradiction: mean −1.4 g/24 h {CONTRADICTION}.",
    "Only printed: “95 (70 to 60)” (as published; the paper contradicts itself: the range is upside down).",
    "Median: median 13 (range 8 to 34) points.",
    "Interquartile range: median 30.5 (interquartile range 28.1 to 33) g/L.",
    "Mean alone: mean +0.3 g/L.",
    "Rare: 4 of 1,000 (0.4%). Nearly all: 996 of 1,000 (99.6%).",
    "Pooled: mean difference −3.78 points (95% interval −4.2 to −3.36; p < 0.001; 8 studies pooled). "
    "Share: 28% (95% interval 20% to 37%).",
    f"Parts: 9 of 12, 75%, 9, 12, −2.1 g/24 h {CONTRADICTION}, 4.",
    "Comparison: risk ratio 0.9 (95% interval 0.55 to 1.47; p = 0.68).",
    "Digits: 1.0 (SD 0.20) g/L; 1.0 g/L.",
    "Shares: 58.3% of 12; 58.3% of 12; 40.0% of 35 (estimated; 95% interval 25.0% to 57.5%); 12%.",
    "Their difference: risk difference 25.0 percentage points (95% interval −20.0 to 60.0); alone 25.0 "
    "percentage points.",
    "One group contradicts itself: 33.3% of 6 (as published: “33.3% (3 of 6)”; the paper contradicts "
    "itself: half of six is no third).",
    "In the whole: 58.3% of 12 with umbilical cord cells and 33.3% of 6 with placebo (placebo, as "
    "published: “33.3% (3 of 6)”; the paper contradicts itself: half of six is no third).",
    "Only printed in one group: 1 of 12 (8%) with umbilical cord cells and “7 of 6” with placebo "
    "(placebo, as published; the paper contradicts itself: more than all).",
    "Our reckoning: 75% (47% to 91%); −8 percentage points (95% interval −40 to 34; our reckoning); 0.1 g/L (95% "
    "interval −0.2 to 0.4; our reckoning).",
    "Studies: Kunming placebo-controlled trial, 18 people, 6 on placebo, 200 million cells in total, 27 months (median).",
    "Kunming placebo-controlled trial 5 of 6 (83%)",
]


@pytest.mark.parametrize("sentence", SENTENCES)
def test_every_form_reads_the_same_in_html_and_pdf(web: Built, pdf: Pdf, sentence: str) -> None:
    assert sentence in web.text("uses")
    assert sentence in pdf.text


def test_a_result_is_a_link_to_its_row_and_names_its_place_in_the_source(web: Built) -> None:
    assert (
        f'<a class="reference internal" href="{REMISSION}" '
        'title="Deng et al. 2017, abstract, read 22 November 2026">'
        '<span class="evidence-result">9 of 12 (75%)</span></a>'
    ) in web.html("uses")
    study = web.html(f"{STUDIES}/deng2017")
    row = study[study.index('id="deng2017-remission"') :].split("</tr>")[0]
    assert plain("<p " + row).startswith(
        "Any remission The paper’s definition: complete or partial"
    )
    assert "umbilical cord cells 9 of 12 (75%) abstract, read 22 November 2026" in plain(
        "<p " + row
    )


def test_a_result_that_nobody_read_in_the_source_says_so(web: Built) -> None:
    assert 'title="Deng et al. 2017, table 2, from a second-hand copy"' in web.html("uses")


def test_in_the_pdf_the_link_leads_to_the_study(pdf: Pdf) -> None:
    assert pdf.link("9 of 12 (75%)").target == pdf.page_with(
        "Kunming placebo-controlled trial at a glance"
    )


def test_a_study_is_a_link_to_its_card(web: Built) -> None:
    link = (
        f'href="{STUDIES}/deng2017.html#deng2017-card" title="Deng et al. 2017, the study’s page"'
    )
    assert link in web.html("uses")


WRONG = {
    "deng2018:remission": (
        "unknown study 'deng2018'; known are: deng2017, li2013, nct00000001, pooled2020. Add "
        "evidence/studies/deng2018.md (`make new-study KEY=deng2018`), or mend the key [evidence.unknown]"
    ),
    "deng2017:remision": (
        "{result}`deng2017:remision`: no result 'remision'; the record has: remission, "
        "proteinuria-change, creatinine, response, fever, c4 [evidence.role]"
    ),
    "deng2017:remission:sham": (
        "{result}`deng2017:remission:sham`: no arm 'sham'; the result 'remission' has: cells, placebo "
        "[evidence.role]"
    ),
    "deng2017:remission:cells:rate": (
        "{result}`deng2017:remission:cells:rate`: no form 'rate'; known are: count, percent, interval, "
        "events, n, value [evidence.role]"
    ),
    "deng2017:proteinuria-change:cells:percent": (
        "{result}`deng2017:proteinuria-change:cells:percent`: the result 'proteinuria-change' has no "
        "'percent' [evidence.role]"
    ),
    "deng2017:response:cells:events": (
        "{result}`deng2017:response:cells:events`: the result 'response' has no 'events' [evidence.role]"
    ),
    "li2013:relapse:interval": (
        "{result}`li2013:relapse:interval`: the result 'relapse' has no 'interval': the percentage comes "
        "from a model, not from a count of people [evidence.role]"
    ),
    "deng2017:proteinuria-change:difference": (
        "{result}`deng2017:proteinuria-change:difference`: 'proteinuria-change' has no 'difference': "
        "the source does not give the standard deviation of both groups [evidence.role]"
    ),
    "li2013:fever:difference": (
        "{result}`li2013:fever:difference`: 'fever' has no 'difference': 'fever' has 0 groups to "
        "compare with; a comparison needs one arm with 'control: true' [evidence.role]"
    ),
    "li2013:death:effect": (
        "{result}`li2013:death:effect`: 'death' has no reported effect [evidence.role]"
    ),
    "deng2017": (
        "{result}`deng2017`: write study:result, study:result:arm or study:result:arm:form "
        "[evidence.role]"
    ),
}


@pytest.mark.parametrize("target", WRONG)
def test_a_wrong_target_names_file_line_and_what_there_is(source: Path, target: str) -> None:
    change(source / "other.md", "li2013:death", target)
    expected = [f"other.md:10: WARNING: {WRONG[target]}"]
    assert build(source).warnings == expected
    # And again, though nothing changed, until it is mended.
    assert build(source).warnings == expected
    change(source / "other.md", target, "li2013:death")
    assert build(source).warnings == []


def test_a_wrong_fact_of_a_study_names_what_there_is(source: Path) -> None:
    change(source / "other.md", "{result}`li2013:death`", "{study}`li2013:treated`")
    assert build(source).warnings == [
        "other.md:10: WARNING: {study}`li2013:treated`: the record has no 'treated'; it has: enrolled, "
        "follow-up, arm:all [evidence.role]"
    ]


# --- The card and the table -------------------------------------------------------------------

CARD = [
    "Kunming placebo-controlled trial at a glance",
    "Source Deng et al. (2017)",
    "What Mesenchymal stromal cells; randomised trial; double-blind; phase 2",
    "Who People with lupus nephritis; newly treated; nephritis: class III or IV",
    "How many 18 enrolled, 12 treated, 18 analysed",
    "Where and when China; Kunming; 2012 to 2014",
    "Cells Umbilical cord; from a donor; 200 million cells in total; into a vein",
    "Given alongside Steroids",
    "Compared with Placebo",
    "Registration NCT01539902",
    "Funding A foundation",
    "What we read Abstract and tables",
    "Retraction None found, checked on 22 November 2026",
    "Risk of bias Not assessable from the abstract and tables",
]


@pytest.mark.parametrize("words", CARD)
def test_the_card_tells_what_the_record_has(web: Built, pdf: Pdf, words: str) -> None:
    assert words in web.text(f"{STUDIES}/deng2017")
    assert words in pdf.text


def test_the_card_of_a_review_tells_how_many_studies_it_takes_together(web: Built) -> None:
    assert "How many 8 studies, 300 analysed" in web.text(f"{STUDIES}/pooled2020")


def test_the_card_leaves_out_what_is_not_reported(web: Built) -> None:
    page = web.text(f"{STUDIES}/li2013")
    for head in ("Funding", "Compared with", "Registration", "treated", "Given"):
        assert head not in page.split("What was found")[0], head
    assert "Retraction Not checked yet" in page


def test_the_card_names_studies_that_share_people(web: Built) -> None:
    page = web.html(f"{STUDIES}/li2013")
    # The last has no study page of its own, so its reference is named.
    assert "Possible: Deng et al. 2017; Pooled 2020. The same hospital" in plain(page)
    assert 'href="deng2017.html#deng2017-card"' in page
    assert "Certain: Sun and Wang (2010). The paper says so" in plain(page)


def test_the_card_prints_judgements_with_their_reasons(web: Built) -> None:
    assert (
        "Risk of bias JBI case series, judged by one person: Clear criteria for inclusion: unclear. "
        "The criteria are not listed."
    ) in web.text(f"{STUDIES}/li2013")


def test_the_card_of_a_registered_trial_tells_its_state_and_the_day(web: Built) -> None:
    page = web.text(f"{STUDIES}/nct00000001")
    assert (
        "Registration NCT00000001; recruiting, as the registry showed on 22 November 2026; began or "
        "begins: March 2026"
    ) in page
    assert "This is a registered trial: the record holds no results of it." in page


ROWS = [
    "12 months umbilical cord cells 9 of 12 (75%) abstract, read 22 November 2026",
    "placebo 5 of 6 (83%)",
    "as compared in the source risk ratio 0.9 (95% interval 0.55 to 1.47; p = 0.68)",
    "Change in proteinuria not given umbilical cord cells −2.1 (SD 1.8) g/24 h table 2, read 22 November 2026",
    "as published “−1.4 (−1.1)” The paper contradicts itself: a standard deviation cannot be negative",
    "58.3% of 12 page 4, read 22 November 2026 Note: worked out from the people at the end",
    "placebo 33.3% of 6 “33.3% (3 of 6)” The paper contradicts itself: half of six is no third",
    "placebo “7 of 6” The paper contradicts itself: more than all",
]


@pytest.mark.parametrize("words", ROWS)
def test_the_table_has_a_row_for_each_result_and_group(web: Built, words: str) -> None:
    assert words in web.text(f"{STUDIES}/deng2017")


def test_the_table_in_the_pdf_has_the_same_figures(pdf: Pdf) -> None:
    page = pdf.pages[pdf.page_with("Results of Kunming placebo-controlled trial") - 1]
    for words in (
        "umbilical cord cells 9 of 12 (75%)",
        "placebo 5 of 6 (83%)",
        "umbilical cord cells −2.1 (SD 1.8) g/24 h",
        "mean −1.4 g/24 h",
    ):
        assert words in page


def test_outcomes_looked_for_in_vain_are_named(web: Built) -> None:
    assert (
        "We looked for these in the whole source, and it does not report them: fatigue and quality of life."
    ) in web.text(f"{STUDIES}/li2013")


def test_a_card_can_be_shown_on_another_page_without_a_second_anchor(source: Path) -> None:
    with (source / "other.md").open("a", encoding="utf-8") as page:
        page.write("\n:::{study-card} deng2017\n:::\n\n:::{study-results} deng2017\n:::\n")
    found = build(source)
    assert found.warnings == []
    assert "How many 18 enrolled" in found.text("other")
    assert 'deng2017-remission"' not in found.html("other").replace(REMISSION, "")
    assert f'href="{REMISSION}"' in found.html("uses")
    assert f'href="{STUDIES}/deng2017.html#deng2017-card"' in found.html("uses")


def test_a_card_needs_to_know_its_study(source: Path) -> None:
    with (source / "other.md").open("a", encoding="utf-8") as page:
        page.write("\n:::{study-card}\n:::\n")
    assert build(source).warnings == [
        "other.md:12: WARNING: name a study: ':::{study-card} deng2017'; only on a study's own page can "
        "it be left out [evidence.unknown]"
    ]


@pytest.mark.parametrize("directive", ["study-card", "study-results"])
def test_a_study_page_without_the_place_that_links_lead_to_is_reported(
    source: Path, directive: str
) -> None:
    change(source / f"{STUDIES}/deng2017.md", f":::{{{directive}}}\n:::\n", "")
    assert build(source).warnings == [
        f"{STUDIES}/deng2017.md: WARNING: the page lacks ':::{{{directive}}}', which links to it lead to "
        "[evidence.page]"
    ]


# --- Builds after the first -------------------------------------------------------------------


@pytest.fixture
def rebuilt(source: Path) -> Callable[[], Built]:
    """Builds the changed project again after a first build."""
    assert build(source).warnings == []
    return lambda: build(source)


def test_nothing_changed_nothing_is_read(rebuilt: Callable[[], Built]) -> None:
    found = rebuilt()
    assert found.read == found.written == set()


def test_a_changed_record_rewrites_only_the_pages_that_use_it(
    source: Path, rebuilt: Callable[[], Built]
) -> None:
    change(source / f"{STUDIES}/deng2017.md", "events: 9, n: 12", "events: 8, n: 12")
    found = rebuilt()
    # The series names it as a study that shares people.
    assert found.read == {"uses", f"{STUDIES}/deng2017", f"{STUDIES}/li2013"}
    # And the menus above a changed page, which may show its title.
    assert found.written == found.read | {f"{STUDIES}/index", "index"}
    assert "With cells 8 of 12 (67%) reached remission." in found.text("uses")
    assert found.warnings == []


def test_new_prose_on_a_study_page_leaves_other_pages_alone(
    source: Path, rebuilt: Callable[[], Built]
) -> None:
    change(
        source / f"{STUDIES}/deng2017.md", "## What was found", "New words.\n\n## What was found"
    )
    assert rebuilt().read == {f"{STUDIES}/deng2017"}


def test_a_touched_record_leaves_other_pages_alone(
    source: Path, rebuilt: Callable[[], Built]
) -> None:
    path = source / f"{STUDIES}/deng2017.md"
    path.write_bytes(path.read_bytes())
    assert rebuilt().read <= {f"{STUDIES}/deng2017"}


def test_a_changed_bibliography_entry_reaches_the_locators(
    source: Path, rebuilt: Callable[[], Built]
) -> None:
    change(source / "refs.bib", "year    = {2013}", "year    = {2014}")
    found = rebuilt()
    assert {"other", "uses"} <= found.read
    assert 'title="Li et al. 2014, abstract, read 1 November 2026"' in found.html("other")


def test_a_namesake_in_the_bibliography_gives_the_locators_a_letter(
    source: Path, rebuilt: Callable[[], Built]
) -> None:
    with (source / "refs.bib").open("a", encoding="utf-8") as file:
        file.write(
            "\n@article{li2013x, author = {Li, X. and Zhao, Y. and Xu, Z.}, title = {The other one},"
            " journal = {Annals of Examples}, year = {2013}}\n"
        )
    change(source / "contributing.md", "`sun2010`", "`sun2010,li2013x`")
    found = rebuilt()
    assert found.warnings == []
    assert 'title="Li et al. 2013a, abstract, read 1 November 2026"' in found.html("other")
    assert "Li X, Wang D, Sun L (2013a)." in found.text("references")


def test_a_changed_title_in_the_bibliography_reaches_the_pages_of_its_study(
    source: Path, rebuilt: Callable[[], Built]
) -> None:
    change(source / "refs.bib", "{An uncontrolled series}", "{A series}")
    assert {"other", "uses", f"{STUDIES}/li2013"} <= rebuilt().read


def test_an_added_study_mends_the_page_that_waited_for_it(
    source: Path, rebuilt: Callable[[], Built]
) -> None:
    text = (source / f"{STUDIES}/pooled2020.md").read_text("utf-8")
    change(source / "other.md", "li2013:death", "sun2010:sledai")
    assert rebuilt().warnings != []
    (source / f"{STUDIES}/sun2010.md").write_text(text, encoding="utf-8")
    found = rebuilt()
    assert found.warnings == []
    assert "In one series mean difference −3.78 points" in found.text("other")
    assert "uses" not in found.read


def test_a_removed_study_is_missed_where_it_was_used(
    source: Path, rebuilt: Callable[[], Built]
) -> None:
    (source / f"{STUDIES}/pooled2020.md").unlink()
    found = rebuilt()
    assert len(found.warnings) == 2
    for warning in found.warnings:
        assert warning.startswith(
            "uses.md:28: WARNING: unknown study 'pooled2020'; known are: deng2017,"
        )
    assert "other" not in found.read


def test_a_page_that_lists_all_studies_follows_every_one(source: Path) -> None:
    with (source / "other.md").open("a", encoding="utf-8") as page:
        page.write("\n:::{study-list}\n:::\n")
    build(source)
    assert build(source).read == set()
    change(source / f"{STUDIES}/pooled2020.md", "A pooled analysis", "Another analysis")
    assert "Nanjing series; A trial under way; Another analysis" in build(source).text("other")
    (source / f"{STUDIES}/nct00000001.md").unlink()
    assert "Nanjing series; Another analysis" in build(source).text("other")


def test_a_page_that_stopped_using_a_study_is_left_alone(
    source: Path, rebuilt: Callable[[], Built]
) -> None:
    change(source / "other.md", "{result}`li2013:death`", "nothing")
    assert rebuilt().read == {"other"}
    change(source / f"{STUDIES}/li2013.md", "events: 4,", "events: 5,")
    assert "other" not in rebuilt().read


def test_a_place_that_went_away_is_missed(source: Path, rebuilt: Callable[[], Built]) -> None:
    change(source / f"{STUDIES}/deng2017.md", ":::{study-card}\n:::\n", "")
    (warning,) = rebuilt().warnings
    assert warning.startswith(f"{STUDIES}/deng2017.md: WARNING: the page lacks ':::{{study-card}}'")


def test_a_removed_result_is_missed_where_it_was_used(
    source: Path, rebuilt: Callable[[], Built]
) -> None:
    change(source / f"{STUDIES}/li2013.md", "- id: death", "- id: deaths")
    found = rebuilt()
    assert {warning.split(":")[0] for warning in found.warnings} == {"uses.md", "other.md"}
    assert 'id="li2013-death"' not in found.html(f"{STUDIES}/li2013")


def test_parallel_builds_give_the_same_pages(source: Path, web: Built) -> None:
    # Sphinx reads in parallel from eleven pages on.
    for number in range(12):
        shutil.copy(source / "other.md", source / f"more-{number}.md")
    change(source / "index.md", "other\n", "other\n" + "".join(f"more-{n}\n" for n in range(12)))
    alone = build(source, builddir=source.parent / "alone")
    shared = build(source, parallel=2, builddir=source.parent / "shared")
    assert alone.warnings == shared.warnings == []
    for page in ("uses", "other", "more-3", f"{STUDIES}/deng2017", f"{STUDIES}/li2013"):
        assert shared.html(page) == alone.html(page)
    # What each page uses was brought home from the other processes.
    change(source / f"{STUDIES}/li2013.md", "events: 4,", "events: 5,")
    again = build(source, parallel=2, builddir=source.parent / "shared")
    assert again.warnings == []
    for page in ("uses", "other", "more-3"):
        assert "5 of 1,000 (0.5%)" in again.text(page)


# --- The reference page ------------------------------------------------------------------------


@pytest.fixture
def reference(source: Path) -> Built:
    with (source / "other.md").open("a", encoding="utf-8") as page:
        for chosen in ("fields", "outcomes", "judgements"):
            page.write(f"\n:::{{record-reference}} {chosen}\n:::\n")
    found = build(source)
    assert found.warnings == []
    return found


def test_the_reference_names_every_field_of_the_model(reference: Built) -> None:
    page = reference.html("other")
    tables = dict(re.findall(r'<table[^>]* id="record-([\w-]+)">(.*?)</table>', page, re.DOTALL))
    for place, part in parts():
        table = tables[place.replace(".", "-").replace("_", "-") or "study"]
        heads = re.findall(r'<th class="stub"><p>(.*?)</p></th>', table, re.DOTALL)
        assert [plain(head) for head in heads] == list(part.model_fields), place
    text = plain(page)
    assert "People who joined. Whole number, 0 or more no" in text
    assert "where Place in the source: abstract, table 2, page 5. Words yes" in text
    assert "List of parts, each as in study.results" in text


def test_the_reference_lists_outcomes_and_tools(reference: Built) -> None:
    text = reference.text("other")
    assert "SLEDAI points less no" in text
    assert "death people with it, of all less yes" in text
    assert "RoB 2 randomised trial low; some concerns; high" in text


def test_the_search_finds_studies_by_name_and_leaves_out_single_results(web: Built) -> None:
    index = (web.folder / "searchindex.js").read_text("utf-8")
    objects = index[index.index('"objects":') : index.index('"objnames":')]
    assert "deng2017" in objects
    assert "remission" not in objects
