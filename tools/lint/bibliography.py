"""Rules for refs.bib: mistakes that BibTeX and Sphinx pass over in silence."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from datetime import date

from pybtex.database import InvalidNameString, Person
from pybtex.richtext import Text

from tools.lint import characters
from tools.lint.bibtex import Bibliography, Entry, Field
from tools.lint.finding import Remark

# What each type must have beside a title and a name. These are the types the reference style
# prints; the list is the same as in docs/_ext/reference_style.py.
REQUIRED = {
    "article": ("journal",),
    "book": (),
    "incollection": ("booktitle",),
    "inproceedings": ("booktitle",),
    "mastersthesis": ("school",),
    "misc": (),
    "online": (),
    "phdthesis": ("school",),
    "techreport": ("institution",),
}
# Fields of other tools that never print, and what stands for them here.
UNPRINTED = {
    "accessed": "urldate",
    "date": "year",
    "issue": "number",
    "journaltitle": "journal",
    "link": "url",
    "location": "address",
    "month": "year (the month goes into note if it matters)",
    "pmid": "pubmed",
}
# Fields that go into links or are compared letter by letter: LaTeX does not read them.
VERBATIM = {"archive_url", "doi", "pubmed", "registration", "url", "urldate", "year"}
ASCII_ONLY = VERBATIM | {"pages", "volume", "number"}
# Letters that Unicode does not take apart, and how else German and Nordic ones are written.
WHOLE = str.maketrans({"ß": "ss", "ø": "o", "ł": "l", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe"})
UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"})


def _each(rule: Callable[[Entry], Iterator[Remark]]) -> Callable[[Bibliography], Iterator[Remark]]:
    """Makes a rule for one entry into one for the whole bibliography."""

    def whole(bibliography: Bibliography) -> Iterator[Remark]:
        for entry in bibliography.entries:
            yield from rule(entry)

    whole.__name__ = rule.__name__
    return whole


# --- The file ---------------------------------------------------------------------------------


def broken_bibtex(bibliography: Bibliography) -> Iterator[Remark]:
    for line, error in bibliography.broken:
        yield line, f"what begins here cannot be read ({error}): mend its braces, commas or quotes"


def stray_text(bibliography: Bibliography) -> Iterator[Remark]:
    for line, words in bibliography.stray:
        yield (
            line,
            f"`{words}` stands in no entry and is ignored: remove a closing brace too many "
            "above it, or begin a comment with %",
        )


def duplicate_key(bibliography: Bibliography) -> Iterator[Remark]:
    yield from _twice(bibliography, "key", lambda entry: entry.key.lower())


def duplicate_doi(bibliography: Bibliography) -> Iterator[Remark]:
    yield from _twice(bibliography, "doi", lambda entry: entry.value("doi").lower())


def duplicate_pubmed(bibliography: Bibliography) -> Iterator[Remark]:
    yield from _twice(bibliography, "pubmed", lambda entry: entry.value("pubmed"))


def duplicate_title(bibliography: Bibliography) -> Iterator[Remark]:
    yield from _twice(bibliography, "title", lambda entry: _letters(entry.text("title")))


def _twice(
    bibliography: Bibliography, what: str, value: Callable[[Entry], str]
) -> Iterator[Remark]:
    first: dict[str, Entry] = {}
    for entry in bibliography.entries:
        earlier = first.setdefault(value(entry), entry)
        if value(entry) and earlier is not entry:
            yield (
                entry.line_of(what),
                f"the same {what} as {earlier.key} on line {earlier.line_of(what)}: "
                "mend one of them or delete one entry",
            )


def uncited(bibliography: Bibliography) -> Iterator[Remark]:
    for entry in bibliography.entries:
        if entry.key not in bibliography.cited:
            yield entry.line, f"no page cites {entry.key}: cite it or delete it"


# --- Fields -----------------------------------------------------------------------------------


@_each
def unknown_type(entry: Entry) -> Iterator[Remark]:
    if entry.type not in REQUIRED:
        yield entry.line, f"@{entry.type} is unknown here: use one of {', '.join(REQUIRED)}"


@_each
def duplicate_field(entry: Entry) -> Iterator[Remark]:
    seen: set[str] = set()
    for field in entry.fields:
        if field.name in seen:
            yield field.line, f"{entry.key} has the field {field.name} twice: delete one"
        seen.add(field.name)


@_each
def missing_field(entry: Entry) -> Iterator[Remark]:
    for name in ("title", *REQUIRED.get(entry.type, ())):
        if not entry.get(name):
            yield entry.line, f"{entry.key} has no {name}: add it"
    if not any(entry.get(name) for name in ("author", "editor", "registration")):
        yield entry.line, f"{entry.key} has no author: add it, a corporate one in double braces"


@_each
def unprinted_field(entry: Entry) -> Iterator[Remark]:
    for field in entry.fields:
        if field.name in UNPRINTED:
            yield field.line, f"{field.name} is not printed: use {UNPRINTED[field.name]}"


@_each
def name(entry: Entry) -> Iterator[Remark]:
    try:
        entry.people()
    except InvalidNameString as error:
        line = entry.line_of("author" if entry.get("author") else "editor")
        yield line, f"{error}: write Surname, Given and Surname, Given"


@_each
def year(entry: Entry) -> Iterator[Remark]:
    if written := entry.value("year"):
        if not re.fullmatch(r"(18|19|20)\d\d", written):
            yield entry.line_of("year"), f"{written} is no year: write four digits"
    elif entry.type not in ("online", "misc") or not entry.get("urldate"):
        yield (
            entry.line,
            f"{entry.key} has no year: add it, or make it @online with the day it was read "
            "as urldate if nobody has dated it",
        )


# --- Where to find it -------------------------------------------------------------------------


@_each
def missing_source(entry: Entry) -> Iterator[Remark]:
    if entry.get("doi") or entry.get("pubmed"):
        return
    if not entry.get("url"):
        yield entry.line, f"{entry.key} cannot be found by a reader: add doi, pubmed, or url"
    elif not entry.get("urldate"):
        yield entry.line_of("url"), "an address may change: add the day it was read as urldate"


@_each
def doi(entry: Entry) -> Iterator[Remark]:
    written = entry.value("doi")
    bare = re.sub(r"^(https?://)?((dx\.)?doi\.org/|doi:\s*)", "", written, flags=re.IGNORECASE)
    if bare != written:
        yield entry.line_of("doi"), f"the link would be doubled: write {bare} alone"
    elif written and not re.fullmatch(r"10\.\d{4,9}/[^\s\\{}]*[^\s\\{}.,;]", written):
        yield (
            entry.line_of("doi"),
            f"{written} is no DOI: it has the form 10.1234/suffix, without spaces, "
            "backslashes, braces or a point at its end",
        )


@_each
def pubmed(entry: Entry) -> Iterator[Remark]:
    written = entry.value("pubmed")
    if written and not re.fullmatch(r"\d{1,8}", written):
        yield entry.line_of("pubmed"), f"{written} is no PubMed number: write its digits alone"


@_each
def url(entry: Entry) -> Iterator[Remark]:
    for name in ("url", "archive_url"):
        written = entry.value(name)
        if written and not re.fullmatch(
            r"https?://[\w-]+(\.[\w-]+)+(:\d+)?([/?#][^\s\\{}<>]*)?", written
        ):
            yield (
                entry.line_of(name),
                f"{written} is no address: it begins with https:// and has no spaces, braces or "
                "backslashes (& % _ # need none here)",
            )


@_each
def archive_url(entry: Entry) -> Iterator[Remark]:
    if not entry.get("archive_url"):
        return
    line = entry.line_of("archive_url")
    if entry.get("doi"):
        yield line, "a DOI does not die: archive_url is for plain web pages; delete it"
    elif not entry.get("url"):
        yield line, "a copy of what? Give the page itself in url"
    elif entry.value("archive_url") == entry.value("url"):
        yield line, "this is the page itself: give the address of its archived copy"


@_each
def urldate(entry: Entry) -> Iterator[Remark]:
    if written := entry.value("urldate"):
        try:
            date.fromisoformat(written)
        except ValueError:
            yield entry.line_of("urldate"), f"{written} is no date: write it as 2026-11-22"


@_each
def registration(entry: Entry) -> Iterator[Remark]:
    written = entry.value("registration")
    if written and not re.fullmatch(r"[A-Za-z0-9/-]+", written):
        yield entry.line_of("registration"), f"{written} is no registration number: no spaces"


# --- Letters ----------------------------------------------------------------------------------


@_each
def pages(entry: Entry) -> Iterator[Remark]:
    if re.search(r"\d-\w*\d", entry.value("pages")):
        yield entry.line_of("pages"), "write a range of pages with two hyphens: 12--34"


@_each
def unbraced_acronym(entry: Entry) -> Iterator[Remark]:
    """Our own style keeps capitals; the styles of those who export refs.bib do not."""
    field = entry.get("title")
    if not field:
        return
    for word in re.finditer(r"[^\W_]+", _outside_braces(field)):
        capitals = sum(letter.isupper() for letter in word[0])
        if capitals > 1 or (capitals and any(letter.isdigit() for letter in word[0])):
            yield (
                field.line_at(word.start()),
                f"other styles write {word[0]} in lower case: put it in braces, {{{word[0]}}}",
            )


def _outside_braces(field: Field) -> str:
    """The source of a field with everything in inner braces blanked."""
    depth = 0
    outermost = 1 if field.source.lstrip().startswith("{") else 0
    letters = []
    for letter in field.source:
        depth += (letter == "{") - (letter == "}")
        letters.append(letter if depth <= outermost or letter == "\n" else " ")
    return "".join(letters)


@_each
def unescaped_percent(entry: Entry) -> Iterator[Remark]:
    for field in entry.fields:
        if field.name not in VERBATIM:
            for percent in re.finditer(r"(?<!\\)%", field.source):
                line = field.line_at(percent.start())
                yield line, "the rest of the line is lost after this %: write \\%"


@_each
def latex_command(entry: Entry) -> Iterator[Remark]:
    for field in entry.fields:
        printed = "" if field.name in VERBATIM else str(Text.from_latex(field.value))
        if re.search(r"[\\^]", printed) or printed.count("$") > 1:
            yield (
                field.line,
                f"{field.name} would print as “{printed}”: write the character itself (β, ⁺, é, $)",
            )


@_each
def look_alike(entry: Entry) -> Iterator[Remark]:
    for field in entry.fields:
        for position, letter in enumerate(field.source):
            remedy = characters.remedy(letter)
            if not remedy and field.name in ASCII_ONLY and not letter.isascii():
                remedy = "write ASCII here, and two hyphens for a dash"
            if remedy:
                yield (
                    field.line_at(position),
                    f"{field.name} contains {characters.name(letter)}: {remedy}",
                )


# --- The key ----------------------------------------------------------------------------------


@_each
def key(entry: Entry) -> Iterator[Remark]:
    if number := entry.value("registration"):
        if entry.key not in (number.lower(), _letters(number)):
            yield entry.line, f"the key of this registration should be {number.lower()}"
        return
    when = (entry.value("year") or entry.value("urldate"))[:4]
    stems = _stems(entry) if re.fullmatch(r"\d{4}", when) else []
    matches = (re.fullmatch(rf"{stem}{when}([a-z][a-z0-9]*)?", entry.key) for stem in stems)
    if stems and not any(matches):
        yield (
            entry.line,
            f"the key {entry.key} does not match its author and year: write "
            f"{' or '.join(stem + when for stem in stems)}, with letters behind it if taken",
        )


def _stems(entry: Entry) -> list[str]:
    """How a key may begin: the short name, or the first surname in its usual spellings."""
    if short := _letters(entry.text("shortauthor")):
        stems = [re.sub(r"\d", "", short), short]
    else:
        try:
            people = entry.people()
        except InvalidNameString:
            people = []
        stems = _surnames(people[0]) if people else []
    return list(dict.fromkeys(stems))


def _surnames(person: Person) -> Iterator[str]:
    last = str(Text.from_latex(" ".join(person.last_names)))
    von = str(Text.from_latex(" ".join(person.prelast_names)))
    for surname in (last, von + last, re.split("[- ]", last)[0]):
        yield _letters(surname)
        yield _letters(surname.lower().translate(UMLAUTS))


def _letters(text: str) -> str:
    """ASCII letters and digits alone, in lower case."""
    plain = unicodedata.normalize("NFKD", text.lower().translate(WHOLE))
    return re.sub(r"[^a-z0-9]", "", plain)


RULES = (
    broken_bibtex,
    stray_text,
    duplicate_key,
    duplicate_doi,
    duplicate_pubmed,
    duplicate_title,
    uncited,
    unknown_type,
    duplicate_field,
    missing_field,
    unprinted_field,
    name,
    year,
    missing_source,
    doi,
    pubmed,
    url,
    archive_url,
    urldate,
    registration,
    pages,
    unbraced_acronym,
    unescaped_percent,
    latex_command,
    look_alike,
    key,
)
