"""What makes builds quicker leaves the output alone; the menu shows the reader's own part."""

import hashlib
import inspect
import logging
import os
import re
import subprocess
import sys
import warnings
import weakref

import pybtex.plugin
import pytest
import yaml
from docutils import nodes
from docutils.frontend import OptionParser
from myst_parser.parsers.sphinx_ import MystParser
from pybtex.database.input.bibtex import Parser
from speed import menu
from speed.settings import known, settings
from speed.walking import all_nodes, nodes_of_class
from speed.writers import Pile
from speed.yaml_in_c import PlainLoader, QuickLoader
from sphinx.builders import Builder
from sphinx.builders.html import StandaloneHTMLBuilder
from sphinxcontrib.bibtex.bibfile import parse_bibdata
from sphinxcontrib.bibtex.directives import BibliographyDirective
from sphinxcontrib.bibtex.domain import BibtexDomain, _FilterVisitor
from sphinxcontrib.bibtex.transforms import BibliographyTransform
from tiny_handbook import PROJECT, contents, tiny_handbook

MENU = re.compile(r'<div class="sidebar-tree">\s*(.*?)\s*</div>', re.DOTALL)


def build_as_it_comes(tiny):
    """In a process of its own: some of what is quicker stays with the process."""
    tiny.replace("conf.py", '    "speed",\n', "")
    built = subprocess.run(
        [sys.executable, "-m", "sphinx", "-q", "-W", "-b", "html", tiny.docs, tiny.path / "slow"],
        env={**os.environ, "PYTHONPATH": str(PROJECT / "docs" / "_ext")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stderr
    return contents(tiny.path / "slow", besides=".doctrees")


@pytest.fixture(scope="module")
def quick_and_slow(tmp_path_factory):
    tiny = tiny_handbook(tmp_path_factory.mktemp("speed") / "tiny")
    return contents(tiny.build()), build_as_it_comes(tiny)


def test_the_output_is_the_same_but_for_the_menu(quick_and_slow):
    quick, slow = quick_and_slow
    assert quick.keys() == slow.keys()
    for name in slow:
        if name.endswith(".html"):
            assert MENU.sub("", quick[name].decode()) == MENU.sub("", slow[name].decode())
        else:
            assert quick[name] == slow[name], name


def shown_in_menu(page: bytes) -> list[tuple[str, str]]:
    found = MENU.search(page.decode())[1]
    return re.findall(r"<li class=\"([^\"]+)\"><a [^>]*>(.*?)</a>", found)


def test_the_menu_shows_the_own_part_and_the_names_of_the_others(quick_and_slow):
    quick, _slow = quick_and_slow
    assert shown_in_menu(quick["one/first.html"]) == [
        ("toctree-l1 current has-children", "Part one"),
        ("toctree-l2 current current-page", "First page"),
        ("toctree-l2", "Second page"),
        ("toctree-l1", "Part two"),
        ("toctree-l1", "Evidence"),
        ("toctree-l1", "Glossary"),
        ("toctree-l1", "References"),
        ("toctree-l1", "For your appointment"),
        ("toctree-l1", "The project"),
    ]


def test_pages_outside_the_tree_show_the_parts(quick_and_slow):
    quick, _slow = quick_and_slow
    shown = shown_in_menu(quick["search.html"])
    assert [title for _classes, title in shown][:2] == ["Part one", "Part two"]
    assert {classes for classes, _title in shown} == {"toctree-l1"}


def test_open_parts_are_marked_up_as_furo_does_it(quick_and_slow):
    """But for a mark that tells screen readers which page is open."""
    quick, slow = (
        MENU.search(built["one/first.html"].decode())[1].replace(' aria-current="page"', "")
        for built in quick_and_slow
    )
    own_part = quick[: quick.index("Part two")]
    assert own_part.count("<li") == 4
    assert slow.startswith(own_part.rpartition("<li")[0])
    links = re.compile(r"<a [^>]*>.*?</a>")
    assert set(links.findall(quick)) < set(links.findall(slow))


def test_a_long_list_is_left_to_its_own_page(tmp_path, monkeypatch):
    monkeypatch.setattr(menu, "LONGEST", 1)
    built = contents(tiny_handbook(tmp_path / "tiny").build())
    titles = [title for _classes, title in shown_in_menu(built["evidence/studies/li2013.html"])]
    assert titles == ["Evidence", "Studies", "A study in Nanjing"]
    titles = [title for _classes, title in shown_in_menu(built["evidence/studies/index.html"])]
    assert titles == ["Evidence", "Studies"]
    titles = [title for _classes, title in shown_in_menu(built["index.html"])]
    assert titles[:3] == ["Part one", "Part two", "Evidence"]


def test_yaml_faults_are_told_in_the_words_of_pyyaml():
    for text in ("a: b: c", "- [1, 2", "a: 'b", "\tx: 1", "a: *b", "%", "a: \x01"):
        told = []
        for loader in (PlainLoader, QuickLoader):
            with pytest.raises(yaml.YAMLError) as caught:
                yaml.load(text, loader)
            told.append(str(caught.value))
        assert told[0] == told[1]


def test_pages_are_written_by_as_many_processes_as_asked_for(tmp_path):
    tiny = tiny_handbook(tmp_path / "tiny")
    noted = tmp_path / "processes"
    tiny.write(
        "conf.py",
        f"""{tiny.read("conf.py")}
import time
from pathlib import Path

def note_and_wait_for_the_others(*_):
    noted = Path({str(noted)!r})
    with noted.open("a") as file:
        file.write(f"{{os.getpid()}}\\n")
    until = time.monotonic() + 60
    while os.getpid() != {os.getpid()} and len(set(noted.read_text().split())) < 3:
        assert time.monotonic() < until, "there is one writer only"
        time.sleep(0.01)

def setup(app):
    app.connect("html-page-context", note_and_wait_for_the_others)
""",
    )
    assert contents(tiny.build(parallel=2)) == contents(tiny.build("serial"))
    assert len(set(noted.read_text().split())) == 3


def test_each_page_is_taken_from_a_pile_once():
    pile = Pile(["a", "b", "c"])
    mine, yours = iter(pile), iter(pile)
    assert [next(mine), next(yours), next(mine)] == ["a", "b", "c"]
    assert [*mine, *yours] == []


def test_documents_are_let_go_of_when_they_are_stored_and_written(tmp_path, monkeypatch):
    done_with, kept = [], []
    store, write = Builder.write_doctree, StandaloneHTMLBuilder.write_doc

    def note_stored(builder, page, doctree, **how):
        store(builder, page, doctree, **how)
        done_with.append(weakref.ref(doctree))

    def note_written(builder, page, doctree):
        kept.extend(page for ref in done_with if (document := ref()) and vars(document))
        write(builder, page, doctree)
        done_with.append(weakref.ref(doctree))

    monkeypatch.setattr(Builder, "write_doctree", note_stored)
    monkeypatch.setattr(StandaloneHTMLBuilder, "write_doc", note_written)
    tiny_handbook(tmp_path / "tiny").build()
    assert done_with and not kept


def test_a_process_that_ends_does_not_look_for_rubbish():
    """What is asked for first at the end is done last: the count is taken after ours."""
    program = (
        "import atexit, gc\n"
        "atexit.register(lambda: print(gc.get_count()[0], gc.get_freeze_count()))\n"
        "from unittest.mock import Mock\n"
        "from speed.garbage import setup\n"
        "setup(Mock())\n"
        "kept = [[] for _ in range(5000)]\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": str(PROJECT / "docs" / "_ext")},
        capture_output=True,
        text=True,
        check=True,
    )
    left, frozen = map(int, ended.stdout.split())
    assert left < 5000 < frozen


def test_a_search_finds_the_nodes_in_the_order_of_the_document():
    words = [nodes.Text(word) for word in "abcd"]
    inner = nodes.emphasis("", "", words[1], words[2])
    first, second = nodes.paragraph("", "", words[0], inner), nodes.paragraph("", "", words[3])
    section = nodes.section("", first, second)
    assert list(all_nodes(section)) == [
        section, first, words[0], inner, words[1], words[2], second, words[3]
    ]  # fmt: skip
    assert list(nodes_of_class(section, nodes.Text)) == words
    assert list(nodes_of_class(section, nodes.paragraph)) == [first, second]


def test_each_page_gets_docutils_settings_of_its_own(tmp_path, monkeypatch):
    (tmp_path / "docutils.conf").write_text("[general]\nlanguage_code: es\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    known.cache_clear()
    try:
        how = {"defaults": {"traceback": True}, "read_config_files": True}
        with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
            parser = OptionParser([MystParser], **how)
            plain = vars(parser.get_default_values())
        first, second = settings(MystParser(), **how), settings(MystParser, **how)
        assert first.language_code == "es"
        assert {**vars(first), "record_dependencies": 0} == {**plain, "record_dependencies": 0}
        first.record_dependencies.add("one.csv")
        first.language_code = "en"
        assert second.record_dependencies.list == []
        assert second.language_code == "es"
        assert settings(MystParser).language_code == "en"
    finally:
        known.cache_clear()


def test_messages_below_the_asked_level_are_not_made(tmp_path):
    tiny_handbook(tmp_path / "tiny").build()
    assert logging.getLogger("sphinx.sphinx.events").getEffectiveLevel() == logging.INFO


def test_citations_do_not_read_package_metadata(tmp_path, monkeypatch):
    """pybtex looks plugins up among all installed packages, unless they are registered."""
    asked = []
    find = pybtex.plugin.entry_points
    monkeypatch.setattr(
        pybtex.plugin, "entry_points", lambda **how: asked.append(how["name"]) or find(**how)
    )
    tiny_handbook(tmp_path / "tiny").build()
    assert asked.count("plaintext") == 1  # when it is registered, not for each citation


def test_what_our_code_stands_in_for_is_as_we_know_it():
    """When this fails, compare the new code with ours in `speed`, then note its fingerprint."""
    known = {
        BibtexDomain.get_filtered_entries: "3ec52cc65a607579",
        BibtexDomain.get_sorted_entries: "021d1b376858abb2",
        BibtexDomain.get_all_cited_keys: "16562f067bcb8f7d",
        BibliographyDirective.run: "8958d66a05affc58",
        parse_bibdata: "9dfccf26131b1a4d",
        Parser: "eddb447cf8f42fb3",
        BibtexDomain.resolve_xref: "53e1f8c0f8f6a137",
        BibtexDomain.env_updated: "738666286f00a8c1",
        BibtexDomain.clear_doc: "00c294bf86c64008",
        BibliographyTransform.run: "e5b6a10dbac7aaea",
        OptionParser.__init__: "1add7bb187d01c99",
        OptionParser.get_default_values: "32cd38e2ff26bf32",
        Builder._read_parallel: "d9e655ec9d49afee",
        _FilterVisitor: "1c378ddc950091f6",
    }
    for code, fingerprint in known.items():
        source = inspect.getsource(code)
        assert hashlib.sha256(source.encode()).hexdigest()[:16] == fingerprint, code.__qualname__


def test_docutils_still_searches_by_generators_within_generators():
    """When this fails, see whether `speed.walking` is still needed."""
    source = inspect.getsource(nodes)
    assert source.count("yield from child._fast_findall(cls)") == 1
    assert source.count("yield from child._superfast_findall()") == 1
