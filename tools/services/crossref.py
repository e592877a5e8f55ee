"""Crossref's REST API: one work by its DOI.

https://api.crossref.org/swagger-ui/ and, for updates,
https://crossref.gitlab.io/tutorials/get-rw-metadata/
"""

import datetime
from typing import Annotated
from urllib.parse import quote

from pydantic import BeforeValidator, Field

from tools.services.client import Client
from tools.services.reading import Part, json_reader
from tools.services.settings import Service
from tools.services.text import Words


def _list(value: object) -> object:
    """Crossref leaves out or nulls what it does not have."""
    return [] if value is None else value


ManyWords = Annotated[tuple[Words, ...], BeforeValidator(_list)]


class PartialDate(Part):
    """A date of which month and day may be unknown."""

    parts: tuple[tuple[int | None, ...], ...] = Field((), alias="date-parts")

    @property
    def year(self) -> int | None:
        return self.parts[0][0] if self.parts and self.parts[0] else None

    @property
    def day(self) -> datetime.date | None:
        """The date, if all of it is known."""
        try:
            return datetime.date(*self.parts[0])  # type: ignore[arg-type]
        except (IndexError, TypeError, ValueError):
            return None


class Author(Part):
    """A person, or a group by its `name`."""

    family: Words = ""
    given: Words = ""
    name: Words = ""


class Update(Part):
    """A notice that changed a work: a retraction, a correction, ..."""

    doi: Words = Field("", alias="DOI")
    """The notice's DOI; often that of the work itself."""
    type: Words
    """retraction, withdrawal, expression_of_concern, correction, erratum, ..."""
    source: Words = ""
    """Who says so: publisher or retraction-watch."""
    updated: PartialDate = PartialDate()


class Related(Part):
    """Another work that a work has to do with."""

    id: Words
    kind: Words = Field("", alias="id-type")


class Work(Part):
    """A work as its publisher registered it. What the publisher left out is empty."""

    doi: Words = Field(alias="DOI")
    type: Words = ""
    title: ManyWords = ()
    subtitle: ManyWords = ()
    author: Annotated[tuple[Author, ...], BeforeValidator(_list)] = ()
    journal: ManyWords = Field((), alias="container-title")
    short_journal: ManyWords = Field((), alias="short-container-title")
    volume: Words = ""
    pages: Words = Field("", alias="page")
    article_number: Words = Field("", alias="article-number")
    issued: PartialDate | None = None
    print: PartialDate | None = Field(None, alias="published-print")
    online: PartialDate | None = Field(None, alias="published-online")
    updates: Annotated[tuple[Update, ...], BeforeValidator(_list)] = Field((), alias="updated-by")
    relation: dict[str, tuple[Related, ...]] | None = None

    @property
    def years(self) -> set[int]:
        """The years in which it appeared, online and in print."""
        dates = [date for date in (self.issued, self.print, self.online) if date]
        return {date.year for date in dates if date.year}

    @property
    def papers(self) -> list[str]:
        """For a preprint: the DOIs of the papers that came of it."""
        related = (self.relation or {}).get("is-preprint-of", ())
        return [each.id for each in related if each.kind in ("doi", "")]


class _Message(Part):
    message: Work


def work(client: Client, doi: str) -> Work:
    """The work with this DOI. Raises NotFound where Crossref has not registered it."""
    contact = client.settings.contact
    parameters = {"mailto": contact} if "@" in contact else {}
    path = f"/works/{quote(doi, safe='')}"
    read = json_reader(_Message, Service.CROSSREF)
    return client.ask(Service.CROSSREF, path, parameters, read).message
