"""Pages hold what keyboards and screen readers need: valid HTML, names, headings, headers, ids."""

import hashlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element

import furo
import html5lib
import pytest

HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")

# Furo's templates that ours in docs/_templates/ stand in for, as they were when ours were written.
MENDED = {
    "page.html": "ad8bad98317b2e09",
    "sidebar/brand.html": "847f4c19956c8a1e",
}


def parse(path: Path) -> tuple[Element, list[str]]:
    """A page's tree, and what a strict HTML5 parser finds wrong with it."""
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    tree = parser.parse(path.read_text(encoding="utf-8"))
    faults = [f"line {line}: {code} {data}" for (line, _column), code, data in parser.errors]
    return tree, faults


def words(element: Element) -> str:
    return " ".join("".join(element.itertext()).split())


def with_class(tree: Element, name: str) -> Iterator[Element]:
    return (element for element in tree.iter() if name in element.get("class", "").split())


@pytest.fixture(scope="module")
def pages(handbook) -> dict[str, tuple[Element, list[str]]]:
    """Every page of the handbook as a tree, with what is wrong in it."""
    found = sorted(handbook.html.rglob("*.html"))
    return {path.relative_to(handbook.html).as_posix(): parse(path) for path in found}


@pytest.fixture(scope="module")
def trees(pages) -> dict[str, Element]:
    return {name: tree for name, (tree, _faults) in pages.items()}


# -- The handbook ------------------------------------------------------------------------------


def test_every_page_is_valid_html(pages):
    assert not {name: faults for name, (_tree, faults) in pages.items() if faults}


def test_no_id_is_twice_on_a_page(trees):
    for name, tree in trees.items():
        ids = Counter(element.get("id") for element in tree.iter() if element.get("id"))
        assert not [one for one, count in ids.items() if count > 1], name


def test_labels_and_names_point_at_something(trees):
    for name, tree in trees.items():
        ids = {element.get("id") for element in tree.iter()}
        for element in tree.iter():
            for attribute in ("for", "aria-labelledby", "aria-describedby", "aria-controls"):
                for target in element.get(attribute, "").split():
                    assert target in ids, f"{name}: {attribute}={target}"


def test_headings_go_down_one_step_at_a_time(trees):
    for name, tree in trees.items():
        levels = [int(element.tag[1]) for element in tree.iter() if element.tag in HEADINGS]
        assert levels.count(1) == 1, f"{name}: {levels.count(1)} headings of the first level"
        assert levels[0] == 1, name
        for above, below in zip(levels, levels[1:], strict=False):
            assert below <= above + 1, f"{name}: h{above} is followed by h{below}"


def test_every_table_has_a_caption_and_headers(trees):
    seen = 0
    for name, tree in trees.items():
        for table in tree.iter("table"):
            seen += 1
            caption = table.find("caption")
            assert caption is not None, f"{name}: a table without caption"
            assert words(caption), f"{name}: a table with an empty caption"
            assert table.find(".//th") is not None, f"{name}: {words(caption)}: no headers"
    assert seen > 100


def test_every_table_scrolls_in_a_named_place_of_its_own(trees):
    for name, tree in trees.items():
        boxes = list(with_class(tree, "table-wrapper"))
        assert len(boxes) == len(list(tree.iter("table"))), name
        for box in boxes:
            assert (box.get("role"), box.get("tabindex")) == ("region", "0"), name
            assert box.get("aria-label"), name


def test_every_plot_scrolls_in_a_named_place_of_its_own(trees):
    seen = 0
    for name, tree in trees.items():
        for plot in with_class(tree, "effect-plot"):
            seen += 1
            (box,) = with_class(plot, "plot-wrapper")
            assert (box.get("role"), box.get("tabindex")) == ("region", "0"), name
            assert box.get("aria-label").startswith("Picture: "), name
            assert box.find(".//img") is not None, name
    assert seen > 20


def test_links_say_where_they_lead(trees):
    """A link is read out of its place too: its words, or its name, must not be empty."""
    for name, tree in trees.items():
        for link in tree.iter("a"):
            if link.get("href"):
                pictures = "".join(image.get("alt", "") for image in link.iter("img"))
                assert words(link) or link.get("aria-label") or pictures, f"{name}: {link.attrib}"


# -- The extension -----------------------------------------------------------------------------


@pytest.fixture
def built(app):
    app.build()
    assert app.warning.getvalue() == ""
    return lambda page: parse(Path(app.outdir) / page)[0]


@pytest.mark.sphinx("html", testroot="accessible-html")
def test_the_box_of_a_table_is_a_named_tab_stop_and_leaves_the_id_to_the_table(built):
    page = built("index.html")
    with_caption, without = with_class(page, "table-wrapper")
    assert with_caption.get("role") == "region"
    assert with_caption.get("tabindex") == "0"
    assert with_caption.get("aria-label") == "Doses, in millions of cells for each kilogram"
    assert without.get("aria-label") == "Table"
    assert [e.tag for e in page.iter() if e.get("id") == "doses"] != []
    ids = Counter(element.get("id") for element in page.iter() if element.get("id"))
    assert set(ids.values()) == {1}


@pytest.mark.sphinx("html", testroot="accessible-html")
def test_sources_are_items_of_a_list(built):
    page = built("sources.html")
    (references,) = with_class(page, "citation-list")
    assert references.get("role") == "list"
    assert [source.get("role") for source in references] == ["listitem", "listitem"]


@pytest.mark.sphinx("html", testroot="accessible-html")
def test_captions_of_menus_are_headings_of_the_second_level(built):
    captions = [e for e in built("index.html").iter("p") if e.get("role") == "heading"]
    assert captions
    assert {caption.get("aria-level") for caption in captions} == {"2"}


@pytest.mark.parametrize("name", MENDED)
def test_the_templates_of_furo_that_ours_replace_are_unchanged(name):
    template = Path(furo.__file__).parent / "theme" / "furo" / name
    assert hashlib.sha256(template.read_bytes()).hexdigest()[:16] == MENDED[name], (
        f"Furo's {name} has changed: compare it with docs/_templates/{name}, take over what readers "
        "need, then enter its new checksum here."
    )
