"""The Flesch-Kincaid grade of English text: the school year in which it can be read.

The formula is that of Kincaid JP, Fishburne RP, Rogers RL, Chissom BS (1975), *Derivation of new
readability formulas for Navy enlisted personnel*, Research Branch Report 8-75::

    0.39 * words / sentences + 11.8 * syllables / words - 15.59

How we count:

- Syllables are those at which pyphen's patterns (American ones, since those follow the sound)
  divide a word. Hyphenation never leaves a letter alone and keeps some words whole ("about",
  "area", "medicine"), so that a count of vowels takes over where it finds more.
- A number is one word of one syllable, a hyphenated word is one word, and letters that are read
  one by one (MSC, FDA) have a syllable each.
- A list item, a table cell or a paragraph ends a sentence, with or without a full stop.
- A word or phrase that the glossary explains counts as plain: one syllable a word. Without them
  the grade would ask for a page on lupus that does not say "remission".
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import pyphen

# After these a full stop ends no sentence.
ABBREVIATIONS = {"al", "approx", "dr", "e.g", "etc", "fig", "i.e", "mr", "mrs", "prof", "st", "vs"}

_WORD = re.compile(r"[^\W_]+(?:[.,'’‑-][^\W_]+)*")
# An end mark, closing quotes or brackets, a gap, and what can begin a sentence.
_END = re.compile(r"[.!?…]+[\"'”’)\]]*\s+(?=[\"'“‘(\[]*[^\W_a-z])")
_ACRONYM = re.compile(r"[A-Z]{2,5}s?")
_VOWELS = re.compile(r"[aeiouyàáâãäåèéêëìíîïòóôõöùúûü]+")
# Vowels that stand together and are spoken apart: area, period, idea, video, being, usual.
_APART = re.compile(
    r"(?<![tscgx])i(?:a|o|um|en)|(?<=[rdl])eas?$|(?<=cr)ea(?=t(?!ur))|eo(?!p|u)|[aeoy]ing|"
    r"u(?:a(?!r[dn])|el|ity)|(?<=[cstx])ia(?:t|$)"
)
# An e that is written and not spoken: name, names, asked, safely, treatment, careful, something.
_SILENT = re.compile(
    r"(?:[^aeiouyl]|[aeiouyrl]l)e$|(?:[^aeiouylsxzcgh]|[aeiouyrl]l|[^cs]h)es$|(?<![td])ed$|"
    r"(?<=[a-z]{2})ely$|(?<=[ctsvg])ement|eless|eful|^some(?=.)"
)

_dictionary = pyphen.Pyphen(lang="en_US")


@dataclass(frozen=True)
class Count:
    """Sentences, words and syllables of a text."""

    sentences: int = 0
    words: int = 0
    syllables: int = 0
    plain: int = 0
    """Syllables, if what the glossary explains has one a word."""

    def __add__(self, other: Count) -> Count:
        return Count(
            self.sentences + other.sentences,
            self.words + other.words,
            self.syllables + other.syllables,
            self.plain + other.plain,
        )

    @property
    def grade(self) -> float:
        """The grade, with what the glossary explains as plain words."""
        return flesch_kincaid(self.sentences, self.words, self.plain)

    @property
    def bare_grade(self) -> float:
        """The grade without the glossary's help."""
        return flesch_kincaid(self.sentences, self.words, self.syllables)


def flesch_kincaid(sentences: int, words: int, syllables: int) -> float:
    """The Flesch-Kincaid grade level; raises ValueError for a text without a word."""
    if not sentences or not words:
        raise ValueError("a text without words has no reading grade")
    return 0.39 * words / sentences + 11.8 * syllables / words - 15.59


def count(blocks: Iterable[str], explained: re.Pattern[str] | None = None) -> Count:
    """Count paragraphs, list items and the like; `explained` matches the glossary's terms."""
    total = Count()
    for block in blocks:
        for sentence in sentences(block):
            total += _count_sentence(sentence, explained)
    return total


def sentences(block: str) -> list[str]:
    """The sentences of a paragraph; one without an end mark is one, too."""
    found, start = [], 0
    for end in _END.finditer(block):
        before = block[start : end.start()].rsplit(maxsplit=1)
        last = before[-1].strip("(\"'“‘[").lower() if before else ""
        if block[end.start()] == "." and (last in ABBREVIATIONS or _is_initial(before)):
            continue
        found.append(block[start : end.end()])
        start = end.end()
    found.append(block[start:])
    return [sentence.strip() for sentence in found if _WORD.search(sentence)]


def _is_initial(before: list[str]) -> bool:
    """Whether a full stop follows a single capital, as in "J. Smith" or "U.S."."""
    return bool(before) and re.fullmatch(r"(?:[A-Z]\.)*[A-HJ-Z]", before[-1]) is not None


def _count_sentence(sentence: str, explained: re.Pattern[str] | None) -> Count:
    terms = [found.span() for found in explained.finditer(sentence)] if explained else []
    words = list(_WORD.finditer(sentence))
    every = [syllables(word.group()) for word in words]
    plain = [
        1 if any(start <= word.start() and word.end() <= end for start, end in terms) else n
        for word, n in zip(words, every, strict=True)
    ]
    return Count(1, len(words), sum(every), sum(plain))


@cache
def syllables(word: str) -> int:
    """How many syllables a word has when it is read aloud; a number counts as one."""
    parts = [part for part in re.split(r"[-‑.,]", word) if part]
    if all(part.isdigit() for part in parts):
        return 1
    return sum(map(_syllables_of_part, parts))


def _syllables_of_part(part: str) -> int:
    if part.isdigit():
        return 1
    if _ACRONYM.fullmatch(part):
        return sum(3 if letter == "W" else 1 for letter in part.removesuffix("s"))
    spoken = re.sub(r"['’](?:s|t|re|ll|ve|d|m)?$", "", part.lower())
    return max(len(_dictionary.positions(spoken)) + 1, _vowels(spoken))


def _vowels(word: str) -> int:
    """Groups of vowels, without those that are not spoken."""
    groups = len(_VOWELS.findall(word)) + len(_APART.findall(word))
    return max(1, groups - len(_SILENT.findall(word)))
