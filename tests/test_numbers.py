"""A number needs a source: what is found and where, what counts as a source, what is not a figure."""

import re
import shutil
from pathlib import Path

import pytest
from building import build_project, use_extension
from docutils import nodes
from sourced_numbers import NOT_FIGURES, figures

pytestmark = pytest.mark.sphinx("html", testroot="numbers", freshenv=True)

REMEDY = (
    "cite it, print it with {result}, or mark why it needs none with {own-figure}`number | reason`"
)


def found(app) -> list[tuple[str, int, str]]:
    """The page, line and message of each warning, in the order of the lines."""
    written = re.sub(r"\x1b\[[0-9;]*m", "", app.warning.getvalue())
    warnings = [
        re.fullmatch(r"(?:.*/)?(\S+\.md):(\d+): WARNING: (.*) \[numbers\]", line)
        for line in written.splitlines()
    ]
    assert all(warnings), written
    return sorted((w[1], int(w[2]), w[3]) for w in warnings)


def no_source(page: str, line: int, kind: str, numbers: str) -> tuple[str, int, str]:
    return page, line, f"this {kind} has a number and no source ({numbers}): {REMEDY}"


def not_repeated(line: int, numbers: str) -> tuple[str, int, str]:
    return (
        "box.md",
        line,
        f"this point has a number that the page repeats nowhere with its source ({numbers}): "
        "say it below with a citation, or cite it here",
    )


def no_reason(line: int, text: str, role: str = "own-figure") -> tuple[str, int, str]:
    remedy = f"give the reason: {{{role}}}`number | reason`"
    return "bare.md", line, f"{{{role}}}`{text}`: {remedy}"


FINDINGS = [
    no_source("bare.md", 10, "paragraph", "12, 30"),
    no_source("bare.md", 13, "list item", "13"),
    no_source("bare.md", 16, "list item", "14"),
    no_source("bare.md", 18, "list item", "15"),
    # The citation before the list is not the item's.
    no_source("bare.md", 23, "list item", "16"),
    no_source("bare.md", 25, "caption", "17"),
    no_source("bare.md", 29, "table head", "18"),
    # A list in a row is part of the row.
    no_source("bare.md", 33, "table row", "19, 20"),
    # The rows of a pipe table have its line.
    no_source("bare.md", 40, "table row", "22"),
    no_source("bare.md", 44, "quotation", "23"),
    no_source("bare.md", 49, "caption", "24"),
    no_source("bare.md", 53, "paragraph", "25"),
    no_source("bare.md", 56, "paragraph", "2000, 2019, 2.2019, 18, 20"),
    # The mark excuses its own number only.
    no_source("bare.md", 58, "paragraph", "27"),
    no_reason(60, "28"),
    no_reason(62, "29 | "),
    no_source("bare.md", 66, "footnote", "31"),
    no_source("bare.md", 68, "paragraph", "32, 34"),
    no_reason(68, "34", "typed-figure"),
    not_repeated(14, "13"),
    # 12 is told below, 14 is not.
    not_repeated(15, "14"),
    # A source in the box does not stand for the page's.
    not_repeated(18, "15"),
    no_source("box.md", 25, "paragraph", "13"),
]


@pytest.mark.sphinx(parallel=2)
def test_each_finding_has_its_file_its_line_and_its_remedy_and_nothing_else_is_found(app):
    app.build()
    assert found(app) == sorted(FINDINGS)


@pytest.mark.sphinx("typstpdf")
def test_the_pdf_finds_the_same(app):
    app.build()
    assert found(app) == sorted(FINDINGS)


def test_a_source_taken_away_is_missed(app):
    """What `sourced.md` shows is silent because of its sources, and for no other reason."""
    path = Path(app.srcdir) / "sourced.md"
    source = path.read_text(encoding="utf-8")
    path.write_text(re.sub(r"\{cite:\w\}`a2020`", "nowhere", source), encoding="utf-8")
    app.build()
    missed = [message for name, _line, message in found(app) if name == "sourced.md"]
    kinds = [message.removeprefix("this ").partition(" has a")[0] for message in missed]
    assert kinds == (
        ["paragraph"]
        + ["list item"] * 4
        + ["caption", "table head", "table row"] * 2
        + ["quotation", "caption", "paragraph", "paragraph"]
    )


def test_one_row_without_a_source_leaves_the_caption_without(app):
    path = Path(app.srcdir) / "sourced.md"
    source = path.read_text(encoding="utf-8")
    row = "    - of 12\n  - {cite:p}`a2020`\n"
    assert source.count(row) == 1
    path.write_text(source.replace(row, f"{row}* - words\n  - only\n"), encoding="utf-8")
    app.build()
    assert [
        message.split(" has ")[0] for name, _line, message in found(app) if name == "sourced.md"
    ] == [
        "this caption",
        "this table head",
    ]


def test_an_own_figure_is_printed_without_its_reason(app):
    app.build()
    page = (Path(app.outdir) / "sourced.html").read_text(encoding="utf-8")
    assert '<span class="own-figure">33 studies</span>, and 12 people' in page
    assert "counted in the tables" not in page


def test_the_reason_of_an_own_figure_stays_in_the_document(app):
    app.build()
    marks = [
        (node.astext(), node["reason"])
        for node in app.env.get_doctree("sourced").findall(nodes.inline)
        if "own-figure" in node["classes"]
    ]
    assert marks == [
        ("33 studies", "counted in the tables"),
        ("in round numbers", "kept while we counted"),
    ]


@pytest.mark.sphinx(warningiserror=True)
def test_with_warnings_as_errors_the_build_fails(app):
    app.build()
    assert app.statuscode == 1


# --- Records ----------------------------------------------------------------------------------


def test_records_are_sources(rootdir, tmp_path):
    """Cards, results and links to them need no citation; figures beside them do."""
    source = Path(shutil.copytree(rootdir / "test-evidence-domain", tmp_path / "source"))
    use_extension(source, "sourced_numbers")
    (source / "other.md").write_text(
        """\
---
description: Figures from a record, and one that is from nowhere.
last_reviewed: 2026-11-22
next_review: 2027-05-22
reviewed_by: []
---

# Other

:::{admonition} In short
:class: in-short

- Of 12 people, 9.
- Of 13 people.
:::

With cells {result}`deng2017:remission:cells`, of 18 people.

In {study}`deng2017` there were 18 people.

There were 18 people.
""",
        encoding="utf-8",
    )
    _app, warnings = build_project(source)
    written = [line for line in warnings.splitlines() if "[numbers]" in line]
    places = [re.search(r"(\w+\.md):(\d+): .*\(([^)]*)\):", line).groups() for line in written]
    assert places == [("other.md", "14", "13"), ("other.md", "21", "18")]


# --- What is a figure -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12 of 18 (67%)", ["12", "18", "67"]),
        ("1,684 people, −2.1 (SD 1.8) g/24 h", ["1,684", "2.1", "1.8", "24"]),
        ("p<0.05, n=30, 10–20 mg", ["0.05", "30", "10", "20"]),
        ("a 5-point fall, 50mg, x4", ["5", "50", "4"]),
        ("2 May and 3 people", ["3"]),
        ("between 2013 and 2024, in 2000 people", ["2000"]),
        ("in 2019–23 and winter 2020/21, 5 of them", ["5"]),
        ("2019 g a day, 1800 mg, 1,999 women", ["2019", "1800", "1,999"]),
        ("phase 2 in 30, grades 3 and 4 in 5", ["30", "5"]),
        ("C3 fell by 36, CD19 by half, IL-2 to 7", ["36", "7"]),
        ("95% interval 35.9 to 99.6%, 95% alive", ["35.9", "99.6", "95"]),
        (
            "95 of 100 adults, 3 of every 100, 7 of 1000, 100 people",
            ["95", "3", "7", "1000", "100"],
        ),
        ("call 999, or 111; 999,000 people, 111 people", ["999,000", "111"]),
    ],
)
def test_figures_are_told_from_names_and_days(text, expected):
    assert figures(text) == expected


def test_every_exemption_is_used_by_the_examples(rootdir):
    """No pattern is kept that nothing shows the need of."""
    examples = (rootdir / "test-numbers" / "exempt.md").read_text(encoding="utf-8")
    for why, pattern in NOT_FIGURES:
        assert re.search(pattern, examples), why
