"""Claims and quotations: typed once, checked, shown alike everywhere, and never stale."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pdf_reading import Pdf, read_pdf
from test_evidence_domain import Built, build, change, plain

ROOT = "test-evidence-claims"
CLAIMS, QUOTATIONS = "evidence/claims", "evidence/quotations"
STUDY = "evidence/studies/deng2017"


@pytest.fixture(scope="module")
def web(unchanged: Path) -> Built:
    found = build(unchanged)
    assert found.warnings == []
    return found


@pytest.fixture(scope="module")
def pdf(unchanged: Path) -> Pdf:
    found = build(unchanged, "typstpdf")
    assert found.warnings == []
    return read_pdf(found.folder / "claims.pdf")


# --- What is shown ----------------------------------------------------------------------------

SHOWN = [
    "There are three claims. One holds; two are not supported, none of the two about cells.",
    "The 3 claims and both answers.",
    "Symptoms come in flares None named Cannot be tested Supported",
    "Activity fell Zhou and Li (2020), Deng et al. (2017) Partly Not supported",
    "Kidneys healed Zhou and Li (2020), Deng et al. (2017) Contradicted Not supported",
    "These symptoms often come and go in what people call “flares.”",
    "“Activity fell”: both answers",
    "Cited Zhou and Li (2020), Deng et al. (2017) (further down)",
    "Certainty Very low",
    "Change in SLEDAI: −8 (SD 4) points (Deng et al. 2017)",
    "Any remission, 12 months: 9 of 12 (75%) with cells and 5 of 6 (83%) with placebo "
    "(Deng et al. 2017)",
    "Said in a leaflet",
    "Does the evidence as a whole support it? Supported. It is so: cannot be tested.",
    "“The cells had no additional effect.It is over” (Deng, D 2017)",
    "Verified word for word on 22 November 2026: the abstract.",
    "“a promising agent”",
    "Wording not checked against the paper. Partly verified; looked for on 22 November 2026 in: a "
    "copy of the abstract. Missing: the end of the sentence.",
    "Wording not checked against the paper. Not verified; nobody has looked for it yet.",
    "Zhou and Li (2020) Not verified Not looked for Not known",
    "See Activity fell and the words “promising”.",
    "The effect was 0.9 (0.55 to 1.47), or 0.9, in 39.8%.",
    "Claims and quotations checked with it: Activity fell; Kidneys healed; “no additional effect”.",
]


@pytest.mark.parametrize("words", SHOWN)
def test_html_and_pdf_show_the_same(web: Built, pdf: Pdf, words: str) -> None:
    pages = [web.text(page) for page in (CLAIMS, QUOTATIONS, "uses", STUDY)]
    assert any(words in page for page in pages)
    # The PDF breaks words at the ends of its lines.
    assert words.replace(" ", "") in re.sub(r"[\s­]", "", pdf.text)


def test_words_that_two_claims_share_stand_once(web: Built) -> None:
    assert web.text(CLAIMS).count("Cells lower activity and heal kidneys") == 1


def test_every_name_leads_to_its_claim_or_quotation(web: Built, pdf: Pdf) -> None:
    claims, quotations = web.html(CLAIMS), web.html(QUOTATIONS)
    for name in ("flares", "activity", "kidneys"):
        assert claims.count(f'id="claim-{name}"') == 1
        assert f'href="#claim-{name}"' in claims
    assert f'href="{CLAIMS}.html#claim-activity"' in web.html("uses")
    assert f'href="{QUOTATIONS}.html#quotation-zhou"' in web.html("uses")
    assert quotations.count('id="quotation-zhou"') == 1
    study = web.html(STUDY)
    assert 'href="../claims.html#claim-activity"' in study
    assert 'href="../quotations.html#quotation-deng"' in study
    pages = {link.target for link in pdf.links if link.words == "Activity fell"}
    assert pages == {pdf.page_with("Said in")}


def test_its_results_lead_to_the_place_in_the_study(web: Built) -> None:
    assert 'href="studies/deng2017.html#deng2017-remission" title="Deng et al. 2017, abstract' in (
        web.html(CLAIMS)
    )


# --- What is wrong ----------------------------------------------------------------------------


def line_of(page: Path, text: str) -> int:
    """The line of a page that the text begins on."""
    source = page.read_text(encoding="utf-8")
    return source.count("\n", 0, source.index(text)) + 1


WRONG_CLAIMS = [
    ("evidence-says: supported", "evidence-says: proven", "evidence-says: proven",
     "{claim} flares: evidence-says: 'proven' does not fit; expected 'supported', 'partly', "
     "'not supported', 'contradicted' or 'cannot be tested'"),
    ("about: lupus", "about: lupus\nsource-say: partly", "source-say:",
     "{claim} flares: source-say: unknown field; did you mean 'source-says'?"),
    ("about: lupus", "about: lupus\nbirds: many", "birds",
     "{claim} flares: birds: unknown field; known are: short, wording, origin, about, cited, "
     "cited-where, source-says, evidence-says, certainty, results-for, results-against"),
    ("about: lupus\n", "", "short: Symptoms", "{claim} flares: about: this field is needed, and missing"),
    ("source-says: cannot be tested", "source-says: partly", "source-says: partly",
     "{claim} flares: source-says: no source is cited, so that the answer must be 'cannot be tested'"),
    ("about: lupus", "about: [lupus", "source-says",
     "{claim} flares: this is not YAML: expected ',' or ']', but got ':'"),
    ("about: lupus", "about: lupus\nabout: lupus", "about: lupus\nsource",
     "{claim} flares: the field 'about' stands twice"),
    ("certainty: very low", "certainty: tiny", "certainty: tiny",
     "{claim} activity: certainty: 'tiny' does not fit; expected 'high', 'moderate', 'low', "
     "'very low' or 'no evidence'"),
    ("cited: [zhou2020, deng2017]", "cited: [zhou2020, 5]", "cited: [zhou2020, 5]",
     "{claim} activity: cited.2: Input should be a valid string"),
    ("{claim} kidneys", "{claim} activity", "::::{claim} activity", "{claim} activity: the claim 'activity' stands twice"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "at", "message"), WRONG_CLAIMS)
def test_a_wrong_claim_names_file_line_and_remedy(
    source: Path, old: str, new: str, at: str, message: str
) -> None:
    page = source / f"{CLAIMS}.md"
    right = page.read_text(encoding="utf-8")
    # The roles that print it are quiet about it: one warning is enough.
    change(page, old, new)
    expected = [f"{CLAIMS}.md:{line_of(page, at)}: WARNING: {message} [evidence.statement]"]
    assert build(source).warnings == expected
    # And again, though nothing changed, until it is mended.
    assert build(source).warnings == expected
    page.write_text(right, encoding="utf-8")
    assert build(source).warnings == []


WRONG_QUOTATIONS = [
    ("checked-where: a copy of the abstract\n", "", "checked: 2026-11-22\nmissing",
     "{quotation} zhou: checked: checked and checked-where go together"),
    ("match: not verified", "match: partly verified", "match: partly verified\n:::",
     "{quotation} nobody: match: without 'checked' it is 'not verified'"),
    ("missing: the end of the sentence\n", "", "short: “promising”",
     "{quotation} zhou: missing: say what is missing, unless every word was seen"),
    ("match: partly verified", "match: probably", "match: probably",
     "{quotation} zhou: match: 'probably' does not fit; expected 'verified word for word', 'partly "
     "verified', 'numbers verified, wording not', 'meaning verified, wording not' or 'not verified'"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "at", "message"), WRONG_QUOTATIONS)
def test_a_wrong_quotation_names_file_line_and_remedy(
    source: Path, old: str, new: str, at: str, message: str
) -> None:
    page = source / f"{QUOTATIONS}.md"
    change(page, old, new)
    assert build(source).warnings == [
        f"{QUOTATIONS}.md:{line_of(page, at)}: WARNING: {message} [evidence.statement]"
    ]


def test_a_result_that_no_record_has_is_named(source: Path) -> None:
    change(source / f"{CLAIMS}.md", "deng2017:remission", "deng2017:remision")
    assert build(source).warnings == [
        f"{CLAIMS}.md:25: WARNING: {{result}}`deng2017:remision`: no result 'remision'; the record "
        "has: remission, sledai-change, infection, share [evidence.role]"
    ]


def test_a_wrong_form_of_an_effect_names_those_there_are(source: Path) -> None:
    change(source / "uses.md", "infection:effect:value", "infection:effect:p")
    assert build(source).warnings == [
        "uses.md:5: WARNING: {result}`deng2017:infection:effect:p`: no form 'p' of an effect; known "
        "are: value, interval [evidence.role]"
    ]


WRONG_ROLES = {
    "{claim}`fits`": "{claim}`fits`: there is no claim 'fits' in evidence/claims.md; known are: "
    "flares, activity, kidneys",
    "{quotation}`fits`": "{quotation}`fits`: there is no quotation 'fits' in "
    "evidence/quotations.md; known are: deng, zhou, nobody",
    "{verdict}`fits:source`": "{verdict}`fits:source`: there is no claim 'fits' in "
    "evidence/claims.md; known are: flares, activity, kidneys",
    "{verdict}`flares`": "{verdict}`flares`: write the claim's id, then ':source' or ':evidence'",
    "{claims-count}`proven`": "{claims-count}`proven`: known are: all; supported; partly; not "
    "supported; contradicted; cannot be tested; lupus; usual treatment; stem cells; exosomes",
}


@pytest.mark.parametrize("role", WRONG_ROLES)
def test_a_wrong_role_names_file_line_and_what_there_is(source: Path, role: str) -> None:
    change(source / "other.md", "{claim}`flares`", role)
    expected = [f"other.md:3: WARNING: {WRONG_ROLES[role]} [evidence.statement]"]
    assert build(source).warnings == expected
    assert build(source).warnings == expected


def test_a_claim_stands_on_the_claims_page(source: Path) -> None:
    page = source / "other.md"
    page.write_text(f"{page.read_text()}\n:::{{claim}} new\nshort: New\n:::\n", encoding="utf-8")
    assert build(source).warnings == [
        "other.md:5: WARNING: {claim} new: these stand in evidence/claims.md; here refer to it with "
        "{claim}`new` [evidence.statement]"
    ]


# --- Builds after changes ---------------------------------------------------------------------


def test_a_changed_answer_changes_table_count_and_sentence(source: Path) -> None:
    build(source)
    change(source / f"{CLAIMS}.md", "evidence-says: supported", "evidence-says: partly")
    text = build(source).text(CLAIMS)
    assert "There are three claims. None holds;" in text
    assert "Symptoms come in flares None named Cannot be tested Partly" in text
    assert "support it? Partly. It is so" in text


def test_a_new_title_is_read_by_the_pages_that_print_it_and_by_no_other(source: Path) -> None:
    build(source)
    change(source / f"{CLAIMS}.md", "short: Activity fell", "short: Activity sank")
    again = build(source)
    assert again.warnings == []
    assert again.read == {CLAIMS, "uses"}
    assert "See Activity sank" in again.text("uses")
    # The study's page lists the claims that use it, and is written again.
    assert "checked with it: Activity sank;" in again.text(STUDY)
    assert build(source).read == set()


def test_a_removed_claim_is_missed_where_it_is_named(source: Path) -> None:
    build(source)
    page = source / f"{CLAIMS}.md"
    text = page.read_text(encoding="utf-8")
    page.write_text(text[: text.index(":::{claim} activity")], encoding="utf-8")
    assert build(source).warnings == [
        "uses.md:3: WARNING: {claim}`activity`: there is no claim 'activity' in evidence/claims.md; "
        "known are: flares [evidence.statement]"
    ]


def test_two_processes_read_what_one_reads(source: Path, web: Built) -> None:
    again = build(source, parallel=2)
    assert again.warnings == []
    for page in (CLAIMS, QUOTATIONS, "uses", STUDY):
        assert again.text(page) == web.text(page)
    change(source / f"{CLAIMS}.md", "short: Activity fell", "short: Activity sank")
    assert "See Activity sank" in build(source, parallel=2).text("uses")


# --- The handbook's own -----------------------------------------------------------------------


def test_the_handbooks_answers_are_typed_once(project: Path) -> None:
    page = (project / "docs" / f"{CLAIMS}.md").read_text(encoding="utf-8")
    assert len(re.findall(r"^:::\{claim\} ", page, re.MULTILINE)) == 23
    for line in page.splitlines():
        if line.startswith(("**Does the cited source", "**Does the evidence")):
            assert "{verdict}`" in line, line


def test_no_claim_about_stem_cells_or_exosomes_holds(handbook) -> None:
    """The "In short" box says so in words that do not follow from the records."""
    text = plain((handbook.html / f"{CLAIMS}.html").read_text(encoding="utf-8"))
    assert (
        "We found 23 claims. Seven hold. Seven hold in part. Seven are not supported. Two" in text
    )
    assert "All seven that hold are about lupus itself or its usual treatment." in text
    assert "Of the ten claims about stem cells, none holds in full." in text


def test_the_front_doors_lines_are_read_from_the_records(handbook) -> None:
    page = (handbook.html / "index.html").read_text(encoding="utf-8")
    lines = page[page.index("six lines") : page.index("Three ways in")]
    for result in ("deng2017-remission", "wang2018-deaths", "tselios2021placebo-sri-4"):
        assert f'#{result}"' in lines
