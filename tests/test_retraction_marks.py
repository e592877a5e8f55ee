"""A retracted source is marked wherever it is cited, and the pages must say so in words."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import retractions
from building import build_project, use_extension
from pdf_reading import read_pdf
from sphinx.errors import ExtensionError

ROOT = "test-retractions"


@pytest.fixture(scope="module")
def built(unchanged: Path) -> dict[str, str]:
    """The unchanged mini project, built once as a web site and as a PDF."""
    shown = {}
    for builder in ("html", "typstpdf"):
        app, warnings = build_project(unchanged, builder)
        assert warnings == ""
        if builder == "html":
            for page in ("index", "boxed", "references"):
                shown[page] = (app.outdir / f"{page}.html").read_text("utf-8")
        else:
            shown["pdf"] = read_pdf(app.outdir / "retractions.pdf").text
    return shown


def plain(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", "", html).split())


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("index", "In one paragraph (Kim 2021; Wang 2018a, retracted): the first paper"),
        ("index", "Li (2019, expression of concern) got"),
        ("index", "Chen (2020) a correction."),
        ("index", "NCT1, withdrawn was withdrawn."),
        ("boxed", "A paragraph that cites (Wang 2018a, retracted)."),
        ("boxed", "Wang (2018a, retracted) Cells"),
        ("references", "Wang D (2018a, retracted). Cells. Lupus."),
        ("references", "Retracted: https://doi.org/10.1000/note(1), PubMed 123."),
        ("references", "Wang D (2018b). More cells."),
        ("references", "Corrected: https://doi.org/10.1000/erratum."),
        ("references", "NCT1, withdrawn. A trial."),
        (
            "references",
            "4 of the 6 sources were checked for retractions and corrections, the last of them on "
            "21 November 2026: 1 corrected, 1 expression of concern, 1 withdrawn, 1 retracted. "
            "The other 2 have not been checked by machine yet.",
        ),
    ],
)
def test_marks_in_both_outputs(built: dict[str, str], page: str, words: str) -> None:
    assert words in plain(built[page])
    assert without_breaks(words) in without_breaks(built["pdf"])


def without_breaks(text: str) -> str:
    """Text without spaces and hyphens, which the PDF's lines break at will."""
    return re.sub(r"[\s\xad‐-]+", "", text)


def test_a_notice_is_linked(built: dict[str, str]) -> None:
    assert "<strong>Retracted</strong>: <a" in built["references"]
    assert 'href="https://doi.org/10.1000/note(1)"' in built["references"]
    assert 'href="https://pubmed.ncbi.nlm.nih.gov/123/"' in built["references"]


# --- Pages that do not say so -------------------------------------------------------------------

Build = Callable[..., str]


@pytest.fixture
def build(source: Path) -> Build:
    """Build the copy as a new process would; returns the warnings."""

    def run(**options: int) -> str:
        return build_project(source, **options)[1]

    return run


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.mark.parametrize(
    ("page", "old", "new", "place", "words"),
    [
        ("index.md", "the first paper was retracted", "good", "index.md:3", "in this paragraph"),
        ("index.md", "an expression of concern", "concern", "index.md:5", "in this paragraph"),
        ("index.md", "was withdrawn", "was done", "index.md:7", "in this list item"),
        ("boxed.md", "has been retracted", "is old", "boxed.md:3", "in this paragraph"),
        ("boxed.md", "has been retracted", "is old", "boxed.md:10", "in this table row"),
        ("boxed.md", "{cite:t}`wang2018` has", "Wang has", "boxed.md:3", "in this paragraph"),
    ],
)
def test_each_place_that_does_not_say_so_is_named(
    source: Path, build: Build, page: str, old: str, new: str, place: str, words: str
) -> None:
    change(source / page, old, new)
    for _ in range(2):  # the warning comes back until it is mended
        warnings = build()
        (line,) = [line for line in warnings.splitlines() if f"{place}: " in line]
        assert words in line and "[retractions.not_told]" in line
    change(source / page, new, old)
    assert build() == ""


def test_a_key_that_contains_the_word_does_not_count(source: Path, build: Build) -> None:
    for name in ("refs.bib", "index.md", "boxed.md", "evidence/retractions.yaml"):
        change(source / name, "wang2018", "wang2018retracted")
    change(source / "index.md", "the first paper was retracted", "good")
    assert "index.md:3: WARNING: wang2018retracted: this source was retracted" in build()


def test_a_retraction_that_becomes_known_reaches_pages_that_did_not_change(
    source: Path, build: Build
) -> None:
    assert build() == ""
    page = source / "_build" / "html" / "index.html"
    assert "Kim 2021;" in plain(page.read_text("utf-8"))
    file = source / retractions.FILE
    line = 'kim2021: {status: retracted, checked: 2026-11-22, source: "PubMed"}\n'
    file.write_text(file.read_text("utf-8") + line, encoding="utf-8")
    # The paragraph already has the word: nothing to warn of.
    assert build() == ""
    assert "Kim 2021, retracted" in plain(page.read_text("utf-8"))
    change(file, line, "")
    assert build() == ""
    assert "Kim 2021;" in plain(page.read_text("utf-8"))


def test_a_retraction_that_becomes_known_fails_pages_that_did_not_change(
    source: Path, build: Build
) -> None:
    change(source / "index.md", ",kim2021", "")
    (source / "kim.md").write_text("---\norphan: true\n---\n# Kim\n\nSee {cite:t}`kim2021`.\n")
    assert build() == ""
    file = source / retractions.FILE
    file.write_text(
        file.read_text("utf-8")
        + 'kim2021: {status: partly retracted, checked: 2026-11-22, source: "PubMed"}\n'
    )
    warnings = build()
    assert "kim.md:6: WARNING: kim2021: this source was partly retracted (PubMed, checked on" in (
        warnings
    )
    assert warnings.count("WARNING") == 1


def test_pages_that_are_read_side_by_side_are_checked_as_well(source: Path, build: Build) -> None:
    pages = [f"page{n:02}" for n in range(12)]
    for name in pages:
        (source / f"{name}.md").write_text(
            f"---\norphan: true\n---\n# {name}\n\n{{cite:p}}`nct1`\n"
        )
    warnings = build(parallel=2)
    assert all(
        f"{name}.md:6: WARNING: nct1: this source was withdrawn" in warnings for name in pages
    )
    (source / "page00.md").unlink()
    assert build(parallel=2).count("WARNING") == 11


# --- The file -----------------------------------------------------------------------------------


def test_a_line_about_no_source_is_named(source: Path, build: Build) -> None:
    change(source / retractions.FILE, "chen2020", "chen2021")
    for _ in range(2):
        assert re.search(r"retractions\.yaml:4: WARNING: refs\.bib has no entry chen2021", build())


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("status: corrected", "status: lost", r"yaml:4: chen2020\.status: Input should be"),
        ("status: corrected", "status: not checked", r"yaml:4: chen2020\.status: a source that"),
        ("status: corrected, ", "", r"yaml:4: chen2020\.status: Field required"),
        ("checked: 2026-11-20", "checked: yesterday", r"yaml:1: wang2018\.checked: "),
        ("10.1000/erratum", "see there", r"yaml:4: chen2020\.notices\.0: String should match"),
        ("nct1:", "li2019:", r"yaml:3: li2019 stands twice"),
        ("nct1: {", "nct1: {{", r"yaml:\d+: this is not YAML"),
    ],
)
def test_a_broken_file_stops_the_build(
    source: Path, build: Build, old: str, new: str, message: str
) -> None:
    change(source / retractions.FILE, old, new)
    with pytest.raises(ExtensionError, match=message):
        build()


def test_without_the_file_nothing_counts_as_checked(source: Path, build: Build) -> None:
    (source / retractions.FILE).unlink()
    assert build() == ""
    text = plain((source / "_build" / "html" / "references.html").read_text("utf-8"))
    assert (
        "None of the 6 sources has been checked for retractions and corrections by machine yet."
        in text
    )
    assert "2018, retracted" not in text


def test_the_file_is_written_as_it_is_read(source: Path) -> None:
    path = source / retractions.FILE
    standings = retractions.read(path)
    path.write_text(retractions.written(standings), encoding="utf-8")
    assert retractions.read(path) == standings
    lines = [retractions.line_of(path, key) for key in sorted(standings)]
    assert lines == sorted(lines) and lines[0] == 4


# --- Records ------------------------------------------------------------------------------------


def test_a_record_and_the_file_must_agree(tmp_path: Path, rootdir: Path) -> None:
    source = Path(shutil.copytree(rootdir / "test-evidence-domain", tmp_path / "source"))
    (source / retractions.FILE).write_text(
        'deng2017: {status: retracted, checked: 2026-11-22, source: "PubMed"}\n'
        'nct00000001: {status: none found, checked: 2026-11-20, source: "Crossref, PubMed"}\n'
    )
    study = source / "evidence" / "studies" / "li2013.md"
    change(
        study,
        "retraction: {status: not checked}",
        "retraction: {status: withdrawn, checked: 2026-11-22}",
    )
    use_extension(source, "retraction_marks")
    app, warnings = build_project(source)
    assert (
        "deng2017.md:1: WARNING: this record says 'none found' of its source, and "
        "evidence/retractions.yaml says 'retracted': make both say the same" in warnings
    )
    assert (
        "li2013.md:1: WARNING: this record says 'withdrawn' of its source, and "
        "evidence/retractions.yaml says 'not checked'" in warnings
    )
    # A figure from the record rests on the source as much as a citation does.
    assert re.search(r"uses\.md:\d+: WARNING: deng2017: this source was retracted", warnings)
    # What no person looked up, the card tells from the file.
    card = (app.outdir / "evidence" / "studies" / "nct00000001.html").read_text("utf-8")
    assert "None found, checked on 20 November 2026 (Crossref, PubMed)" in plain(card)
