"""Pages weigh little and stand still: limits and measuring are in tools/page_weight.py."""

import os
import re
import time
from pathlib import Path

import furo
import pytest
from page_files import unused_selectors

from tools.browser import QuietHandler, serve
from tools.page_weight import KINDS, MOST, OWN_LIMITS, read_page, read_site

FURO_STYLES = "theme/furo/static/styles/furo.css"
CLASSES, IDS = re.compile(r'class="([^"]*)"'), re.compile(r' id="([^"]*)"')
NAMES, NEGATIONS = re.compile(r"[.#][A-Za-z_][\w-]*"), re.compile(r":not\([^)]*\)")

# Adds up how far what is on the page was pushed about; 0 is not at all.
WATCH_SHIFTS = """
window.shifts = [];
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) {
    const nodes = entry.sources.map(({ node }) => node?.outerHTML?.slice(0, 80) ?? node?.nodeName);
    if (!entry.hadRecentInput) window.shifts.push([entry.value, ...nodes]);
  }
}).observe({ type: "layout-shift", buffered: true });
"""


# -- The measuring -----------------------------------------------------------------------------


@pytest.fixture
def weigh(tmp_path):
    """Writes a site of one page with the given head and text, and reads the page."""

    def write(head: str = "", text: str = "", **files: bytes):
        for name, content in {"style.css": b"p {}", **files}.items():
            path = tmp_path / name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content)
        page = tmp_path / "index.html"
        page.write_text(f"<!doctype html><title>One</title>{head}<p>{text}</p>", encoding="utf-8")
        return read_page(page, tmp_path)

    return write


def test_a_small_page_is_without_fault(weigh):
    page = weigh('<link rel="stylesheet" href="style.css?v=1">', '<img src="data:,">')
    assert page.requests == 2
    assert list(page.faults()) == []


def test_a_heavy_page_is_named_with_its_heaviest_parts(weigh):
    page = weigh('<link rel="icon" href="big.svg">', **{"big.svg": os.urandom(MOST)})
    [fault] = page.faults()
    assert fault.startswith(f"index.html weighs {page.weight:,} bytes compressed, at most 40,000")
    assert "the heaviest parts: big.svg 40,0" in fault


def test_too_many_files_are_told(weigh):
    names = [f"{number}.js" for number in range(12)]
    tags = "".join(f'<script defer src="{name}"></script>' for name in names)
    [fault] = weigh(tags, **dict.fromkeys(names, b"1")).faults()
    assert fault == "index.html loads 13 files, at most 12"


def test_a_script_that_holds_up_the_page_is_told(weigh):
    tags = '<script src="a.js"></script><script defer src="b.js"></script>'
    [fault] = weigh(tags, **{"a.js": b"1", "b.js": b"2"}).faults()
    assert fault == "index.html waits for a.js: load it with defer"


def test_a_picture_without_size_is_told_and_a_page_with_plots_may_weigh_more(weigh):
    picture = {"_images/plot.svg": os.urandom(MOST)}
    page = weigh("", '<img src="_images/plot.svg" loading="lazy">', **picture)
    [fault] = page.faults()
    assert fault.startswith("index.html: _images/plot.svg says no width and height")
    assert page.requests == 1


def test_what_is_not_there_or_not_ours_is_an_error(weigh):
    with pytest.raises(FileNotFoundError, match=r"loads gone\.css, which is not in"):
        weigh('<link rel="stylesheet" href="gone.css">')
    with pytest.raises(ValueError, match=r"loads https://fonts\.example/a\.css, which is not on"):
        weigh('<link rel="stylesheet" href="https://fonts.example/a.css">')


# -- The handbook ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def weighed(handbook):
    return read_site(handbook.html)


def test_every_page_is_within_its_limits(weighed):
    assert [fault for page in weighed for fault in page.faults()] == []


def test_limits_of_their_own_are_for_pages_that_are_there(weighed):
    assert set(OWN_LIMITS) <= {page.name for page in weighed}


@pytest.mark.parametrize(
    ("kind", "width"),
    [*((kind, 390) for kind in KINDS), ("article", 1280), ("archive", 1280), ("search", 1280)],
)
def test_a_page_stands_still_and_loads_little(page_at, weighed, kind, width):
    address = KINDS[kind]
    page = page_at(width)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.add_init_script(WATCH_SHIFTS)
    page.goto(address, wait_until="networkidle")
    before = len(asked)
    # Past all pictures, so that they arrive.
    page.evaluate("window.scrollTo({ top: document.body.scrollHeight, behavior: 'instant' })")
    page.wait_for_load_state("networkidle")
    assert page.evaluate("window.shifts") == []
    known = next(each for each in weighed if each.name == address.partition("?")[0])
    index = [url for url in asked if "/search/" in url]
    pictures = [url for url in asked if "/_images/" in url]
    assert len({*asked} - {*index} - {*pictures}) <= known.requests
    assert before - len(index) <= 12


def send_in_pieces(handler, source, outputfile):
    """A page comes in as over a slow line: the pauses let a browser show what it has so far."""
    content = source.read()
    size = len(content) // 10 if handler.path.endswith(".html") else len(content)
    for start in range(0, len(content), size):
        outputfile.write(content[start : start + size])
        outputfile.flush()
        time.sleep(0.1)


@pytest.mark.parametrize("kind", ["start", "study", "references", "archive"])
def test_a_page_stands_still_while_it_comes_in(handbook, open_page, monkeypatch, kind):
    monkeypatch.setattr(QuietHandler, "copyfile", send_in_pieces)
    with serve(handbook.html) as site:
        page = open_page(390, base_url=site)
        page.add_init_script(WATCH_SHIFTS)
        page.goto(KINDS[kind], wait_until="networkidle")
        # Nobody sees the box of the two buttons grow when the second one comes.
        assert [shift for shift in page.evaluate("window.shifts") if shift[0] > 0.001] == []


@pytest.mark.parametrize("width", [390, 1280])
def test_a_link_into_a_page_of_tables_leads_to_its_place(page_at, width):
    """It would not if browsers were told to lay tables out only when the reader comes near."""
    page = page_at(width, reduced_motion="reduce")
    page.goto("evidence/claims.html#claim-flares", wait_until="networkidle")
    top = page.evaluate("document.getElementById('claim-flares').getBoundingClientRect().top")
    assert -5 <= top <= 200


def test_rules_of_furo_that_are_left_out_are_for_what_no_page_has(handbook):
    used = set()
    for path in handbook.html.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        used |= {f".{name}" for names in CLASSES.findall(text) for name in names.split()}
        used |= {f"#{name}" for name in IDS.findall(text)}
    left_out = unused_selectors((Path(furo.__file__).parent / FURO_STYLES).read_text("utf-8"))
    assert len(left_out) > 100
    names = {one: set(NAMES.findall(NEGATIONS.sub("", one))) for one in left_out}
    assert [selector for selector, needed in names.items() if needed <= used] == []
