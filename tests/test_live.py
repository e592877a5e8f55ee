"""`make live` shows what was edited, and in the end what a build from nothing gives."""

import signal
import socket
import subprocess
import sys
import time

import pytest
from conftest import PROJECT
from test_rebuilding import EDITS, differences
from tiny_handbook import contents, tiny_handbook

from bench.live import Live

# In this order, in one process, each group on top of the last.
GROUPS = [
    ["text"],
    ["page title", "label and its heading"],
    ["author of an entry", "entry added"],
    ["key of an entry"],
    ["emphasis in an entry", "citation added"],
    ["journal of entries by a macro"],
    ["pages reordered", "image of the same name"],
    ["result of a study", "term explained otherwise"],
    ["title of a study", "caption that is linked to"],
    ["study added", "letters behind years"],
    ["image"],
    ["style", "style file removed", "template"],
    ["study removed", "term renamed", "parts reordered"],
    ["part deleted"],
]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    tiny = tiny_handbook(tmp_path_factory.mktemp("live") / "tiny")
    tiny.write("_static/unused.css", "p {}")
    return tiny


@pytest.fixture(scope="module")
def live(tiny):
    build = tiny.path / "build"
    with Live(tiny.docs, build / "live", build / "live-doctrees") as live:
        live.wait_for("settled")
        yield live


def settled(tiny, live):
    """What differs between the live site, when all its pages are up to date, and a clean build."""
    expected = contents(tiny.build_afresh())
    while True:
        live.wait_for("settled")
        found = differences(contents(tiny.path / "build" / "live"), expected)
        if not found or live.news.empty():  # an edit of several files may come in parts
            return found


@pytest.mark.parametrize("group", GROUPS, ids=" and ".join)
def test_edited_while_live_and_built_afresh_are_the_same(tiny, live, group):
    live.forget_news()
    for name in group:
        EDITS[name](tiny)
    assert settled(tiny, live) == []


def test_pages_that_are_looked_at_follow_the_sources(tiny, live):
    for page in ("one/second.html", "references/m-z.html"):
        live.look_at(page)
    for old, new in (("Zhang, Huayong", "Zhao, Huayong"), ("Five years", "Six years")):
        live.forget_news()
        tiny.replace("refs.bib", old, new)
        assert settled(tiny, live) == []
    assert "Six years" in live.page("references/m-z.html")


def test_what_became_of_a_source_is_told_and_taken_back(tiny, live):
    live.forget_news()
    standing = '{status: corrected, checked: 2026-12-01, source: "PubMed", notices: ["10.1000/9"]}'
    tiny.write("evidence/retractions.yaml", f"li2013: {standing}\n")
    assert settled(tiny, live) == []
    assert "10.1000/9" in live.page("references/a-l.html")
    live.forget_news()
    (tiny.docs / "evidence" / "retractions.yaml").unlink()
    assert settled(tiny, live) == []
    assert "10.1000/9" not in live.page("references/a-l.html")


def test_edits_that_follow_quickly_are_all_shown(tiny, live):
    live.forget_news()
    for number in range(5):
        tiny.write("one/first.md", tiny.read("one/first.md") + f"\nMore, part {'abcde'[number]}.\n")
        tiny.replace("refs.bib", "Cells and", "Cells and then")
        time.sleep(0.12)  # now and then in the middle of reading, of writing, of finishing
    assert settled(tiny, live) == []


def test_a_page_listens_for_news_and_no_built_file_does(tiny, live):
    assert live.page("").count('<script src="/-live/live.js"') == 1
    assert 'new EventSource("/-live' not in live.page("-live/live.js")
    assert b"-live" not in (tiny.path / "build" / "live" / "index.html").read_bytes()


def test_what_is_wrong_is_told_until_it_is_mended(tiny, live):
    before = tiny.read("one/first.md")
    live.forget_news()
    tiny.replace("one/first.md", "A flare", "A {ref}`nowhere` flare")
    while not (problems := live.wait_for("problems")):
        pass
    assert len(problems) == 1
    assert "one/first.md:10: WARNING: undefined label: 'nowhere'" in problems[0]
    live.wait_for("settled")

    # Another edit says nothing new about that page, and does not forget it either.
    tiny.replace("index.md", "# Tiny", "# Quite a tiny")
    live.wait_for("settled")
    assert "problems" not in str(list(drained(live)))

    tiny.write("one/first.md", before)
    assert live.wait_for("problems") == []
    assert settled(tiny, live) == []


def drained(live):
    while not live.news.empty():
        yield live.news.get()


def test_what_cannot_be_built_is_told_and_the_pages_stay(tiny, live):
    entries = tiny.read("refs.bib")
    page = live.page("references.html")
    live.forget_news()
    tiny.write("refs.bib", entries.replace("}", "", 1))
    [problem] = live.wait_for("problems")
    assert "refs.bib:1: the entry that begins here cannot be read" in problem
    assert live.page("references.html") == page
    tiny.write("refs.bib", entries.replace("Deng, ", "Dong, "))
    assert live.wait_for("problems") == []
    assert settled(tiny, live) == []


def test_new_settings_start_it_again(tiny, live):
    live.forget_news()
    EDITS["settings"](tiny)
    assert settled(tiny, live) == []
    live.forget_news()
    conf = tiny.read("conf.py")
    tiny.write("conf.py", "1 / 0\n")
    [problem] = live.wait_for("problems")
    assert "ZeroDivisionError" in problem
    tiny.write("conf.py", conf)
    assert settled(tiny, live) == []


def test_it_stops_when_asked_and_starts_again_where_it_was(tiny, live):
    """The last test of the module: it ends the process that the others share."""
    live.process.send_signal(signal.SIGINT)
    assert live.process.wait() == 0
    pages = {path: path.stat().st_mtime_ns for path in live.out.rglob("*.html")}
    with Live(tiny.docs, live.out, live.doctrees) as again:
        again.wait_for("settled")
    made_at_each_build = {"404.html", "genindex.html", "search.html"}
    written = {path.name for path, at in pages.items() if path.stat().st_mtime_ns != at}
    assert written <= made_at_each_build


def test_a_port_in_use_is_told_in_one_line(tiny, tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = str(taken.getsockname()[1])
        command = [sys.executable, "-m", "tools.live", tmp_path, tmp_path, tmp_path, "--port", port]
        said = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert said.returncode == 2
    assert f"cannot use port {port} (Address already in use): make live PORT=" in said.stderr
