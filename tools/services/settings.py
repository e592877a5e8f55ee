"""Where the services are and how they are asked: `[tool.handbook.services]` in pyproject.toml.

Each setting can be overridden by an environment variable, `HANDBOOK_` and its name in capitals
with underscores: `HANDBOOK_CROSSREF`, `HANDBOOK_REQUESTS_PER_SECOND`. So mirrors and tests point
elsewhere.
"""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[2]


class Service(StrEnum):
    """The services; each value is the name of its setting and how reports call it."""

    CROSSREF = "Crossref"
    DATACITE = "DataCite"
    PUBMED = "PubMed"
    TRIALS = "ClinicalTrials.gov"
    DOI = "doi.org"


@dataclass(frozen=True)
class Settings:
    """How the services are asked. Times are in seconds."""

    crossref: str
    datacite: str
    pubmed: str
    trials: str
    doi: str
    contact: str
    """Who asks: a mail address or the address of a page. It goes into every request."""
    cache: str
    """Folder for answers, from the project's top folder."""
    cache_hours: float
    """For how long an answer is used again instead of being asked for."""
    requests_per_second: float
    """How often one host is asked at most."""
    attempts: int
    """How often a request is tried before the service counts as unreachable."""
    backoff: float
    """The wait before the second attempt; it doubles with each further one."""
    longest_wait: float
    """The longest wait that a service may ask for; if it asks for more, it has refused."""
    connect_timeout: float
    read_timeout: float
    """The longest silence within an answer."""
    whole_timeout: float
    """The longest time for one whole answer."""
    largest_body: int
    """Bytes."""

    @classmethod
    def read(
        cls, path: Path = PROJECT / "pyproject.toml", environment: Mapping[str, str] = os.environ
    ) -> "Settings":
        """The settings from a pyproject.toml and the environment.

        Raises ValueError for a value that is none of the setting's type, naming the setting.
        """
        table = tomllib.loads(path.read_text(encoding="utf-8"))["tool"]["handbook"]["services"]
        values: dict[str, Any] = {}
        for field in fields(cls):
            key = field.name.replace("_", "-")
            variable = f"HANDBOOK_{field.name.upper()}"
            given = environment.get(variable) or table[key]
            try:
                values[field.name] = field.type(given)  # type: ignore[operator]
            except ValueError:
                raise ValueError(
                    f"{variable} (or {key} in pyproject.toml) is {given!r}: "
                    f"expected {'a number' if field.type is not str else 'words'}"
                ) from None
        return cls(**values)

    def base(self, service: Service) -> str:
        """A service's address without a slash at its end."""
        address: str = getattr(self, service.name.lower())
        return address.rstrip("/")

    @property
    def cache_folder(self) -> Path:
        return PROJECT / self.cache
