"""ClinicalTrials.gov's API, version 2: searches, and one trial by its number.

https://clinicaltrials.gov/data-api/api
"""

import re
from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import AliasPath, BeforeValidator, Field

from tools.services.client import Client
from tools.services.errors import NotFound, NotUnderstood
from tools.services.reading import Part, json_reader
from tools.services.settings import Service
from tools.services.text import Words

TRIALS_A_PAGE = 100
NUMBER = r"^NCT\d{8}$"
# What we read; all of it would be many times as much.
FIELDS = (
    *("NCTId", "BriefTitle", "OfficialTitle", "OverallStatus", "WhyStopped"),
    *("StartDate", "PrimaryCompletionDate", "CompletionDate"),
    *("StudyFirstPostDate", "LastUpdatePostDate", "ResultsFirstPostDate"),
    *("StudyType", "Phase", "DesignAllocation", "DesignMasking"),
    *("EnrollmentCount", "EnrollmentType", "Condition", "InterventionName"),
    *("LeadSponsorName", "LocationCountry", "HasResults"),
)


def _at(default: Any, *steps: str) -> Any:
    """A field that stands deep in a trial's protocol, and what holds where it is missing."""
    return Field(default, validation_alias=AliasPath("protocolSection", *steps))


def _each(name: str) -> BeforeValidator:
    """Takes one field out of each object of a list, each value once, in the registry's order."""

    def values(items: object) -> object:
        if not isinstance(items, list):
            return items
        found = (item.get(name) for item in items if isinstance(item, dict))
        return tuple(dict.fromkeys(value for value in found if value))

    return BeforeValidator(values)


class Trial(Part):
    """A registered trial. Words and dates are the registry's own: RECRUITING, "2024-06"."""

    number: Words = Field(
        validation_alias=AliasPath("protocolSection", "identificationModule", "nctId"),
        pattern=NUMBER,
    )
    title: Words = _at("", "identificationModule", "briefTitle")
    official_title: Words = _at("", "identificationModule", "officialTitle")
    status: Words = _at("", "statusModule", "overallStatus")
    why_stopped: Words = _at("", "statusModule", "whyStopped")
    start: Words = _at("", "statusModule", "startDateStruct", "date")
    primary_completion: Words = _at("", "statusModule", "primaryCompletionDateStruct", "date")
    completion: Words = _at("", "statusModule", "completionDateStruct", "date")
    first_posted: Words = _at("", "statusModule", "studyFirstPostDateStruct", "date")
    last_updated: Words = _at("", "statusModule", "lastUpdatePostDateStruct", "date")
    results_posted: Words = _at("", "statusModule", "resultsFirstPostDateStruct", "date")
    study_type: Words = _at("", "designModule", "studyType")
    phases: tuple[Words, ...] = _at((), "designModule", "phases")
    allocation: Words = _at("", "designModule", "designInfo", "allocation")
    masking: Words = _at("", "designModule", "designInfo", "maskingInfo", "masking")
    enrolment: int | None = _at(None, "designModule", "enrollmentInfo", "count")
    """People, planned or actual."""
    enrolment_type: Words = _at("", "designModule", "enrollmentInfo", "type")
    """ESTIMATED or ACTUAL."""
    conditions: tuple[Words, ...] = _at((), "conditionsModule", "conditions")
    interventions: Annotated[tuple[Words, ...], _each("name")] = _at(
        (), "armsInterventionsModule", "interventions"
    )
    sponsor: Words = _at("", "sponsorCollaboratorsModule", "leadSponsor", "name")
    countries: Annotated[tuple[Words, ...], _each("country")] = _at(
        (), "contactsLocationsModule", "locations"
    )
    has_results: bool = Field(False, alias="hasResults")


class _Page(Part):
    studies: tuple[Trial, ...]
    next: Words = Field("", alias="nextPageToken")


def search(client: Client, *, condition: str = "", term: str = "") -> Iterator[Trial]:
    """All trials for a condition that fit further search terms, page by page."""
    parameters = {"pageSize": str(TRIALS_A_PAGE), "fields": "|".join(FIELDS)}
    if condition:
        parameters["query.cond"] = condition
    if term:
        parameters["query.term"] = term
    read = json_reader(_Page, Service.TRIALS)
    pages: set[str] = set()
    while True:
        page = client.ask(Service.TRIALS, "/studies", parameters, read)
        yield from page.studies
        if not page.next:
            return
        if page.next in pages:
            raise NotUnderstood("ClinicalTrials.gov sends the same page again and again")
        pages.add(page.next)
        parameters["pageToken"] = page.next


def trial(client: Client, number: str) -> Trial:
    """The trial with this number. Raises NotFound where there is none."""
    if not re.fullmatch(NUMBER, number):
        raise NotFound(f"{number!r} is no number of ClinicalTrials.gov: it is NCT and eight digits")
    parameters = {"fields": "|".join(FIELDS)}
    read = json_reader(Trial, Service.TRIALS)
    return client.ask(Service.TRIALS, f"/studies/{number}", parameters, read)
