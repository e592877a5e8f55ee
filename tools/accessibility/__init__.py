"""What axe-core finds on a page of the web site, in every window and state that readers meet.

Each page is looked at in light and in dark colours, at four widths, with its menus closed and open,
by the rules of WCAG 2.2 at levels A and AA and by what axe-core calls best practice.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Page

from tools.browser import WINDOWS

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SCHEMES = ("light", "dark")

# axe-core hides the parts of every colour that it meets in weak maps. With hundreds of thousands of
# colours these take longer than all its other work, so it is given maps that keep their values on the
# objects themselves: contrast then costs half as much.
AXE = (
    """(() => {
  class WeakSet {
    #mark = Symbol();
    has(object) { return this.#mark in Object(object); }
    add(object) { object[this.#mark] = true; return this; }
    delete(object) { return delete object[this.#mark]; }
  }
  class WeakMap {
    #mark = Symbol();
    has(object) { return this.#mark in Object(object); }
    get(object) { return object[this.#mark]; }
    set(object, value) { object[this.#mark] = value; return this; }
    delete(object) { return delete object[this.#mark]; }
  }
"""
    + AXE_SCRIPT
    + "})()"
)

RUN = """async (tags) => {
  const found = await axe.run({ runOnly: tags, resultTypes: ["violations", "incomplete"] });
  return ["violations", "incomplete"].flatMap((kind) => found[kind].flatMap((rule) =>
    rule.nodes.map((node) => ({
      kind,
      rule: rule.id,
      target: node.target.join(" "),
      html: node.html,
      reason: [...node.any, ...node.all, ...node.none].map((check) => check.message).join("; "),
    }))));
}"""


# Scripts have seen the new size when two frames have been drawn.
SETTLED = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


@dataclasses.dataclass(frozen=True)
class Finding:
    """One element that breaks a rule ("violations"), or that axe cannot judge ("incomplete")."""

    page: str
    state: str
    kind: str
    rule: str
    target: str
    html: str
    reason: str

    def __str__(self) -> str:
        return f"{self.page} ({self.state}): {self.rule}: {self.target}: {self.reason}"


def examine(browser: Browser, site: str, page: str) -> list[Finding]:
    """What axe-core finds on one page of a served site, in every window and state."""
    # Without motion nothing is judged while it slides into place.
    context = browser.new_context(base_url=site, reduced_motion="reduce")
    window = context.new_page()
    window.goto(page)
    window.evaluate(AXE)
    found = [
        Finding(page, state, **finding)
        for state in states(window)
        for finding in window.evaluate(RUN, TAGS)
    ]
    context.close()
    return found


def states(window: Page) -> Iterator[str]:
    """Bring an open page into each window and state in turn; yields a name for each."""
    for scheme in SCHEMES:
        window.emulate_media(color_scheme=scheme)
        for width, height in WINDOWS.items():
            window.set_viewport_size({"width": width, "height": height})
            window.evaluate(SETTLED)
            yield f"{scheme}, {width} px"
            for box in window.locator(".menu-button input").all():
                if box.is_visible():
                    box.check()
                    yield f"{scheme}, {width} px, {box.get_attribute('id')} open"
                    box.uncheck()
