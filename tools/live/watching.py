"""Which files were edited, and whether that asks for a new process."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from watchfiles import DefaultFilter, watch

# Milliseconds without a further change after which an edit is taken to be complete.
STEP = 30


@dataclass(frozen=True)
class Edit:
    files: list[Path]
    is_code: bool
    """Settings or code changed: what is in memory was made by others."""


class Filter(DefaultFilter):
    """Leaves out what editors and builds keep beside the sources, and the output."""

    def __init__(self, outputs: tuple[Path, ...]) -> None:
        super().__init__(ignore_paths=outputs)


def edits(source: Path, settings: list[Path], outputs: tuple[Path, ...]) -> Iterator[Edit]:
    """Each edit of the sources or of a file with settings outside of them, until interrupted."""
    places = [source, *(path for path in settings if path.is_file())]
    for changes in watch(*places, watch_filter=Filter(outputs), step=STEP, raise_interrupt=True):
        files = sorted({Path(path) for _change, path in changes})
        yield Edit(files, any(path.suffix == ".py" or path in settings for path in files))
