"""The report: for the terminal, as JSON for programs, as Markdown for a summary or an issue."""

import datetime
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field

from retractions import RetractionStatus

from tools.audit.findings import Finding, Kind
from tools.services.text import markdown

# GitHub takes no longer text in an issue; some room is left for what is put around it.
LONGEST_MARKDOWN = 60_000

HEADINGS = {
    Kind.NOTICE: "Notices that the handbook does not know",
    Kind.NUMBER: "PubMed numbers that do not fit",
    Kind.PREPRINT: "Preprints whose paper is out",
    Kind.FIELD: "Fields that differ",
    Kind.STALE: "Accepted differences that are none any more",
}


@dataclass(frozen=True)
class Report:
    """What one audit found."""

    day: datetime.date
    bibliography: str
    """The file's name, as it is shown."""
    entries: int
    asked: int
    findings: Sequence[Finding]
    unanswered: Mapping[str, str] = field(default_factory=dict)
    """Keys with a question that stayed open, each with the reason."""
    without_record: Sequence[str] = ()
    """Keys that have a DOI which neither Crossref nor DataCite nor PubMed knows."""
    not_asked: Sequence[str] = ()
    """Keys that have neither DOI nor PubMed number."""

    @property
    def counts(self) -> str:
        """In one line how many sources were asked about and what came out."""
        return (
            f"{self.asked} of {self.entries} sources were checked; {len(self.not_asked)} have "
            f"neither DOI nor PubMed number, {len(self.unanswered)} could not be checked. "
            f"{len(self.findings)} findings."
        )


def as_text(report: Report) -> str:
    """One line a finding, with file and line first."""
    lines = [
        f"{report.bibliography}:{finding.line}: {finding.key}: {in_words(finding)}"
        for finding in report.findings
    ]
    lines += [f"not checked: {why}: {', '.join(keys)}" for why, keys in _by_reason(report)]
    return "\n".join([*lines, report.counts])


def in_words(finding: Finding) -> str:
    """What is the matter, in one line."""
    match finding.kind:
        case Kind.NOTICE:
            known = finding.ours.removeprefix(RetractionStatus.UNCHECKED)
            here = f"we know it as {known}" if known else "we did not know"
            return f"{finding.what} ({finding.theirs}), says {finding.says}; {here}"
        case Kind.NUMBER:
            right = f"; the right one is {finding.proposal}" if finding.proposal else ""
            return f"PubMed {finding.ours} {finding.theirs}{right}"
        case Kind.PREPRINT:
            return f"the preprint {finding.ours} came out as {finding.theirs}, says {finding.says}"
        case Kind.FIELD:
            return (
                f"{finding.what} is {finding.ours!r} here and {finding.theirs!r} at {finding.says}"
            )
        case Kind.STALE:
            return f"{finding.what}: {finding.theirs}; delete the line in {finding.says}"


def as_json(report: Report) -> str:
    """All of it, for programs."""
    content = {
        "day": str(report.day),
        "bibliography": report.bibliography,
        "entries": report.entries,
        "asked": report.asked,
        "findings": [asdict(finding) for finding in report.findings],
        "unanswered": dict(report.unanswered),
        "without_record": list(report.without_record),
        "not_asked": list(report.not_asked),
    }
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def as_markdown(report: Report) -> str:
    """The same for people, on a forge's pages; what is too long for an issue is cut."""
    lines = ["# Citation audit", "", f"{report.day}: {report.counts}", ""]
    for kind in Kind:
        found = [finding for finding in report.findings if finding.kind is kind]
        if found:
            lines += [f"## {HEADINGS[kind]}", "", *_table(report, found), ""]
    if report.unanswered:
        lines += ["## Not checked", ""]
        lines += [f"- {markdown(why)}: {_keys(keys)}" for why, keys in _by_reason(report)]
        lines += [""]
    if report.without_record:
        lines += ["## Without a record at any service", "", _keys(report.without_record), ""]
        lines += ["Whether these DOIs are registered at all, `make linkcheck` tells.", ""]
    return _cut(lines)


def _table(report: Report, findings: Sequence[Finding]) -> Iterator[str]:
    yield "| Source | Line | What is the matter |"
    yield "| --- | --- | --- |"
    for finding in findings:
        yield f"| `{finding.key}` | {finding.line} | {markdown(in_words(finding))} |"


def _by_reason(report: Report) -> list[tuple[str, list[str]]]:
    reasons: dict[str, list[str]] = {}
    for key, why in report.unanswered.items():
        reasons.setdefault(why, []).append(key)
    return list(reasons.items())


def _keys(keys: Sequence[str]) -> str:
    return ", ".join(f"`{key}`" for key in keys)


def _cut(lines: Sequence[str]) -> str:
    text, rest = "", list(lines)
    while rest and len(text) + len(rest[0]) < LONGEST_MARKDOWN:
        text += rest.pop(0) + "\n"
    return text + (f"\n{len(rest)} more lines are in the report itself.\n" if rest else "")


FORMS: Mapping[str, Callable[[Report], str]] = {"report.json": as_json, "report.md": as_markdown}
