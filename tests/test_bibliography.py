"""The bibliography: citations and reference list read right, and no build hides a mistake."""

import re
import shutil

import pytest
from bibliography_reading import EntryParser
from building import build_project
from docutils import nodes
from pybtex.database.input.bibtex import Parser
from sphinx.errors import ExtensionError
from sphinx.util.console import strip_colors

ROOT = "test-bibliography"


@pytest.fixture
def build(make_app, source):
    """Builds the copy as a new process would, and returns the app and its warnings."""

    def run(builder="html", **options):
        app = make_app(builder, srcdir=source, **options)
        try:
            app.build()
        finally:
            app.cleanup()
        return app, strip_colors(app.warning.getvalue())

    return run


def change(page, old, new):
    text = page.read_text(encoding="utf-8")
    assert old in text
    page.write_text(text.replace(old, new), encoding="utf-8")


def plain(text):
    """Text as a reader sees it, without the builder's line breaks."""
    return " ".join(re.sub(r"<[^>]+>", "", text).split())


@pytest.fixture(scope="module")
def built(unchanged):
    """The unchanged mini project, built once as HTML and as text."""
    pages = {}
    for builder, suffix in (("html", "html"), ("text", "txt")):
        app, warnings = build_project(unchanged, builder)
        assert warnings == ""
        for name in ("index", "twins", "types", "references"):
            pages[f"{name}.{suffix}"] = (app.outdir / f"{name}.{suffix}").read_text("utf-8")
    return pages


def entries(built):
    """The entries of the HTML reference list in order: label, text and HTML."""
    found = re.findall(
        r'<div class="citation" id="([\w-]+)" role="doc-biblioentry">\s*'
        r'<span class="label">(.*?)</span>\s*<p>(.*?)</p>',
        built["references.html"],
        flags=re.DOTALL,
    )
    return {key: (plain(label)[1:-1], plain(html), html) for key, label, html in found}


CITATIONS = [
    ("index", "Parenthetical: (Wang et al. 2018)."),
    ("index", "Textual: Wang et al. (2018)."),
    ("index", "Two authors: (Li and Sun 2018)."),
    ("index", "Several: (Li and Sun 2018; Wang et al. 2018)."),
    ("index", "Several, textual: Li and Sun (2018) and Wang et al. (2018)."),
    ("index", "With words: (see Wang et al. 2018, table 2)."),
    ("index", "Corporate: (FDA 2019), textual: FDA (2019)."),
    ("index", "Undated: (CDC undated), textual: CDC (undated)."),
    ("index", "Registration: (NCT02633163), textual: NCT02633163."),
    ("index", "Others: (van Vollenhoven et al. 2023)."),
    ("index", "sentence: De Silva and Wijerathne (2019)."),
    ("index", "Author only: Li and Sun, NCT02633163. Year only: 2018. Nothing: ."),
    ("twins", "Letters: (Chen et al. 2018a; Chen et al. 2018b), textual: Chen et al. (2018b)."),
    ("twins", "Year only: (2018a). Undated: (NHS undated-a; NHS undated-b)."),
]


@pytest.mark.parametrize("suffix", ["html", "txt"])
@pytest.mark.parametrize(("page", "shown"), CITATIONS)
def test_citation_in_the_text(built, page, shown, suffix):
    assert shown in plain(built[f"{page}.{suffix}"])


def test_whole_citation_links_to_its_entry(built):
    links = re.findall(r'href="(references.html#\w+)" title="[^"]*">(.*?)</a>', built["index.html"])
    assert ("references.html#wang2018", "Wang et al. 2018") in links
    assert ("references.html#wang2018", "Wang et al. (2018)") in links
    assert 'id="wang2018"' in built["references.html"]


LIST = {
    "wang2018": "Wang D, Li J, Zhang HY (2018). Long-term safety of UC-MSC in SLE: a MULTICENTRE "
    "Study. Stem Cell Research & Therapy 9(3):45–56. https://doi.org/10.1186/ar4520. "
    "PubMed 24661633.",
    "li2018": "Li J, Sun L (2018). Are kidneys protected? Lupus, pages 1–9. Abstract only.",
    "fda2019": "US Food and Drug Administration (FDA) (2019). Exosome Products. Report, FDA. "
    "https://www.fda.gov/exosomes (read 2 November 2026).",
    "cdc2026": "Centers for Disease Control and Prevention (CDC) (undated). Lupus fact sheet. "
    "https://www.cdc.gov/lupus (read 22 November 2026).",
    "nct02633163": "NCT02633163. Phase 2 Trial of Mesenchymal Stem Cells. Medical University of "
    "South Carolina, 2016. https://clinicaltrials.gov/study/NCT02633163 (read 22 November 2026).",
    "vollenhoven2023": "van Vollenhoven RF, et al. (2023). Remission. Lupus.",
    "desilva2019": "de Silva NL, Wijerathne AB (2019). Cells. Lupus.",
    "chen2018urine": "Chen A, Bo B, Chu C (2018b). Urine. Lupus.",
    "nhs2026skin": "NHS (undated-b). Skin. https://www.nhs.uk/skin (read 22 November 2026; "
    "archived copy).",
    "crowd2020": "One A, Two B, Three C, Four D, Five E, Six F, et al. (2020). Seven authors. "
    "Lupus.",
    "angstrom2017": "Ångström JP, Krause DS, Smith J Jr. (2017). Names. Lupus. PubMed 7562755.",
    "deklerk2001": "de Klerk A, Bos B, editors (2001). A Book. 2nd edition, Press, Leiden.",
    "leung2017": "Leung P (2017). A Chapter. In: Collected Work, pages 10–20, Press. "
    "https://doi.org/10.1000/(a)[b]#c.",
    "meeting2003": "Meeting M (2003). A Talk. In: Proceedings.",
    "report2002": "Report R (2002). Findings. White paper 7, Institute.",
    "doctor2004": "Doctor D (2004). Thesis. PhD thesis, Leiden University.",
    "master2005": "Master E (2005). Smaller Thesis. Master’s thesis, Leiden University.",
    "who2020": "World Health Organization (2020). Registry. Geneva meeting, abstract 3.",
}


@pytest.mark.parametrize("key", LIST)
def test_entry_of_the_list(built, key):
    text = plain(entries(built)[key][1].replace("&amp;", "&"))
    assert text == LIST[key]
    assert LIST[key] in plain(built["references.txt"].replace("*", ""))


def test_labels_of_the_list_are_those_of_the_text(built):
    labels = [label for label, _, _ in entries(built).values()]
    assert labels == [
        "Ångström et al. 2017",
        "CDC undated",
        "Chen et al. 2018a",
        "Chen et al. 2018b",
        "de Klerk and Bos 2001",
        "de Silva and Wijerathne 2019",
        "Doctor 2004",
        "FDA 2019",
        "Leung 2017",
        "Li and Sun 2018",
        "Master 2005",
        "Meeting 2003",
        "NCT02633163",
        "NHS undated-a",
        "NHS undated-b",
        "Ömalley 1999",
        "Ömalley 2003",
        "One et al. 2020",
        "Østergaard 2006",
        "Report 2002",
        "van Vollenhoven et al. 2023",
        "Wang et al. 2018",
        "World Health Organization 2020",
    ]


def test_links_and_emphasis(built):
    html = entries(built)["wang2018"][2]
    assert re.findall(r'href="(.*?)"', html) == [
        "https://doi.org/10.1186/ar4520",
        "https://pubmed.ncbi.nlm.nih.gov/24661633/",
    ]
    assert "<em>Stem Cell Research &amp; Therapy</em>" in html
    assert "<em>et al.</em>" in entries(built)["crowd2020"][2]
    assert "<em>A Book</em>" in entries(built)["deklerk2001"][2]
    assert "<em>Collected Work</em>" in entries(built)["leung2017"][2]


def test_an_archived_copy_is_linked(built):
    assert re.findall(r'href="(.*?)"', entries(built)["nhs2026skin"][2]) == [
        "https://www.nhs.uk/skin",
        "https://web.archive.org/web/2026/https://www.nhs.uk/skin",
    ]


def test_a_doi_with_characters_that_end_an_address_is_linked_whole(built):
    assert re.findall(r'href="(.*?)"', entries(built)["leung2017"][2]) == [
        "https://doi.org/10.1000/(a)%5Bb%5D%23c"
    ]


def test_list_is_made_of_ordinary_nodes(build):
    app, _ = build("dummy")
    doctree = app.env.get_and_resolve_doctree("references", app.builder)
    own = {type(node) for node in doctree.findall(nodes.Element)}
    assert {module.__module__ for module in own} == {"docutils.nodes"}


# --- Mistakes ---------------------------------------------------------------------------------


def test_unknown_key_fails_with_file_and_line(build, source):
    change(source / "twins.md", "{cite:yearpar}`chen2018vein`", "{cite:p}`chen2081`")
    _, warnings = build()
    assert f'{source / "twins.md"}:5: WARNING: could not find bibtex key "chen2081"' in warnings
    # A second try changes nothing in the sources and must not turn green.
    assert build()[1] == warnings


def test_citation_without_comma_fails_with_file_and_line(build, source):
    change(source / "twins.md", "{cite:yearpar}`chen2018vein`", "{cite:p}`chen2018vein li2018`")
    _, warnings = build()
    expected = (
        f"{source / 'twins.md'}:5: WARNING: cannot read the citation `chen2018vein li2018`. Put"
    )
    assert expected in warnings


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("year    = {2018},\n  pages", "year    {2018},\n  pages", "in line 18: '=' expected"),
        ("{Are kidneys protected?}", "{Are {kidneys protected?}", "in line 23: '}' expected"),
        (
            "journal = {Lupus},\n  year    = {2018},\n  p",
            "journal = lupus,\n  p",
            "in line 17: lupus",
        ),
        ("@article{li2018,", "@article{wang2018,", "repeated bibliography entry: wang2018"),
        ("note    =", "title   =", "duplicate title field"),
        ("{Li, Jing and", "{Li, J, Wang, D, Sun, L and", "Too many commas"),
    ],
    ids=["syntax", "open brace", "macro", "key twice", "field twice", "names"],
)
def test_broken_bibtex_fails_with_file_and_line(build, source, old, new, reason):
    change(source / "refs.bib", old, new)
    with pytest.raises(ExtensionError, match=reason) as error:
        build()
    assert str(error.value).startswith(f"{source / 'refs.bib'}:14: ")
    assert "`make lint`" in str(error.value)


@pytest.mark.parametrize(
    ("old", "new", "missing"),
    [
        ("author  = {Li, Jing and Sun, Lingyun},\n", "", "author"),
        ("title   = {Are kidneys protected?},\n", "", "title"),
        ("urldate = {2026-11-22}", "urldate = {last week}", "urldate as YYYY-MM-DD"),
    ],
)
def test_missing_field_fails(build, source, old, new, missing):
    change(source / "refs.bib", old, new)
    _, warnings = build()
    assert f"{source / 'references.md'}:3: WARNING: missing {missing} in " in warnings


# --- Incremental builds -----------------------------------------------------------------------


def without(bibliography, key):
    """Deletes an entry."""
    text = bibliography.read_text("utf-8")
    shorter = re.sub(rf"@\w+{{{key},.*?\n}}\n", "", text, flags=re.DOTALL)
    assert shorter != text
    bibliography.write_text(shorter, "utf-8")


def pages(app):
    """What Sphinx made of the project's own pages."""
    return [app.outdir / f"{docname}.html" for docname in sorted(app.env.found_docs)]


def snapshot(app):
    return {page.name: page.read_text("utf-8") for page in pages(app)}


def clean_build(make_app, source, tmp_path):
    """What a build from scratch makes of the sources as they now stand."""
    copy = shutil.copytree(source, tmp_path / "clean", ignore=shutil.ignore_patterns("_build"))
    app = make_app("html", srcdir=copy)
    app.build()
    return snapshot(app)


def test_deleting_a_cited_entry_warns_until_it_is_mended(build, source):
    assert build()[1] == ""
    without(source / "refs.bib", "vollenhoven2023")
    expected = f'{source / "index.md"}:21: WARNING: could not find bibtex key "vollenhoven2023"'
    assert expected in build()[1]
    assert expected in build()[1]
    change(source / "index.md", "{cite:p}`vollenhoven2023`", "nobody")
    assert build()[1] == ""


def test_changed_label_reaches_every_page(build, source, make_app, tmp_path):
    build()
    # Nobody else wrote in 2018 under this name any more: "2018a" becomes "2018".
    change(source / "refs.bib", "{Chen, An and", "{Chan, An and")
    app, warnings = build()
    assert warnings == ""
    after = snapshot(app)
    shown = "(Chan et al. 2018; Chen et al. 2018), textual: Chan et al. (2018)."
    assert shown in plain(after["twins.html"])
    assert after == clean_build(make_app, source, tmp_path)


def test_first_and_last_citation_of_an_entry_reach_the_list(build, source, make_app, tmp_path):
    build()
    change(source / "twins.md", "chen2018urine,chen2018vein", "chen2018vein")
    change(source / "twins.md", "{cite:t}`chen2018urine`", "nobody")
    app, warnings = build()
    assert warnings == ""
    assert "chen2018urine" not in (app.outdir / "references.html").read_text("utf-8")
    change(source / "twins.md", "nobody", "{cite:t}`chen2018urine`")
    app, warnings = build()
    assert warnings == ""
    assert snapshot(app) == clean_build(make_app, source, tmp_path)


def test_moved_list_reaches_every_page(build, source, make_app, tmp_path):
    build()
    change(source / "references.md", "```{bibliography}\n```", "They moved.")
    with (source / "types.md").open("a", encoding="utf-8") as page:
        page.write("\n```{bibliography}\n```\n")
    app, warnings = build()
    assert warnings == ""
    assert snapshot(app) == clean_build(make_app, source, tmp_path)


def test_moved_anchor_reaches_every_page(build, source, make_app, tmp_path):
    # Without this setting anchors are numbers, in the order of refs.bib.
    change(source / "conf.py", 'bibtex_cite_id = "{key}"', "")
    build()
    entry = "@article{new2000,\n  author = {New, Nell}, title = {New}, journal = {Lupus}\n}\n\n"
    change(source / "refs.bib", "@article{wang2018,", entry + "@article{wang2018,")
    app, warnings = build()
    assert warnings == ""
    assert snapshot(app) == clean_build(make_app, source, tmp_path)


def test_unchanged_build_writes_no_page(build):
    app, _ = build()
    before = [page.stat().st_mtime_ns for page in pages(app)]
    app, _ = build()
    assert [page.stat().st_mtime_ns for page in pages(app)] == before


def test_parallel_reading_gives_the_same_pages(build, source, make_app, tmp_path):
    # Sphinx reads in parallel only from the sixth page on.
    index = source / "index.md"
    for number in range(8):
        text = f"# Page {number}\n\n{{cite:p}}`wang2018,chen2018vein`\n"
        (source / f"page{number}.md").write_text(text, "utf-8")
        change(index, "twins\n", f"page{number}\ntwins\n")
    app, warnings = build(parallel=2)
    assert warnings == ""
    assert snapshot(app) == clean_build(make_app, source, tmp_path)


ENTRY = '@article{%s,\n  title = "%s",\n  author = {Li, Xia and {The Group}},\n}\n'
PLAIN = ENTRY % ("one2018", "One") + ENTRY % ("two2019", "Two")


@pytest.mark.parametrize(
    "text",
    [
        PLAIN,
        PLAIN.replace("One", "One\n@home{sic}, or"),
        "Words.\n" + PLAIN.replace("\n@article", " @article"),
        f"@comment{{left out\n{PLAIN}}}",
        "@book(three2020,\n title = {Three},\n month = jan # {, late})\n" + PLAIN,
        '@string{one = "A"}\n' + PLAIN.replace('"One"', "one") + '@String{one = "B"}\n',
        '@preamble{"x"}\n' + PLAIN,
    ],
    ids=["plain", "@ in a field", "no line ends", "comment", "brackets", "macro", "preamble"],
)
def test_entries_read_one_by_one_are_as_pybtex_reads_them(tmp_path, text):
    path = tmp_path / "refs.bib"
    path.write_text(text, encoding="utf-8")
    expected = Parser("utf-8").parse_file(path)
    found = EntryParser("utf-8").parse_file(path)
    assert found == expected
    assert [entry.key for entry in found.entries.values()] == list(expected.entries)


def test_an_entry_that_reads_as_before_is_the_one_of_before(tmp_path):
    path = tmp_path / "refs.bib"
    path.write_text(PLAIN, encoding="utf-8")
    before = EntryParser("utf-8").parse_file(path).entries
    path.write_text(PLAIN.replace("Two", "Three"), encoding="utf-8")
    after = EntryParser("utf-8").parse_file(path).entries
    assert after["one2018"] is before["one2018"]
    assert after["two2019"].fields["title"] == "Three"
    assert before["two2019"].fields["title"] == "Two"


def test_an_edit_while_the_file_is_read_is_not_taken_for_read(build, source, monkeypatch):
    """It was saved when the text had been read, and before the reading was done."""
    parse_file = EntryParser.parse_file

    def parse_and_edit_once(parser, path, *rest):
        monkeypatch.setattr(EntryParser, "parse_file", parse_file)
        found = parse_file(parser, path, *rest)
        change(path, "Are kidneys protected?", "Are kidneys safe?")
        return found

    monkeypatch.setattr(EntryParser, "parse_file", parse_and_edit_once)
    build()
    app, _warnings = build()
    assert "Are kidneys safe?" in plain((app.outdir / "references.html").read_text("utf-8"))
