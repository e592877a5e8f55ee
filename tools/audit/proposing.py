"""A patch of what can be mended without reading: for `git apply`, after somebody looked at it."""

import datetime
import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import retractions
from retractions import RetractionStatus, Standing, Standings

from tools.audit.asking import Answers
from tools.audit.findings import Finding, Kind
from tools.lint.bibtex import Entry

# What a service says goes into refs.bib only where it has the form of such a field.
FORMS = {
    "year": r"(18|19|20)\d\d",
    "volume": r"[A-Za-z0-9][A-Za-z0-9 .-]*",
    "pages": r"[A-Za-z]*\d[A-Za-z0-9.]*(--[A-Za-z]*\d[A-Za-z0-9.]*)?",
    "journal": r"[^\W\d_][\w ,.:()'&-]*",
    "booktitle": r"[^\W\d_][\w ,.:()'&-]*",
    "pubmed": r"\d{1,8}",
}


def bibliography(text: str, entries: Sequence[Entry], findings: Iterable[Finding]) -> str:
    """refs.bib with the proposed values; a field that spans lines stays as it is."""
    lines = text.split("\n")
    by_key = {entry.key: entry for entry in entries}
    for finding in findings:
        if finding.kind not in (Kind.FIELD, Kind.NUMBER) or not finding.proposal:
            continue
        field = by_key[finding.key].get(finding.what)
        value = _in_bibtex(finding.what, finding.proposal)
        if field and value and "\n" not in field.source:
            line = lines[field.line - 1]
            before, equals, rest = line.partition("=")
            new = rest.replace(field.source.strip(), "{" + value + "}", 1)
            lines[field.line - 1] = before + equals + new
    return "\n".join(lines)


def _in_bibtex(name: str, value: str) -> str:
    """A value as refs.bib writes it, or nothing where it has not the form of such a field."""
    if name == "pages":
        value = re.sub(r"\s*[-–—‐‑]+\s*", "--", value)
        first, dashes, last = value.partition("--")
        if dashes and len(last) < len(first):  # "637-41"
            value = f"{first}--{first[: len(first) - len(last)]}{last}"
    if not re.fullmatch(FORMS[name], value):
        return ""
    return value.replace("&", r"\&")


def standings(
    before: Standings, entries: Sequence[Entry], answers: Answers, today: datetime.date
) -> dict[str, Standing]:
    """The file of retractions as this audit found it.

    What is known already stays: a service that knows less proves nothing. Keys that refs.bib
    lost, go.
    """
    after: dict[str, Standing] = {}
    for entry in entries:
        old = before.get(entry.key)
        papers = answers.papers.get(entry.key, [])
        if not papers or entry.key in answers.unanswered:
            if old:
                after[entry.key] = old
            continue
        notices = [notice for paper in papers for notice in paper.notices]
        found = max(
            (notice.status for notice in notices),
            key=lambda status: status.gravity,
            default=RetractionStatus.NONE_FOUND,
        )
        if old and old.status.gravity > found.gravity:
            after[entry.key] = old
            continue
        named = [*(old.notices if old else ()), *(notice.identifier for notice in notices)]
        after[entry.key] = Standing(
            status=found,
            checked=today,
            source=", ".join(dict.fromkeys(str(paper.service) for paper in papers)),
            notices=tuple(_once(filter(None, named))),
        )
    return after


def _once(identifiers: Iterable[str]) -> Iterable[str]:
    """Each identifier once; DOIs do not care for case."""
    return {identifier.casefold(): identifier for identifier in identifiers}.values()


def patch(root: Path, changes: Mapping[Path, str]) -> str:
    """A unified diff that makes files below `root` read as told; empty if they do already."""
    parts = []
    for path, after in changes.items():
        name = path.relative_to(root).as_posix()
        before = path.read_text(encoding="utf-8") if path.is_file() else ""
        parts += difflib.unified_diff(
            before.splitlines(keepends=True),
            after.splitlines(keepends=True),
            f"a/{name}" if path.is_file() else "/dev/null",
            f"b/{name}",
        )
    return "".join(parts)


def proposal(
    docs: Path, entries: Sequence[Entry], findings: Iterable[Finding], answers: Answers
) -> str:
    """The whole patch, from the folder above the pages."""
    references, file = docs / "refs.bib", docs / retractions.FILE
    known = standings(retractions.read(file), entries, answers, datetime.date.today())
    changes = {
        references: bibliography(references.read_text(encoding="utf-8"), entries, findings),
        file: retractions.written(known),
    }
    return patch(docs.parent, changes)
