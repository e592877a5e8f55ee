"""The handbook's reference style: author and year, in the text and in the list.

In the text `{cite:p}` gives "(Wang et al. 2018a; Li and Sun 2019)" and `{cite:t}` gives
"Wang et al. (2018a)". The list is sorted by those same names, so that whoever comes from the
text finds the entry.

Five optional BibTeX fields have a meaning here:

`shortauthor`
    a corporate author's short name. It makes the label, "FDA 2019"; the list prints the full
    name with the short one in brackets.
`registration`
    a trial's registration number. It is the label, without a year; `author` is the sponsor.
`urldate`
    the day on which `url` was read, as YYYY-MM-DD.
`archive_url`
    where a copy of the page at `url` is kept, in case the page dies.
`note`
    printed at the end of the entry.

`year` may be missing where nobody has dated the source: the label then says "undated".

`retraction_marks` adds fields of its own to entries, among them `standing` and `notices`: what
became of the source since. A grave standing is part of the label, "Wang et al. 2018, retracted", so that it
stands wherever the source is named.

To use it: `bibtex_default_style = "handbook"` and `bibtex_reference_style = "handbook"`.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import chain, product
from string import ascii_lowercase
from urllib.parse import quote

import pybtex.plugin
import sphinxcontrib.bibtex.plugin
from bibliography_reading import kept
from pybtex.database import Entry, Person
from pybtex.richtext import HRef, Tag, Text
from pybtex.style import FormattedEntry
from pybtex.style.formatting import BaseStyle
from pybtex.style.labels import BaseLabelStyle
from pybtex.style.names import BaseNameStyle
from pybtex.style.sorting import BaseSortingStyle
from pybtex.style.template import FieldIsMissing
from retractions import RetractionStatus
from sphinx.application import Sphinx
from sphinx.locale import get_translation
from sphinxcontrib.bibtex.style.referencing import BaseReferenceStyle, BracketStyle
from sphinxcontrib.bibtex.style.template import join, join2, node, post_text, pre_text, reference

_ = get_translation("handbook")

MOST_AUTHORS = 6
UNDATED = "undated"
# What stands for itself in the address of a DOI, besides letters and digits.
IN_DOIS = "/:;()!$&'*+,=@"
# Not strftime's: Sphinx sets the reader's locale, and the same input must give the same bytes.
MONTHS = ["January", "February", "March", "April", "May", "June"]
MONTHS += ["July", "August", "September", "October", "November", "December"]
# Letters that Unicode does not take apart into a Latin letter and an accent.
WHOLE_LETTERS = str.maketrans("øłđı", "oldi")


# --- Names ------------------------------------------------------------------------------------


@cache
def _text(latex: str) -> Text:
    """A field as rich text; kept, because every citation formats its entry again."""
    return Text.from_latex(latex)


def surname(person: Person) -> Text:
    """The name a person is known by, "von" part included; a corporate author's whole name."""
    parts = person.prelast_names + person.last_names
    return Text(" ").join([_text(part) for part in parts])


class NameStyle(BaseNameStyle):
    """Surname and initials without points: "de Silva NL", "Wang D", "Smith JA Jr"."""

    def format(self, person: Person, abbr: bool = True) -> Text:
        given = str(_text(" ".join(person.first_names + person.middle_names)))
        parts = [part for part in re.split(r"[\s.\-]+", given) if part]
        # "Krause, DS": these are initials already.
        initials = "".join(p if p.isupper() and len(p) <= 3 else p[0] for p in parts)
        lineage = _text(" ".join(person.lineage_names))
        return Text(" ").join([part for part in (surname(person), initials, lineage) if part])


def _people(entry: Entry) -> tuple[list[Person], bool]:
    """An entry's authors, else its editors, and whether it says that there are others."""
    people = entry.persons.get("author") or entry.persons.get("editor") or []
    named = [person for person in people if str(person) != "others"]
    return named, len(named) < len(people)


def label_names(entry: Entry) -> str:
    """What stands before the year in a label: "Wang et al.", "Li and Sun", "FDA".

    A trial's registration number stands alone. An entry without any name falls back on its
    key; formatting it for the list then reports what is missing.
    """
    for field in ("registration", "shortauthor"):
        if entry.fields.get(field):
            return str(_field(entry, field))
    named, others = _people(entry)
    if not named:
        return entry.key
    if others or len(named) > 2:
        return f"{surname(named[0])} et al."
    return " and ".join(str(surname(person)) for person in named)


# --- Labels and order -------------------------------------------------------------------------


class LabelStyle(BaseLabelStyle):
    """Labels such as "Wang et al. 2018"; entries that would share one get 2018a, 2018b, ..."""

    def format_labels(self, sorted_entries: Iterable[Entry]) -> Iterator[str]:
        labels = [_label(entry) for entry in sorted_entries]
        shared = Counter(labels)
        letters: dict[str, Iterator[str]] = defaultdict(_letters)
        for label, entry in zip(labels, sorted_entries, strict=True):
            if shared[label] > 1:
                hyphen = "-" if label.endswith(UNDATED) else ""
                label += f"{hyphen}{next(letters[label])}"
            yield label + _mark(entry.fields.get("standing"))


@kept
def _label(entry: Entry) -> str:
    if entry.fields.get("registration"):
        return label_names(entry)
    return f"{label_names(entry)} {entry.fields.get('year') or UNDATED}"


def _mark(standing: str | None) -> str:
    """What follows a label: ", retracted", or nothing where there is nothing grave to tell."""
    if not standing or not RetractionStatus(standing).is_grave:
        return ""
    return f", {_(standing)}"


def _letters() -> Iterator[str]:
    """a to z, then aa to zz."""
    return chain(ascii_lowercase, map("".join, product(ascii_lowercase, repeat=2)))


def split_label(label: str) -> tuple[str, str]:
    """The names and the year (with its letter and mark) of a label; a registration has no names."""
    mark = next(
        (mark for mark in map(_mark, RetractionStatus) if mark and label.endswith(mark)), ""
    )
    names, _space, year = label.removesuffix(mark).rpartition(" ")
    return names, year + mark


class SortingStyle(BaseSortingStyle):
    """Alphabetical by the names of the label, then by year and title.

    A corporate author stands under its short name if it has one, because that is what the
    text shows; a "von" name under its first word (de Silva under D, van Vollenhoven under V).
    Accents, capitals and BibTeX's braces do not count. Undated entries follow the dated ones.
    """

    def sorting_key(self, entry: Entry) -> tuple[str, str, str]:
        return _sorting_key(entry)  # type: ignore[no-any-return]


@kept
def _sorting_key(entry: Entry) -> tuple[str, str, str]:
    return (
        _folded(label_names(entry)),
        entry.fields.get("year") or UNDATED,
        _folded(title_of(entry)),
    )


def _folded(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in letters if not unicodedata.combining(c)).translate(WHOLE_LETTERS)


# --- The list ---------------------------------------------------------------------------------


class HandbookStyle(BaseStyle):
    """The reference list: names and year, title as written, where it appeared, links, note.

    A missing author, title, journal, book title, school or institution, and an `urldate` that
    is no date, raise `FieldIsMissing`, which sphinxcontrib-bibtex turns into a warning with
    the entry's key.
    """

    default_name_style = NameStyle
    default_label_style = LabelStyle
    default_sorting_style = SortingStyle

    def format_entry(self, label: str, entry: Entry, bib_data: object = None) -> FormattedEntry:
        return _formatted(entry, label)  # type: ignore[no-any-return]

    def format_afresh(self, label: str, entry: Entry) -> FormattedEntry:
        if entry.fields.get("registration"):
            parts = [Text(label), _title(entry), self._sponsor(entry), _source(entry)]
        else:
            parts = [self._head(label, entry), _title(entry), _source(entry)]
        parts += [*_links(entry), _standing(entry), _field(entry, "note")]
        text = Text(" ").join([part.add_period() for part in parts if part])
        return FormattedEntry(entry.key, text, label)

    def _head(self, label: str, entry: Entry) -> Text:
        names = self._names(entry)
        if not names:
            raise FieldIsMissing("author", entry)
        short = _field(entry, "shortauthor")
        if short and str(short) != str(names):
            names = Text(names, " (", short, ")")
        return Text(names, " (", split_label(label)[1], ")")

    def _sponsor(self, entry: Entry) -> Text:
        return _commas(self._names(entry), _field(entry, "year"))

    def _names(self, entry: Entry) -> Text:
        named, others = _people(entry)
        names = [self.format_name(person) for person in named[:MOST_AUTHORS]]
        if others or len(named) > MOST_AUTHORS:
            names.append(Tag("em", "et al."))
        if named and not entry.persons.get("author"):
            names.append("editors" if others or len(named) > 1 else "editor")
        return Text(", ").join(names)


@kept
def _formatted(entry: Entry, label: str) -> FormattedEntry:
    return _style().format_afresh(label, entry)


@cache
def _style() -> HandbookStyle:
    return HandbookStyle()


def title_of(entry: Entry) -> str:
    """The title in plain words."""
    return str(_field(entry, "title"))


def _title(entry: Entry) -> Text:
    title = _field(entry, "title", required=True)
    stands_alone = entry.type in ("book", "techreport", "phdthesis", "mastersthesis")
    return Text(Tag("em", title)) if stands_alone else title


def _source(entry: Entry) -> Text:
    """Where an entry appeared, by its type; types without a rule of their own as `misc`."""
    publisher = _commas(_field(entry, "publisher"), _field(entry, "address"))
    match entry.type:
        case "article":
            journal = Tag("em", _field(entry, "journal", required=True))
            volume, number, pages = (_field(entry, n) for n in ("volume", "number", "pages"))
            if not volume:
                return _commas(journal, pages and Text("pages ", pages))
            issue = Text(journal, " ", volume, Text("(", number, ")") if number else "")
            return Text(issue, ":", pages) if pages else issue
        case "book":
            edition = _field(entry, "edition")
            return _commas(edition and Text(edition, " edition"), publisher)
        case "incollection" | "inproceedings":
            pages = _field(entry, "pages")
            book = Tag("em", _field(entry, "booktitle", required=True))
            return _commas(Text("In: ", book), pages and Text("pages ", pages), publisher)
        case "phdthesis":
            return _commas("PhD thesis", _field(entry, "school", required=True))
        case "mastersthesis":
            return _commas("Master’s thesis", _field(entry, "school", required=True))
        case "techreport":
            kind = _field(entry, "type") or Text("Report")
            number = _field(entry, "number")
            numbered = Text(kind, " ", number) if number else kind
            return _commas(numbered, _field(entry, "institution", required=True))
        case _:
            return _commas(_field(entry, "howpublished"), publisher)


def _links(entry: Entry) -> Iterator[Text]:
    """The DOI, the PubMed number, and the address with the day it was read, if it is another."""
    links = []
    if doi := entry.fields.get("doi"):
        # A DOI may hold characters that end an address, such as # and <.
        links.append((f"https://doi.org/{quote(doi, safe=IN_DOIS)}", f"https://doi.org/{doi}"))
    if pubmed := entry.fields.get("pubmed"):
        links.append((f"https://pubmed.ncbi.nlm.nih.gov/{pubmed}/", f"PubMed {pubmed}"))
    for address, words in links:
        yield Text(HRef(address, words))
    url = entry.fields.get("url", "")
    if url and _bare(url) not in [_bare(address) for address, _ in links]:
        about = []
        if read := _day(entry):
            about.append(Text(f"read {read}"))
        if copy := entry.fields.get("archive_url"):
            about.append(Text(HRef(copy, "archived copy")))
        yield Text(HRef(url, url), Text(" (", Text("; ").join(about), ")") if about else "")


def _standing(entry: Entry) -> Text:
    """What became of the source since, and where that is told: "Retracted: https://doi.org/…"."""
    standing, notices = (entry.fields.get(name, "") for name in ("standing", "notices"))
    if not notices:
        return Text()
    places = [_notice(identifier) for identifier in notices.split()]
    words = _(standing).capitalize()
    grave = RetractionStatus(standing).is_grave
    return Text(Tag("strong", words) if grave else words, ": ", _commas(*places))


def _notice(identifier: str) -> Text:
    if identifier.startswith("10."):
        address = f"https://doi.org/{identifier}"
        return Text(HRef(address, address))
    return Text(HRef(f"https://pubmed.ncbi.nlm.nih.gov/{identifier}/", f"PubMed {identifier}"))


def _bare(address: str) -> str:
    """An address without what may differ between two ways to write it."""
    return re.sub(r"^https?://(dx\.|www\.)?|/$", "", address.casefold())


def _day(entry: Entry) -> str:
    """`urldate` in words, "22 November 2026", or nothing."""
    written = entry.fields.get("urldate")
    if not written:
        return ""
    try:
        day = date.fromisoformat(written)
    except ValueError:
        raise FieldIsMissing("urldate as YYYY-MM-DD", entry) from None
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def _field(entry: Entry, name: str, *, required: bool = False) -> Text:
    """A field's text, its capitals as written; empty if it is missing and not required."""
    value = entry.fields.get(name, "")
    if required and not value:
        raise FieldIsMissing(name, entry)
    return _text(value)


def _commas(*parts: Text | str) -> Text:
    return Text(", ").join([part for part in parts if part])


# --- The text ---------------------------------------------------------------------------------


@node
def _names_part(children: list, data: dict) -> Text:
    names, year = split_label(data["formatted_entry"].label)
    return Text(names or year)


@node
def _year_part(children: list, data: dict) -> Text:
    return Text(split_label(data["formatted_entry"].label)[1])


@node
def _whole(children: list, data: dict) -> Text:
    return Text(data["formatted_entry"].label)


@node
def _textual(children: list, data: dict) -> Text:
    names, year = split_label(data["formatted_entry"].label)
    return Text(names, " (", year, ")") if names else Text(year)


@dataclass
class HandbookReferenceStyle(BaseReferenceStyle):
    """Citations in the text, made from the labels of the list, so that both always agree.

    The stock author-year style builds them from the entry's fields and cannot know the letter
    of 2018a, a short name or a registration number. Every role of sphinxcontrib-bibtex works;
    those that ask for all authors ("ps", "ts", ...) give the label's names, too. The whole
    citation is the link, not the year alone.
    """

    def outer(self, role_name: str, children: list) -> object:
        brackets = role_name in ("p", "ps") or "par" in role_name
        if _is_textual(role_name):
            style = BracketStyle(sep=", ", sep2=" and ", last_sep=" and ")
        else:
            style = BracketStyle(left="(", right=")", sep="; ")
        capitalised = role_name.startswith("c")
        return style.outer(children, brackets=brackets, capfirst=capitalised)

    def inner(self, role_name: str) -> object:
        if role_name == "empty":
            return join
        if _is_textual(role_name):
            shown = _textual
        elif "author" in role_name:
            shown = _names_part
        elif "year" in role_name:
            shown = _year_part
        else:
            shown = _whole
        return join2(sep1=" ", sep2=", ")[pre_text, reference[shown], post_text]


def _is_textual(role_name: str) -> bool:
    return role_name in ("t", "ts", "ct", "cts")


def setup(app: Sphinx) -> dict[str, bool]:
    app.setup_extension("sphinxcontrib.bibtex")
    pybtex.plugin.register_plugin("pybtex.style.formatting", "handbook", HandbookStyle)
    sphinxcontrib.bibtex.plugin.register_plugin(
        "sphinxcontrib.bibtex.style.referencing", "handbook", HandbookReferenceStyle
    )
    return {"parallel_read_safe": True, "parallel_write_safe": True}
