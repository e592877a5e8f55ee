"""One run: collect, ask, remember, report."""

from __future__ import annotations

import asyncio
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sphinx.errors import ConfigError
from tqdm import tqdm

from .checking import check
from .links import Link, Outcome, Verdict
from .memory import History, Journal, write_whole
from .own_site import judge_own
from .pdf_links import links_of_pdfs
from .report import Finding, Report, in_json, in_markdown, in_words

if TYPE_CHECKING:
    from .builder import LinkBuilder

INTERRUPTED = 130


def run(builder: LinkBuilder) -> int:
    """Check the builder's links, write the report, and return its exit code."""
    now = datetime.now(UTC)
    folder = Path(builder.outdir)
    history = History(folder / "history.json", now)
    journal = Journal(folder / "answers.jsonl", now)
    _add_pdf_links(builder)

    verdicts: dict[str, Verdict] = {}
    to_ask: list[Link] = []
    kept = journal.read()
    for link in builder.links:
        if verdict := _without_asking(builder, link) or kept.get(link.asks):
            verdicts[link.uri] = verdict
        else:
            to_ask.append(link)
    _ask(builder, to_ask, verdicts, journal)

    found = [(link, history.weigh(link, verdicts[link.uri])) for link in builder.links]
    unclear = {
        link.uri
        for link, verdict in found
        if link.asks in kept or verdict.outcome in (Outcome.UNREACHABLE, Outcome.REFUSED)
    }
    report = Report(
        checked=now,
        findings=[Finding(link, verdict, history.past(link)) for link, verdict in found],
        unused=builder.rules.unused(unclear) if builder.is_complete else [],
    )
    _write(report, folder)
    # Without a single answer it was not the links that failed.
    if any(verdicts[link.uri].outcome is not Outcome.UNREACHABLE for link in to_ask):
        history.write(found)
    journal.close(over=True)
    return report.exit_code


def _add_pdf_links(builder: LinkBuilder) -> None:
    if not builder.config.link_pdfs:
        return
    folder = Path(builder.config.link_pdfs)
    links = list(links_of_pdfs(folder))
    if not any(folder.glob("*.pdf")):
        raise ConfigError(f"There is no PDF in {folder}, where link_pdfs says: run `make pdf`.")
    on_pages = {link.uri for link in builder.links}
    for uri, place in links:
        if uri not in on_pages:
            asks = builder.events.emit_firstresult("linkcheck-process-uri", uri) or uri
            builder.links.add(uri, asks, place)


def _without_asking(builder: LinkBuilder, link: Link) -> Verdict | None:
    if rule := builder.rules.ignoring(link.uri):
        return Verdict(Outcome.IGNORED, rule.reason)
    return judge_own(link, builder.config.html_baseurl, builder.env.found_docs)


def _ask(
    builder: LinkBuilder, links: list[Link], verdicts: dict[str, Verdict], journal: Journal
) -> None:
    """Ask for the links. Raises SystemExit when interrupted; what was answered is kept."""
    # A log file gets a line now and then, a terminal a bar.
    pause = 0.1 if sys.stderr.isatty() else 20
    bar = tqdm(total=len(links), desc="Links asked for", unit="", mininterval=pause)

    def note(link: Link, verdict: Verdict) -> None:
        verdicts[link.uri] = verdict
        journal.note(link, verdict)
        bar.update()

    try:
        with bar:
            asyncio.run(check(links, builder.settings, builder.rules, note))
    except KeyboardInterrupt:
        journal.close(over=False)
        print(
            f"Interrupted after {bar.n} of {len(links)} links; the next run goes on from there.",
            file=sys.stderr,
        )
        raise SystemExit(INTERRUPTED) from None


def _write(report: Report, folder: Path) -> None:
    write_whole(folder / "report.json", in_json(report))
    markdown = in_markdown(report)
    write_whole(folder / "summary.md", markdown)
    print(in_words(report))
    if summary := os.environ.get("GITHUB_STEP_SUMMARY"):
        with open(summary, "a", encoding="utf-8") as file:
            file.write(f"## Links\n\n{markdown}")
