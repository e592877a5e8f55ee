"""Characters that look like others, cannot be seen, or that the PDF's fonts lack."""

import unicodedata

# Greek letters drawn like Latin ones. The others (α, β, γ, κ, µ, Δ) are written on purpose.
GREEK_LOOK_ALIKES = "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧο"
CJK = ("CJK", "HIRAGANA", "KATAKANA", "HANGUL", "BOPOMOFO", "IDEOGRAPHIC", "FULLWIDTH", "HALFWIDTH")


def is_cjk(character: str) -> bool:
    """Whether it is a Chinese, Japanese or Korean character, punctuation included."""
    return unicodedata.name(character, "").startswith(CJK)


def remedy(character: str) -> str:
    """What to do about a character in a BibTeX field, or nothing if it may stay."""
    if character in " \t\n" or "!" <= character <= "~":
        return ""
    category = unicodedata.category(character)
    plain = unicodedata.normalize("NFKC", character)
    if is_cjk(character):
        return "romanise it: the PDF's fonts lack it"
    if character in "‘’ʼ´‚“”„":
        return "write a straight quotation mark or apostrophe"
    if character in "‐‑":
        return "write a hyphen, -"
    if unicodedata.name(character, "").startswith("CYRILLIC") or character in GREEK_LOOK_ALIKES:
        return "write the Latin letter"
    if category == "Zs":
        return "write an ordinary space"
    if category in ("Cc", "Cf", "Co", "Cn", "Zl", "Zp"):
        return "delete it"
    if category == "Mn":
        return "write the letter with its accent as one character"
    if plain.isascii() and not unicodedata.decomposition(character).startswith("<su"):
        return f"write {plain}"  # ligatures and letters of mathematics, but not ² or ™
    return ""


def name(character: str) -> str:
    """A character's number and name, "U+00A0 NO-BREAK SPACE", for one that cannot be seen."""
    return f"U+{ord(character):04X} {unicodedata.name(character, 'without a name')}"
