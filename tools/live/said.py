"""What Sphinx warned of, kept until what it was about is read or written again."""

from __future__ import annotations

import re
from collections import defaultdict
from enum import Enum, auto
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

COLOUR = re.compile(r"\x1b\[[0-9;]*m")
PLACE = re.compile(r"(?P<file>[^\n]+?\.\w+)(?::\d+)?: (?:WARNING|ERROR|CRITICAL)")
NO_PAGE = ""


class Stage(Enum):
    ALL = auto()
    """Something about all pages together, which each reading says again."""
    READING = auto()
    """One page, when it was read."""
    WRITING = auto()
    """One page, when it was written."""


class Said:
    """A stream for Sphinx's warnings."""

    def __init__(self) -> None:
        self.of_reading: dict[str, list[str]] = defaultdict(list)
        self.of_writing: dict[str, list[str]] = defaultdict(list)
        self.stage = Stage.ALL

    def listen(self, app: Sphinx) -> None:
        """Follow what the application is doing, so as to know what a warning is about."""
        self.app = app
        app.connect("env-get-outdated", self._all, priority=0)
        app.connect("env-before-read-docs", self._reading, priority=999)
        app.connect("env-purge-doc", self._page_is_read, priority=0)
        app.connect("env-updated", self._read, priority=0)
        app.connect("write-started", self.writing, priority=0)

    def _all(self, app: Sphinx, env: BuildEnvironment, *changes: set[str]) -> list[str]:
        self.stage = Stage.ALL
        self.of_reading.pop(NO_PAGE, None)
        return []

    def _reading(self, *_: object) -> None:
        self.stage = Stage.READING

    def _page_is_read(self, app: Sphinx, env: BuildEnvironment, page: str) -> None:
        self.of_reading.pop(page, None)
        self.of_writing.pop(page, None)

    def _read(self, *_: object) -> None:
        self.stage = Stage.ALL

    def writing(self, *_: object) -> None:
        self.stage = Stage.WRITING

    # --- As a stream ---

    def write(self, text: str) -> int:
        words = COLOUR.sub("", text).strip()
        if words:
            page = NO_PAGE if self.stage is Stage.ALL else self._page(words)
            part = self.of_writing if self.stage is Stage.WRITING else self.of_reading
            part[page].append(words)
        return len(text)

    def flush(self) -> None:
        """Nothing waits."""

    def _page(self, words: str) -> str:
        """The page that is at work; if other processes read it, the page that is named."""
        place = PLACE.match(words)
        named = place and self.app.project.path2doc(Path(place["file"]))
        return self.app.env.current_document.docname or named or NO_PAGE

    # --- As a list ---

    def all(self) -> list[str]:
        """Each warning once, those of reading first, in the order of the pages."""
        return list(dict.fromkeys(_in_order(self.of_reading) + _in_order(self.of_writing)))

    def all_of_writing(self) -> list[str]:
        return _in_order(self.of_writing)


def _in_order(by_page: dict[str, list[str]]) -> list[str]:
    return [words for page in sorted(by_page) for words in by_page[page]]
