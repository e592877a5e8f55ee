"""A BibTeX file with the line of each entry and field, which pybtex's own reader forgets."""

import re
from collections.abc import Iterator, Set
from dataclasses import dataclass
from pathlib import Path

from pybtex.bibtex.utils import split_name_list
from pybtex.database import Person
from pybtex.database.input.bibtex import LowLevelParser, month_names
from pybtex.richtext import Text
from pybtex.scanner import PybtexSyntaxError

from tools.lint.finding import Remark


@dataclass(frozen=True)
class Field:
    """One field of an entry."""

    name: str
    value: str
    """The value without its delimiters, on one line."""
    source: str
    """The value as it stands in the file, delimiters and line breaks included."""
    line: int
    """The line on which `source` begins."""

    def line_at(self, position: int) -> int:
        """The line of a position in `source`."""
        return self.line + self.source.count("\n", 0, position)


@dataclass(frozen=True)
class Entry:
    """One entry; field names and the type are in lower case."""

    type: str
    key: str
    line: int
    fields: tuple[Field, ...]

    def get(self, name: str) -> Field | None:
        """The field of that name, unless it is missing or empty."""
        return next((field for field in self.fields if field.name == name and field.value), None)

    def value(self, name: str) -> str:
        """The value of a field, or nothing."""
        field = self.get(name)
        return field.value if field else ""

    def text(self, name: str) -> str:
        """The value of a field as it prints."""
        return str(Text.from_latex(self.value(name)))

    def line_of(self, name: str) -> int:
        """The line of a field, or of the entry if there is no such field."""
        field = self.get(name)
        return field.line if field else self.line

    def people(self) -> list[Person]:
        """The authors, else the editors; BibTeX's "others" counts as one.

        Raises pybtex.database.InvalidNameString for a name that is none.
        """
        return [
            Person(name) for name in split_name_list(self.value("author") or self.value("editor"))
        ]


@dataclass(frozen=True)
class Bibliography:
    """All entries of a BibTeX file, what of it could not be read, and the keys that are cited."""

    entries: tuple[Entry, ...]
    broken: tuple[Remark, ...]
    stray: tuple[Remark, ...]
    cited: Set[str]

    @classmethod
    def read(cls, path: Path, cited: Set[str]) -> "Bibliography":
        """Reads a file. Raises FileNotFoundError if there is none."""
        data = path.read_bytes()
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            return cls((), ((line, "this is not UTF-8: save the file as UTF-8"),), (), cited)
        reader = _Reader(text)
        entries = tuple(reader.entries())
        # After an error everything up to the next entry would count as stray.
        stray = () if reader.errors else tuple(reader.stray())
        return cls(entries, tuple(reader.errors), stray, cited)


class _Reader(LowLevelParser):
    """pybtex's parser, noting lines and going on after an error."""

    def __init__(self, text: str) -> None:
        super().__init__(text, macros=dict(month_names))
        self.errors: list[Remark] = []
        self.fields: list[Field] = []
        self.outside: list[tuple[int, int]] = []  # where text between two entries begins and ends

    def entries(self) -> Iterator[Entry]:
        end = 0
        for command, body in self:
            self.outside.append((end, self.command_start))
            end = self.pos
            broken = self._start() in dict(self.errors)
            if not broken and command.lower() not in ("string", "preamble"):
                yield Entry(command.lower(), body[0] or "", self._start(), tuple(self.fields))
            self.fields = []
        self.outside.append((end, len(self.text)))

    def stray(self) -> Iterator[Remark]:
        """The first line between two entries that is no comment: BibTeX skips it silently."""
        for start, end in self.outside:
            first = self.text.count("\n", 0, start) + 1
            for number, line in enumerate(self.text[start:end].split("\n"), first):
                if line.strip() and not line.lstrip().startswith("%"):
                    yield number, line.strip()
                    break

    def parse_value(self) -> None:
        line, start = self.lineno, self.pos
        super().parse_value()
        value = re.sub(r"[ \t\r\n]+", " ", "".join(self.current_value)).strip()
        name = (self.current_field_name or "").lower()  # a @preamble's value has no name
        self.fields.append(Field(name, value, self.text[start : self.pos].rstrip(), line))

    def handle_error(self, error: PybtexSyntaxError) -> None:
        self.errors.append((self._start(), str(error)))

    def _start(self) -> int:
        return self.text.count("\n", 0, self.command_start) + 1
