"""The report: for people on the terminal and on GitHub, for programs as JSON.

Exit codes: 0, all is well; 1, something is to mend; 3, something could not be checked and nothing
is known to be broken.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from .identifiers import identifier_in
from .links import Link, Outcome, Verdict
from .memory import Past
from .rules import Rule

WELL, TO_MEND, NOT_CHECKED = 0, 1, 3

HEADINGS = {
    Outcome.BROKEN: "Broken: to mend",
    Outcome.UNREACHABLE: "No answer that makes sense: the next run tries again",
    Outcome.REFUSED: "Not open to programs: look for yourself, then list it in link_ignores",
    Outcome.MOVED: "Moved for good: write the new address",
}
# GitHub takes no more than 65,536 characters in an issue.
MOST_SHOWN = 60
LONGEST_SHOWN = 400


@dataclass(frozen=True)
class Finding:
    """A link, what was found, and what earlier runs found."""

    link: Link
    verdict: Verdict
    past: Past

    @property
    def copy(self) -> str:
        """For the page of a source that died: its archived copy, or where to look for one."""
        is_source = any(place.key for place in self.link.places)
        if (
            self.verdict.outcome is not Outcome.BROKEN
            or not is_source
            or identifier_in(self.link.uri)
        ):
            return ""
        if self.link.archived:
            return f"archived copy: {self.link.archived}"
        return f"look for a copy: https://web.archive.org/web/*/{self.link.uri}"


@dataclass(frozen=True)
class Report:
    """What a run found."""

    checked: datetime
    findings: list[Finding]
    unused: list[Rule]
    """Exceptions that matched nothing in a complete run."""

    @property
    def counts(self) -> Counter[Outcome]:
        return Counter(finding.verdict.outcome for finding in self.findings)

    @property
    def exit_code(self) -> int:
        if self.counts[Outcome.BROKEN] or self.unused:
            return TO_MEND
        if self.counts[Outcome.UNREACHABLE] or self.counts[Outcome.REFUSED]:
            return NOT_CHECKED
        return WELL

    def sections(self) -> Iterator[tuple[str, list[Finding]]]:
        """What is to be told, the worst first, each group in the order of its places."""
        told = [finding for finding in self.findings if finding.verdict.outcome in HEADINGS]
        order = list(HEADINGS)
        told.sort(key=lambda each: (order.index(each.verdict.outcome), each.link.uri))
        for outcome, group in groupby(told, key=lambda each: each.verdict.outcome):
            yield HEADINGS[outcome], list(group)


def in_words(report: Report) -> str:
    """The report for the terminal."""
    return "\n".join(
        [
            _summary(report),
            *_sections(report, heading="\n{}", item="  {}", detail="    {}", code=_shown),
        ]
    )


def in_markdown(report: Report) -> str:
    """The report for GitHub. What others wrote stands in code, where no markup has a meaning."""
    return "\n".join(
        [
            f"{_summary(report)} Checked on {report.checked:%Y-%m-%d at %H:%M} UTC.",
            *_sections(report, heading="\n### {}\n", item="- {}", detail="  - {}", code=_code),
            "",
        ]
    )


def in_json(report: Report) -> str:
    """The report for programs: everything but what works."""
    content = {
        "checked": report.checked.isoformat(timespec="seconds"),
        "exit_code": report.exit_code,
        "counts": {outcome: report.counts[outcome] for outcome in Outcome},
        "links": [
            {
                "uri": finding.link.uri,
                "outcome": finding.verdict.outcome,
                "reason": finding.verdict.reason,
                "leads_to": finding.verdict.leads_to,
                "last_good": _day(finding.past.good),
                "archived_copy": finding.link.archived,
                "places": [
                    {
                        "file": place.file,
                        "line": place.line,
                        "page": place.page,
                        "citation_key": place.key,
                    }
                    for place in sorted(finding.link.places, key=str)
                ],
            }
            for finding in report.findings
            if finding.verdict.outcome is not Outcome.WORKING
        ],
        "unused": [
            {"setting": rule.setting, "pattern": rule.pattern.pattern} for rule in report.unused
        ],
    }
    return json.dumps(content, indent=1) + "\n"


def _summary(report: Report) -> str:
    counts = ", ".join(
        f"{report.counts[outcome]} {outcome}" for outcome in Outcome if report.counts[outcome]
    )
    return f"{len(report.findings)} links: {counts or 'nothing to check'}."


def _sections(
    report: Report, *, heading: str, item: str, detail: str, code: Callable[[str], str]
) -> Iterator[str]:
    for title, findings in report.sections():
        yield heading.format(title)
        for finding in findings[:MOST_SHOWN]:
            yield item.format(code(finding.link.uri))
            yield detail.format(_finding_in_words(finding, code))
            yield from (
                detail.format(code(str(place))) for place in sorted(finding.link.places, key=str)
            )
            if finding.copy:
                words, _, address = finding.copy.partition(": ")
                yield detail.format(f"{words}: {code(address)}")
        if len(findings) > MOST_SHOWN:
            yield item.format(f"and {len(findings) - MOST_SHOWN} more: see report.json")
    if report.unused:
        yield heading.format("Exceptions in conf.py that matched no link: delete them")
        for rule in report.unused:
            yield item.format(code(str(rule)))


def _finding_in_words(finding: Finding, code: Callable[[str], str]) -> str:
    words = finding.verdict.reason
    if finding.verdict.leads_to:
        words += f", to {code(finding.verdict.leads_to)}"
    if finding.verdict.outcome is not Outcome.MOVED:
        words += f"; last good: {_day(finding.past.good) or 'not known'}"
    return words


def _day(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d}" if moment else ""


def _shown(text: str) -> str:
    """A text from elsewhere on one line: nothing in it can steer a terminal."""
    printable = "".join(letter if letter.isprintable() else "�" for letter in text)
    return printable if len(printable) <= LONGEST_SHOWN else printable[:LONGEST_SHOWN] + "…"


def _code(text: str) -> str:
    """A text from elsewhere as Markdown code, which it cannot end."""
    return f"`{_shown(text).replace('`', 'ˋ')}`"
