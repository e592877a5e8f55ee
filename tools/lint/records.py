"""The rule that a figure of a study comes from its record.

Typed by hand, it would stay as it is when the record is mended. Which study a figure belongs to
is told by the citations around it. Asked for is what looks like a finding: a share, a count of
people or of studies, an interval, a fall or rise from one value. Doses, times, ages and the limits
of an entry rule may be typed beside their citation.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tools.lint.finding import Remark
from tools.lint.myst import CITATION, Page, Paragraph, keys_of

NUMBER = r"\d+(?:[.,]\d+)*"
# Not a year, nor the second half of a word or a number.
START = r"(?<![\w.,–−-])"
# The limit that a definition sets: "no worse than 10% below the value before".
LIMIT = r"(?<!than )(?<!at least )(?<!at most )(?<!below )(?<!above )"
PEOPLE = "people|women|men|girls|boys|children|adults|patients|participants"
STUDIES = "trials|studies|papers"
MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
FINDING = re.compile(
    f"{START}(?:"
    rf"(?!9[059](?:\.\d)?% (?:confidence )?interval){LIMIT}{NUMBER}\s?%"
    rf"|{NUMBER} of (?:the |all )?{NUMBER}\b(?! (?:{MONTHS}))"
    rf"|{NUMBER} (?:{PEOPLE})\b"
    rf"|(?!(?:19|20)\d\d\b){NUMBER} (?:\w+ )?(?:{STUDIES})\b"
    rf"|(?<=\()[−-]?\d+\.\d+ to [−-]?\d+\.\d+"
    rf"|(?<=(?:fell|rose|went) from ){NUMBER}"
    ")"
)
# Roles, links and literal text: figures in them are printed from records, or are no findings.
MARKUP = re.compile(r"(?:\{[\w:.-]+\})?`[^`]*`|\]\([^)]*\)")
SENTENCE_ENDS = re.compile(r"[.?!][)”\"*]*\s")
# In the notes of an archive table each study's begin with its key.
NOTE = re.compile(r"([\w-]+):(?= |$)")


@dataclass(frozen=True)
class Told:
    """A page, and the keys of the studies that have a record."""

    page: Page
    recorded: frozenset[str]


def figure_beside_its_record(told: Told) -> Iterator[Remark]:
    found = {
        (line, figure, tuple(sorted(keys)))
        for line, figure, keys in _findings(told.page)
        if keys and keys <= told.recorded
    }
    for line, figure, keys in sorted(found):
        yield (
            line,
            (
                f"{figure!r} is a figure of {', '.join(keys)} and stands in the record, or should: "
                "print it with {result} or {study}, or say why it is typed with "
                "{typed-figure}`figure | reason`"
            ),
        )


def _findings(page: Page) -> Iterator[tuple[int, str, set[str]]]:
    """Each typed finding with its line and the sources that are cited for it."""
    notes = [each for each in page.directives if each.name == "archive-table"]
    of_notes = {
        line
        for each in notes
        for line in range(each.content_line, each.content_line + each.content.count("\n") + 1)
    }
    for paragraph in page.paragraphs:
        if paragraph[0] not in of_notes:
            yield from _in_paragraph(paragraph)
    for row in page.rows:
        cited = {key for _line, text in row for key in _cited(text)}
        for paragraph in row:
            if not _cited(paragraph[1]):
                yield from _in_paragraph(paragraph, cited)
    for directive in notes:
        key = ""
        for line, text in enumerate(directive.content.split("\n"), directive.content_line):
            if note := NOTE.match(text):
                key = note[1]
            elif not _cited(text):
                yield from _in_paragraph((line, text), {key})


def _cited(text: str) -> set[str]:
    return {key for keys in CITATION.findall(text) for key in keys_of(keys)}


def _in_paragraph(
    paragraph: Paragraph, around: set[str] | None = None
) -> Iterator[tuple[int, str, set[str]]]:
    """The findings of a paragraph; `around` is cited for all of it, where it cites nothing."""
    first, text = paragraph
    places = [
        (m.start(), m[0].startswith("{cite:t}"), keys_of(m[1])) for m in CITATION.finditer(text)
    ]
    plain = MARKUP.sub(lambda m: " " * len(m[0]), text)
    for found in FINDING.finditer(plain):
        line = first + plain.count("\n", 0, found.start())
        yield line, found[0], _source(found.start(), places, plain) or around or set()


def _source(place: int, places: list[tuple[int, bool, set[str]]], text: str) -> set[str]:
    """What is cited for a place: the next citation, or else the last.

    Where the sentence names a study before it, that one as well: either may be meant.
    """
    before = [each for each in places if each[0] < place]
    after = [each for each in places if each[0] > place]
    if before and before[-1][1] and not SENTENCE_ENDS.search(text, before[-1][0], place):
        ends = SENTENCE_ENDS.search(text, place)
        also = after[:1] if after and (not ends or after[0][0] < ends.start()) else []
        return before[-1][2].union(*(keys for _place, _named, keys in also))
    nearest = after[:1] or before[-1:]
    return nearest[0][2] if nearest else set()


RULES = (figure_beside_its_record,)
