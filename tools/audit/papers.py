"""What a service says of a source, in one form for all services."""

import datetime
import re
from dataclasses import dataclass

from retractions import RetractionStatus

from tools.services import Service, crossref, datacite, pubmed

# Crossref's types of updates. New versions and editions are no notices.
UPDATES = {
    "addendum": RetractionStatus.CORRECTED,
    "clarification": RetractionStatus.CORRECTED,
    "correction": RetractionStatus.CORRECTED,
    "corrigendum": RetractionStatus.CORRECTED,
    "erratum": RetractionStatus.CORRECTED,
    "expression_of_concern": RetractionStatus.CONCERN,
    "partial_retraction": RetractionStatus.PARTLY,
    "removal": RetractionStatus.WITHDRAWN,
    "withdrawal": RetractionStatus.WITHDRAWN,
    "retraction": RetractionStatus.RETRACTED,
}
# PubMed's kinds of related articles.
RELATED = {
    "CorrectedandRepublishedIn": RetractionStatus.CORRECTED,
    "ErratumIn": RetractionStatus.CORRECTED,
    "ExpressionOfConcernIn": RetractionStatus.CONCERN,
    "PartialRetractionIn": RetractionStatus.PARTLY,
    "RetractionIn": RetractionStatus.RETRACTED,
}
RETRACTED_TYPE = "Retracted Publication"
# What publishers write before the title of a paper that no longer stands.
PREFIX = re.compile(
    r"^\W*(RETRACTED|WITHDRAWN|REMOVED)(?: (?:ARTICLE|CHAPTER|PAPER))?\s*[:.\]-]+\s*", re.IGNORECASE
)


@dataclass(frozen=True)
class Notice:
    """A notice that a source was corrected, retracted, ..."""

    status: RetractionStatus
    says: str
    """Who says so: "Crossref (retraction-watch)"."""
    identifier: str = ""
    """The notice's DOI, or "PubMed 123"; empty where the service names none."""
    day: datetime.date | None = None


@dataclass(frozen=True)
class Paper:
    """A source as one service describes it. What the service does not know is empty.

    Where a field can be told in several ways (an abbreviated journal, a page or an article
    number), each of them counts as right; the first is shown.
    """

    service: Service
    doi: str
    titles: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    """The first author's surname, or the name of a group."""
    years: tuple[int, ...] = ()
    journals: tuple[str, ...] = ()
    volumes: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()
    notices: tuple[Notice, ...] = ()
    came_out_as: tuple[str, ...] = ()
    """For a preprint: the papers that came of it, as DOIs or "PubMed 123"."""


def from_crossref(work: crossref.Work) -> Paper:
    first = work.author[0] if work.author else crossref.Author()
    title = work.title[0] if work.title else ""
    notices = [
        Notice(
            UPDATES[kind],
            f"Crossref ({update.source})" if update.source else "Crossref",
            update.doi,
            update.updated.day,
        )
        for update in work.updates
        if (kind := re.sub(r"[\s-]+", "_", update.type.lower())) in UPDATES
    ]
    return Paper(
        Service.CROSSREF,
        work.doi,
        titles=_titles(title, *work.subtitle[:1]),
        authors=_known(first.family, first.name),
        years=tuple(sorted(work.years)),
        journals=_known(*work.journal, *work.short_journal),
        volumes=_known(work.volume),
        pages=_known(work.pages, work.article_number),
        notices=_with_prefix(title, "Crossref", notices),
        came_out_as=tuple(work.papers),
    )


def from_datacite(record: datacite.Record) -> Paper:
    first = record.creators[0] if record.creators else datacite.Creator()
    title = record.titles[0].title if record.titles else ""
    container = record.container
    pages = f"{container.first_page}-{container.last_page}".strip("-")
    return Paper(
        Service.DATACITE,
        record.doi,
        titles=_titles(title),
        authors=_known(first.family or first.name.partition(",")[0]),
        years=(record.year,) if record.year else (),
        journals=_known(container.title),
        volumes=_known(container.volume),
        pages=_known(pages),
        notices=_with_prefix(title, "DataCite", []),
    )


def from_pubmed(article: pubmed.Article) -> Paper:
    notices = [
        Notice(RELATED[other.kind], "PubMed", other.doi or _numbered(other))
        for other in article.related
        if other.kind in RELATED
    ]
    retracted = RETRACTED_TYPE in article.types
    if retracted and not any(n.status is RetractionStatus.RETRACTED for n in notices):
        notices.append(Notice(RetractionStatus.RETRACTED, "PubMed"))
    is_preprint = "Preprint" in article.types
    return Paper(
        Service.PUBMED,
        article.doi,
        titles=_titles(article.title),
        authors=article.authors[:1],
        years=tuple(sorted(article.years)),
        journals=_known(article.journal, article.short_journal),
        volumes=_known(article.volume),
        pages=_known(article.pages),
        notices=_with_prefix(article.title, "PubMed", notices),
        came_out_as=tuple(
            other.doi or _numbered(other)
            for other in article.related
            if is_preprint and other.kind == "UpdateIn"
        ),
    )


def _numbered(other: pubmed.Related) -> str:
    return f"PubMed {other.number}" if other.number else ""


def _known(*values: str) -> tuple[str, ...]:
    return tuple(value for value in values if value)


def _titles(title: str, subtitle: str = "") -> tuple[str, ...]:
    """The title as it is told, without its prefix, and with its subtitle."""
    bare = PREFIX.sub("", title)
    return _known(bare, f"{bare}: {subtitle}" if bare and subtitle else "")


def _with_prefix(title: str, service: str, notices: list[Notice]) -> tuple[Notice, ...]:
    """The notices, and one more where the title alone says that the paper no longer stands."""
    if (found := PREFIX.match(title)) and not any(notice.status.is_grave for notice in notices):
        retracted = found[1].upper() == "RETRACTED"
        status = RetractionStatus.RETRACTED if retracted else RetractionStatus.WITHDRAWN
        notices = [*notices, Notice(status, f"{service} (title)")]
    return tuple(notices)
