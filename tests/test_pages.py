"""What every page promises: its state at its foot, its terms explained, its images described."""

import re
from pathlib import Path

import pytest
from page_status import FrontMatterError, parse_front_matter

pytestmark = pytest.mark.sphinx("html", testroot="pages", isolate=True)


def html(app, page: str) -> str:
    return (Path(app.outdir) / page).read_text(encoding="utf-8")


def text_of(markup: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", markup))


def replace(app, page: str, old: str, new: str) -> None:
    path = Path(app.srcdir) / page
    source = path.read_text(encoding="utf-8")
    assert old in source
    path.write_text(source.replace(old, new, 1), encoding="utf-8")


def test_the_project_builds_without_a_warning(app):
    app.build()
    assert app.warning.getvalue() == ""


def test_foot_says_when_and_that_nobody_has_reviewed(app):
    app.build()
    page = html(app, "index.html")
    assert (
        "Last reviewed by the editors: 31 January 2026. Next review due: 31 January 2027." in page
    )
    assert "no clinician and nobody with lupus" in page
    assert 'href="contributing.html#offer-a-review"' in page


def test_foot_names_reviewers_and_then_nothing_else(app):
    app.build()
    page = html(app, "inner/reviewed.html")
    assert "A. Example, rheumatologist, 2 February 2026; B. Example, has lupus" in page
    assert "no clinician" not in page


def test_foot_stands_before_the_list_of_pages_below(app):
    app.build()
    page = html(app, "index.html")
    assert page.index('class="page-status') < page.index('class="toctree-wrapper')


def test_description_is_for_search_engines(app):
    replace(app, "index.md", "small project, which", 'small "project" <b>which')
    app.build()
    assert (
        '<meta name="description" content="The front page of a small &quot;project&quot; '
        '&lt;b&gt;which tells what the others are for." />'
    ) in html(app, "index.html")


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("---\ndescription", "description", 1, "the page has no front matter"),
        ("reviewed_by: []\n---", "reviewed_by: []", 1, "no line '---' closes the front matter"),
        ("reviewed_by: []", "reviewed_by: [", 5, "the front matter is not YAML"),
        ("reviewed_by: []\n", "", 1, "reviewed_by: Field required"),
        ("reviewed_by: []", "reviewed_by: [1]", 5, "reviewed_by.1: Input should be a valid string"),
        ("next_review: 2027", "nxt_review: 2027", 4, "nxt_review"),
        ("last_reviewed: 2026-01-31", "last_reviewed: soon", 3, "last_reviewed: "),
        (
            "next_review: 2027",
            "next_review: 2025",
            4,
            "next_review must be later than last_reviewed",
        ),
        (
            "The front page of a small project, which tells what the others are for.",
            "Short",
            2,
            "at least 20",
        ),
    ],
)
def test_broken_front_matter_names_file_line_and_remedy(app, old, new, line, message):
    replace(app, "index.md", old, new)
    source = (Path(app.srcdir) / "index.md").read_text(encoding="utf-8")
    with pytest.raises(FrontMatterError) as error:
        parse_front_matter(source)
    assert message in str(error.value)
    app.build()
    assert f"index.md:{error.value.line}: WARNING: {error.value}" in app.warning.getvalue()
    assert error.value.line == line


def test_first_mention_of_a_term_is_linked_once(app):
    app.build()
    page = html(app, "index.html")
    links = re.findall(r'<a class="term reference internal"[^>]*>(.*?)</a>', page)
    assert [text_of(link) for link in links] == ["Proteinuria", "CAR-T"]
    assert 'href="glossary.html#term-proteinuria"' in page


def test_terms_are_found_in_the_plural_but_not_in_emphasis_or_code(app):
    app.build()
    page = html(app, "inner/reviewed.html")
    links = re.findall(r'<a class="term reference internal" href="([^"]*)">(.*?)</a>', page)
    assert [(href, text_of(text)) for href, text in links] == [
        ("../glossary.html#term-flare", "flares"),
        ("../glossary.html#term-proteinuria", "proteinuria"),
    ]


def test_the_glossary_does_not_link_to_itself(app):
    app.build()
    assert "term reference" not in html(app, "glossary.html")


def test_a_new_term_reaches_pages_that_did_not_change(app, make_app):
    app.build()
    replace(app, "glossary.md", "CAR-T\n", "urine\n  What the kidneys make.\n\nCAR-T\n")
    app.cleanup()
    again = make_app("html", srcdir=app.srcdir)
    again.build()
    assert "#term-urine" in html(again, "index.html")
    assert again.warning.getvalue() == ""


def test_an_image_without_alternative_text_is_reported(app):
    replace(app, "index.md", "![A butterfly](butterfly.svg)", ":::{image} butterfly.svg\n:::")
    app.build()
    warning = app.warning.getvalue()
    assert re.search(
        r"index\.md:\d+: WARNING: image 'butterfly.svg' has no alternative text", warning
    )


def test_files_beside_the_pages_are_linked_from_any_folder(app):
    app.build()
    assert 'href="handbook.pdf"' in html(app, "index.html")
    assert 'href="../handbook.pdf"' in html(app, "inner/reviewed.html")


def test_files_beside_the_pages_have_an_address_in_other_outputs(app, make_app):
    app.cleanup()
    other = make_app("text", srcdir=app.srcdir)
    other.build()
    doctree = other.env.get_and_resolve_doctree("index", other.builder)
    assert "https://handbook.example/en/handbook.pdf" in str(doctree)


def test_a_page_outside_the_menu_is_reported(app):
    (Path(app.srcdir) / "stray.md").write_text(
        (Path(app.srcdir) / "contributing.md")
        .read_text(encoding="utf-8")
        .replace("(offer-a-review)=", ""),
        encoding="utf-8",
    )
    app.build()
    assert re.search(
        r"stray\.md.*WARNING: document isn't included in any toctree", app.warning.getvalue()
    )
