"""An edited handbook is the same, built step by step or afresh, here or elsewhere."""

import itertools
import os
import random
import shutil
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest
from conftest import Copy, copy_project
from sphinx.builders.html import StandaloneHTMLBuilder
from tiny_handbook import Tiny, contents, tiny_handbook

# --- The tiny handbook, edit by edit ----------------------------------------------------------


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A tiny handbook that was built once; each test edits a copy of it in the same place."""
    tiny = tiny_handbook(tmp_path_factory.mktemp("rebuilding") / "tiny")
    tiny.write("_static/unused.css", "p {}")
    tiny.build()
    return tiny


@pytest.fixture
def tiny(built, tmp_path):
    """The built handbook, as if nobody had touched it yet."""
    kept = tmp_path / "kept"
    shutil.copytree(built.path, kept)
    yield built
    shutil.rmtree(built.path)
    shutil.move(kept, built.path)


def differences(step_by_step: dict[str, bytes], at_once: dict[str, bytes]) -> list[str]:
    return sorted(
        name
        for name in step_by_step.keys() | at_once.keys()
        if step_by_step.get(name) != at_once.get(name)
    )


def assert_same_as_afresh(tiny: Tiny, rebuilt: dict[str, bytes]) -> None:
    assert differences(rebuilt, contents(tiny.build_afresh())) == []


def add_page(tiny: Tiny) -> None:
    page = tiny.read("one/second.md").replace("# Second page", "# Third of one")
    tiny.write("one/third.md", page.replace(":name: what-was-said\n", ""))
    tiny.replace("one/index.md", "first\nsecond", "first\nthird\nsecond")


def delete_page(tiny: Tiny) -> None:
    (tiny.docs / "one" / "second.md").unlink()
    tiny.replace("one/index.md", "first\nsecond", "first")
    tiny.replace("one/first.md", "More in [](second.md).", "")
    tiny.replace("two/index.md", "See {ref}`what-was-said`.", "")


def rename_page(tiny: Tiny) -> None:
    (tiny.docs / "one" / "second.md").rename(tiny.docs / "one" / "other.md")
    tiny.replace("one/index.md", "first\nsecond", "first\nother")
    tiny.replace("one/first.md", "second.md", "other.md")


def delete_part(tiny: Tiny) -> None:
    shutil.move(tiny.docs / "two" / "contributing.md", tiny.docs / "contributing.md")
    shutil.rmtree(tiny.docs / "two")
    tiny.replace("index.md", "two/index", "contributing")
    tiny.replace("one/first.md", "See [the picture](../two/third.md#a-picture).", "")


def add_study(tiny: Tiny) -> None:
    study = tiny.read("evidence/studies/li2013.md")
    tiny.write("evidence/studies/wang2018.md", study.replace("Nanjing", "Suzhou"))


def remove_study(tiny: Tiny) -> None:
    (tiny.docs / "evidence" / "studies" / "li2013.md").unlink()


def add_entry(tiny: Tiny) -> None:
    tiny.write("refs.bib", tiny.read("refs.bib") + NEW_ENTRY)
    tiny.replace("two/index.md", "See", "New {cite:p}`new2020`. See")


NEW_ENTRY = """
@article{new2020,
  author = {New, Ann},
  title = {A new paper},
  journal = {Lupus},
  year = {2020},
}
"""


def delete_entry(tiny: Tiny) -> None:
    """Of two papers of one year one goes, and with it the letter behind the other's year."""
    text = tiny.read("refs.bib")
    tiny.write("refs.bib", text[: text.index("@article{wang2018b")])
    tiny.replace("one/second.md", "{cite:t}`wang2018b`", "others")


def rename_key(tiny: Tiny) -> None:
    for name in ("refs.bib", "one/second.md"):
        tiny.replace(name, "wang2018b", "wang2018kidney")


def name_journal_by_macro(tiny: Tiny) -> None:
    tiny.replace("refs.bib", "journal = {Lupus}", "journal = lupus")
    tiny.write("refs.bib", '@string{lupus = "Lupus Today"}\n' + tiny.read("refs.bib"))


def same_image_name(tiny: Tiny) -> None:
    shutil.copy2(tiny.docs / "two" / "ring.svg", tiny.docs / "one" / "ring.svg")
    figure = "\n:::{figure} ring.svg\n:alt: Another ring\n\nAnother ring.\n:::\n"
    tiny.write("one/first.md", tiny.read("one/first.md") + figure)


def part_references_otherwise(tiny: Tiny) -> None:
    tiny.replace("references/a-l.md", "[a-l]", "[a-d]")
    tiny.replace("references/m-z.md", "[m-z]", "[e-z]")


def replace(name: str, old: str, new: str) -> Callable[[Tiny], None]:
    return lambda tiny: tiny.replace(name, old, new)


EDITS: dict[str, Callable[[Tiny], None]] = {
    "nothing": lambda tiny: None,
    "touched only": lambda tiny: (tiny.docs / "index.md").touch(),
    "text": replace("one/first.md", "not a remission", "never a remission"),
    "page title": replace("one/second.md", "# Second page", "# Another *second* page"),
    "part title": replace("two/index.md", "# Part two", "# The second part"),
    "start title": replace("index.md", "# Tiny handbook", "# A tiny handbook"),
    "heading that is linked to": replace("one/first.md", "## A *marked* place", "## A place"),
    "label and its heading": replace("one/first.md", "(a-place)=\n\n", "New.\n\n(a-place)=\n\n"),
    "caption that is linked to": replace("one/second.md", "What was said", "What they said"),
    "description": replace("one/first.md", "The first page of", "Some page of"),
    "page added": add_page,
    "page deleted": delete_page,
    "page renamed": rename_page,
    "part deleted": delete_part,
    "pages reordered": replace("one/index.md", "first\nsecond", "second\nfirst"),
    "parts reordered": replace("index.md", "one/index\ntwo/index", "two/index\none/index"),
    "title in the list": replace("one/index.md", "\nsecond\n", "\nNumber two <second>\n"),
    "author of an entry": replace("refs.bib", "Li, Xia and", "Lu, Xia and"),
    "title of an entry": replace("refs.bib", "Cells and kidneys", "Cells and the kidneys"),
    "year of an entry": replace("refs.bib", "year = {2013}", "year = {2014}"),
    "emphasis in an entry": replace("refs.bib", "A trial of", r"A \emph{trial} of"),
    "journal of entries by a macro": name_journal_by_macro,
    "key of an entry": rename_key,
    "entry added": add_entry,
    "entry deleted": delete_entry,
    "letters behind years": replace("refs.bib", "Wang, Dandan and Zhang", "Wang, Zoe and Zhang"),
    "references parted otherwise": part_references_otherwise,
    "citation added": replace("two/index.md", "See", "As {cite:t}`deng2017` said, see"),
    "result of a study": replace("evidence/studies/deng2017.md", "events: 9", "events: 8"),
    "title of a study": replace("evidence/studies/deng2017.md", "A study in", "A trial in"),
    "study added": add_study,
    "study removed": remove_study,
    "image": replace("two/ring.svg", 'r="8"', 'r="7"'),
    "image removed": replace("two/third.md", ":::{figure} ring.svg\n:alt: A ring\n", ":::{note}"),
    "image of the same name": same_image_name,
    "template": replace("_templates/sidebar/downloads.html", "Whole", "The whole"),
    "style": lambda tiny: tiny.write("_static/handbook.css", "body {}"),
    "style file added": lambda tiny: tiny.write("_static/new.css", "body {}"),
    "style file removed": lambda tiny: (tiny.docs / "_static" / "unused.css").unlink(),
    "settings": replace("conf.py", "html_title = ", 'html_title = "The " + '),
    "term added": replace("glossary.md", "remission\n", "picture\n  An image.\n\nremission\n"),
    "term explained otherwise": replace("glossary.md", "No sign", "No sign at all"),
    "term renamed": replace("glossary.md", "flare\n", "storm\n"),
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_rebuilt_and_built_afresh_are_the_same(tiny, edit):
    edit(tiny)
    assert_same_as_afresh(tiny, contents(tiny.build()))


def test_only_what_an_edit_reaches_is_written(tiny):
    before = {path: path.stat().st_mtime_ns for path in (tiny.path / "build").rglob("*.html")}
    tiny.replace("one/first.md", "not a remission", "never a remission")
    out = tiny.build()
    written = {
        path.relative_to(out).as_posix()
        for path, at in before.items()
        if path.stat().st_mtime_ns != at
    }
    made_at_each_build = {"404.html", "genindex.html", "search.html"}
    # Sphinx adds the page whose list has it.
    assert written - made_at_each_build == {"one/first.html", "one/index.html"}


# --- Builds that do not come to their end -----------------------------------------------------


def interrupted_build(tiny: Tiny, method: str, calls: int) -> None:
    """A build that ends at once, as if killed, at the given call of a builder's method."""
    child = os.fork()
    if not child:
        count = itertools.count(1)
        whole = getattr(StandaloneHTMLBuilder, method)

        def deadly(*arguments, **named):
            return os._exit(9) if next(count) == calls else whole(*arguments, **named)

        setattr(StandaloneHTMLBuilder, method, deadly)
        try:
            tiny.build()
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9


@pytest.mark.parametrize(
    ("method", "calls"), [("read_doc", 2), ("write_doc", 1), ("write_doc", 4), ("finish", 1)]
)
def test_an_interrupted_build_leaves_nothing_wrong_behind(tiny, method, calls):
    """Neither if what was edited is edited back."""
    edited = ("one/index.md", "# Part one", "# The first part"), ("refs.bib", "Li, Xia", "Lu, Xia")
    for name, old, new in edited:
        tiny.replace(name, old, new)
    interrupted_build(tiny, method, calls)
    for name, old, new in edited:
        tiny.replace(name, new, old)
    add_page(tiny)
    assert_same_as_afresh(tiny, contents(tiny.build()))


def test_what_an_interrupted_build_would_have_said_is_said_by_the_next(tiny):
    tiny.replace("one/first.md", "not a remission", "not {ref}`nowhere`")
    interrupted_build(tiny, "write_doc", 1)
    with pytest.raises(AssertionError, match="nowhere"):
        tiny.build()


# --- Many edits -------------------------------------------------------------------------------


def outcome(build: Callable[[], Path]) -> dict[str, bytes] | None:
    """What a build gives; nothing if it finds something wrong."""
    try:
        return contents(build())
    except AssertionError:
        return None


@pytest.mark.parametrize("seed", range(2))
def test_many_edits_in_any_order_leave_nothing_stale(tiny, seed):
    dice = random.Random(seed)
    for _round in range(4):
        for name in dice.sample(sorted(EDITS), 3):
            with suppress(AssertionError, OSError):  # another edit took away what it changes
                EDITS[name](tiny)
        if dice.random() < 0.3:
            interrupted_build(tiny, "write_doc", 1)
        rebuilt = outcome(partial(tiny.build, parallel=dice.choice((1, 2))))
        assert rebuilt == outcome(tiny.build_afresh)


# --- Two outputs, one reading -----------------------------------------------------------------


def test_both_outputs_from_one_reading_are_as_each_alone(tiny):
    tiny.build("pdf", builder="typstpdf", doctrees="html")
    tiny.replace("one/second.md", "# Second page", "# Another second page")
    tiny.replace("refs.bib", "Li, Xia and", "Lu, Xia and")
    pdf = contents(tiny.build("pdf", builder="typstpdf", doctrees="html"))
    html = contents(tiny.build())
    assert_same_as_afresh(tiny, html)
    assert differences(pdf, contents(tiny.build("pdf-alone", builder="typstpdf"))) == []


def test_serial_and_parallel_builds_give_the_same_bytes(tiny):
    same_image_name(tiny)
    assert_same_as_afresh(tiny, contents(tiny.build("parallel", parallel=2)))


# --- The handbook itself ----------------------------------------------------------------------


def edit(folder: Path) -> None:
    """A new sentence, a longer title, and an entry whose label reaches other pages."""
    flares = folder / "docs" / "lupus" / "flares.md"
    text = flares.read_text(encoding="utf-8")
    flares.write_text(
        text.replace("## What is not known", "One more sentence.\n\n## What is not known"),
        encoding="utf-8",
    )
    bibliography = folder / "docs" / "refs.bib"
    entries = bibliography.read_text(encoding="utf-8")
    edited = entries.replace("Thompson, Mary", "Tompson, Mary")
    assert edited != entries
    bibliography.write_text(edited, encoding="utf-8")


def outputs(built: Copy) -> dict[str, bytes]:
    return {**contents(built.html), "pdf": built.pdf.read_bytes()}


def test_incremental_and_clean_builds_give_the_same_bytes(own_handbook, tmp_path):
    edit(own_handbook.path)
    built = own_handbook.make()
    assert built.returncode == 0, built.stderr

    afresh = copy_project(tmp_path / "afresh")
    edit(afresh.path)
    built = afresh.make()
    assert built.returncode == 0, built.stderr

    assert differences(outputs(own_handbook), outputs(afresh)) == []
    assert b"Tompson" in (afresh.html / "stem-cells" / "safety.html").read_bytes()
