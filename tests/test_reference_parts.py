"""The reference list in parts: every address leads to its source, and no part grows too long."""

import re
from pathlib import Path

import html5lib
import pytest
import reference_parts
from building import build_project

ROOT = "test-reference-parts"
KEYS = ["fda2024", "li2019", "vanvollenhoven2014", "wang2018", "wang2018b"]


def build(source: Path, builder: str = "html") -> tuple[Path, str]:
    """Build the mini project; its output folder and warnings."""
    app, warnings = build_project(source, builder)
    return Path(app.outdir), warnings


@pytest.fixture(scope="module")
def built(unchanged: Path) -> Path:
    out, warnings = build(unchanged)
    assert warnings == ""
    return out


def page(built: Path, name: str):
    return html5lib.parse((built / name).read_text("utf-8"), namespaceHTMLElements=False)


def with_id(tree, name: str) -> list:
    return [each for each in tree.iter() if each.get("id") == name]


def words(node) -> str:
    return re.sub(r"\s+", " ", "".join(node.itertext())).strip()


def test_every_old_address_leads_to_the_whole_entry(built):
    lines = page(built, "references.html")
    for key in KEYS:
        [line] = with_id(lines, key)
        [link] = line.iter("a")
        part, _, anchor = link.get("href").partition("#")
        assert anchor == key
        [entry] = with_id(page(built, part), key)
        assert "doc-biblioentry" in entry.get("role", "") or "citation" in entry.get("class")


def test_a_line_says_who_when_and_what(built):
    lines = page(built, "references.html")
    said = {key: words(with_id(lines, key)[0]) for key in KEYS}
    assert said["fda2024"] == "FDA 2024 Letter"
    assert said["wang2018b"] == "Wang 2018b More cells"
    assert said["vanvollenhoven2014"] == "van Vollenhoven 2014 Treat to target"
    assert re.fullmatch(r"Li 2019 Cells & kidneys in a trial .+ …", said["li2019"])
    assert len(said["li2019"]) < 75


def test_lines_stand_in_the_order_of_the_list_below_their_part(built):
    lines = page(built, "references.html")
    ids = [each.get("id") for each in lines.iter("li") if each.get("id")]
    assert ids == KEYS
    parts = [link.get("href") for link in lines.iter("a") if words(link).startswith("Sources, ")]
    assert {"references/a-l.html", "references/m-z.html"} <= set(parts)


def test_citations_lead_straight_into_the_parts(built):
    links = [link.get("href") for link in page(built, "index.html").iter("a")]
    assert {
        "references/a-l.html#fda2024",
        "references/m-z.html#wang2018",
        "references/m-z.html#wang2018b",
    } <= set(links)
    assert not [link for link in links if link and link.startswith("references.html#")]


def test_a_part_that_grows_too_long_is_named_with_the_remedy(source, monkeypatch):
    monkeypatch.setattr(reference_parts, "LONGEST", 2)
    _out, warnings = build(source)
    assert warnings.count("WARNING") == 1
    assert "m-z.md: WARNING: this page lists 3 sources" in warnings
    assert "references/m-z: references" in warnings


def test_lines_follow_an_edited_source(source):
    build(source)
    bibliography = source / "refs.bib"
    text = bibliography.read_text("utf-8")
    bibliography.write_text(text.replace("{More cells}", "{Many cells}"), "utf-8")
    out, warnings = build(source)
    assert warnings == ""
    assert words(with_id(page(out, "references.html"), "wang2018b")[0]).endswith("Many cells")


def test_other_outputs_have_the_list_alone(source):
    out, _warnings = build(source, "text")
    assert "Treat to target" not in (out / "references.txt").read_text("utf-8")
    assert "Treat to target" in (out / "references" / "m-z.txt").read_text("utf-8")
