"""PubMed through NCBI's E-utilities: searches, and articles by their numbers.

https://www.ncbi.nlm.nih.gov/books/NBK25499/ and, for the articles' XML,
https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_250101.dtd
"""

import datetime
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from pydantic import Field

from tools.services.client import Client
from tools.services.errors import NotUnderstood
from tools.services.reading import Part, json_reader
from tools.services.settings import Service
from tools.services.text import Words, clean

TOOL = "lupus-evidence-handbook"
# NCBI asks for POST where more than about 200 numbers are sent.
ARTICLES_A_REQUEST = 200
# Addresses must not grow too long.
DOIS_A_REQUEST = 30
HITS_A_PAGE = 1000
# A search gives its first 9,999 hits and no more.
MOST_HITS = 9999
# Before any record that PubMed has.
PUBMEDS_FIRST_DAY = datetime.date(1900, 1, 1)


@dataclass(frozen=True)
class Related:
    """Another article that an article has to do with."""

    kind: str
    """RetractionIn, ExpressionOfConcernIn, ErratumIn, UpdateIn, ..."""
    source: str
    """Where it stands, "Lancet. 2010 Feb 6;375(9713):445"."""
    number: str
    doi: str


@dataclass(frozen=True)
class Article:
    """An article as PubMed describes it. What PubMed does not know is empty."""

    number: str
    doi: str
    title: str
    authors: tuple[str, ...]
    """Surnames, or the names of groups."""
    journal: str
    short_journal: str
    volume: str
    pages: str
    years: frozenset[int]
    """The years in which it appeared, online and in print."""
    types: tuple[str, ...]
    """Publication types, such as "Randomized Controlled Trial" or "Retracted Publication"."""
    related: tuple[Related, ...]
    abstract: str
    """Paragraphs, each after its label if it has one."""
    registrations: tuple[str, ...]
    """Numbers of registered trials, as the databank list gives them."""
    entered: datetime.date | None
    """The day on which it came into PubMed."""


class _Misread(Part):
    """What of a query PubMed passed over without a word to those who read only the numbers."""

    fields: tuple[Words, ...] = Field((), alias="fieldsnotfound")


class _Result(Part):
    count: int
    numbers: tuple[Words, ...] = Field(alias="idlist")
    error: Words = Field("", alias="ERROR")
    misread: _Misread = Field(_Misread(), alias="errorlist")


class _Found(Part):
    result: _Result = Field(alias="esearchresult")


def search(
    client: Client,
    query: str,
    *,
    since: datetime.date | None = None,
    until: datetime.date | None = None,
) -> list[str]:
    """The numbers of all articles that a query finds, in PubMed's order.

    With `since` or `until` only those whose record PubMed made on these days or between them.
    Raises NotUnderstood where a search finds more than PubMed gives.
    """
    if since or until:
        # Not the day of entry: for an article that comes in late, that is the day it appeared.
        first, last = since or PUBMEDS_FIRST_DAY, until or datetime.date.today()
        query = f'({query}) AND ("{first:%Y/%m/%d}"[crdt] : "{last:%Y/%m/%d}"[crdt])'
    parameters = {"term": query, "retmax": str(HITS_A_PAGE)}
    read = _search_reader()
    numbers: list[str] = []
    while True:
        page = parameters | {"retstart": str(len(numbers))}
        found = client.ask(
            Service.PUBMED, "/esearch.fcgi", _common(client, "json") | page, read
        ).result
        if found.count > MOST_HITS:
            raise NotUnderstood(
                f"PubMed finds {found.count} articles and gives only the first {MOST_HITS}: "
                f"narrow the search {query!r}"
            )
        numbers += found.numbers
        if len(numbers) >= found.count:
            return numbers
        if not found.numbers:
            raise NotUnderstood(
                f"PubMed counts {found.count} articles and gives {len(numbers)} of them"
            )


def _search_reader() -> Callable[[bytes], _Found]:
    fitting = json_reader(_Found, Service.PUBMED)

    def read(body: bytes) -> _Found:
        found = fitting(body)
        if found.result.error:
            raise NotUnderstood(f"PubMed could not search: {found.result.error}")
        if found.result.misread.fields:
            unknown = ", ".join(found.result.misread.fields)
            raise NotUnderstood(f"PubMed knows no such field, mend the search: {unknown}")
        if not all(re.fullmatch(r"\d{1,9}", number) for number in found.result.numbers):
            raise NotUnderstood("PubMed sent a search result that holds no PubMed numbers")
        return found

    return read


def numbers_of_dois(client: Client, dois: Iterable[str]) -> Iterator[str]:
    """The PubMed numbers of the articles with these DOIs, so far as PubMed knows them.

    It does not say which belongs to which; the articles do.
    """
    for some in _batches(dois, DOIS_A_REQUEST):
        quoted = (doi.replace('"', "") for doi in some)
        yield from search(client, " OR ".join(f'"{doi}"[doi]' for doi in quoted))


def articles(client: Client, numbers: Iterable[str]) -> dict[str, Article]:
    """The articles with these PubMed numbers; numbers that PubMed does not know are left out."""
    found: dict[str, Article] = {}
    for some in _batches(numbers, ARTICLES_A_REQUEST):
        parameters = _common(client, "xml") | {"id": ",".join(some)}
        for article in client.ask(Service.PUBMED, "/efetch.fcgi", parameters, _read_articles):
            found[article.number] = article
    return found


def _batches(items: Iterable[str], size: int) -> Iterator[list[str]]:
    rest = iter(items)
    while some := list(islice(rest, size)):
        yield some


def _common(client: Client, form: str) -> dict[str, str]:
    contact = client.settings.contact
    email = {"email": contact} if "@" in contact else {}
    return {"db": "pubmed", "retmode": form, "tool": TOOL} | email


# --- The articles' XML ------------------------------------------------------------------------


def _read_articles(body: bytes) -> list[Article]:
    # Entities are not needed here, and a few lines of them can blow up to gigabytes.
    if b"<!ENTITY" in body:
        raise NotUnderstood("PubMed sent XML with entities of its own, which we do not read")
    try:
        root = ElementTree.fromstring(body)
    except ElementTree.ParseError as error:
        raise NotUnderstood(f"PubMed promised XML and sent something else: {error}") from None
    if root.tag != "PubmedArticleSet":
        raise NotUnderstood(f"PubMed sent a {root.tag!r} instead of a set of articles")
    found = [_article(each) for each in root.findall("PubmedArticle")]
    found += [_chapter(each) for each in root.findall("PubmedBookArticle")]
    if not all(article.number for article in found):
        raise NotUnderstood("PubMed sent an article without a number")
    return found


def _chapter(element: Element) -> Article:
    """A book or a chapter of one, of which PubMed tells less."""
    book = "BookDocument/Book"
    return Article(
        number=_text(element, "BookDocument/PMID"),
        doi=_text(element, "PubmedBookData/ArticleIdList/ArticleId[@IdType='doi']"),
        title=_text(element, "BookDocument/ArticleTitle") or _text(element, f"{book}/BookTitle"),
        authors=_authors(element.findall("BookDocument/AuthorList/Author")),
        journal=_text(element, f"{book}/BookTitle"),
        short_journal="",
        volume="",
        pages="",
        years=frozenset(_years(element, f"{book}/PubDate/Year")),
        types=_texts(element, "BookDocument/PublicationType"),
        related=(),
        abstract="\n".join(_paragraphs(element.findall("BookDocument/Abstract/AbstractText"))),
        registrations=(),
        entered=_day(element.find("PubmedBookData/History/PubMedPubDate[@PubStatus='entrez']")),
    )


def _article(element: Element) -> Article:
    article = "MedlineCitation/Article"
    doi = _text(element, "PubmedData/ArticleIdList/ArticleId[@IdType='doi']")
    return Article(
        number=_text(element, "MedlineCitation/PMID"),
        doi=doi or _text(element, f"{article}/ELocationID[@EIdType='doi']"),
        title=_text(element, f"{article}/ArticleTitle"),
        authors=_authors(element.findall(f"{article}/AuthorList/Author")),
        journal=_text(element, f"{article}/Journal/Title"),
        short_journal=_text(element, f"{article}/Journal/ISOAbbreviation"),
        volume=_text(element, f"{article}/Journal/JournalIssue/Volume"),
        pages=_text(element, f"{article}/Pagination/MedlinePgn"),
        years=frozenset(
            _years(
                element,
                f"{article}/Journal/JournalIssue/PubDate/Year",
                f"{article}/Journal/JournalIssue/PubDate/MedlineDate",
                f"{article}/ArticleDate/Year",
            )
        ),
        types=_texts(element, f"{article}/PublicationTypeList/PublicationType"),
        related=tuple(
            Related(
                kind=str(clean(each.get("RefType", ""))),
                source=_text(each, "RefSource"),
                number=_text(each, "PMID"),
                doi=_doi_in(_text(each, "RefSource")),
            )
            for each in element.findall("MedlineCitation/CommentsCorrectionsList/*")
        ),
        abstract="\n".join(_paragraphs(element.findall(f"{article}/Abstract/AbstractText"))),
        registrations=_texts(
            element, f"{article}/DataBankList/DataBank/AccessionNumberList/AccessionNumber"
        ),
        entered=_day(element.find("PubmedData/History/PubMedPubDate[@PubStatus='entrez']")),
    )


def _authors(elements: list[Element]) -> tuple[str, ...]:
    return tuple(_text(each, "LastName") or _text(each, "CollectiveName") for each in elements)


def _years(element: Element, *paths: str) -> Iterator[int]:
    for path in paths:
        # A MedlineDate may span two years: "1998 Dec-1999 Jan".
        yield from map(int, re.findall(r"\b(?:18|19|20)\d\d\b", _text(element, path)))


def _paragraphs(parts: list[Element]) -> Iterator[str]:
    for part in parts:
        label = clean(part.get("Label", ""))
        words = _words(part)
        yield f"{label}: {words}" if label else words


def _day(element: Element | None) -> datetime.date | None:
    if element is None:
        return None
    try:
        return datetime.date(*(int(_text(element, part)) for part in ("Year", "Month", "Day")))
    except ValueError:
        return None


def _doi_in(source: str) -> str:
    """The DOI in "J Rheumatol. 2011;38:1. doi: 10.3899/jrheum.1.", or nothing."""
    found = re.search(r"\b10\.\d{4,9}/\S+", source)
    return found[0].rstrip(".;,") if found else ""


def _text(element: Element, path: str) -> str:
    found = element.find(path)
    return "" if found is None else _words(found)


def _texts(element: Element, path: str) -> tuple[str, ...]:
    return tuple(_words(each) for each in element.findall(path))


def _words(element: Element) -> str:
    """All words of an element, those in its <i> and <sub> included."""
    return str(clean("".join(element.itertext())))
