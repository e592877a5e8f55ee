"""The documented searches on the page: their record is checked, drawn, and shown as tables."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from building import build_project
from evidence_searches.identifiers import identifier, trials_in
from evidence_searches.record import FILE, SearchesError, load, parse
from pdf_reading import overprinted, read_pdf
from sphinx.testing.util import SphinxTestApp

ROOT = "test-searches"
RUN = """runs:
      - day: 2026-12-01
        to: 2026-11-29
        found: 1500
        doubles: 0
        included: 12
        excluded: {animals or laboratory only: 1400, not about lupus: 88}"""
SECOND = """runs:
      - {day: 2026-12-01, to: 2026-11-29, found: 7, doubles: 3, included: 0, excluded: {no data of its own: 4}}
      - {day: 2026-12-08, to: 2026-12-06, found: 1, doubles: 0, included: 1, excluded: {}}"""


@dataclass(frozen=True)
class Built:
    app: SphinxTestApp
    warnings: list[str]

    @property
    def page(self) -> str:
        return (Path(self.app.outdir) / "index.html").read_text(encoding="utf-8")

    @property
    def picture(self) -> str:
        """The only picture on the site."""
        [file] = Path(self.app.outdir, "_images").glob("*.svg")
        return file.read_text("utf-8")

    @property
    def alternative(self) -> str:
        return html.unescape(re.search(r'<img alt="(Flow[^"]*)"', self.page)[1])

    def rows(self, caption: str) -> list[list[str]]:
        """The cells of the table with this caption, without its head."""
        table = next(
            found for found in re.findall(r"<table.*?</table>", self.page, re.S) if caption in found
        )
        rows = re.findall(r"<tr.*?</tr>", table, re.S)[1:]
        return [[plain(c) for c in re.findall(r"<t[dh].*?</t[dh]>", r, re.S)] for r in rows]


def plain(markup: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", "", markup)).split())


def build(source: Path, builder: str = "html") -> Built:
    app, warnings = build_project(source, builder)
    return Built(app, warnings.splitlines())


@pytest.fixture(scope="module")
def not_run(unchanged: Path) -> Built:
    return build(unchanged)


def edit(source: Path, *changes: tuple[str, str]) -> None:
    path = source / FILE
    text = path.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    path.write_text(text, encoding="utf-8")


# --- What a reader sees -----------------------------------------------------------------------


def test_a_search_that_was_not_run_says_so_everywhere(not_run: Built) -> None:
    assert not_run.warnings == []
    assert (
        "Records found: PubMed: not run yet; ClinicalTrials.gov: not run yet."
        in not_run.alternative
    )
    assert "Number found: not counted" in not_run.alternative
    assert ">PubMed: not run yet</text>" in not_run.picture
    rows = not_run.rows("What each search found")
    assert [row[1:] for row in rows] == [["not run yet", *"–––––"]] * 3
    assert not_run.rows("Why records were excluded") == [["–", "not run yet"]]
    # No figure anywhere but those of the studies' records.
    assert re.findall(r"\d+", not_run.alternative) == ["22", "2026", "2", "1", "1"]


def test_the_searches_are_printed_as_they_are_sent(not_run: Built) -> None:
    assert [row[1] for row in not_run.rows("The documented searches")] == [
        'lupus[tiab] AND ("stem cells"[tiab] OR MSC[tiab])',
        "lupus[tiab] AND exosomes[tiab]",
        "AREA[ConditionSearch]lupus AND AREA[InterventionSearch]cells",
    ]


def test_figures_come_from_the_runs_in_picture_words_and_tables(source: Path) -> None:
    edit(source, ("runs: []", RUN), ("runs: []  # not yet", SECOND))
    built = build(source)
    assert built.warnings == []
    for words in (
        "PubMed: 1,508; ClinicalTrials.gov: not run yet",
        "counted once: 3; 1 search not run yet",
        "(screened): 1,505; 1 search not run yet",
        "not about lupus: 88; animals or laboratory only: 1,400; no data of its own: 4.",
        "(included): 13; 1 search not run yet",
        "Studies with a record in this handbook: 2: randomised trial: 1; registered trial",
    ):
        assert words in built.alternative
    assert built.rows("What each search found") == [
        ["PubMed: lupus and cells", "1 December 2026", "1,500", "0", "1,500", "12", "1,488"],
        ["PubMed: lupus and exosomes", "8 December 2026", "8", "3", "5", "1", "4"],
        ["ClinicalTrials.gov: lupus and cells", "not run yet", *"–––––"],
    ]
    assert ["No data of its own", "4"] in built.rows("Why records were excluded")
    drawn = " ".join(re.findall(r">([^<]*)</text>", built.picture))
    assert "PubMed: 1,508" in drawn
    assert "animals or laboratory only: 1,400" in drawn


def test_an_edited_record_is_drawn_anew_and_the_same_record_the_same(source: Path) -> None:
    first = build(source).picture
    edit(source, ("runs: []", RUN))
    assert "PubMed: 1,500" in build(source).picture
    edit(source, (RUN, "runs: []"))
    assert build(source).picture == first


def test_a_study_more_is_counted(source: Path) -> None:
    build(source)
    page = source / "evidence" / "studies" / "alpha2020.md"
    page.write_text(page.read_text("utf-8").replace("randomised trial", "case series"), "utf-8")
    assert "case series: 1; registered trial" in build(source).alternative


def test_the_pdf_has_the_same(source: Path) -> None:
    query = " OR ".join(
        ["lupus[tiab]", *['"extracellular transplantation immunotherapy"[tiab]'] * 9]
    )
    edit(source, ("runs: []", RUN), ("lupus[tiab] AND exosomes[tiab]", query))
    built = build(source, "typstpdf")
    assert built.warnings == []
    pdf = read_pdf(Path(built.app.outdir) / "searches.pdf")
    assert "PubMed: 1,500; 1 search" in pdf.text
    assert any("ClinicalTrials.gov: not run yet" in words for words in pdf.pictures)
    # Without a hyphen at the end of a line, which `text` passes over.
    assert query in " ".join(line.strip() for lines in pdf.lines for line in lines)
    assert overprinted(pdf) == []


# --- What is wrong is said with file, line and remedy ---------------------------------------------

ONE_RUN = "runs:\n      - {day: 2026-12-01, to: 2026-11-29, found: 2, doubles: 0, included: 1, excluded: {not about lupus: 1}}"
REJECTED = "rejected:\n  - {id: PMID 1, reason: not about lupus, day: 2026-12-01}"


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("topic", "tpoic", 8, "unknown field; did you mean 'topic'?"),
        ("PubMed", "Pubmed", 9, "did you mean 'PubMed'?"),
        ("    query: lupus[tiab] AND (", "    qery: (", 10, "did you mean 'query'?"),
        ("pubmed-exosomes", "pubmed-cells", 12, "stands twice: leave one"),
        ("id: pubmed-exosomes\n", "id: a\n    id: b\n", 13, "the field 'id' stands twice"),
        ("runs: []", ONE_RUN.replace("found: 2", "found: 3"), 12, "mend the count that is wrong"),
        ("runs: []", ONE_RUN.replace("found: 2", "found: two"), 12, "valid integer"),
        ("runs: []", ONE_RUN.replace("found: 2, ", ""), 12, "found: this field is needed"),
        ("runs: []", ONE_RUN.replace("to: 2026-11-29", "to: 2026-12-09"), 12, "later than the day"),
        ("runs: []", ONE_RUN.replace("about lupus", "about lupsu"), 12, "did you mean 'not about lupus'"),
        ("runs: []", ONE_RUN + ONE_RUN[5:], 11, "put the oldest first"),
        ("rejected: []", REJECTED.replace("PMID 1", "1"), 25, "write 'PMID 12345678'"),
        ("rejected: []", REJECTED.replace("not about lupus", "boring"), 25, "known are: not about"),
        ("rejected: []", REJECTED + REJECTED[9:].replace("PMID 1", "pmid:01"), 26, "stands twice"),
        ("rejected: []", "", 2, "rejected: this field is needed"),
        ("rejected: []", "rejected: [", 25, "this is not YAML"),
    ],
)  # fmt: skip
def test_each_fault_names_file_line_and_remedy(
    rootdir: Path, old: str, new: str, line: int, words: str
) -> None:
    path = rootdir / ROOT / FILE
    text = path.read_text(encoding="utf-8")
    assert old in text
    with pytest.raises(SearchesError) as found:
        parse(text.replace(old, new, 1), path)
    message = str(found.value)
    assert message.startswith(f"{path}:{line}: ")
    assert words in message
    assert message.endswith("see 'New studies' in about/link-and-source-checks.md")


def test_a_fault_fails_each_build_until_it_is_mended(source: Path) -> None:
    edit(source, ("service: PubMed", "service: Pubmed"))
    for _again in range(2):
        warnings = build(source).warnings
        assert len(warnings) == 2, warnings  # one for each directive
        assert all(each.startswith(f"{FILE}:9: WARNING: searches.1.service") for each in warnings)
    edit(source, ("service: Pubmed", "service: PubMed"))
    assert build(source).warnings == []


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SearchesError, match="nowhere.yaml:1: the file cannot be read"):
        load(tmp_path / "nowhere.yaml")


def test_the_handbook_s_own_searches_ask_both_services_for_each_subject(project: Path) -> None:
    searches = load(project / "docs" / FILE).searches
    topics = {search.topic for search in searches}
    for subject in ("mesenchymal", "exosomes", "cell therapy"):
        assert any(subject in topic for topic in topics)
    services = {(search.topic, search.service) for search in searches}
    assert len(services) == len(searches) == 2 * len(topics)


# --- Identifiers ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "form"),
    [
        ("PMID 12345678", "PMID 12345678"),
        (" pmid: 0123 ", "PMID 123"),
        ("nct01234567", "NCT01234567"),
        ("DOI 10.1002/(SICI)1097", "DOI 10.1002/(sici)1097"),
        ("https://doi.org/10.1000/ABC", "DOI 10.1000/abc"),
        ("10.1000/ü", "DOI 10.1000/ü"),
    ],
)
def test_an_identifier_has_one_form(given: str, form: str) -> None:
    assert identifier(given) == form


@pytest.mark.parametrize("given", ["", "123", "NCT123", "10.1000", "PMID x", "../refs.bib"])
def test_anything_else_is_none(given: str) -> None:
    with pytest.raises(ValueError, match="write 'PMID 12345678', 'DOI"):
        identifier(given)


def test_trials_are_found_in_words() -> None:
    words = "Registered (nct01234567; NCT01234567), not NCT012345678 or XNCT01234568."
    assert trials_in(words) == ["NCT01234567"]
