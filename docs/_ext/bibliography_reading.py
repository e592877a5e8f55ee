"""The bibliography is read once, entry by entry; an error in it names file and line.

What an entry says depends on its own text alone, so a process that goes on keeps what it made of
each text, and after an edit reads only the entries that are new. In a file with macros of its own
(`@string`) entries depend on each other: it is read as a whole.

An entry is never changed: who adds to one puts another in its place. So what was made of an entry
holds as long as it is the same one (`kept`).

`EntryParser` stands in for pybtex's parser where sphinxcontrib-bibtex reads its files. By itself
that names no file in its errors, and at a key that stands twice it goes on with half the entries.

sphinxcontrib-bibtex notes the time of a file when it has read it. An edit just before would pass for
read, until the next one. `parse_bibdata` notes the time as it was before.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache, wraps
from pathlib import Path
from typing import Any

from pybtex.database import BibliographyData, Entry
from pybtex.database.input.bibtex import Parser
from pybtex.exceptions import PybtexError
from pybtex.scanner import PybtexSyntaxError
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinxcontrib.bibtex import bibfile

# Within a field such a place is possible, too: then the part before it lacks its end, and the file
# is read as a whole.
START_OF_ENTRY = re.compile(r"^(?=@)", re.MULTILINE)
MACRO = re.compile(r"@\s*(string|preamble)", re.IGNORECASE)

read_with_later_times = bibfile.parse_bibdata


class EntryParser(Parser):
    """pybtex's parser, quicker when it reads a file again, and with plain errors."""

    key = ""
    """The entry that is read."""
    has_macros = False
    """Whether the files so far hold any."""

    def parse_file(self, filename: Path, file_suffix: str | None = None) -> BibliographyData:
        """Add the entries of a file. `ExtensionError` if it cannot be read."""
        text = filename.read_text(encoding=self.encoding)
        try:
            self.parse_string(text)
        except PybtexError as error:
            line = _line_of_entry(error, self.key, text)
            raise ExtensionError(
                f"{filename}:{line}: the entry that begins here cannot be read: {error}. "
                "Mend it; `make lint` checks the whole file."
            ) from error
        return self.data

    def parse_string(self, text: str) -> BibliographyData:
        self.has_macros |= bool(MACRO.search(text))
        try:
            parts = [] if self.has_macros else list(map(entries_in, START_OF_ENTRY.split(text)))
        except PybtexError:
            parts = []  # and now for the whole file, which says in which line
        if not parts:
            return super().parse_string(text)
        for part in parts:
            for key, entry in part:
                self.key = key
                self.data.add_entry(key, entry)
        return self.data

    def process_entry(self, entry_type: str, key: str, fields: list) -> None:
        self.key = key
        super().process_entry(entry_type, key, fields)


@cache
def entries_in(text: str) -> list[tuple[str, Entry]]:
    """The entries of a text without macros, by their keys."""
    return list(Parser().parse_string(text).entries.items())


def kept(function: Callable[..., Any]) -> Callable[..., Any]:
    """Keep what was made of an entry, and of the rest, until it is asked about another."""
    made: dict[str, tuple[Entry, object, Any]] = {}

    @wraps(function)
    def keeping(entry: Entry, *rest: object) -> Any:
        before, beside, found = made.get(entry.key, (None, None, None))
        if before is not entry or beside != rest:
            found = function(entry, *rest)
            made[entry.key] = (entry, rest, found)
        return found

    return keeping


def parse_bibdata(filenames: list[Path], encoding: str) -> bibfile.BibData:
    """What the files say, with the time of each from before it was read."""
    times = {filename: bibfile.get_mtime(filename) for filename in filenames}
    found = read_with_later_times(filenames, encoding)
    for filename, one in found.bibfiles.items():
        found.bibfiles[filename] = one._replace(mtime=times[filename])
    return found


def _line_of_entry(error: PybtexError, key: str, text: str) -> int:
    if isinstance(error, PybtexSyntaxError):
        position = error.parser.command_start
    else:  # the last such entry: of two with the same key the second is in the way
        heads = re.finditer(rf"@\w+\s*[{{(]\s*{re.escape(key)}\s*,", text)
        position = max(head.start() for head in heads)
    return text.count("\n", 0, position) + 1


def setup(app: Sphinx) -> dict[str, object]:
    bibfile.Parser = EntryParser
    bibfile.parse_bibdata = parse_bibdata
    return {"parallel_read_safe": True, "parallel_write_safe": True}
