"""An edited handbook is the same, built step by step or afresh, here or elsewhere."""

from pathlib import Path

from conftest import Copy, copy_project

# Sphinx adds to the search index of a page that changed what the other pages hold, in its own order.
NOT_COMPARED = {"searchindex.js"}


def outputs(built: Copy) -> dict[str, bytes]:
    files = [*built.html.rglob("*"), built.pdf]
    return {
        path.relative_to(built.path).as_posix(): path.read_bytes()
        for path in files
        if path.is_file() and path.name not in NOT_COMPARED and not path.name.startswith(".")
    }


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


def test_incremental_and_clean_builds_give_the_same_bytes(own_handbook, tmp_path):
    edit(own_handbook.path)
    built = own_handbook.make()
    assert built.returncode == 0, built.stderr

    afresh = copy_project(tmp_path / "afresh")
    edit(afresh.path)
    built = afresh.make()
    assert built.returncode == 0, built.stderr

    step_by_step, at_once = outputs(own_handbook), outputs(afresh)
    assert set(step_by_step) == set(at_once)
    differing = [name for name in at_once if step_by_step[name] != at_once[name]]
    assert differing == []
    assert b"Tompson" in at_once["build/html/stem-cells/safety.html"]
