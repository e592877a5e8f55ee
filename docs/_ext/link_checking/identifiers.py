"""Identifiers are looked up where they are registered: no publisher's page is asked.

Publishers refuse robots, and PubMed, PubMed Central and ClinicalTrials.gov wish programs to use
their interfaces. An answer is read, not only its status: PubMed answers 200 to unknown numbers.
"""

from __future__ import annotations

import json
import re
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote, urlencode

from tools.services.pubmed import TOOL
from tools.services.settings import Service, Settings

from .links import Outcome, Verdict

WORKING = Verdict(Outcome.WORKING)


class NotUnderstood(Exception):
    """An answer that is not what the service promises."""


@dataclass(frozen=True)
class Identifier(ABC):
    """A number or name that a service can look up."""

    value: str

    @abstractmethod
    def question(self, settings: Settings) -> str:
        """The address that answers whether this exists."""

    @abstractmethod
    def judge(self, status: int, content: dict[str, Any]) -> Verdict:
        """What an answer says. Raises NotUnderstood, also by way of KeyError and the like."""

    def read(self, status: int, body: bytes) -> Verdict:
        """What an answer says about the identifier.

        Raises NotUnderstood for a body that is not the promised JSON.
        """
        try:
            content = json.loads(body)
            return self.judge(status, content)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise NotUnderstood from None


class Doi(Identifier):
    """A DOI is a handle: https://www.doi.org/doi-handbook/HTML/rest-api-response-format.html"""

    def question(self, settings: Settings) -> str:
        # Handles of DOIs take no notice of case; so two spellings are one question.
        return f"{settings.base(Service.DOI)}/{quote(self.value.lower(), safe='/')}"

    def judge(self, status: int, content: dict[str, Any]) -> Verdict:
        if content["handle"].lower() != self.value.lower():
            raise NotUnderstood
        match content["responseCode"]:
            case 1:
                return WORKING
            case 100:
                return Verdict(Outcome.BROKEN, "this DOI is not registered")
            case 200:
                return Verdict(Outcome.BROKEN, "this DOI is registered but leads nowhere")
        raise NotUnderstood


class PubMed(Identifier):
    """An article of PubMed, or one of PubMed Central ("PMC1234"), through E-utilities.

    https://www.ncbi.nlm.nih.gov/books/NBK25499/#chapter4.ESummary
    """

    @property
    def _number(self) -> str:
        return self.value.removeprefix("PMC")

    def question(self, settings: Settings) -> str:
        database = "pmc" if self.value.startswith("PMC") else "pubmed"
        asked = {"db": database, "id": self._number, "retmode": "json", "tool": TOOL}
        return f"{settings.base(Service.PUBMED)}/esummary.fcgi?{urlencode(asked)}"

    def judge(self, status: int, content: dict[str, Any]) -> Verdict:
        unknown = Verdict(Outcome.BROKEN, f"PubMed knows no {self.value}")
        if "result" not in content:
            # "Invalid uid 99999999 at position=0"; any other complaint is not about the number.
            if str(content["esummaryresult"][0]).startswith("Invalid uid"):
                return unknown
            raise NotUnderstood
        found = content["result"]
        if self._number not in found["uids"]:
            return unknown
        return unknown if "error" in found[self._number] else WORKING


class Trial(Identifier):
    """A trial in ClinicalTrials.gov: https://clinicaltrials.gov/data-api/api"""

    def question(self, settings: Settings) -> str:
        return f"{settings.base(Service.TRIALS)}/studies/{self.value}?fields=NCTId"

    def judge(self, status: int, content: dict[str, Any]) -> Verdict:
        number = content["protocolSection"]["identificationModule"]["nctId"]
        if number == self.value:
            return WORKING
        if not re.fullmatch(r"NCT\d{8}", number):
            raise NotUnderstood
        return Verdict(
            Outcome.MOVED,
            "registered under another number now",
            f"https://clinicaltrials.gov/study/{number}",
        )

    def read(self, status: int, body: bytes) -> Verdict:
        if status == 404:  # said in plain text
            return Verdict(Outcome.BROKEN, f"ClinicalTrials.gov knows no {self.value}")
        return super().read(status, body)


# The ways in which pages are addressed, each with the identifier in brackets.
_FORMS: tuple[tuple[str, type[Identifier]], ...] = (
    (r"(?:dx\.|www\.)?doi\.org/(10\.\d{4,9}/.+)", Doi),
    (r"pubmed\.ncbi\.nlm\.nih\.gov/(\d{1,9})", PubMed),
    (r"www\.ncbi\.nlm\.nih\.gov/pubmed/(\d{1,9})", PubMed),
    (r"pmc\.ncbi\.nlm\.nih\.gov/articles/(PMC\d{1,9})", PubMed),
    (r"www\.ncbi\.nlm\.nih\.gov/pmc/articles/(PMC\d{1,9})", PubMed),
    (r"(?:www\.)?clinicaltrials\.gov/(?:study|show|ct2/show)/(NCT\d{8})", Trial),
)


def identifier_in(uri: str) -> Identifier | None:
    """The identifier that an address stands for, if a service can look it up."""
    for form, kind in _FORMS:
        rest = "" if kind is Doi else r"/?(?:[?#].*)?"
        if found := re.fullmatch("https?://" + form + rest, uri, re.IGNORECASE):
            return Doi(unquote(found[1])) if kind is Doi else kind(found[1].upper())
    return None
