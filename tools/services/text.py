"""Words from a service, made harmless."""

import html
import re
import unicodedata
from typing import Annotated

from pydantic import BeforeValidator

LONGEST = 2000
# Markup in titles: <i>, </sub>, <mml:math>; not the "<" of "p < 0.05".
TAG = re.compile(r"</?[A-Za-z][^<>]*>")


def clean(words: object) -> object:
    """Plain words: no markup, no control or invisible characters, single spaces, not too long.

    Anything but a string is returned as it is.
    """
    if not isinstance(words, str):
        return words
    # Twice, because some records escape their markup.
    for _ in range(2):
        words = html.unescape(TAG.sub("", words))
    visible = (" " if letter.isspace() else letter for letter in words if _is_shown(letter))
    return " ".join("".join(visible).split())[:LONGEST]


def _is_shown(letter: str) -> bool:
    return letter.isspace() or not unicodedata.category(letter).startswith("C")


def markdown(words: str) -> str:
    """Words that Markdown shows as they are: every mark that means something is escaped.

    A line break would begin a new block, so there is none. An @ would call somebody and a number
    sign would link an issue on a forge; both get an invisible joiner behind them.
    """
    escaped = re.sub(r"([\\`*_{}\[\]()<>#+\-.!|~$&:])", r"\\\1", " ".join(words.split()))
    return re.sub(r"(@|\\#)(?=\w)", "\\1\u2060", escaped)


Words = Annotated[str, BeforeValidator(clean)]
"""A string of a service's answer, cleaned."""
