"""Writes the page of a new study: every field of the record with what it means, to be filled in.

`make new-study KEY=wang2018` calls it. What a record needs stands there empty, so that the build
names the next thing to fill in. The rest is commented out with `# `.
"""

import argparse
import datetime
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from pybtex.database import Entry, parse_file
from pydantic import BaseModel

DOCS = Path(__file__).resolve().parents[1] / "docs"
sys.path.insert(0, str(DOCS / "_ext"))

from evidence.describing import MANY, NAMED, FieldInWords, fields  # noqa: E402
from evidence.record import Study  # noqa: E402
from evidence.store import docname_of  # noqa: E402
from reference_style import label_names  # noqa: E402

HALF_A_YEAR = datetime.timedelta(days=182)

RULES = (
    "The record. Fill in what stands empty. Where the source reports one of the other fields,",
    "take the '# ' in front of it away; where it does not, delete the line: what is unreported",
    "is left out, never written as zero. Each figure says where in the source it stands, and",
    "'verified' is the day on which you read it there. Delete these explanations at the end.",
)

BODY = """
# {title}

:::{{study-card}}
:::

## What was done

## What was found

:::{{study-results}}
:::

## Why to believe it

## Why to doubt it

## Where it is used

:::{{cited-on}}
:::

## How to cite this page

:::{{cite-this}}
:::
"""


def page(entry: Entry, today: datetime.date) -> str:
    """The page of the study in this bibliography entry, ready to be filled in."""
    name = " ".join(part for part in (label_names(entry), entry.fields.get("year")) if part)
    lines = [
        "---",
        f"description: What {name} did and found, in whom, and how far to believe it.",
        f"last_reviewed: {today}",
        f"next_review: {today + HALF_A_YEAR}",
        "reviewed_by: []",
        *(f"## {line}" for line in RULES),
        "study:",
        *_part(Study, indent=2),
        "---",
    ]
    return "\n".join(lines) + "\n" + BODY.format(title=name)


def _part(
    part: type[BaseModel], indent: int, *, off: int | None = None, is_item: bool = False
) -> Iterator[str]:
    """The fields of a part, each under its explanation.

    ``off`` is the column of the comment signs, where the part as a whole is not needed. The
    parts of a list show one item, whose first field has the dash.
    """
    inner = indent + 2 if is_item else indent
    for index, field in enumerate(fields(part)):
        column = inner if off is None and not field.is_required else off
        has_dash = is_item and index == 0
        yield " " * inner + f"## {_explanation(field)}"
        yield _line(
            " " * indent + "- " * has_dash + "  " * (is_item and not has_dash), field.name, column
        )
        if field.part is None:
            continue
        deeper = inner + 2
        if field.holds == NAMED:
            yield _line(" " * deeper, "id-of-an-arm", column)
            deeper += 2
        yield from _part(field.part, deeper, off=column, is_item=field.holds == MANY)


def _line(before: str, name: str, column: int | None) -> str:
    """A field, commented out at a column so that it is in its place once "# " is taken away."""
    text = f"{before}{name}:"
    return text if column is None else f"{text[:column]}# {text[column:]}"


def _explanation(field: FieldInWords) -> str:
    words = field.description.removesuffix(".")
    return words if field.part or field.form == "words" else f"{words} ({field.form})"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.new_study", description=__doc__)
    parser.add_argument("key", help="the source's key in docs/refs.bib, such as wang2018")
    parser.add_argument("--docs", type=Path, default=DOCS, help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    entries = parse_file(str(given.docs / "refs.bib")).entries
    if given.key not in entries:
        parser.error(f"docs/refs.bib has no entry {given.key!r}: add the source there first")
    path = given.docs / f"{docname_of(given.key)}.md"
    if path.exists():
        parser.error(f"{os.path.relpath(path)} is there already")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page(entries[given.key], datetime.date.today()), encoding="utf-8")
    print(f"Written: {os.path.relpath(path)}. Fill it in; `make` says what is still missing.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
