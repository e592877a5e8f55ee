"""The bibliography for reference managers: RIS, and CSL-JSON as citation processors read it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from pybtex.database import Entry, Person
from pybtex.richtext import Text

# By type in refs.bib: the type in RIS and in CSL. The rest is a document of no special kind.
TYPES = {
    "article": ("JOUR", "article-journal"),
    "book": ("BOOK", "book"),
    "incollection": ("CHAP", "chapter"),
    "inproceedings": ("CPAPER", "paper-conference"),
    "mastersthesis": ("THES", "thesis"),
    "online": ("ELEC", "webpage"),
    "phdthesis": ("THES", "thesis"),
    "techreport": ("RPRT", "report"),
}
OTHER = ("GEN", "document")
GENRES = {"mastersthesis": "Master’s thesis", "phdthesis": "PhD thesis"}
# Stands in refs.bib where an author's name would, and is none.
NO_AUTHORS = "Authors not shown"
# What takes pybtex's parser, which is slow; braces alone only keep capitals.
_MARKUP = re.compile(r"[\\$~`]|--|''")
_BRACES = str.maketrans("", "", "{}")


@dataclass(frozen=True)
class Name:
    """A person, or a body that has one name only."""

    family: str
    given: str = ""
    particle: str = ""
    suffix: str = ""
    is_body: bool = False


# --- CSL-JSON ---------------------------------------------------------------------------------


def csl(entry: Entry) -> dict[str, Any]:
    """An entry as an item of CSL-JSON."""
    is_registration = bool(_field(entry, "registration"))
    named, others = _names(entry, "author")
    editors, more_editors = _names(entry, "editor")
    found: dict[str, Any] = {
        "id": entry.key,
        "type": "webpage" if is_registration else TYPES.get(entry.type, OTHER)[1],
        "title": _field(entry, "title"),
        "author": _csl_names(named, others),
        "editor": _csl_names(editors, more_editors),
        "container-title": _container(entry),
        "volume": _field(entry, "volume"),
        "issue": "" if entry.type == "techreport" else _field(entry, "number"),
        "number": _field(entry, "registration")
        or (_field(entry, "number") if entry.type == "techreport" else ""),
        "page": _field(entry, "pages").replace("–", "-"),
        "edition": _field(entry, "edition"),
        "genre": "Trial registration" if is_registration else GENRES.get(entry.type, ""),
        "publisher": _publisher(entry),
        "publisher-place": _field(entry, "address"),
        "issued": _csl_date(_field(entry, "year")),
        "DOI": _raw(entry, "doi"),
        "PMID": _raw(entry, "pubmed"),
        "URL": _raw(entry, "url"),
        "accessed": _csl_date(_raw(entry, "urldate")),
        "note": _note(entry),
    }
    return {name: value for name, value in found.items() if value}


def _csl_names(names: Iterable[Name], others: bool) -> list[dict[str, str]]:
    found = []
    for name in names:
        if name.is_body:
            found.append({"literal": name.family})
            continue
        parts = {
            "family": name.family,
            "given": name.given,
            "non-dropping-particle": name.particle,
            "suffix": name.suffix,
        }
        found.append({part: value for part, value in parts.items() if value})
    # As BibTeX says it. CSL has no other way to tell that the list of names goes on.
    return [*found, {"literal": "others"}] if others else found


def _csl_date(written: str) -> dict[str, Any]:
    """ "2026-11-22" and "2026" as CSL's dates; anything else in words."""
    if re.fullmatch(r"\d{4}(-\d\d){0,2}", written):
        return {"date-parts": [[int(part) for part in written.split("-")]]}
    return {"literal": written} if written else {}


# --- RIS --------------------------------------------------------------------------------------


def ris(entries: Iterable[Entry]) -> str:
    """Entries as a RIS file."""
    return "".join(
        "".join(f"{tag}  - {value}\n" for tag, value in _ris_lines(entry)) + "ER  - \n\n"
        for entry in entries
    )


def _ris_lines(entry: Entry) -> Iterator[tuple[str, str]]:
    registration = _field(entry, "registration")
    yield "TY", TYPES.get(entry.type, OTHER)[0]
    yield "ID", entry.key
    for tag, role in (("AU", "author"), ("A2", "editor")):
        names, others = _names(entry, role)
        yield from ((tag, _ris_name(name)) for name in names)
        if others:
            yield tag, "et al.,"
    first, _, last = _field(entry, "pages").partition("–")
    lines = [
        ("TI", _field(entry, "title")),
        ("T2", _container(entry)),
        ("PY", _field(entry, "year")),
        ("VL", _field(entry, "volume")),
        ("IS", _field(entry, "number")),
        ("SP", first),
        ("EP", last),
        ("ET", _field(entry, "edition")),
        ("PB", _publisher(entry)),
        ("CY", _field(entry, "address")),
        ("M3", "Trial registration" if registration else GENRES.get(entry.type, "")),
        ("DO", _raw(entry, "doi")),
        ("AN", registration or _raw(entry, "pubmed")),
        ("DB", "PubMed" if _raw(entry, "pubmed") and not registration else ""),
        ("UR", _raw(entry, "url")),
        ("Y2", _raw(entry, "urldate").replace("-", "/")),
        ("N1", _note(entry)),
    ]
    yield from ((tag, value) for tag, value in lines if value)


def _ris_name(name: Name) -> str:
    """ "van Vollenhoven, Ronald F."; a body's name ends in a comma, so that it is not taken apart."""
    if name.is_body:
        return f"{name.family},"
    parts = [f"{name.particle} {name.family}".strip(), name.given, name.suffix]
    return ", ".join(part for part in parts if part)


# --- Parts of an entry ------------------------------------------------------------------------


def _names(entry: Entry, role: str) -> tuple[list[Name], bool]:
    """The names, and whether the entry says that there are others."""
    people = entry.persons.get(role, [])
    named = [person for person in people if str(person) != "others"]
    names = [_name(person) for person in named]
    return [name for name in names if name.family != NO_AUTHORS], len(named) < len(people)


def _name(person: Person) -> Name:
    is_body = len(person.last_names) == 1 and person.last_names[0].startswith("{")
    return Name(
        family=_words(" ".join(person.last_names)),
        given=_words(" ".join([*person.first_names, *person.middle_names])),
        particle=_words(" ".join(person.prelast_names)),
        suffix=_words(" ".join(person.lineage_names)),
        is_body=is_body,
    )


def _container(entry: Entry) -> str:
    return next(
        (
            found
            for name in ("journal", "booktitle", "howpublished")
            if (found := _field(entry, name))
        ),
        "",
    )


def _publisher(entry: Entry) -> str:
    return next(
        (
            found
            for name in ("publisher", "institution", "school")
            if (found := _field(entry, name))
        ),
        "",
    )


def _note(entry: Entry) -> str:
    note = _field(entry, "note")
    hidden = any(_words(str(person)) == NO_AUTHORS for person in entry.persons.get("author", []))
    if hidden and NO_AUTHORS.casefold() not in note.casefold():
        return f"{note}; {NO_AUTHORS.lower()}" if note else NO_AUTHORS
    return note


def _field(entry: Entry, name: str) -> str:
    return _words(entry.fields.get(name, ""))


def _raw(entry: Entry, name: str) -> str:
    """A field that is no prose: an address, a number, a date."""
    return " ".join(entry.fields.get(name, "").split())


@cache
def _words(written: str) -> str:
    """A field's text without BibTeX's braces and commands, on one line."""
    is_marked_up = _MARKUP.search(written)
    text = str(Text.from_latex(written)) if is_marked_up else written.translate(_BRACES)
    return " ".join(text.split())
