"""Whether two ways of writing mean the same title, name, journal, volume or pages."""

import re
import unicodedata

# Letters that Unicode does not take apart, and how else German and Nordic ones are written.
WHOLE = str.maketrans({"ß": "ss", "ø": "o", "ł": "l", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe"})
UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"})
SMALL_WORDS = {"a", "an", "and", "for", "in", "of", "on", "the", "und"}


def words(text: str) -> list[str]:
    """The words of a text without accents, case, punctuation and dashes; Greek letters by name."""
    plain = unicodedata.normalize("NFKD", text.casefold().translate(WHOLE))
    letters = (_spelt(letter) for letter in plain if not unicodedata.combining(letter))
    return re.findall(r"[^\W_]+", "".join(letters).replace("&", " and "))


def _spelt(letter: str) -> str:
    name = unicodedata.name(letter, "")
    return name.split()[-1].lower() if name.startswith("GREEK SMALL LETTER") else letter


def _run(text: str) -> str:
    return "".join(words(text))


def same_title(ours: str, theirs: str) -> bool:
    """Tolerant of what we add in brackets at a title's end, such as "(meeting abstract 12)"."""
    without = re.sub(r"\s*\([^()]*\)\W*$", "", ours)
    return _run(theirs) in (_run(ours), _run(without))


def same_name(ours: str, theirs: str) -> bool:
    """Tolerant of particles, second surnames and spellings of umlauts.

    "van Vollenhoven" is "Vollenhoven", "Müller" is "Mueller", "García-Becerra" is "Garcia".
    """
    for one in _spellings(ours):
        for other in _spellings(theirs):
            short, long = sorted((one, other), key=len)
            ends = (long[: len(short)], long[len(long) - len(short) :])
            if short and (short in ends or "".join(short) == "".join(long)):
                return True
    return False


def _spellings(name: str) -> list[list[str]]:
    return [words(name), words(name.casefold().translate(UMLAUTS))]


def same_journal(ours: str, theirs: str) -> bool:
    """Tolerant of abbreviations, articles, and of a place or subtitle behind the name."""
    return any(
        _abbreviates(a, b) or _abbreviates(b, a)
        for a in _journal_names(ours)
        for b in _journal_names(theirs)
    )


def _journal_names(name: str) -> set[str]:
    """A journal's name, and without its place "(London, England)" or ": official journal of ..."."""
    placeless = re.sub(r"\s*\([^()]*\)\s*$", "", name)
    return {name, placeless, re.sub(r"\s*[:=]\s.*$", "", placeless)}


def _abbreviates(short: str, long: str) -> bool:
    """Whether each word of one shortens, in order, one word of the other, and none is left over."""
    few = [word for word in words(short) if word not in SMALL_WORDS]
    many = [word for word in words(long) if word not in SMALL_WORDS]
    return len(few) == len(many) > 0 and all(map(_shortens, few, many))


def _shortens(short: str, word: str) -> bool:
    """Whether the letters of one stand in the other in this order, the first one first: "natl"."""
    rest = iter(word[1:])
    return short[0] == word[0] and all(letter in rest for letter in short[1:])


def same_volume(ours: str, theirs: str) -> bool:
    """Tolerant of a supplement behind the volume: "75" is "75 Suppl 1"."""
    one, other = words(ours), words(theirs)
    return one[:1] == other[:1] and (one == other or 1 in (len(one), len(other)))


def same_pages(ours: str, theirs: str) -> bool:
    """Tolerant of shortened ranges ("1168-72" is "1168--1172") and of a missing last page."""
    (first, last), (their_first, their_last) = _range(ours), _range(theirs)
    return first == their_first and (not last or not their_last or last == their_last)


def _range(pages: str) -> tuple[str, str]:
    """The first and the last page of the first range, in lower case and spelt out."""
    part = re.split(r"[,;]", unicodedata.normalize("NFKC", pages).casefold())[0]
    first, _, last = (each.strip() for each in re.sub(r"[-–—‐‑−]+", "-", part).partition("-"))
    if last and len(last) < len(first):
        last = first[: len(first) - len(last)] + last
    return first, last
