"""A browser for tests.

``page_at(width, scheme)`` opens a page of the built handbook as a reader would see it. Nothing
outside this machine can be reached; a page that asks for it, or whose script fails, fails the test
that opened it.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request

from tools.browser import REMEDY, WINDOWS, find_browser, launched, serve


# Playwright keeps an event loop running, in which no other can be started: not beyond the module.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = find_browser()
    if path is None:
        message = f"no Chromium found: {REMEDY} and test again"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    with launched(path) as browser:
        yield browser


@pytest.fixture(scope="session")
def site(handbook) -> Iterator[str]:
    """The address of the built handbook."""
    with serve(handbook.html) as address:
        yield address


class Windows:
    """Opens browser windows for one test, closes them, and keeps what went wrong in them."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self.contexts: list[BrowserContext] = []
        self.faults: list[str] = []

    def __call__(
        self,
        width: int = 1280,
        scheme: str = "light",
        *,
        base_url: str,
        javascript: bool = True,
        **options: object,
    ) -> Page:
        """A window of that width (CSS pixels), in a "light" or "dark" scheme, on that site.

        Further options are those of Playwright's ``new_context``: ``reduced_motion="reduce"``.
        """
        context = self.browser.new_context(
            base_url=base_url,
            viewport={"width": width, "height": WINDOWS.get(width, 800)},
            color_scheme=scheme,
            java_script_enabled=javascript,
            **options,
        )
        self.contexts.append(context)

        def watch(request: Request) -> None:
            if not request.url.startswith((base_url, "data:", "blob:")):
                self.faults.append(f"asked for {request.url}")

        context.on("request", watch)
        context.on("weberror", lambda error: self.faults.append(f"script failed: {error.error}"))
        return context.new_page()

    def close(self) -> None:
        for context in self.contexts:
            context.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Windows]:
    """Windows on any site that ``serve`` serves."""
    windows = Windows(browser)
    yield windows
    windows.close()
    assert not windows.faults, windows.faults


@pytest.fixture
def page_at(open_page: Windows, site: str) -> Callable[..., Page]:
    """Windows on the built handbook: ``page_at(320, "dark").goto("lupus/kidneys.html")``."""
    return functools.partial(open_page, base_url=site)


def pytest_terminal_summary(terminalreporter) -> None:
    """Without a browser, say in one line what was left out and how to have it."""
    left_out = [
        report
        for report in terminalreporter.stats.get("skipped", [])
        if "no Chromium found" in str(report.longrepr)
    ]
    if left_out:
        terminalreporter.write_line(
            f"Left out {len(left_out)} tests of pages in a browser: {REMEDY} and test again.",
            yellow=True,
        )
