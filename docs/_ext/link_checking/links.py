"""What is checked, and what was found."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Outcome(StrEnum):
    """What a check says about a link."""

    WORKING = "working"
    MOVED = "moved"
    """It opens, and the server says that it has another address for good."""
    BROKEN = "broken"
    """It does not open, and whoever should know says so."""
    UNREACHABLE = "unreachable"
    """Nobody knows: no answer, or none that makes sense. After a while this counts as broken."""
    REFUSED = "refused"
    """The server answers, but not to programs. This says nothing about the link."""
    IGNORED = "ignored"


@dataclass(frozen=True)
class Verdict:
    """An outcome with its reason in words, and the new address of what moved."""

    outcome: Outcome
    reason: str = ""
    leads_to: str = ""


@dataclass(frozen=True, order=True)
class Place:
    """Where a link stands: in a file (and line), for a source with its citation key."""

    file: str
    line: int | None = None
    key: str = ""
    page: int | None = None
    """The page of a PDF."""

    def __str__(self) -> str:
        where = self.file if self.line is None else f"{self.file}:{self.line}"
        if self.page is not None:
            where += f", page {self.page}"
        return f"{where} ({self.key})" if self.key else where


@dataclass
class Link:
    """An address as readers see it, what is asked to check it, and where it stands."""

    uri: str
    asks: str
    """The address that answers for it: its own, or a question to a service."""
    places: set[Place] = field(default_factory=set)
    archived: str = ""
    """An archived copy of the page, if the bibliography has one."""
