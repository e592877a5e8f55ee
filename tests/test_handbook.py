"""The handbook itself, as `make` builds it: complete, linked, sourced and silent to the network."""

import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag, urljoin

import pytest
import yaml
from pybtex.database import parse_file

# Elements that make a browser fetch something, and the attribute that says what.
FETCHES = {
    "script": "src",
    "img": "src",
    "link": "href",
    "iframe": "src",
    "source": "src",
    "object": "data",
}

# Pages that Sphinx writes and that no reader needs to find in the menu.
NOT_IN_MENU = {"search.html", "404.html"}

# Pages that list, and so have no findings of their own to sum up; and the handout, which is short.
LISTS = {"glossary.md", "references.md", "about/changes.md", "handout.md"}


def is_list(source: str) -> bool:
    return source in LISTS or source.startswith("references/")


def is_study(source: str) -> bool:
    """Whether a page is about one study; such pages have a shape of their own."""
    return source.startswith("evidence/studies/") and not source.endswith("/index.md")


class Page(HTMLParser):
    """What a page holds, as far as the tests ask."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.fetched: list[str] = []
        self.images: list[dict[str, str | None]] = []
        self.metas: dict[str, str] = {}
        self.canonical = ""
        self.menu: set[str] = set()
        self.words: list[str] = []
        self.feed(path.read_text(encoding="utf-8"))
        self.text = re.sub(r"\s+", " ", "".join(self.words))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        of = dict(attrs)
        if "id" in of:
            self.ids.append(of["id"])
        if tag == "a" and "href" in of:
            self.links.append(of["href"])
            if "internal" in (of.get("class") or "").split():
                self.menu.add(of["href"])
        if tag == "link" and of.get("rel") == "canonical":
            self.canonical = of["href"]
        elif tag in FETCHES and of.get(FETCHES[tag]) and of.get("rel") not in ("next", "prev"):
            self.fetched.append(of[FETCHES[tag]])
        if tag == "img":
            self.images.append(of)
        if tag == "meta" and "name" in of:
            self.metas[of["name"]] = of["content"]

    def handle_data(self, data: str) -> None:
        self.words.append(data)


@pytest.fixture(scope="module")
def pages(handbook) -> dict[str, Page]:
    """Every page of the built web site, by its path."""
    found = sorted(handbook.html.rglob("*.html"))
    assert len(found) > 30
    return {path.relative_to(handbook.html).as_posix(): Page(path) for path in found}


@pytest.fixture(scope="module")
def sources(handbook) -> dict[str, str]:
    """The source of every page, by its path under docs/."""
    docs = handbook.path / "docs"
    return {
        path.relative_to(docs).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(docs.rglob("*.md"))
        if not path.relative_to(docs).as_posix().startswith("_")
    }


def cited_keys(sources: dict[str, str]) -> set[str]:
    roles = re.findall(r"\{cite:\w+\}`([^`]+)`", "\n".join(sources.values()))
    return {key.strip() for role in roles for key in role.split(",")}


def test_both_outputs_hold_the_first_and_the_last_page(handbook, pages, handbook_pdf):
    assert handbook.pdf.read_bytes().startswith(b"%PDF-")
    assert "van Vollenhoven" in pages["references/u-z.html"].text
    for words in ("In short", "What is not known", "van Vollenhoven"):
        assert words in handbook_pdf.text


def leads_to(page: str, link: str) -> tuple[str, str]:
    """The file and the place on it that a link of a page within the site leads to."""
    target, fragment = urldefrag(urljoin(f"/{page}", unquote(link)))
    # The page for what is not found is shown at any depth: its links begin at the site's root.
    target = target.removeprefix("/en/latest").lstrip("/") or "index.html"
    return target + "index.html" * target.endswith("/"), fragment


def test_every_internal_link_leads_somewhere(handbook, pages):
    lost = []
    for name, page in pages.items():
        for link in page.links:
            if re.match(r"[a-z]+:", link):
                continue
            target, fragment = leads_to(name, link)
            if not (handbook.html / target).is_file():
                lost.append(f"{name}: {link}")
            elif fragment and target in pages and fragment not in pages[target].ids:
                lost.append(f"{name}: {link} (no such place on the page)")
    assert not lost


def test_no_page_makes_the_browser_ask_anybody(pages):
    outside = {
        name: [url for url in page.fetched if re.match(r"([a-z]+:)?//", url)]
        for name, page in pages.items()
    }
    assert not {name: urls for name, urls in outside.items() if urls}


def test_styles_fetch_nothing_from_elsewhere(handbook):
    for style in handbook.html.rglob("*.css"):
        text = style.read_text(encoding="utf-8")
        assert not re.search(r"(url\(|@import)\s*[\"']?(https?:)?//", text), style


def test_every_page_has_title_description_and_canonical_address(pages, sources):
    descriptions = []
    for source in sources:
        page = pages[source.removesuffix(".md") + ".html"]
        assert page.canonical.startswith("https://"), source
        assert page.canonical.endswith(source.removesuffix(".md") + ".html"), source
        descriptions.append(page.metas["description"])
        assert "<title>" not in page.metas["description"]
    assert len(set(descriptions)) == len(descriptions), "two pages share a description"


def test_every_page_says_when_and_by_whom_it_was_reviewed(pages, sources):
    for source in sources:
        text = pages[source.removesuffix(".md") + ".html"].text
        assert re.search(r"Last reviewed by the editors: \d+ \w+ \d{4}\.", text), source
        assert re.search(r"Next review due: \d+ \w+ \d{4}\.", text), source
        assert "Reviewed by: " in text, source


def test_every_page_can_be_reached_from_the_front_page(pages):
    reached, waiting = {"index.html"}, ["index.html"]
    while waiting:
        name = waiting.pop()
        found = {leads_to(name, link)[0] for link in pages[name].menu} & set(pages)
        waiting += found - reached
        reached |= found
    assert set(pages) - NOT_IN_MENU <= reached


def test_every_image_is_described(pages):
    for name, page in pages.items():
        for image in page.images:
            assert image.get("alt") is not None, f"{name}: {image}"


def test_every_page_opens_in_short_and_ends_with_what_is_not_known(sources):
    for name, source in sources.items():
        if is_list(name) or is_study(name):
            continue
        body = source.split("---", 2)[2]
        opening = re.search(r"^# .+\n+(\([\w-]+\)=\n+)?(.*)", body, re.MULTILINE)
        assert opening, name
        assert opening[2] == ":::{admonition} In short", name
        box = re.search(
            r":::\{admonition\} In short\n:class: in-short\n\n(.*?)\n:::", body, re.DOTALL
        )
        points = re.findall(r"^- ", box[1], re.MULTILINE)
        assert 3 <= len(points) <= 6, name
        if not name.endswith("index.md"):
            headings = re.findall(r"^## (.+)", body, re.MULTILINE)
            assert headings[-1] == "What is not known", name


def test_every_study_page_shows_its_record_and_where_it_is_used(sources):
    studies = {name: source for name, source in sources.items() if is_study(name)}
    assert len(studies) > 60
    for name, source in studies.items():
        body = source.split("---", 2)[2]
        assert ":::{study-card}" in body, name
        assert ":::{cited-on}" in body, name
        if "design: registered trial" not in source:
            assert re.findall(r"^## (.+)", body, re.MULTILINE)[:4] == [
                "What was done",
                "What was found",
                "Why to believe it",
                "Why to doubt it",
            ], name


@pytest.fixture(scope="module")
def reference_list(pages) -> dict[str, Page]:
    """The parts of the reference list, by their addresses."""
    return {name: page for name, page in pages.items() if name.startswith("references/")}


def test_every_source_is_cited_and_every_citation_is_listed(handbook, reference_list, sources):
    bibliography = parse_file(str(handbook.path / "docs" / "refs.bib"))
    assert cited_keys(sources) == set(bibliography.entries)
    assert len(bibliography.entries) >= 150
    assert set(bibliography.entries) <= {id for page in reference_list.values() for id in page.ids}


def test_every_address_of_a_source_in_the_old_list_leads_on(handbook, pages):
    """Addresses such as references.html#wang2018 are older than the parts."""
    bibliography = parse_file(str(handbook.path / "docs" / "refs.bib"))
    lines = pages["references.html"]
    assert set(bibliography.entries) <= set(lines.ids)
    leads_to = {urldefrag(link).fragment for link in lines.links if link.startswith("references/")}
    assert set(bibliography.entries) <= leads_to


def test_every_citation_leads_to_its_entry(pages, reference_list):
    seen = 0
    for name, page in pages.items():
        for link in page.links:
            target, fragment = leads_to(name, link)
            if target.startswith("references/") and fragment:
                seen += 1
                assert fragment in reference_list[target].ids, (name, link)
    assert seen > 500


def test_dois_are_links(handbook, reference_list):
    bibliography = parse_file(str(handbook.path / "docs" / "refs.bib"))
    links = {unquote(link).lower() for page in reference_list.values() for link in page.links}
    for key, entry in bibliography.entries.items():
        if "doi" in entry.fields:
            assert f"https://doi.org/{entry.fields['doi']}".lower() in links, key


def test_front_matter_dates_are_in_order(sources):
    for name, source in sources.items():
        fields = yaml.safe_load(source.split("---", 2)[1])
        assert fields["last_reviewed"] < fields["next_review"], name
