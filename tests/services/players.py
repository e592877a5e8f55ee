"""Crossref, DataCite, PubMed and ClinicalTrials.gov, played from data on one local server.

    with Players() as players:
        players.works["10.1000/1"] = work("10.1000/1", title=["A trial"])
        client = Client(players.settings(tmp_path))

The forms of their answers are those of the real services, cut down to what matters here.
"""

from __future__ import annotations

import re
import time
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs
from xml.sax.saxutils import escape, quoteattr

from services.faults import Answer, FaultServer, Request, json_answer
from tools.services import Settings

XML = {"Content-Type": "text/xml; charset=UTF-8"}


class Players:
    """The services; a context manager. Fill its dictionaries with what they know."""

    def __init__(self, per_second: float | None = None) -> None:
        """`per_second`: as many requests in any second are answered, further ones refused."""
        self.server = FaultServer()
        self.works: dict[str, dict[str, Any]] = {}
        """Crossref: works by DOI in lower case."""
        self.records: dict[str, dict[str, Any]] = {}
        """DataCite: attributes of records by DOI in lower case."""
        self.articles: dict[str, str] = {}
        """PubMed: XML by number; see `article`."""
        self.searches: dict[str, list[str]] = {}
        """PubMed: numbers by query. Searches for DOIs are answered from `articles`."""
        self.trials: dict[str, dict[str, Any]] = {}
        """ClinicalTrials.gov: by number; each search finds all of them. See `trial`."""
        self.refused = 0
        self._per_second = per_second
        self._arrivals: deque[float] = deque()
        for path, play in (
            ("/crossref/works/", self._crossref),
            ("/datacite/dois/", self._datacite),
            ("/pubmed/esearch.fcgi", self._esearch),
            ("/pubmed/efetch.fcgi", self._efetch),
            ("/trials/studies", self._studies),
            ("/trials/studies/", self._study),
        ):
            self.server.serve(path, self._limited(play))

    def __enter__(self) -> Players:
        self.server.__enter__()
        return self

    def __exit__(self, *reason: object) -> None:
        self.server.__exit__(*reason)

    @property
    def environment(self) -> dict[str, str]:
        """The variables that send a tool here, without waits."""
        return {
            "HANDBOOK_CROSSREF": f"{self.server.url}/crossref",
            "HANDBOOK_DATACITE": f"{self.server.url}/datacite",
            "HANDBOOK_PUBMED": f"{self.server.url}/pubmed",
            "HANDBOOK_TRIALS": f"{self.server.url}/trials",
            "HANDBOOK_REQUESTS_PER_SECOND": "10000",
            "HANDBOOK_BACKOFF": "0.01",
            "HANDBOOK_CONNECT_TIMEOUT": "2",
            "HANDBOOK_READ_TIMEOUT": "2",
        }

    def settings(self, cache: Path, **changes: object) -> Settings:
        """Settings that point here, with a cache of their own."""
        known = {field.name for field in fields(Settings)}
        assert changes.keys() <= known
        given = {f"HANDBOOK_{name.upper()}": str(value) for name, value in changes.items()}
        return Settings.read(environment=self.environment | {"HANDBOOK_CACHE": str(cache)} | given)

    # --- How each of them answers -------------------------------------------------------------

    def _limited(self, play: Any) -> Any:
        def answer(request: Request) -> Answer:
            if self._per_second is None:
                return play(request)
            now = time.monotonic()
            while self._arrivals and self._arrivals[0] <= now - 1:
                self._arrivals.popleft()
            if len(self._arrivals) >= self._per_second:
                self.refused += 1
                return json_answer({"error": "API rate limit exceeded"}, 429)
            self._arrivals.append(now)
            return play(request)

        return answer

    def _crossref(self, request: Request) -> Answer:
        found = self.works.get(request.path.removeprefix("/crossref/works/").lower())
        if found is None:
            return Answer(404, "Resource not found.", {"Content-Type": "text/plain"})
        return json_answer({"status": "ok", "message-type": "work", "message": found})

    def _datacite(self, request: Request) -> Answer:
        doi = request.path.removeprefix("/datacite/dois/").lower()
        found = self.records.get(doi)
        if found is None:
            return json_answer({"errors": [{"status": "404", "title": "Not found"}]}, 404)
        return json_answer({"data": {"id": doi, "type": "dois", "attributes": found}})

    def _esearch(self, request: Request) -> Answer:
        asked = _parameters(request)
        numbers = self.searches.get(asked["term"])
        if numbers is None:
            dois = {doi.lower() for doi in re.findall(r'"([^"]*)"\[doi\]', asked["term"])}
            numbers = [
                number
                for number, xml in self.articles.items()
                if dois & {doi.lower() for doi in re.findall(r'IdType="doi">([^<]*)<', xml)}
            ]
        start, most = int(asked["retstart"]), int(asked["retmax"])
        page = numbers[start : start + most]
        return json_answer(
            {
                "header": {"type": "esearch", "version": "0.3"},
                "esearchresult": {
                    "count": str(len(numbers)),
                    "retmax": str(len(page)),
                    "retstart": str(start),
                    "idlist": page,
                },
            }
        )

    def _efetch(self, request: Request) -> Answer:
        asked = _parameters(request)["id"].split(",")
        found = "".join(self.articles.get(number, "") for number in asked)
        body = f'<?xml version="1.0" ?><PubmedArticleSet>{found}</PubmedArticleSet>'
        return Answer(200, body, XML)

    def _studies(self, request: Request) -> Answer:
        asked = _parameters(request)
        size, start = int(asked["pageSize"]), int(asked.get("pageToken", "0"))
        found = list(self.trials.values())
        answer: dict[str, Any] = {"studies": found[start : start + size]}
        if start + size < len(found):
            answer["nextPageToken"] = str(start + size)
        return json_answer(answer)

    def _study(self, request: Request) -> Answer:
        found = self.trials.get(request.path.removeprefix("/trials/studies/"))
        return json_answer(found) if found else Answer(404, "NCT number not found")


def _parameters(request: Request) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(request.query).items()}


# --- What they know -----------------------------------------------------------------------------


def work(doi: str, **parts: object) -> dict[str, Any]:
    """A work of Crossref; the parts are named as there, with _ for -."""
    named = {name.replace("_", "-"): value for name, value in parts.items()}
    return {"DOI": doi, "type": "journal-article", **named}


def update(kind: str, doi: str, day: tuple[int, int, int], source: str) -> dict[str, Any]:
    """An item of a work's `updated-by`."""
    return {
        "DOI": doi,
        "type": kind,
        "label": kind.capitalize(),
        "source": source,
        "updated": {"date-parts": [list(day)]},
    }


def article(
    number: str,
    *,
    doi: str = "",
    title: str = "",
    authors: Iterable[str] = (),
    journal: str = "",
    short_journal: str = "",
    year: int = 2020,
    volume: str = "",
    pages: str = "",
    types: Iterable[str] = ("Journal Article",),
    related: Iterable[tuple[str, str, str]] = (),
    abstract: Mapping[str, str] | None = None,
) -> str:
    """An article of PubMed as XML. `related`: kind, source and number of each other article."""
    people = "".join(
        f"<Author><LastName>{escape(name)}</LastName><Initials>A</Initials></Author>"
        for name in authors
    )
    kinds = "".join(f'<PublicationType UI="D0">{escape(kind)}</PublicationType>' for kind in types)
    notices = "".join(
        f"<CommentsCorrections RefType={quoteattr(kind)}><RefSource>{escape(source)}</RefSource>"
        f'<PMID Version="1">{other}</PMID></CommentsCorrections>'
        for kind, source, other in related
    )
    paragraphs = "".join(
        f"<AbstractText Label={quoteattr(label)}>{escape(words)}</AbstractText>"
        for label, words in (abstract or {}).items()
    )
    ids = f'<ArticleId IdType="pubmed">{number}</ArticleId>'
    if doi:
        ids += f'<ArticleId IdType="doi">{escape(doi)}</ArticleId>'
    return (
        f'<PubmedArticle><MedlineCitation><PMID Version="1">{number}</PMID><Article>'
        f"<Journal><JournalIssue><Volume>{volume}</Volume><PubDate><Year>{year}</Year></PubDate>"
        f"</JournalIssue><Title>{escape(journal)}</Title>"
        f"<ISOAbbreviation>{escape(short_journal)}</ISOAbbreviation></Journal>"
        f"<ArticleTitle>{title}</ArticleTitle>"
        f"<Pagination><MedlinePgn>{pages}</MedlinePgn></Pagination>"
        f"<Abstract>{paragraphs}</Abstract><AuthorList>{people}</AuthorList>"
        f"<PublicationTypeList>{kinds}</PublicationTypeList></Article>"
        f"<CommentsCorrectionsList>{notices}</CommentsCorrectionsList></MedlineCitation>"
        f"<PubmedData><ArticleIdList>{ids}</ArticleIdList></PubmedData></PubmedArticle>"
    )


def trial(number: str, **modules: object) -> dict[str, Any]:
    """A trial of ClinicalTrials.gov; the modules are named as there."""
    return {
        "protocolSection": {
            "identificationModule": {"nctId": number, "briefTitle": f"Trial {number}"},
            **modules,
        },
        "hasResults": False,
    }
