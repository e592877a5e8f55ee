"""Search: brand names, short forms and misspellings lead to the sentence, from any file server."""

import contextlib
import gzip
import json
import random
import re
import shutil
from collections import Counter
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path

import pytest
from browser_bed import serve
from conftest import PROJECT
from site_search.index import index_files
from site_search.sections import Section
from sphinx.errors import ExtensionError
from sphinx.testing.util import SphinxTestApp

ROOT = "test-search"
OURS = {
    "templates_path": [str(PROJECT / "docs" / "_templates")],
    "html_static_path": [str(PROJECT / "docs" / "_static")],
}


@contextlib.contextmanager
def site_app(source: Path) -> Iterator[SphinxTestApp]:
    app = SphinxTestApp("html", srcdir=source, confoverrides=OURS)
    try:
        yield app
    finally:
        app.cleanup()


def build(source: Path) -> tuple[Path, str]:
    """Build the site; the folder of its pages, and the warnings."""
    with site_app(source) as app:
        app.build()
        return Path(app.outdir), app.warning.getvalue()


def index(outdir: Path, name: str):
    """What a file of the index holds."""
    script = (outdir / "search" / name).read_text(encoding="utf-8")
    found = re.fullmatch(r'handbookSearch\("([^"]+)",(.*)\);\n', script)
    assert found[1] == name
    return json.loads(found[2])


def sections_of(outdir: Path) -> list[list]:
    """Address, heading and sentences of all sections, from as many files as index.js says."""
    sizes = index(outdir, "index.js")["texts"]
    parts = [index(outdir, f"text-{number}.js") for number in range(len(sizes))]
    assert [len(part) for part in parts] == sizes
    return [section for part in parts for section in part]


def files(outdir: Path) -> dict[str, bytes]:
    folder = outdir / "search"
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*.js")}


@pytest.fixture(scope="module")
def built(unchanged: Path) -> Path:
    """The small site, with small files so that there are several; its folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("site_search.index.PART", 300)
        outdir, warnings = build(unchanged)
    assert warnings == ""
    return outdir


@pytest.fixture(scope="module")
def small_site(built):
    with serve(built) as address:
        yield address


@pytest.fixture
def answers(open_page, small_site):
    """What the search page shows for a question: its status line, and title and text of each."""

    def ask(question: str):
        page = open_page(base_url=small_site)
        page.goto("index.html")
        page.get_by_role("searchbox").fill(question)
        page.get_by_role("searchbox").press("Enter")
        page.wait_for_url("**/search.html?*")
        page.wait_for_function(
            "() => !['', 'Searching …'].includes(document.querySelector('[role=status]').textContent)"
        )
        results = page.locator("#site-search-results li")
        return page, page.get_by_role("status").text_content(), results.all_inner_texts()

    return ask


# -- The index ---------------------------------------------------------------------------------


def test_each_section_has_its_heading_and_sentences(built):
    sections = sections_of(built)
    assert sections[-2:] == [
        ["topics/skin.html", "Skin", ["Lupus often shows on the skin."]],
        [
            "topics/skin.html#rashes",
            "Skin: Rashes",
            [
                "A malar rash is red skin over both cheeks.",
                "It may burn in the sun.",
                "Écrasé is a word with accents.",
                "Rashes in one study",
                "Rash · People",
                "Discoid · 9 of 12",
            ],
        ],
    ]
    assert ["glossary.html#term-flare", "Glossary: flare"] in [section[:2] for section in sections]
    pages = Counter(address.partition("#")[0] for address, _heading, _sentences in sections)
    assert index(built, "index.js")["pages"] == list(pages.values())


def test_each_word_is_in_the_file_that_is_said_to_have_it(built):
    listed = index(built, "index.js")["words"]
    assert len(listed) > 3
    for number, words in enumerate(listed):
        assert list(index(built, f"places-{number}.js")) == words.split()


def test_sphinx_s_own_index_is_not_written(built):
    assert not (built / "searchindex.js").exists()


def test_words_lose_case_and_accents(built):
    assert "ecrase" in " ".join(index(built, "index.js")["words"]).split()


@pytest.fixture(scope="module")
def large() -> tuple[dict[str, str], str]:
    """The index of a handbook ten times as large as ours, and its four most frequent words."""
    pages = large_handbook(10)
    texts = [text for sections in pages.values() for one in sections for text in one.sentences]
    most = Counter(word for text in texts[::100] for word in text.rstrip(".").split())
    files = index_files(pages, {page: f"{page}.html" for page in pages}, [])
    return files, " ".join(word for word, _count in most.most_common(4))


def large_handbook(times: int) -> dict[str, list[Section]]:
    """Pages of invented text, some 1,400 sections for each time, with words as frequent as in ours.

    By Zipf's law: the second word half as frequent as the first, and so on.
    """
    chance = random.Random(1)
    syllables = [a + b + c for a in "bcdfghlmnprst" for b in "aeiou" for c in ["", "n", "r", "st"]]
    vocabulary = list(
        {"".join(chance.choices(syllables, k=chance.randint(1, 4))): "" for _ in range(20_000)}
    )
    odds = list(accumulate(1 / rank for rank in range(1, len(vocabulary) + 1)))

    def some(number: int) -> str:
        return " ".join(chance.choices(vocabulary, cum_weights=odds, k=number))

    return {
        f"part{page % 30}/page{page}": [
            Section(f"section{n}" if n else "", some(3), [f"{some(15)}." for _ in range(5)])
            for n in range(8)
        ]
        for page in range(178 * times)
    }


def test_no_file_of_a_large_index_is_large_but_the_list_of_words(large):
    weights = {name: len(gzip.compress(text.encode())) for name, text in large[0].items()}
    assert len(weights) > 1000
    assert weights.pop("index.js") < 60_000
    assert max(weights.values()) < 12_000


@pytest.mark.parametrize("edit", ["nothing", "text", "new page", "removed page", "synonyms"])
def test_the_index_of_an_edited_site_is_that_of_a_clean_build(source, tmp_path, monkeypatch, edit):
    monkeypatch.setattr("site_search.index.PART", 300)
    build(source)
    if edit == "text":
        page = source / "topics" / "skin.md"
        page.write_text(page.read_text(encoding="utf-8") + "\nItching.\n", encoding="utf-8")
    elif edit == "new page":
        (source / "topics" / "new.md").write_text(
            "---\norphan: true\n---\n# New\n", encoding="utf-8"
        )
    elif edit == "removed page":
        (source / "topics" / "skin.md").unlink()
        contents = (source / "index.md").read_text(encoding="utf-8")
        (source / "index.md").write_text(contents.replace("topics/skin\n", ""), encoding="utf-8")
        (source / "search-words.yaml").write_text("- [flare, attack]\n", encoding="utf-8")
    elif edit == "synonyms":
        (source / "search-words.yaml").write_text("- [flare, attack]\n", encoding="utf-8")
    again, _warnings = build(source)
    shutil.copytree(source, tmp_path / "afresh", ignore=shutil.ignore_patterns("_build"))
    clean, _warnings = build(tmp_path / "afresh")
    assert files(again) == files(clean)
    assert len(files(clean)) > 5


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("butterfly rash: malar rash", 1, "not a list; each line"),
        ("- [flare, attack]\n- [one]", 2, "not a list of two or more phrases; each line"),
        ("- [flare, '...']", 1, "not a list of two or more phrases; each line"),
        ("- [flare, attack]\n- [flare, {a: b}]", 2, "not a list of two or more phrases"),
        ("- [flare", 1, "expected ',' or ']'"),
    ],
)
def test_a_mistake_in_the_synonyms_is_told_with_its_line(source, text, line, message):
    (source / "search-words.yaml").write_text(text, encoding="utf-8")
    with site_app(source) as app, pytest.raises(ExtensionError) as raised:
        app.build()
    assert f"search-words.yaml:{line}: {message}" in str(raised.value)


def test_synonyms_that_lead_nowhere_are_told(source):
    (source / "search-words.yaml").write_text(
        "- [flare, attack]\n- [Lupkynis, voclosporin]\n", encoding="utf-8"
    )
    _outdir, warnings = build(source)
    assert (
        "search-words.yaml:2: WARNING: no page has a word of this group: Lupkynis, voclosporin"
        in warnings
    )


# -- In the browser ----------------------------------------------------------------------------


def test_an_everyday_name_finds_the_medical_one_and_shows_the_sentence(answers):
    page, status, results = answers("butterfly rash")
    assert "Also searched: malar rash." in status
    assert results[0].startswith("Skin: Rashes")
    assert "A malar rash is red skin over both cheeks." in results[0]
    assert page.locator("#site-search-results mark").first.text_content() == "malar"
    page.get_by_role("link", name="Skin: Rashes").click()
    assert page.url.endswith("topics/skin.html#rashes")


def test_a_brand_name_finds_the_medicine(answers):
    _page, status, results = answers("Benlysta")
    assert "Also searched: belimumab." in status
    assert results[0].startswith("Medicines: Belimumab")


def test_a_short_form_is_found(answers):
    _page, _status, results = answers("UC-MSC")
    assert "Cells named UC-MSC are no medicine." in results[0]


@pytest.mark.parametrize("typed", ["belimumba", "belimmab", "bellimumab", "belumimab"])
def test_a_misspelling_is_forgiven_and_said(answers, typed):
    _page, status, results = answers(typed)
    assert f"No page has “{typed}”. Shown instead: “belimumab”." in status
    assert results[0].startswith("Medicines: Belimumab")


def test_a_term_of_the_glossary_comes_first(answers):
    _page, _status, results = answers("flares")
    assert results[0].startswith("Glossary: flare")


def test_what_no_page_has_is_said(answers):
    _page, status, results = answers("zzzzzz")
    assert status.startswith("No page matches.")
    assert results == []


def test_markup_in_questions_and_headings_stays_text(answers):
    page, _status, results = answers('<img src=x onerror=alert(1)> alert "heading"')
    assert page.locator("#site-search-results :is(img, script)").count() == 0
    assert any("<script>alert(“heading”)</script>" in result for result in results)


def test_without_javascript_the_page_says_where_else_to_look(open_page, small_site):
    page = open_page(base_url=small_site, javascript=False)
    page.goto("search.html?q=flare")
    assert page.get_by_text("Search needs JavaScript").is_visible()
    assert page.get_by_role("link", name="Glossary").first.is_visible()


def asked_for(page, question: str) -> list[bytes]:
    """The files of the index that a question loads; no other page is fetched."""
    sent = []
    page.on("response", lambda answer: sent.append(answer))
    page.goto(f"search.html?q={question}")
    page.wait_for_selector("#site-search-results li")
    assert [answer.url for answer in sent if answer.url.endswith(".html")] == []
    return [answer.body() for answer in sent if "/search/" in answer.url]


def weight(files: list[bytes]) -> int:
    return sum(len(gzip.compress(file)) for file in files)


def test_a_question_to_a_large_handbook_loads_little(open_page, built, large, tmp_path):
    files, most_frequent = large
    site = tmp_path / "large"
    shutil.copytree(built, site, ignore=shutil.ignore_patterns("search"))
    (site / "search").mkdir()
    for name, text in files.items():
        (site / "search" / name).write_text(text, encoding="utf-8")
    with serve(site) as address:
        loaded = asked_for(open_page(base_url=address), most_frequent)
    assert weight(loaded) < 150_000
    assert len(loaded) <= 20


def test_search_works_from_a_folder_too(browser, built):
    page = browser.new_page()
    page.goto((built / "search.html").as_uri() + "?q=flare")
    page.wait_for_selector("#site-search-results li")
    page.close()


@pytest.mark.parametrize(
    ("question", "address"),
    [
        ("butterfly rash", "lupus/symptoms-and-organs.html"),
        ("UC-MSC", "glossary.html#term-UC-MSC"),
        ("Benlysta", "glossary.html#term-belimumab"),
        ("exosomes lupus", "exosomes/in-lupus.html"),
        ("stop my medicines", "before-you-decide/never-stop-medicines.html"),
    ],
)
def test_readers_of_the_handbook_find_what_they_ask_for(page_at, question, address):
    """On a telephone's connection too: less than 150 kB of index, and no other page is fetched."""
    page = page_at()
    loaded = asked_for(page, question)
    found = page.locator("#site-search-results li a").evaluate_all(
        "links => links.map(link => link.getAttribute('href'))"
    )
    assert any(link.endswith(address) or f"{address}#" in link for link in found[:8]), found
    assert weight(loaded) < 100_000
    assert len(loaded) <= 24
