"""The lint: each rule finds its bad example, with its line, and nothing else."""

import subprocess
import sys

import pytest

from tools.lint import lint

BIBLIOGRAPHY = """\
% A comment with a colon: fine.
@article{mueller2018,
  author  = {Müller-Lüdenscheidt, Ada and de Silva, Bo and others},
  title   = {{TGF}-$\\beta$ and {CD4} T-cells: 50\\% of {SLE} in {O'Brien's} α-study (Phase 2)},
  journal = {Lupus},
  year    = {2018},
  pages   = {12--34},
  doi     = {10.1186/ar4520},
  pubmed  = {24661633}
}

@online{who2026facts,
  author      = {{World Health Organization}},
  shortauthor = {WHO},
  title       = {Facts},
  url         = {https://www.who.int/a_b?c=50%25&d=#e},
  urldate     = {2026-11-22}
}

@misc{nct02633163,
  title        = {Trial of cells},
  registration = {NCT02633163},
  url          = {https://clinicaltrials.gov/study/NCT02633163},
  urldate      = {2026-11-22}
}

@phdthesis{vandamme2001b,
  author = {van Damme, Cy},
  title  = {Kidneys},
  school = {Leiden},
  year   = 2001,
  url    = {https://example.org/},
  urldate = {2026-11-22}
}

@string{lupus = {Lupus}}
@preamble{{\\relax}}
"""

ANOTHER = """\
@online{who2026more,
  author      = {{World Health Organization}},
  shortauthor = {WHO},
  title       = {More},
  url         = {https://www.who.int/more},
  urldate     = {2026-11-22}
}

"""

PAGE = """\
---
description: A page.
---
# Page

{cite:p}`{see}mueller2018{table 2},who2026facts` and {cite:t}`nct02633163, vandamme2001b`.

![A kidney](kidney.svg)

| A | B |
|---|---|
| 1 |   |

:::{glossary}
term
  Its definition: words.
:::

````
```{list-table} An example {cite:p}`key` of what not to do
````

::::{note}
:::{list-table} Caption {cite:p}`who2026facts`
:header-rows: 1
:widths: 1 2

* - One
  - Two
* - 1
  -
:::
::::

```{figure} cell.svg
:alt: A cell

The caption.
```

```{csv-table} Caption
:header: "One", "Two"

1, 2
```

```{csv-table} Caption
:header-rows: 1

One, Two
1,
```

```{code-block} markdown
![](an-example.svg)
```
"""


@pytest.fixture
def docs(tmp_path):
    """A folder without any findings."""
    (tmp_path / "refs.bib").write_text(BIBLIOGRAPHY, "utf-8")
    (tmp_path / "page.md").write_text(PAGE, "utf-8")
    return tmp_path


def found(docs, name):
    return [(f.rule, f.line) for f in lint(docs) if f.path == docs / name]


def test_good_example_has_no_findings(docs):
    assert lint(docs) == []


COPY = "https://web.archive.org/web/2026/https://example.org/"
BAD_BIBLIOGRAPHY = [
    # rule, what to replace, by what, line
    ("broken-bibtex", "  year    = {2018}", "  year    {2018}", 2),
    ("stray-text", "}\n\n@online", "}\nand words\nand more\n\n@online", 11),
    ("duplicate-key", "@phd", ANOTHER.replace("more", "facts") + "@phd", 27),
    ("duplicate-doi", "  school =", "  doi = {10.1186/AR4520},\n  school =", 30),
    ("duplicate-pubmed", "  school =", "  pubmed = {24661633},\n  school =", 30),
    ("duplicate-title", "{Kidneys}", "{Trial of {C}ells}", 29),
    ("uncited", "@phdthesis{vandamme2001b", "@phdthesis{vandamme2001c", 27),
    ("unknown-type", "@phdthesis", "@thesis", 27),
    ("duplicate-field", "  school =", "  title = {Livers},\n  school =", 30),
    ("missing-field", "  journal = {Lupus},\n", "", 2),
    ("missing-field", "title        = {Trial of cells}", "title = {}", 20),
    ("missing-field", "  author      = {{World Health Organization}},\n", "", 12),
    ("missing-field", "  school = {Leiden},\n", "", 27),
    ("unprinted-field", "  pages   =", "  pmid    = {1},\n  pages   =", 7),
    ("name", "{van Damme, Cy}", "{van Damme, Cy, Bos, Bo}", 28),
    ("year", "year    = {2018}", "year    = {18}", 6),
    ("year", "  year    = {2018},\n", "", 2),
    ("year", "2026-11-22}\n}\n\n@misc", "2026-11-22},\n  year = {2026a}\n}\n\n@misc", 18),
    ("missing-source", "  urldate = {2026-11-22}\n}\n", "}\n", 32),
    ("missing-source", "  url    = {https://example.org/},\n", "", 27),
    ("doi", "{10.1186/ar4520}", "{https://doi.org/10.1186/ar4520}", 8),
    ("doi", "{10.1186/ar4520}", "{doi:10.1186/ar4520}", 8),
    ("doi", "{10.1186/ar4520}", "{10.1186/ar\\_4520}", 8),
    ("doi", "{10.1186/ar4520}", "{10.1186/ar4520.}", 8),
    ("doi", "{10.1186/ar4520}", "{ar4520}", 8),
    ("pubmed", "{24661633}", "{PMID 24661633}", 9),
    ("url", "{https://example.org/}", "{example.org}", 32),
    ("url", "{https://example.org/}", "{https://example/}", 32),
    ("url", "{https://example.org/}", "{https://example.org/?a\\&b}", 32),
    ("url", "{https://example.org/}", "{https://example.org/a b}", 32),
    ("url", "  school =", "  archive_url = {web.archive.org},\n  school =", 30),
    ("archive-url", "  school =", "  archive_url = {https://example.org/},\n  school =", 30),
    ("archive-url", "  journal =", f"  archive_url = {{{COPY}}},\n  journal =", 5),
    ("urldate", "{2026-11-22}\n}\n\n@phd", "{22.11.2026}\n}\n\n@phd", 24),
    ("registration", "{NCT02633163},", "{NCT 02633163},", 22),
    ("pages", "{12--34}", "{12-34}", 7),
    ("unbraced-acronym", "{CD4}", "CD4", 4),
    ("unbraced-acronym", "{SLE} in", "SLE in", 4),
    ("unbraced-acronym", "{Kidneys}", "{Kidneys\n  and mRNA}", 30),
    ("unbraced-acronym", "{Kidneys}", '"Kidneys, {TNF}, IL-2"', 29),
    ("unbraced-acronym", "{Kidneys}", "{Th17 in kidneys}", 29),
    ("unescaped-percent", "50\\% of", "50% of", 4),
    ("unescaped-percent", "{Kidneys}", "{Kidneys\n  50% smaller}", 30),
    ("latex-command", "{Kidneys}", "{{CD34}{\\textsuperscript{+}} cells}", 29),
    ("latex-command", "{Kidneys}", "{{CD34}$^{+}$ cells}", 29),
    ("latex-command", "{Kidneys}", "{{CO}$_2$}", 29),
    ("look-alike", "{Kidneys}", "{Kidneys\n  of mic\u0435}", 30),  # a Cyrillic e
    ("look-alike", "{12--34}", "{12\u201334}", 7),
    ("look-alike", "{https://example.org/}", "{https://example.org/\u2010}", 32),
    ("key", "Müller-Lüdenscheidt", "Mayer", 2),
    ("key", "{2018}", "{2019}", 2),
    ("key", "shortauthor = {WHO}", "shortauthor = {ECDC}", 12),
    ("key", "registration = {NCT02633163}", "registration = {NCT02633164}", 20),
]  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "good", "bad", "line"),
    BAD_BIBLIOGRAPHY,
    ids=[f"{rule}-{line}-{n}" for n, (rule, _, _, line) in enumerate(BAD_BIBLIOGRAPHY)],
)
def test_bibliography_rule(docs, rule, good, bad, line):
    assert good in BIBLIOGRAPHY
    (docs / "refs.bib").write_text(BIBLIOGRAPHY.replace(good, bad, 1), "utf-8")
    # A changed key is uncited, too; that is another rule's matter.
    (docs / "page.md").write_text(PAGE + "{cite:p}`NCT02633163`\n", "utf-8")
    assert found(docs, "refs.bib") == [(rule, line)]


@pytest.mark.parametrize(
    ("character", "remedy"),
    [
        ("\u00a0", "write an ordinary space"),  # no-break space
        ("\u2009", "write an ordinary space"),  # thin space
        ("\u00ad", "delete it"),  # soft hyphen
        ("\u200b", "delete it"),  # zero-width space
        ("\u202e", "delete it"),  # right-to-left override
        ("\u2011", "write a hyphen"),  # no-break hyphen
        ("\u2019", "write a straight quotation mark"),
        ("\u201c", "write a straight quotation mark"),
        ("\u0430", "write the Latin letter"),  # Cyrillic a
        ("\u039a", "write the Latin letter"),  # Greek capital kappa
        ("\u03bf", "write the Latin letter"),  # Greek omicron
        ("\u0301", "as one character"),  # combining acute accent
        ("\ufb01", "write fi"),  # ligature
        ("\U0001d401", "write B"),  # mathematical bold B
        ("\u80be", "romanise it"),  # Chinese
        ("\uff08", "romanise it"),  # Chinese parenthesis
    ],
)
def test_look_alike(docs, character, remedy):
    text = BIBLIOGRAPHY.replace("{Kidneys}", f"{{kidneys {character}}}")
    (docs / "refs.bib").write_text(text, "utf-8")
    (finding,) = lint(docs)
    assert (finding.rule, finding.line) == ("look-alike", 29)
    assert f"U+{ord(character):04X}" in finding.message
    assert remedy in finding.message


def test_characters_that_may_stay(docs):
    text = BIBLIOGRAPHY.replace("{Kidneys}", "{Große Ångström-Kidneys: β ≥ ½ µm² – 10⁶ Łódź™}")
    (docs / "refs.bib").write_text(text, "utf-8")
    assert lint(docs) == []


def test_entry_closed_too_early(docs):
    text = BIBLIOGRAPHY.replace("{Lupus},", "{Lupus}},")
    (docs / "refs.bib").write_text(text, "utf-8")
    assert ("stray-text", 5) in found(docs, "refs.bib")


def test_other_encoding(docs):
    (docs / "refs.bib").write_bytes(BIBLIOGRAPHY.encode("latin-1", "replace"))
    assert found(docs, "refs.bib") == [("broken-bibtex", 3)]


@pytest.mark.parametrize(
    ("author", "key"),
    [
        ("Müller, Ada", "muller2018"),
        ("Müller, Ada", "mueller2018a"),
        ("{\\\"U}nal, Ada", "uenal2018"),
        ("de Silva, Ada", "silva2018"),
        ("de Silva, Ada", "desilva2018urine"),
        ("Almeida-Brasil, Celline", "almeidabrasil2018"),
        ("Almeida-Brasil, Celline", "almeida2018il2"),
        ("O'Brien, Ada", "obrien2018"),
        ("Øst, Ada", "ost2018"),
        ("{Canadian Study Group}", "canadianstudygroup2018"),
    ],
)  # fmt: skip
def test_spellings_of_a_key(docs, author, key):
    text = BIBLIOGRAPHY.replace("Müller-Lüdenscheidt, Ada", author).replace("mueller2018", key)
    (docs / "refs.bib").write_text(text, "utf-8")
    (docs / "page.md").write_text(PAGE.replace("mueller2018", key), "utf-8")
    assert lint(docs) == []


def test_an_archived_copy_of_a_page_is_right(docs):
    text = BIBLIOGRAPHY.replace("  school =", f"  archive_url = {{{COPY}}},\n  school =")
    (docs / "refs.bib").write_text(text, "utf-8")
    assert lint(docs) == []


@pytest.mark.parametrize(
    ("field", "name", "key"),
    [
        ("shortauthor", "W3C", "w3c2026facts"),
        ("shortauthor", "W3C", "wc2026"),
        ("shortauthor", "Ninth Circuit", "ninthcircuit2026b"),
        ("registration", "ISRCTN1234", "isrctn1234"),
        ("registration", "2012-000123-31", "2012-000123-31"),
    ],
)
def test_spellings_of_a_corporate_key(docs, field, name, key):
    text = BIBLIOGRAPHY.replace("shortauthor = {WHO}", f"{field} = {{{name}}}")
    (docs / "refs.bib").write_text(text.replace("who2026facts", key), "utf-8")
    (docs / "page.md").write_text(PAGE.replace("who2026facts", key), "utf-8")
    assert lint(docs) == []


BAD_PAGE = [
    ("role-in-fence-title", "```{csv-table} Caption", "```{csv-table} Caption {cite:p}`key`", 41),
    ("definition-in-glossary", "  Its definition:", ": Its definition:", 16),
    ("remote-image", "(kidney.svg)", "(https://example.org/kidney.svg)", 8),
    ("remote-image", "(kidney.svg)", "(//example.org/kidney.svg)", 8),
    ("remote-image", "{figure} cell.svg", "{figure} http://example.org/cell.svg", 35),
    ("image-without-alternative", "![A kidney]", "![]", 8),
    ("image-without-alternative", "![A kidney]", "Words\nbefore ![]", 9),
    ("image-without-alternative", ":alt: A cell\n", ":alt:\n", 35),
    ("image-without-alternative", ":alt: A cell\n", "", 35),
    ("image-without-alternative", "  -\n", "  - ![](kidney.svg)\n", 31),
    ("table-without-header", "| A | B |", "| A |   |", 10),
    ("table-without-header", ":header-rows: 1\n", "", 24),
    ("table-without-header", ":header-rows: 1\n", ":header-rows: 0\n", 24),
    ("table-without-header", "  - Two\n", "  -\n", 24),
    ("table-without-header", ':header: "One", "Two"\n', "", 41),
    ("table-without-header", '"One", "Two"', '"One", ""', 41),
    ("table-without-header", ':header: "One", "Two"\n\n1, 2', ":header-rows: 1\n\n1,", 41),
    ("characters-without-glyph", "A page.", "A page by 王.", 2),
    ("characters-without-glyph", "Its definition", "그 definition", 16),
]


@pytest.mark.parametrize(
    ("rule", "good", "bad", "line"),
    BAD_PAGE,
    ids=[f"{rule}-{line}-{n}" for n, (rule, _, _, line) in enumerate(BAD_PAGE)],
)
def test_page_rule(docs, rule, good, bad, line):
    assert good in PAGE
    (docs / "page.md").write_text(PAGE.replace(good, bad, 1), "utf-8")
    assert found(docs, "page.md") == [(rule, line)]


ROW = """\
:::{list-table} Caption
:header-rows: 1

* - One
  - Two
* - 7 people
  - {cite:t}`mueller2018`
:::
"""
NOTES = """\
:::{archive-table}
:caption: Notes

mueller2018: >-
  A trial of 12 people.
nct02633163: >-
  Another, of 13 people. In a review {cite:p}`who2026facts`: 14 people.
:::
"""
# What a page says, and the figures of the study with a record that it types, with their lines.
TYPED = {
    "a share": (
        "Remission in 9 of 12 (75.5%) {cite:p}`mueller2018`.",
        [(1, "75.5%"), (1, "9 of 12")],
    ),
    "people": ("It had 1,234 women {cite:p}`mueller2018`.", [(1, "1,234 women")]),
    "studies": ("It pools 24 small trials {cite:p}`mueller2018`.", [(1, "24 small trials")]),
    "an interval": ("Lower (−1.25 to −0.31) {cite:p}`mueller2018`.", [(1, "−1.25 to −0.31")]),
    "a fall": ("It fell from 12 to 6 {cite:p}`mueller2018`.", [(1, "12")]),
    "on the second line": ("Words\nand 5% {cite:p}`mueller2018`.", [(2, "5%")]),
    "the sentence before the citation": ("It was 5%. Words {cite:p}`mueller2018`.", [(1, "5%")]),
    "the last citation": ("Words {cite:p}`mueller2018`. It was 5%.", [(1, "5%")]),
    "the study named before it": (
        "{cite:t}`mueller2018` found 5%. Words {cite:p}`who2026facts`.",
        [(1, "5%")],
    ),
    "one of two studies": ("{cite:t}`mueller2018` found 5%, others 6% {cite:p}`who2026facts`.", []),
    "another study's sentence": (
        "Words of {cite:t}`mueller2018`. In all it was 6% {cite:p}`who2026facts`.",
        [],
    ),
    "the next citation": ("Words {cite:p}`mueller2018`, and 6% {cite:p}`who2026facts`.", []),
    "together with a source without a record": (
        "It was 5% {cite:p}`mueller2018,who2026facts`.",
        [],
    ),
    "a row": (ROW, [(6, "7 people")]),
    "notes": (NOTES, [(5, "12 people")]),
    "printed": (
        "Remission in {result}`mueller2018:a` of {study}`mueller2018:b` {cite:p}`mueller2018`.",
        [],
    ),
    "marked": ("So {typed-figure}`5% | why` and {own-figure}`6% | why` {cite:p}`mueller2018`.", []),
    "a source without a record": ("It was 5% {cite:p}`who2026facts`.", []),
    "no finding": (
        "In 2020 studies began; 10 mg, 52 weeks, from 18 to 65, 3 of 12 March {cite:p}`mueller2018`.",
        [],
    ),
    "the kind of an interval": ("With a 95% interval {cite:p}`mueller2018`.", []),
    "a link": (
        "See [5% of people](other.md) or [it](of-5-people.md) {cite:p}`mueller2018`.",
        [(1, "5%")],
    ),
}


@pytest.mark.parametrize(("text", "figures"), TYPED.values(), ids=TYPED)
def test_figure_beside_its_record(docs, text, figures):
    (docs / "evidence/studies").mkdir(parents=True)
    (docs / "evidence/studies/mueller2018.md").write_text("# A study\n", "utf-8")
    (docs / "told.md").write_text(text, "utf-8")
    findings = lint(docs)
    assert {f.rule for f in findings} <= {"figure-beside-its-record"}
    assert sorted((f.line, f.message.split("'")[1]) for f in findings) == figures


def test_options_may_stand_in_a_block(docs):
    options = "---\nheader-rows: 1\n---\n"
    page = PAGE.replace(":header-rows: 1\n:widths: 1 2\n", options)
    assert page != PAGE
    (docs / "page.md").write_text(page, "utf-8")
    assert lint(docs) == []


def test_folders_with_an_underscore_hold_no_pages(docs):
    (docs / "_build").mkdir()
    (docs / "_build" / "page.md").write_text("![](kidney.svg)", "utf-8")
    assert lint(docs) == []


def run(project, docs):
    command = [sys.executable, "-m", "tools.lint", str(docs)]
    return subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)


def test_command_succeeds_without_findings(project, docs):
    result = run(project, docs)
    assert (result.returncode, result.stderr) == (0, "")


def test_command_fails_and_prints_path_line_rule_and_remedy(project, docs):
    (docs / "page.md").write_text(PAGE.replace("![A kidney]", "![]"), "utf-8")
    result = run(project, docs)
    assert result.returncode == 1
    assert "/page.md:8: image-without-alternative: kidney.svg has no alternative" in result.stdout


def test_command_without_bibliography_says_what_it_needs(project, docs):
    (docs / "refs.bib").unlink()
    result = run(project, docs)
    assert result.returncode == 2
    assert "refs.bib is missing: name the folder" in result.stderr


def test_the_handbook_has_no_findings(project):
    assert "\n".join(map(str, lint(project / "docs"))) == ""
