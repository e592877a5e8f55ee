"""Cards beside links: on hover, focus and tap they say what a citation, a term or a figure means."""

import json
import shutil
import zlib
from pathlib import Path

import pytest
from building import build_project, use_extension

ROOT = "test-evidence-domain"
PAGE = "stem-cells/safety.html"


# -- What a page carries -----------------------------------------------------------------------


def build(source: Path) -> dict[str, str]:
    """The pages and their cards by name."""
    out = Path(build_project(source)[0].outdir)
    files = [*out.rglob("*.html"), *(out / "cards").rglob("*.js")]
    return {file.relative_to(out).as_posix(): file.read_text("utf-8") for file in files}


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture
def source(source: Path) -> Path:
    """The mini project with cards. One page cites a study in its heading."""
    use_extension(source, "link_cards")
    replace(source / "other.md", "# ", "# On {cite:p}`deng2017`: ")
    return source


def cards_of(script: str) -> dict[str, str]:
    """The cards of a page by the address that they stand for."""
    return json.loads(script.removeprefix("handbookCards(").removesuffix(");\n"))


def test_a_page_has_the_cards_that_it_needs_and_no_others(source):
    built = build(source)
    page, script = built["other.html"], built["cards/other.js"]
    cards = cards_of(script)
    checksum = f"{zlib.crc32(script.encode()):08x}"
    assert page.count("<template") == 1
    assert f'<template id="link-cards" data-file="cards/other.js?v={checksum}">' in page
    assert all(f'href="{address}"' in page for address in cards)
    [card] = [content for content in cards.values() if "<p>Deng D" in content]
    assert 'href="evidence/studies/deng2017.html"' in card
    assert "andomised trial" in card


@pytest.mark.parametrize("changed", ["bibliography", "record"])
def test_a_changed_card_is_changed_wherever_it_stands(source, tmp_path, changed):
    build(source)
    if changed == "bibliography":
        replace(source / "refs.bib", "Deng, D", "Dong, D")
    else:
        replace(source / "evidence" / "studies" / "deng2017.md", "enrolled: 18", "enrolled: 19")
    again = build(source)
    shutil.copytree(source, tmp_path / "afresh", ignore=shutil.ignore_patterns("_build"))
    clean = build(tmp_path / "afresh")
    assert again == clean
    assert ("Dong" if changed == "bibliography" else "19 enrolled") in again["cards/other.js"]


# -- In the browser ----------------------------------------------------------------------------


def card(page):
    return page.locator(".link-card")


@pytest.fixture
def citation(page_at):
    page = page_at()
    page.goto(PAGE)
    return page.locator("article a[href$='references/u-z.html#wang2018']").first


def test_hovering_over_a_citation_shows_the_source_and_the_study(citation):
    page = citation.page
    citation.hover()
    card(page).wait_for()
    said = card(page).inner_text()
    assert "A Long-Term Follow-Up Study" in said
    assert "Stem Cell Reports" in said
    assert "(2018a)" in said
    assert "81 enrolled" in said
    assert "https://doi.org/10.1016/j.stemcr.2018.01.029" in said
    # The pointer may move onto the card.
    card(page).get_by_text("The study’s page").hover()
    page.wait_for_timeout(400)
    assert card(page).is_visible()
    page.mouse.move(5, 5)
    card(page).wait_for(state="detached")


def test_the_keyboard_opens_walks_through_and_closes_a_card(citation):
    page = citation.page
    citation.focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    card(page).wait_for()
    assert page.evaluate("document.activeElement.getAttribute('aria-describedby')") == "link-card"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('.link-card') !== null")
    page.keyboard.press("Escape")
    assert card(page).count() == 0
    assert page.evaluate("document.activeElement.hash") == "#wang2018"
    page.keyboard.press("Enter")
    page.wait_for_url("**/references/u-z.html#wang2018")


def test_the_first_tap_shows_the_card_and_the_second_follows_the_link(page_at):
    page = page_at(390, has_touch=True, is_mobile=True)
    page.goto(PAGE)
    link = page.locator("article a[href$='references/u-z.html#wang2018']").first
    link.tap()
    card(page).wait_for()
    page.locator("h1").tap()
    assert card(page).count() == 0
    link.tap()
    card(page).wait_for()
    link.tap()
    page.wait_for_url("**/references/u-z.html#wang2018")


def test_a_term_shows_its_meaning(page_at):
    page = page_at()
    page.goto(PAGE)
    page.locator("article a.term").first.hover()
    card(page).wait_for()
    assert ": " in card(page).locator("strong").locator("..").inner_text()


def test_a_figure_shows_where_it_stands_in_the_paper(page_at):
    page = page_at()
    page.goto(PAGE)
    figure = page.locator("article a[href*='deng2017']:has(.evidence-result)").first
    figure.hover()
    card(page).wait_for()
    assert card(page).inner_text().startswith("Deng et al. 2017, ")
    assert "read 22 November 2026" in card(page).inner_text()


@pytest.mark.parametrize("width", [320, 1280])
def test_cards_stay_on_the_screen(page_at, width):
    page = page_at(width)
    page.goto(PAGE)
    links = page.locator("article a[href*='references/']")
    for index in range(0, links.count(), 5):
        link = links.nth(index)
        link.scroll_into_view_if_needed()
        link.hover()
        card(page).wait_for()
        box = card(page).bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
        page.keyboard.press("Escape")


def test_where_the_cards_cannot_be_had_a_tap_follows_the_link(page_at):
    page = page_at(390, has_touch=True, is_mobile=True)
    page.route("**/cards/**", lambda route: route.abort())
    page.goto(PAGE)
    page.locator("article a[href$='references/u-z.html#wang2018']").first.tap()
    page.wait_for_url("**/references/u-z.html#wang2018")


def test_without_javascript_the_link_leads_to_the_reference(page_at):
    page = page_at(javascript=False)
    page.goto(PAGE)
    page.locator("article a[href$='references/u-z.html#wang2018']").first.click()
    page.wait_for_url("**/references/u-z.html#wang2018")
