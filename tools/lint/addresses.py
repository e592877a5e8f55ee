"""A rule for addresses: a page that was there once, and is gone, leaves a signpost."""

import subprocess
import sys
from pathlib import Path

from tools.lint.finding import Finding

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "docs" / "_ext"))

from moved_pages import MOVED_FILE, read_moves


def pages_once(docs: Path) -> set[str]:
    """Pages that the history saw removed or renamed, by path without .md; none without history."""
    try:
        told = subprocess.run(
            [
                "git",
                "log",
                "--relative",
                "--no-renames",
                "--diff-filter=D",
                "--name-only",
                "--format=",
            ]
            + ["--", "*.md"],
            cwd=docs,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
    except (FileNotFoundError, subprocess.CalledProcessError):
        return set()
    return {
        line.removesuffix(".md")
        for line in told.splitlines()
        if not any(part.startswith(("_", ".")) for part in Path(line).parts)
    }


def vanished_pages(docs: Path) -> list[Finding]:
    """Pages that are gone and of which moved-pages.yaml does not say where readers go instead."""
    moved = docs / MOVED_FILE
    known = read_moves(moved)
    return [
        Finding(
            moved,
            1,
            "vanished-page",
            f"{page} was a page: name the one that replaces it, as in '{page}: index'",
        )
        for page in sorted(pages_once(docs))
        if page not in known and not (docs / f"{page}.md").is_file()
    ]
