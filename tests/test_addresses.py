"""Addresses do not die: moved pages leave a signpost, and what leads nowhere leads on."""

import shutil
import subprocess
from pathlib import Path

import html5lib
import pytest
from browser_bed import serve
from building import build_project
from conftest import PROJECT
from sphinx.errors import ExtensionError

from tools.lint.addresses import vanished_pages

ROOT = "test-addresses"
TEMPLATES = {"templates_path": [str(PROJECT / "docs" / "_templates")]}


def build(source: Path) -> tuple[Path, str]:
    """Build the site; the folder of its pages, and the warnings."""
    app, warnings = build_project(source, confoverrides=TEMPLATES)
    return Path(app.outdir), warnings


@pytest.fixture(scope="module")
def site(unchanged):
    """The site as it is served: below /en/latest/, with 404.html for what is not there."""
    outdir, warnings = build(unchanged)
    assert warnings == ""
    (outdir.parent / "served" / "en").mkdir(parents=True)
    shutil.copytree(outdir, outdir.parent / "served" / "en" / "latest")
    with serve(outdir.parent / "served") as address:
        yield address


@pytest.mark.parametrize("javascript", [True, False])
def test_an_old_address_leads_to_the_new_page(open_page, site, javascript):
    page = open_page(base_url=site, javascript=javascript)
    page.goto("en/latest/organs/kidney.html")
    page.wait_for_url("**/en/latest/inner/kidneys.html")
    assert page.get_by_role("heading", level=1).inner_text().startswith("Kidneys and lupus")


def test_an_old_address_keeps_the_place_on_the_page(open_page, site):
    page = open_page(base_url=site)
    page.goto("en/latest/organs/kidney.html#signs")
    page.wait_for_url("**/en/latest/inner/kidneys.html#signs")


def test_search_engines_learn_the_new_address(source):
    outdir, _warnings = build(source)
    signpost = (outdir / "organs" / "kidney.html").read_text(encoding="utf-8")
    assert (
        '<link rel="canonical" href="https://handbook.example/en/latest/inner/kidneys.html">'
        in signpost
    )


@pytest.mark.parametrize("page", ["404.html", "organs/kidney.html"])
def test_both_pages_are_valid(source, page):
    outdir, _warnings = build(source)
    html5lib.HTMLParser(strict=True).parse((outdir / page).read_text(encoding="utf-8"))


def test_what_is_not_found_leads_on_from_any_depth(open_page, site):
    page = open_page(base_url=site)
    page.goto("en/latest/404.html")
    links = page.get_by_role("main").get_by_role("link")
    assert links.all_inner_texts() == ["Start", "Kidneys and lupus"]
    assert links.last.get_attribute("href") == "/en/latest/inner/kidneys.html"
    assert page.get_by_role("search").get_attribute("action") == "/en/latest/search.html"
    links.last.click()
    assert page.get_by_role("heading", level=1).inner_text().startswith("Kidneys and lupus")


@pytest.mark.parametrize(
    ("text", "warning"),
    [
        ("inner/kidneys: index", "1: WARNING: inner/kidneys is a page again; take the line out"),
        (
            "a: index\nb: nowhere",
            "2: WARNING: there is no page nowhere; name the page that replaces b",
        ),
    ],
)
def test_a_signpost_that_leads_nowhere_is_told(source, text, warning):
    (source / "moved-pages.yaml").write_text(text, encoding="utf-8")
    _outdir, warnings = build(source)
    assert f"moved-pages.yaml:{warning}" in warnings


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- a", "1: not an old and a new page; each line is the old page and the new one"),
        ("a: index\nb: [index]", "2: not an old and a new page"),
        ("a: index\na: index", "2: a stands here twice; keep one line"),
        ("a: [index", "1: expected ',' or ']'"),
    ],
)
def test_a_mistake_in_the_list_is_told_with_its_line(source, text, message):
    (source / "moved-pages.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ExtensionError) as raised:
        build(source)
    assert f"moved-pages.yaml:{message}" in str(raised.value)


def test_the_lint_names_a_page_that_vanished(tmp_path):
    def git(*arguments: str) -> None:
        subprocess.run(
            ["git", "-c", "user.name=A", "-c", "user.email=a@example.org", *arguments],
            cwd=tmp_path,
            check=True,
            capture_output=True,
        )

    docs = tmp_path / "docs"
    (docs / "_drafts").mkdir(parents=True)
    for name in ("index", "gone", "renamed", "led-on", "_drafts/note"):
        (docs / f"{name}.md").write_text(f"# {name}\n", encoding="utf-8")
    git("init")
    git("add", ".")
    git("commit", "-m", "pages")
    assert vanished_pages(docs) == []
    git("mv", "docs/renamed.md", "docs/new.md")
    git("rm", "docs/gone.md", "docs/led-on.md", "docs/_drafts/note.md")
    git("commit", "-m", "moves")
    (docs / "moved-pages.yaml").write_text("led-on: index\n", encoding="utf-8")
    assert [str(finding) for finding in vanished_pages(docs)] == [
        f"{docs}/moved-pages.yaml:1: vanished-page: {page} was a page: "
        f"name the one that replaces it, as in '{page}: index'"
        for page in ("gone", "renamed")
    ]


def test_without_a_history_nothing_has_vanished(tmp_path):
    assert vanished_pages(tmp_path) == []
