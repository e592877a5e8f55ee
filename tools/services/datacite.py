"""DataCite's REST API: one record by its DOI.

https://support.datacite.org/reference/get_dois-id
"""

from typing import Annotated
from urllib.parse import quote

from pydantic import BeforeValidator, Field

from tools.services.client import Client
from tools.services.reading import Part, json_reader
from tools.services.settings import Service
from tools.services.text import Words


class Title(Part):
    title: Words = ""


class Creator(Part):
    """A person or an organisation; `name` is "Surname, Given" for a person."""

    name: Words = ""
    family: Words | None = Field(None, alias="familyName")


class Related(Part):
    """Another record that a record has to do with."""

    id: Words | None = Field(None, alias="relatedIdentifier")
    kind: Words | None = Field(None, alias="relatedIdentifierType")
    relation: Words | None = Field(None, alias="relationType")


def _object(value: object) -> object:
    """DataCite sends an empty list or null where it has no container."""
    return value or {}


class Container(Part):
    """The journal or series in which it appeared."""

    title: Words = ""
    volume: Words = ""
    first_page: Words = Field("", alias="firstPage")
    last_page: Words = Field("", alias="lastPage")


class Record(Part):
    """A record as it was registered."""

    doi: Words
    titles: tuple[Title, ...] = ()
    creators: tuple[Creator, ...] = ()
    year: int | None = Field(None, alias="publicationYear")
    container: Annotated[Container, BeforeValidator(_object)] = Container()
    related: tuple[Related, ...] = Field((), alias="relatedIdentifiers")


class _Data(Part):
    attributes: Record


class _Message(Part):
    data: _Data


def record(client: Client, doi: str) -> Record:
    """The record with this DOI. Raises NotFound where DataCite has not registered it."""
    path = f"/dois/{quote(doi, safe='')}"
    read = json_reader(_Message, Service.DATACITE)
    return client.ask(Service.DATACITE, path, {}, read).data.attributes
