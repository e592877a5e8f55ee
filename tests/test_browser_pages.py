"""Pages as people meet them: by keyboard, enlarged, on a small screen, without a script, on paper."""

import pypdfium2
import pytest
from evidence.drawing import SMALL, WIDTH

from tools.accessibility import examine
from tools.browser import serve

# One page of each kind, and the short ones of each, so that the tests stay quick.
KINDS = {
    "front page": "index.html",
    "part": "exosomes/index.html",
    "text and tables": "lupus/flares.html",
    "warnings": "before-you-decide/after-treatment.html",
    "findings": "evidence/findings.html",
    "pictures": "evidence/methods.html",
    "study": "evidence/studies/deng2017.html",
    "glossary": "glossary.html",
    "search": "search.html",
    "not found": "404.html",
}
every_kind = pytest.mark.parametrize("address", KINDS.values(), ids=KINDS.keys())

SHORT = "lupus/flares.html"
PLOTS = "evidence/plots.html"
PHONE = 320

# What has the focus, and whether it can be seen: in the window, not covered, with a ring around it.
# A box that opens a menu lies over the button that shows it.
FOCUSED = """() => {
  const focused = document.activeElement;
  if (!focused || focused === document.body) return null;
  const shown = focused.closest(".menu-button") ??
    (focused.matches(".toctree-checkbox") ? focused.nextElementSibling : focused);
  const box = [...shown.getClientRects()].find((one) => one.width > 0) ?? new DOMRect();
  const left = Math.max(box.left, 0), right = Math.min(box.right, innerWidth);
  const top = Math.max(box.top, 0), bottom = Math.min(box.bottom, innerHeight);
  const over = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
  const ring = getComputedStyle(shown);
  return {
    what: shown.outerHTML.slice(0, 120),
    words: shown.textContent.trim() || focused.getAttribute("aria-label") || "",
    id: focused.id,
    inTable: Boolean(focused.closest("table")),
    inMain: Boolean(focused.closest("[role=main]")),
    // Browsers scroll by whole pixels.
    inside: right - left >= Math.min(box.width, 24) - 1 && right > left &&
      bottom - top >= Math.min(box.height, 24) - 1 && bottom > top,
    uncovered: Boolean(over) && (over === focused || shown.contains(over) || over.contains(shown)),
    ringed: ring.outlineStyle !== "none" && parseFloat(ring.outlineWidth) >= 2,
  };
}"""

# Elements that stand out of the window sideways, and are not in a box that scrolls by itself.
STICKING_OUT = """() => [...document.querySelectorAll("body *")].filter((element) => {
  if (element.closest(":is(.table-wrapper, .plot-wrapper) > *, pre, svg, .sidebar-drawer, .toc-drawer")) return false;
  const style = getComputedStyle(element);
  if (style.visibility === "hidden" || style.clipPath !== "none") return false;
  const box = element.getBoundingClientRect();
  return box.width > 0 && box.height > 0 && (box.right > innerWidth + 1 || box.left < -1);
}).map((element) => element.outerHTML.slice(0, 120))"""

# Boxes that hide a part of the words in them.
CUT_OFF = """() => [...document.querySelectorAll("body *")].filter((element) => {
  const style = getComputedStyle(element);
  if (style.visibility === "hidden" || style.clipPath !== "none" || !element.textContent.trim())
    return false;
  return (style.overflowX === "hidden" && element.scrollWidth > element.clientWidth + 1) ||
    (style.overflowY === "hidden" && element.scrollHeight > element.clientHeight + 1);
}).map((element) => element.outerHTML.slice(0, 120))"""

# The spacing that WCAG 1.4.12 asks a page to bear.
SPACING = """* { line-height: 1.5 !important; letter-spacing: 0.12em !important;
  word-spacing: 0.16em !important; } p { margin-bottom: 2em !important; }"""


def tab_stops(page, most=400):
    """What the Tab key comes to, from the beginning of the page until it leaves the page."""
    stops = []
    while len(stops) < most:
        page.keyboard.press("Tab")
        stop = page.evaluate(FOCUSED)
        if stop is None:
            return stops
        stops.append(stop)
    raise AssertionError(f"more than {most} tab stops")


def unseen(stops):
    return [stop for stop in stops if not (stop["inside"] and stop["uncovered"] and stop["ringed"])]


# -- Rules -------------------------------------------------------------------------------------


@every_kind
def test_axe_finds_no_violation_in_any_window_or_state(browser, site, address):
    found = examine(browser, site, address)
    assert not [str(finding) for finding in found if finding.kind == "violations"]


BROKEN = ("color-contrast", "html-has-lang", "image-alt")


def test_axe_sees_what_breaks_a_rule_in_every_window(browser, tmp_path):
    (tmp_path / "bad.html").write_text(
        "<!doctype html><title>Test</title><h1 style='color: #bbb'>Test</h1><img src='data:,'>",
        encoding="utf-8",
    )
    with serve(tmp_path) as address:
        found = examine(browser, address, "bad.html")
    seen = {rule: {one.state for one in found if one.rule == rule} for rule in BROKEN}
    assert {rule: len(states) for rule, states in seen.items()} == dict.fromkeys(BROKEN, 8)


# -- Keyboard ----------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [PHONE, 1280])
def test_every_tab_stop_can_be_seen(page_at, width):
    page = page_at(width, reduced_motion="reduce")
    page.goto(SHORT)
    stops = tab_stops(page)
    assert len(stops) > 10
    assert unseen(stops) == []


def test_without_a_script_too_but_for_links_in_tables_that_scroll(page_at):
    """Chromium does not bring out a link of which a sliver shows at a table's edge."""
    page = page_at(PHONE, javascript=False, reduced_motion="reduce")
    page.goto(SHORT)
    assert unseen([stop for stop in tab_stops(page) if not stop["inTable"]]) == []


def test_the_first_tab_stop_skips_to_the_content(page_at):
    page = page_at(PHONE, reduced_motion="reduce")
    page.goto(SHORT)
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUSED)["words"] == "Skip to content"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUSED)["inMain"]


@pytest.mark.parametrize("javascript", [True, False], ids=["with script", "without script"])
def test_the_menu_opens_and_closes_by_keyboard(page_at, javascript):
    page = page_at(PHONE, javascript=javascript, reduced_motion="reduce")
    page.goto(SHORT)
    menu = page.get_by_role("navigation", name="Menu")
    assert not menu.is_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUSED)["words"] == "Menu"
    page.keyboard.press("Space")
    assert menu.is_visible()
    assert page.get_by_role("checkbox", name="Menu").is_checked()
    stops = tab_stops(page)
    assert "References" in {stop["words"] for stop in stops}
    assert unseen(stops) == []
    assert not [stop for stop in stops if stop["inMain"]], "tab stops behind the open menu"
    page.get_by_role("checkbox", name="Menu").press("Space")
    assert not menu.is_visible()


def test_enter_opens_a_menu_and_escape_closes_it_where_one_was(page_at):
    page = page_at(PHONE, reduced_motion="reduce")
    page.goto(SHORT)
    menu = page.get_by_role("navigation", name="Menu")
    page.get_by_role("checkbox", name="Menu").press("Enter")
    assert menu.is_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    assert not menu.is_visible()
    assert page.evaluate(FOCUSED)["words"] == "Menu"


def test_one_menu_is_open_at_a_time(page_at):
    page = page_at(PHONE, reduced_motion="reduce")
    page.goto(SHORT)
    menu = page.get_by_role("checkbox", name="Menu")
    on_this_page = page.get_by_role("checkbox", name="On this page")
    menu.check()
    on_this_page.check()
    assert not menu.is_checked()


def test_a_place_that_is_chosen_in_the_contents_is_shown(page_at):
    page = page_at(PHONE, reduced_motion="reduce")
    page.goto(SHORT)
    page.get_by_role("checkbox", name="On this page").press("Space")
    contents = page.get_by_role("navigation", name="On this page")
    contents.get_by_role("link", name="What is not known").press("Enter")
    assert not contents.is_visible()
    assert page.get_by_role("heading", name="What is not known").is_visible()
    assert page.url.endswith("#what-is-not-known")


def test_contents_stand_beside_the_text_where_there_is_room(page_at):
    page = page_at(1280, reduced_motion="reduce")
    page.goto(SHORT)
    page.get_by_role("checkbox", name="On this page").press("Space")
    contents = page.get_by_role("navigation", name="On this page").bounding_box()
    text = page.get_by_role("main").bounding_box()
    assert text["x"] + text["width"] <= contents["x"]
    assert contents["x"] + contents["width"] <= 1280


def test_a_wide_table_scrolls_by_keyboard_in_a_place_with_its_name(page_at):
    page = page_at(PHONE, reduced_motion="reduce")
    page.goto("evidence/findings.html")
    table = page.get_by_role("region", name="What MSC added to standard treatment").first
    table.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("document.activeElement.scrollLeft > 0")
    assert page.evaluate(FOCUSED)["ringed"]


def test_the_caption_of_a_wide_table_is_in_sight_wherever_one_has_scrolled(page_at):
    page = page_at(PHONE, reduced_motion="reduce")
    page.goto("evidence/findings.html")
    table = page.locator(".table-wrapper").first

    def assert_in_sight():
        caption = table.locator(".caption-text").bounding_box()
        assert caption["x"] >= 0
        assert caption["x"] + caption["width"] <= PHONE

    assert_in_sight()
    assert table.evaluate("box => { box.scrollLeft = 9999; return box.scrollLeft; }") > 0
    assert_in_sight()


def test_a_table_of_many_columns_keeps_a_width_on_a_telephone_and_says_so(page_at):
    page = page_at(PHONE)
    page.goto("evidence/findings.html")
    table = page.locator(".table-wrapper").first
    assert table.get_by_text("Scroll sideways").is_visible()
    assert table.locator("table").bounding_box()["width"] > 1.5 * PHONE


def test_a_table_that_fits_is_no_tab_stop(page_at):
    page = page_at(1280)
    page.goto(SHORT)
    page.wait_for_function("document.querySelector('.table-wrapper:not([tabindex])')")


def test_where_there_is_room_a_table_does_not_speak_of_scrolling(page_at):
    page = page_at(1280)
    page.goto("evidence/findings.html")
    assert page.locator(".table-wrapper").first.get_by_text("Scroll sideways").is_hidden()


@pytest.mark.parametrize("width", [PHONE, 400])
def test_a_plot_on_a_telephone_scrolls_in_its_place_and_can_be_read(page_at, width):
    page = page_at(width, reduced_motion="reduce")
    page.goto(PLOTS)
    plot = page.locator("figure.effect-plot").first
    assert plot.get_by_text("Scroll sideways").is_visible()
    assert height_of_letters(plot) >= 9
    plot.get_by_role("region").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("document.activeElement.scrollLeft > 0")
    assert page.evaluate(FOCUSED)["ringed"]


def test_where_there_is_room_a_plot_is_as_wide_as_the_text(page_at):
    page = page_at(768)
    page.goto(PLOTS)
    page.wait_for_function("document.querySelector('.plot-wrapper:not([tabindex])')")
    plot = page.locator("figure.effect-plot").first
    assert plot.get_by_text("Scroll sideways").is_hidden()
    assert plot.locator("img").bounding_box()["width"] == plot.bounding_box()["width"]


def test_on_paper_a_plot_is_no_wider_than_the_paper(page_at):
    page = page_at(PHONE)
    page.emulate_media(media="print")
    page.goto(PLOTS)
    plot = page.locator("figure.effect-plot").first
    assert plot.locator("img").bounding_box()["width"] == plot.bounding_box()["width"]
    assert plot.get_by_text("Scroll sideways").is_hidden()


def height_of_letters(plot) -> float:
    """The size of a plot's smallest letters in pixels of the window."""
    return SMALL / 72 / WIDTH * plot.locator("img").bounding_box()["width"]


# -- Small screens, enlargement, spacing -------------------------------------------------------


@every_kind
def test_nothing_stands_out_of_a_small_screen_even_with_wide_spacing(page_at, address):
    page = page_at(PHONE, reduced_motion="reduce")
    page.goto(address)
    assert page.evaluate(STICKING_OUT) == []
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE
    page.add_style_tag(content=SPACING)
    assert page.evaluate(STICKING_OUT) == []
    assert page.evaluate(CUT_OFF) == []


def test_enlarged_four_times_the_text_has_most_of_the_window(page_at):
    """A window of 1280 by 1024 pixels, enlarged to 400 %, is 320 by 256 pixels large."""
    page = page_at(PHONE, reduced_motion="reduce")
    page.set_viewport_size({"width": 320, "height": 256})
    page.goto(SHORT)
    assert page.get_by_role("banner").bounding_box()["height"] <= 256 / 4
    page.get_by_role("checkbox", name="Menu").press("Space")
    assert unseen(tab_stops(page)) == []


# -- What the reader asked of the machine ------------------------------------------------------


def test_nothing_moves_for_those_who_asked_for_less_motion(page_at):
    page = page_at(PHONE, reduced_motion="reduce")
    page.goto(SHORT)
    moving = page.evaluate("""() => [...document.querySelectorAll("*")].filter((element) => {
      const style = getComputedStyle(element);
      return style.scrollBehavior === "smooth" || parseFloat(style.transitionDuration) > 0 ||
        style.animationName !== "none";
    }).length""")
    assert moving == 0


def test_forced_colours_leave_focus_boxes_and_signs(page_at):
    page = page_at(PHONE, forced_colors="active", reduced_motion="reduce")
    page.goto(SHORT)
    assert unseen(tab_stops(page)) == []
    colours = page.evaluate("""() => {
      const of = (where, what) => getComputedStyle(document.querySelector(where))[what];
      return {
        paper: of("body", "backgroundColor"),
        sign: of(".menu-button svg", "color"),
        border: of(".admonition", "borderTopColor"),
      };
    }""")
    assert colours["sign"] != colours["paper"]
    assert colours["border"] != colours["paper"]


def test_colours_follow_the_reader_and_the_button_by_keyboard(page_at):
    page = page_at(PHONE, "dark")
    page.goto(SHORT)
    background = "getComputedStyle(document.body).backgroundColor"
    dark = page.evaluate(background)
    button = page.get_by_role("button", name="Light, dark or automatic colours")
    button.press("Enter")
    assert page.evaluate("document.body.dataset.theme") == "light"
    assert page.evaluate(background) != dark


# -- Not by colour alone -----------------------------------------------------------------------


@pytest.mark.parametrize("address", ["index.html", SHORT, "references.html"])
def test_links_in_the_text_are_underlined(page_at, address):
    page = page_at()
    page.goto(address)
    bare = page.evaluate("""() => [...document.querySelectorAll("[role=main] a[href]")].filter(
      (link) => !link.matches(".headerlink") && link.textContent.trim() &&
        !getComputedStyle(link).textDecorationLine.includes("underline")
    ).map((link) => link.outerHTML)""")
    assert bare == []


def test_the_menu_marks_where_one_is_in_bold_and_for_screen_readers(page_at):
    page = page_at()
    page.goto(SHORT)
    here = page.get_by_role("navigation", name="Menu").locator("[aria-current=page]")
    assert here.inner_text() == "Flares"
    assert int(here.evaluate("link => getComputedStyle(link).fontWeight")) >= 600


# -- Paper -------------------------------------------------------------------------------------


def test_paper_shows_the_text_its_address_and_where_links_lead(page_at, tmp_path):
    page = page_at(1280, "dark")
    page.goto("before-you-decide/after-treatment.html")
    address = page.locator("link[rel=canonical]").get_attribute("href")
    links = page.locator("[role=main] a[href^=http]")
    outside = min((link.get_attribute("href") for link in links.all()), key=len)
    page.pdf(path=tmp_path / "page.pdf", format="A4")
    with pypdfium2.PdfDocument(tmp_path / "page.pdf") as pdf:
        text = "".join(sheet.get_textpage().get_text_bounded() for sheet in pdf)
    solid = "".join(text.split())
    assert "Whatisnotknown" in solid
    assert f"({outside})" in solid
    assert address in solid
    for left_out in ("Skiptocontent", "Onthispage", "WholehandbookasPDF", "Previous"):
        assert left_out not in solid, left_out
