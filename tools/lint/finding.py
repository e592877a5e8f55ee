"""What the rules report."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

Subject = TypeVar("Subject")
Remark = tuple[int, str]
"""A line number, and what is wrong there and how to mend it."""
Rule = Callable[[Subject], Iterator[Remark]]


@dataclass(frozen=True, order=True)
class Finding:
    """One thing to mend."""

    path: Path
    line: int
    rule: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.rule}: {self.message}"


def apply(rules: Iterable[Rule[Subject]], path: Path, subject: Subject) -> list[Finding]:
    """What the rules, named after their functions, say about a file, in the order of its lines."""
    return sorted(
        Finding(path, line, rule.__name__.replace("_", "-"), message)
        for rule in rules
        for line, message in rule(subject)
    )
