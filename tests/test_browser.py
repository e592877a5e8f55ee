"""The browser that other tests use sees what a reader sees, and nothing from elsewhere."""

import pytest
from browser_bed import serve

OUTSIDE = '<!doctype html><title>Test</title><img src="http://example.org/picture.png" alt="A">'
FAILING = "<!doctype html><title>Test</title><script>nothing.like.this()</script>"
PLAIN = "<!doctype html><title>Test</title><noscript>Without JavaScript</noscript>"


@pytest.fixture
def small_site(tmp_path):
    for name, text in {"outside": OUTSIDE, "failing": FAILING, "plain": PLAIN}.items():
        (tmp_path / f"{name}.html").write_text(text, encoding="utf-8")
    with serve(tmp_path) as address:
        yield address


def test_a_window_has_the_width_and_the_colours_that_were_asked_for(open_page, small_site):
    page = open_page(320, "dark", base_url=small_site)
    page.goto("plain.html")
    assert page.evaluate("innerWidth") == 320
    assert page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")


def test_a_window_without_javascript_shows_what_is_meant_for_it(open_page, small_site):
    page = open_page(javascript=False, base_url=small_site)
    page.goto("plain.html")
    assert page.get_by_text("Without JavaScript").is_visible()


def test_a_page_that_asks_for_something_elsewhere_is_noticed(open_page, small_site):
    open_page(base_url=small_site).goto("outside.html")
    assert open_page.faults == ["asked for http://example.org/picture.png"]
    open_page.faults.clear()


def test_a_script_that_fails_is_noticed(open_page, small_site):
    open_page(base_url=small_site).goto("failing.html")
    assert len(open_page.faults) == 1
    assert "nothing is not defined" in open_page.faults[0]
    open_page.faults.clear()
