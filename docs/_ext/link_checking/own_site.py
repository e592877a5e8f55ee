"""The handbook's own address: it may not be published yet, so its links are checked right here."""

from __future__ import annotations

from collections.abc import Set
from urllib.parse import urldefrag

from .links import Link, Outcome, Verdict


def judge_own(link: Link, site: str, pages: Set[str]) -> Verdict | None:
    """What there is to say about a link into the handbook itself; None for one that leads out.

    `pages` are the names of its pages, `site` the address under which they are published. Whether
    files beside the pages and sections within them are there, the build of the web site checks.
    """
    address = urldefrag(link.uri).url
    if not site or not address.startswith(site):
        return None
    path = address.removeprefix(site).lstrip("/") or "index.html"
    if path.endswith(".html") and path.removesuffix(".html") not in pages:
        return Verdict(Outcome.BROKEN, "the handbook has no such page")
    return Verdict(Outcome.WORKING)
