"""Where in the bibliography an address of the reference list comes from."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote

from sphinx.application import Sphinx

from tools.lint.bibtex import Bibliography, Entry

from .links import Place

# Fields of an entry that end in links, the one with an address of its own last.
FIELDS = ("doi", "pubmed", "archive_url", "url")


class Sources:
    """The entries of the bibliography files, with their lines."""

    def __init__(self, app: Sphinx, base: Path) -> None:
        self._entries: dict[str, tuple[str, Entry]] = {}
        for name in app.config.bibtex_bibfiles if "bibtex_bibfiles" in app.config else ():
            path = Path(app.confdir, name).resolve()
            file = path.relative_to(base).as_posix()
            for entry in Bibliography.read(path, cited=frozenset()).entries:
                self._entries.setdefault(entry.key, (file, entry))

    def place(self, key: str, uri: str) -> Place | None:
        """Where an entry says an address; None if there is no such entry."""
        if key not in self._entries:
            return None
        file, entry = self._entries[key]
        # The address is made from the field, or is the field.
        field = next(
            (name for name in FIELDS if entry.value(name) and entry.value(name) in unquote(uri)),
            "key",
        )
        return Place(file, entry.line_of(field), key=key)

    def archived(self, key: str, uri: str) -> str:
        """The archived copy of the page that an entry's `url` leads to, if it has one."""
        _, entry = self._entries.get(key, ("", None))
        if entry is None or entry.value("url") != uri:
            return ""
        return entry.value("archive_url")
