"""Words as search compares them, and what people may type for them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from located_yaml import NotYaml, read
from sphinx.errors import ExtensionError

from .sections import Section

SYNONYM_FILE = "search-words.yaml"
HINT = "each line of search-words.yaml is a list of two or more: - [Benlysta, belimumab]"


@dataclass(frozen=True)
class Group:
    """Phrases that mean the same to a reader, with the line that lists them."""

    phrases: list[str]
    line: int


def words(text: str) -> list[str]:
    """The words of a text in lower case, without accents; a hyphen parts them.

    The same rule stands in _static/site-search.js: a question is taken apart as the pages are.
    """
    plain = text.lower()
    if not plain.isascii():
        letters = unicodedata.normalize("NFKD", plain)
        plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return re.findall(r"[a-z0-9α-ω]+", plain)


def read_synonyms(path: Path) -> list[Group]:
    """The groups of the synonym file; none where there is no file.

    Raises ExtensionError with file, line and remedy for a file of another form.
    """
    if not path.is_file():
        return []
    try:
        document = read(path.read_text(encoding="utf-8"))
    except NotYaml as error:
        raise ExtensionError(f"{path}:{error.line}: {error}; {HINT}") from None
    listed = document.fields or []
    if not isinstance(listed, list):
        raise ExtensionError(f"{path}:{document.line_of()}: not a list; {HINT}")
    groups = []
    for number, phrases in enumerate(listed):
        line = document.line_of(number)
        is_group = isinstance(phrases, list) and all(isinstance(one, str) for one in phrases)
        if not is_group or len(phrases) < 2 or not all(map(words, phrases)):
            raise ExtensionError(f"{path}:{line}: not a list of two or more phrases; {HINT}")
        groups.append(Group(phrases, line))
    return groups


def unused_groups(groups: Iterable[Group], pages: dict[str, list[Section]]) -> list[Group]:
    """The groups of which no phrase has all its words on any page."""
    vocabulary = {
        word
        for sections in pages.values()
        for section in sections
        for text in (section.title, *section.sentences)
        for word in words(text)
    }
    return [
        group
        for group in groups
        if not any(vocabulary.issuperset(words(phrase)) for phrase in group.phrases)
    ]
