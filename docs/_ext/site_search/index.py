"""The files of the index: what a browser loads to answer a question.

However large the handbook, a file of places or of texts stays at about PART characters; there are
more of them. The first file grows with the number of different words, so more slowly than the text.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from itertools import islice

from .sections import Section
from .words import words

# How much a word counts by where it stands: the page's title, a heading, the text.
IN_PAGE_TITLE, IN_HEADING, IN_TEXT = 12, 6, 1
# A word that a section repeats counts no more than this often.
MOST = 5
# The points of a word of a heading say how many different words the heading has: this times that.
HEADING = 32
# Characters in a file: a request costs a reader on a slow line as much time as 10 kB.
PART = 12_000


def script(name: str, content: str) -> str:
    """A file as a script, which loads from a folder as well as from a server."""
    return f"handbookSearch({as_json(name)},{content});\n"


def as_json(data: object) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def parts(pieces: Iterable[str]) -> list[list[str]]:
    """Neighbours together, until a part would be longer than PART; a longer piece stands alone."""
    found: list[list[str]] = []
    room = 0
    for piece in pieces:
        if len(piece) > room:
            found.append([])
            room = PART
        found[-1].append(piece)
        room -= len(piece)
    return found


def weights(page_title: str, section: Section, is_first: bool) -> Counter[str]:
    """How much each word of a section counts, in whole points."""
    counted = Counter(word for sentence in section.sentences for word in words(sentence))
    found: Counter[str] = Counter(
        {word: IN_TEXT * min(number, MOST) for word, number in counted.items()}
    )
    heading = set(words(section.title))
    for word in heading:
        found[word] += (IN_PAGE_TITLE if is_first else IN_HEADING) + HEADING * len(heading)
    if not is_first:
        # Whoever asks for a page and a matter on it means the section.
        for word in set(words(page_title)) & set(found):
            found[word] += IN_TEXT
    return found


def index_files(
    pages: dict[str, list[Section]], addresses: dict[str, str], groups: list[list[str]]
) -> dict[str, str]:
    """All files of the index by name, the same bytes for the same pages.

    Sections are numbered in the order of the pages. ``index.js`` has how many sections each page
    and each file of texts has, the words of each file of places, and the synonyms. ``places-0.js``
    has the places of some words, as section, points, section, points, where a section is told as
    its distance from the one before; ``text-0.js`` address, heading and sentences of sections.
    """
    places: dict[str, list[int]] = defaultdict(list)
    latest: Counter[str] = Counter()
    sections: list[str] = []
    for page, own in pages.items():
        title = own[0].title
        for position, section in enumerate(own):
            for word, points in weights(title, section, position == 0).items():
                places[word] += [len(sections) - latest[word], points]
                latest[word] = len(sections)
            address = addresses[page] + (f"#{section.anchor}" if section.anchor else "")
            heading = f"{title}: {section.title}" if section.anchor else title
            sections.append(as_json([address, heading, section.sentences]))
    files: dict[str, str] = {}
    texts = parts(sections)
    for number, part in enumerate(texts):
        files[f"text-{number}.js"] = f"[{','.join(part)}]"
    in_order = sorted(places)
    vocabulary = iter(in_order)
    by_part: list[str] = []
    for number, part in enumerate(parts(f'"{word}":{as_json(places[word])}' for word in in_order)):
        files[f"places-{number}.js"] = f"{{{','.join(part)}}}"
        by_part.append(" ".join(islice(vocabulary, len(part))))
    files["index.js"] = as_json(
        {
            "pages": [len(own) for own in pages.values()],
            "texts": [len(part) for part in texts],
            "words": by_part,
            "synonyms": groups,
        }
    )
    return {name: script(name, content) for name, content in files.items()}
