"""The files of the index: what a browser loads to answer a question."""

from __future__ import annotations

import json
from collections import Counter, defaultdict

from .sections import Section
from .words import words

# How much a word counts by where it stands: the page's title, a heading, the text.
IN_PAGE_TITLE, IN_HEADING, IN_TEXT = 12, 6, 1
# A word that a section repeats counts no more than this often.
MOST = 5


def script(name: str, data: object) -> str:
    """A file as a script, which loads from a folder as well as from a server."""
    content = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return f"handbookSearch({json.dumps(name)},{content});\n"


def weights(page_title: str, section: Section, is_first: bool) -> Counter[str]:
    """How much each word of a section counts, in whole points."""
    counted = Counter(word for sentence in section.sentences for word in words(sentence))
    found: Counter[str] = Counter(
        {word: IN_TEXT * min(number, MOST) for word, number in counted.items()}
    )
    for word in set(words(section.title)):
        found[word] += IN_PAGE_TITLE if is_first else IN_HEADING
    if not is_first:
        # Whoever asks for a page and a matter on it means the section.
        for word in set(words(page_title)) & set(found):
            found[word] += IN_TEXT
    return found


def index_files(
    pages: dict[str, list[Section]], addresses: dict[str, str], groups: list[list[str]]
) -> dict[str, str]:
    """All files of the index by name, the same bytes for the same pages.

    ``index.js`` has pages, sections, words and synonyms; ``words-a.js`` the places of the words
    with a, as section, points, section, points; ``text/<page>.js`` the sentences by section.
    """
    listed: list[list[object]] = []
    places: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    files: dict[str, str] = {}
    for number, (page, sections) in enumerate(pages.items()):
        for position, section in enumerate(sections):
            for word, points in sorted(weights(sections[0].title, section, position == 0).items()):
                places[word[0]][word] += [len(listed), points]
            listed.append([number, section.anchor, section.title])
        name = f"text/{page}.js"
        files[name] = script(name, [section.sentences for section in sections])
    for letter, by_word in places.items():
        name = f"words-{ord(letter):x}.js"
        files[name] = script(name, dict(sorted(by_word.items())))
    files["index.js"] = script(
        "index.js",
        {
            "pages": [
                [page, addresses[page], sections[0].title] for page, sections in pages.items()
            ],
            "sections": listed,
            "words": sorted(word for by_word in places.values() for word in by_word),
            "synonyms": groups,
        },
    )
    return files
