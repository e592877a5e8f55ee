"""All study records, loaded from their pages before anything is read.

A record is checked whether or not its page changed, so a wrong one warns on every build until it
is mended. While pages are read, each notes which records it uses (`use`, `use_all`). The next
build reads exactly those pages again whose records, or bibliography entries, read otherwise. The
record's content decides, not its file's time: new prose on a study's page leaves other pages alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from bibliography_reading import kept
from located_yaml import FENCE, read_front_matter
from pybtex.database import Entry
from reference_style import LabelStyle, SortingStyle
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging

from .loading import RecordError, parse
from .record import Study

if TYPE_CHECKING:
    from .domain import EvidenceDomain

logger = logging.getLogger(__name__)

FOLDER = "evidence/studies"
INDEX = "index"


@dataclass(frozen=True)
class Store:
    """What the study pages and the bibliography hold at the start of a build."""

    studies: Mapping[str, Study] = field(default_factory=dict)
    """The records that are right, by citation key."""
    broken: frozenset[str] = frozenset()
    """Keys of study pages whose record is wrong; the build has warned about them."""
    entries: Mapping[str, Entry] = field(default_factory=dict)
    """Every entry of refs.bib, by its key."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """How the handbook names each entry: "Wang et al. 2018a"."""
    digests: Mapping[str, str] = field(default_factory=dict)
    """A fingerprint of each record with its bibliography entry."""

    @property
    def digest(self) -> str:
        """A fingerprint of all records together."""
        return _digest(*(f"{key} {self.digests[key]}" for key in sorted(self.digests)))


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


# --- For everybody who shows records ----------------------------------------------------------


def store(env: BuildEnvironment) -> Store:
    domain: EvidenceDomain = env.get_domain("evidence")  # type: ignore[assignment]
    return domain.store


def records(env: BuildEnvironment) -> Mapping[str, Study]:
    """Every record by its key, in the order of the keys.

    What this leads to on a page does not follow later changes: there use `use` or `use_all`.
    """
    return store(env).studies


def use(env: BuildEnvironment, key: str) -> Study | None:
    """The record with this key, noting that the page now read uses it; None if there is none."""
    env.get_domain("evidence").note_use(env.docname, key)  # type: ignore[attr-defined]
    return store(env).studies.get(key)


def use_all(env: BuildEnvironment) -> Mapping[str, Study]:
    """Every record, noting that the page now read lists them all."""
    env.get_domain("evidence").note_use_of_all(env.docname)  # type: ignore[attr-defined]
    return store(env).studies


def use_or_warn(env: BuildEnvironment, key: str, location: object) -> Study | None:
    """As `use`, with a warning where there is no such study."""
    study = use(env, key)
    if study is None and key not in store(env).broken:
        note_fault(env, key)
        known = ", ".join(records(env)) or "none"
        logger.warning(
            "unknown study %r; known are: %s. Add %s/%s.md (`make new-study KEY=%s`), or mend the key",
            key, known, FOLDER, key, key,
            location=location, type="evidence", subtype="unknown",
        )  # fmt: skip
    return study


def note_fault(env: BuildEnvironment, key: str) -> None:
    """The page now read got a warning about this study: the next build reads it again."""
    env.get_domain("evidence").note_fault(env.docname, key)  # type: ignore[attr-defined]


def label(env: BuildEnvironment, key: str) -> str:
    """How the handbook names a source: "Wang et al. 2018a"; the key if refs.bib lacks it."""
    return store(env).labels.get(key, key)


def docname_of(key: str) -> str:
    """The page of a study."""
    return f"{FOLDER}/{key}"


def key_of(docname: str) -> str | None:
    """The study whose page this is; None for any other page."""
    folder, _, name = docname.rpartition("/")
    return name if folder == FOLDER and name != INDEX else None


# --- Loading ----------------------------------------------------------------------------------


def load_all(app: Sphinx, env: BuildEnvironment, *changes: set[str]) -> list[str]:
    """Load every record, warn about wrong ones, and name the pages that must be read again."""
    domain: EvidenceDomain = env.get_domain("evidence")  # type: ignore[assignment]
    entries = dict(env.get_domain("cite").bibdata.data.entries)  # type: ignore[attr-defined]
    # In a process that goes on, most builds find the bibliography as it was.
    are_as_before = list(entries.items()) == list(domain.store.entries.items())
    labels = domain.store.labels if are_as_before else _labels(entries)
    studies, broken, sources, digests = {}, set(), {}, {}
    for path in study_files(Path(app.srcdir)):
        key = path.stem
        try:
            sources[key] = path.read_text(encoding="utf-8")
            studies[key], own = _parsed(sources[key])
            words = _words(entries[key]) if key in entries else ""
            digests[key] = _digest(own, words, labels.get(key, ""))
        except RecordError as error:
            broken.add(key)
            _warn(key, error.line, str(error))
    for key, study in studies.items():
        for place, message in _wrong_keys(key, study, entries, studies.keys() | broken):
            _warn(key, read_front_matter(sources[key]).line_of("study", *place), message)
    domain.store = Store(
        studies,
        frozenset(broken),
        entries,
        labels,
        digests,
    )
    return [name for name in domain.outdated() if name in env.found_docs]


def _labels(entries: Mapping[str, Entry]) -> dict[str, str]:
    in_order = SortingStyle().sort(entries.values())
    return dict(
        zip([entry.key for entry in in_order], LabelStyle().format_labels(in_order), strict=True)
    )


@kept
def _words(entry: Entry) -> str:
    return repr(entry)


@cache
def _parsed(source: str) -> tuple[Study, str]:
    """A record with its own fingerprint, kept as long as the process; raises as `parse` does."""
    study = parse(source)
    return study, _digest(repr(study.model_dump()))


def study_files(srcdir: Path) -> Iterator[Path]:
    """The study pages, in the order of their keys."""
    return (path for path in sorted(srcdir.glob(f"{FOLDER}/*.md")) if path.stem != INDEX)


def _wrong_keys(
    key: str, study: Study, entries: Mapping[str, Entry], studies: set[str]
) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Keys that name no source or study: the place in the record, and what to do about it."""
    if key not in entries:
        yield (
            (),
            f"unknown citation key {key!r}: add the source to refs.bib, or name the page after "
            "its key there",
        )
    for index, other in enumerate(study.overlap):
        place = ("overlap", index, "study")
        if other.study == key:
            yield place, "overlap: a study cannot overlap with itself"
        elif other.study not in entries and other.study not in studies:
            yield (
                place,
                f"overlap: {other.study!r} is neither a study nor a source in refs.bib; "
                "mend the key, or add the source",
            )


def _warn(key: str, line: int, message: str) -> None:
    logger.warning(message, location=(docname_of(key), line), type="evidence", subtype="record")


# --- The page's other fields ------------------------------------------------------------------


def take_record_out(app: Sphinx, docname: str, content: list[str]) -> None:
    """Leave to the page's other readers what is theirs: all front matter but the record."""
    if key_of(docname) is not None:
        content[0] = without_record(content[0])


def without_record(source: str) -> str:
    """A study page without its record; empty lines stand for it, so that line numbers hold."""
    lines = source.split("\n")
    if lines[0].rstrip() != FENCE:
        return source
    in_record = False
    for number, line in enumerate(lines[1:], 1):
        if line.rstrip() == FENCE:
            break
        if line[:1] not in ("", " ", "#"):
            in_record = line.startswith("study:")
        if in_record:
            lines[number] = ""
    return "\n".join(lines)
