"""What changed: at the foot of a page, on one page for all, and as an Atom feed."""

from __future__ import annotations

import datetime
import html
import re
import shutil
from pathlib import Path
from xml.etree import ElementTree

import pytest
from building import build_project
from page_status import FrontMatterError, parse_front_matter
from pdf_reading import read_pdf

ROOT = "test-changes"
ATOM = "{http://www.w3.org/2005/Atom}"
AWKWARD = 'The share of "responders" is now 9 of 12 & no longer <b>all</b> *twelve*.'


def build(source: Path, builder: str = "html") -> Path:
    """Build without a warning, and give the output folder."""
    app, warnings = build_project(source, builder)
    assert warnings == ""
    return Path(app.outdir)


@pytest.fixture(scope="module")
def site(unchanged: Path) -> Path:
    return build(unchanged)


def words(page: Path) -> str:
    body = (
        page.read_text(encoding="utf-8").partition("<h1>")[2].partition('<div class="clearer"')[0]
    )
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())


def edit(page: Path, old: str, new: str) -> None:
    text = page.read_text(encoding="utf-8")
    assert old in text
    page.write_text(text.replace(old, new, 1), encoding="utf-8")


# --- On the pages -----------------------------------------------------------------------------


def test_a_page_says_at_its_foot_what_changed(site: Path) -> None:
    foot = words(site / "inner" / "page.html").partition("Last reviewed")[2]
    assert foot.endswith(
        f"What changed 1 April 2026: {AWKWARD} 1 March 2026: The second table names its sources."
    )
    assert "What changed" not in words(site / "index.html")


def test_one_page_lists_all_changes_the_newest_first(site: Path) -> None:
    listed = words(site / "changes.html").partition(" Last reviewed")[0]
    assert listed.endswith(
        f"1 April 2026 Cells & more : {AWKWARD} "
        "1 March 2026 Contributing : A way to offer a review is described. "
        "Cells & more : The second table names its sources."
    )
    page = (site / "changes.html").read_text(encoding="utf-8")
    assert page.count('href="inner/page.html"') >= 2


def test_a_change_more_is_listed_without_a_clean_build(source: Path) -> None:
    build(source)
    edit(source / "index.md", "reviewed_by: []", "reviewed_by: []\nchanges:\n  - {date: 2026-05-05, what: The front has a door now.}")  # fmt: skip
    edit(source / "inner" / "page.md", "# Cells & more", "# Cells")
    again = build(source)
    clean = build(Path(shutil.copytree(source, source.parent / "clean", ignore=shutil.ignore_patterns("_build"))))  # fmt: skip
    assert "5 May 2026 Front : The front has a door now. 1 April 2026 Cells :" in words(
        again / "changes.html"
    )
    for name in ("changes.html", "changes.xml", "index.html"):
        assert (again / name).read_bytes() == (clean / name).read_bytes()


def test_no_change_at_all_is_said(source: Path) -> None:
    for page in ("contributing.md", "inner/page.md"):
        path = source / page
        path.write_text(re.sub(r"changes:\n(  .*\n)+", "", path.read_text("utf-8")), "utf-8")
    site = build(source)
    assert "No page names a change so far." in words(site / "changes.html")
    feed = ElementTree.fromstring((site / "changes.xml").read_bytes())
    assert feed.findall(f"{ATOM}entry") == []
    assert feed.findtext(f"{ATOM}updated") == "2026-04-01T00:00:00Z"


def test_the_pdf_has_the_list_too(source: Path) -> None:
    pdf = read_pdf(build(source, "typstpdf") / "changes.pdf")
    assert "Contributing: A way to offer a review is described." in pdf.text
    assert f"Cells & more: {AWKWARD}" in pdf.text  # in the list
    assert f"1 April 2026: {AWKWARD}" in pdf.text  # at the foot


# --- The feed ---------------------------------------------------------------------------------


def test_the_feed_is_atom_with_absolute_addresses(site: Path) -> None:
    feed = ElementTree.fromstring((site / "changes.xml").read_bytes())
    assert feed.tag == f"{ATOM}feed"
    assert feed.findtext(f"{ATOM}title") == "Changes & more: what changed"
    assert feed.findtext(f"{ATOM}author/{ATOM}name") == "The testers"
    links = {link.get("rel"): link.get("href") for link in feed.findall(f"{ATOM}link")}
    assert links == {
        "self": "https://handbook.example/en/changes.xml",
        "alternate": "https://handbook.example/en/",
    }
    assert feed.findtext(f"{ATOM}updated") == "2026-04-01T00:00:00Z"
    entries = feed.findall(f"{ATOM}entry")
    assert [(e.findtext(f"{ATOM}title"), e.findtext(f"{ATOM}summary")) for e in entries] == [
        ("Cells & more", AWKWARD),
        ("Contributing", "A way to offer a review is described."),
        ("Cells & more", "The second table names its sources."),
    ]
    assert entries[0].find(f"{ATOM}link").get("href") == (
        "https://handbook.example/en/inner/page.html"
    )
    # What RFC 4287 wants of the feed and of each entry, once.
    for element in (feed, *entries):
        for needed in ("id", "title", "updated"):
            assert len(element.findall(f"{ATOM}{needed}")) == 1
        datetime.datetime.fromisoformat(element.findtext(f"{ATOM}updated"))
    ids = [element.findtext(f"{ATOM}id") for element in (feed, *entries)]
    assert len(set(ids)) == 4 and all(name.startswith("urn:uuid:") for name in ids)


def test_each_page_names_the_feed_in_its_head(site: Path) -> None:
    link = '<link rel="alternate" type="application/atom+xml" title="What changed" href="{}" />'
    for page, address in (("index.html", "changes.xml"), ("inner/page.html", "../changes.xml")):
        head = (site / page).read_text(encoding="utf-8").partition("</head>")[0]
        assert link.format(address) in head


def test_the_feed_does_not_depend_on_place_or_time(site: Path, source: Path) -> None:
    assert (build(source.rename(source.with_name("elsewhere"))) / "changes.xml").read_bytes() == (
        site / "changes.xml"
    ).read_bytes()


def test_an_entry_keeps_its_name_when_others_come_and_the_site_moves(
    site: Path, source: Path
) -> None:
    edit(source / "conf.py", "project = ", 'html_baseurl = "https://other.example/"\nproject = ')
    edit(source / "contributing.md", "changes:", "changes:\n  - {date: 2026-06-01, what: One more change on this page.}")  # fmt: skip

    def ids(feed: Path) -> list[str]:
        root = ElementTree.fromstring(feed.read_bytes())
        return [entry.findtext(f"{ATOM}id") for entry in root.findall(f"{ATOM}entry")]

    assert ids(build(source) / "changes.xml")[1:] == ids(site / "changes.xml")


# --- Front matter -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("date: 2026-04-01", "date: soon", 7, "changes.1.date: "),
        ("date: 2026-04-01", "dat: 2026-04-01", 7, "changes.1.dat: "),
        ("date: 2026-04-01", "date: 2026-02-01", 6, "put the newest change first"),
        ("The second", "the second", 9, "changes.2.what: begin with a capital letter and end"),
        ("names its sources.", "names its sources", 9, "end with a full stop"),
        ("The second table names its sources", "Mended", 9, "at least 20"),
        ("  - {date: 2026-03-01,", "  - {", 9, "changes.2.date: Field required"),
    ],
)
def test_a_wrong_change_names_line_and_remedy(
    rootdir: Path, old: str, new: str, line: int, message: str
) -> None:
    source = (rootdir / ROOT / "inner" / "page.md").read_text(encoding="utf-8")
    assert old in source
    with pytest.raises(FrontMatterError) as error:
        parse_front_matter(source.replace(old, new, 1))
    assert message in str(error.value)
    assert str(error.value).endswith("see 'Front matter' in about/contributing.md")
    assert error.value.line == line
