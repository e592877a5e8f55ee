"""Rules for the pages: MyST's silent traps, and what one of the outputs cannot show."""

import re
from collections.abc import Iterator

from tools.lint.characters import is_cjk
from tools.lint.finding import Remark
from tools.lint.myst import Page


def role_in_fence_title(page: Page) -> Iterator[Remark]:
    """A backtick in the title of a backtick fence ends the fence, and the block disappears."""
    for first, text in page.paragraphs:
        for line, words in enumerate(text.split("\n"), first):
            if re.match(r"`{3,}\{", words):
                yield line, "a backtick in its title breaks this block: open and close it with :::"


def definition_in_glossary(page: Page) -> Iterator[Remark]:
    """In a glossary `: definition` becomes a second term."""
    for glossary in page.directives:
        if glossary.name == "glossary":
            for line, words in enumerate(glossary.content.split("\n"), glossary.content_line):
                if re.match(r"\s*:\s", words):
                    yield line, "this becomes a second term: indent the definition, without a colon"


def remote_image(page: Page) -> Iterator[Remark]:
    for image in page.images:
        if re.match(r"(https?:)?//", image.address):
            yield image.line, f"{image.address} would be fetched: keep a copy in docs/_static"


def image_without_alternative(page: Page) -> Iterator[Remark]:
    for image in page.images:
        if not image.alternative.strip():
            yield (
                image.line,
                (
                    f"{image.address} has no alternative text: say what it shows in ![here](...) "
                    "or in the option :alt:"
                ),
            )


def table_without_header(page: Page) -> Iterator[Remark]:
    for table in page.tables:
        if not table.header:
            yield table.line, "this table has no header: give it a first row and :header-rows: 1"
        for number, cell in enumerate(table.header, 1):
            if not cell.strip():
                yield table.line, f"header cell {number} is empty: name the column"


def characters_without_glyph(page: Page) -> Iterator[Remark]:
    for line, words in enumerate(page.text.split("\n"), 1):
        if found := "".join(filter(is_cjk, words)):
            yield line, f"the PDF's fonts lack {found}: romanise it"


RULES = (
    role_in_fence_title,
    definition_in_glossary,
    remote_image,
    image_without_alternative,
    table_without_header,
    characters_without_glyph,
)
