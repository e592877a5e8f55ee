"""The polite client and the services, over real sockets against a local server."""

import datetime
import email.utils
import json
import ssl
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import trustme
from services.faults import JSON, Answer, FaultServer, json_answer, redirect
from services.players import Players, article, trial, update, work

from tools.services import (
    Client,
    NotFound,
    NotUnderstood,
    Refused,
    Service,
    ServiceError,
    Settings,
    Unreachable,
    crossref,
    datacite,
    pubmed,
    text,
    trials,
)
from tools.services.client import retry_after
from tools.services.reading import parsed

GOOD = json_answer({"good": True})


@pytest.fixture
def players() -> Iterator[Players]:
    with Players() as playing:
        yield playing


@pytest.fixture
def client(players: Players, tmp_path: Path) -> Iterator[Client]:
    with Client(players.settings(tmp_path)) as asking:
        yield asking


def ask(client: Client, path: str = "/fault") -> object:
    """Ask for a path below Crossref's address, where the tests serve their faults."""
    return client.ask(Service.CROSSREF, path, {}, lambda body: parsed(body, "Crossref"))


# --- The client ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answers", "outcome", "requests"),
    [
        ([GOOD], None, 1),
        ([Answer(404, "no")], NotFound, 1),
        ([Answer(410, "gone")], NotFound, 1),
        ([Answer(401, "no")], Refused, 1),
        ([Answer(403, "<html>are you a robot?")], Refused, 1),
        ([Answer(429), GOOD], None, 2),
        ([Answer(429, headers={"Retry-After": "0"}), GOOD], None, 2),
        ([Answer(429, headers={"Retry-After": "Thu, 01 Jan 2026 00:00:00 GMT"}), GOOD], None, 2),
        ([Answer(429, headers={"Retry-After": "86400"}), GOOD], Refused, 1),
        ([Answer(429)], Refused, 3),
        ([Answer(500), Answer(503), GOOD], None, 3),
        ([Answer(503)], Unreachable, 3),
        ([Answer(501)], Unreachable, 1),
        ([Answer(200, "{", drop=True), GOOD], None, 2),
        ([Answer(drop=True)], Unreachable, 3),
        ([Answer(200, GOOD.body, JSON, silence=9), GOOD], None, 2),
        ([Answer(200, GOOD.body, JSON, body_pause=0.2)], Unreachable, 3),
        ([Answer(200, "<html>welcome", JSON)], NotUnderstood, 1),
        ([Answer(200, '{"good": ', JSON)], NotUnderstood, 1),
        ([Answer(200, "[" * 100_000, JSON)], NotUnderstood, 1),
        ([Answer(200, b"\xff\xfe\x00", JSON)], NotUnderstood, 1),
        ([json_answer("x" * 200_000)], NotUnderstood, 1),
        ([redirect("/crossref/fault")], Unreachable, 6),
        ([redirect("file:///etc/passwd")], Unreachable, 1),
        ([Answer(301, headers={"Location": "/crossref/fault"}), GOOD], None, 2),
        ([Answer(308, headers={"Location": "/crossref/fault"}), GOOD], None, 2),
    ],
)
def test_each_fault_has_one_outcome(
    players: Players,
    tmp_path: Path,
    answers: list[Answer],
    outcome: type[ServiceError] | None,
    requests: int,
) -> None:
    players.server.serve("/crossref/fault", *answers)
    hasty = players.settings(
        tmp_path, attempts=3, read_timeout=1, whole_timeout=0.8, largest_body=100_000
    )
    with Client(hasty) as client:
        if outcome is None:
            assert ask(client) == {"good": True}
        else:
            with pytest.raises(outcome) as error:
                ask(client)
            assert "\n" not in str(error.value) and "Crossref" in str(error.value)
    assert len(players.server.requests) == requests


def test_a_service_may_name_the_wait_in_seconds_or_as_a_date() -> None:
    soon = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=90)
    wait = retry_after(email.utils.format_datetime(soon, usegmt=True))
    assert wait is not None and 80 < wait <= 90
    assert retry_after("90") == 90
    assert retry_after("Thu, 01 Jan 2026 00:00:00 GMT") == 0
    assert retry_after("soon") is None
    assert retry_after(None) is None


def test_a_named_wait_is_kept(client: Client, players: Players) -> None:
    players.server.serve("/crossref/fault", Answer(429, headers={"Retry-After": "1"}), GOOD)
    ask(client)
    first, second = players.server.requests
    assert second.arrived - first.arrived >= 1


def test_waits_double(players: Players, tmp_path: Path) -> None:
    players.server.serve("/crossref/fault", Answer(503))
    with Client(players.settings(tmp_path, backoff=0.1)) as client, pytest.raises(Unreachable):
        ask(client)
    times = [request.arrived for request in players.server.requests]
    first, second, third = (after - before for before, after in zip(times, times[1:], strict=False))
    assert first >= 0.1 and second >= 0.2 and third >= 0.4


def test_no_network_is_told_at_once(tmp_path: Path, players: Players) -> None:
    with FaultServer() as closed:
        pass
    settings = players.settings(tmp_path, crossref=closed.url, backoff=60)
    with Client(settings) as client, pytest.raises(Unreachable, match="cannot be reached"):
        ask(client)


def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path, players: Players) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    with FaultServer(context) as server:
        server.serve("/fault", GOOD)
        settings = players.settings(tmp_path, crossref=server.url, backoff=60)
        with Client(settings) as client, pytest.raises(Unreachable, match="certificate"):
            ask(client)
        assert not server.requests


def test_it_says_who_asks(client: Client, players: Players) -> None:
    players.server.serve("/crossref/fault", GOOD)
    ask(client)
    agent = players.server.requests[0].headers["User-Agent"]
    assert agent.startswith("lupus-evidence-handbook (https://") and "httpx/" in agent


def test_a_mail_address_is_given_to_those_who_ask_for_one(players: Players, tmp_path: Path) -> None:
    players.works["10.1000/1"] = work("10.1000/1")
    players.articles["1"] = article("1")
    with Client(players.settings(tmp_path, contact="someone@example.org")) as client:
        crossref.work(client, "10.1000/1")
        pubmed.articles(client, ["1"])
    assert [request.query for request in players.server.requests][
        0
    ] == "mailto=someone%40example.org"
    assert "email=someone%40example.org" in players.server.requests[1].query


def test_an_answer_is_asked_for_once(players: Players, tmp_path: Path) -> None:
    players.works["10.1000/1"] = work("10.1000/1", title=["Once"])
    for _ in range(2):
        with Client(players.settings(tmp_path)) as client:
            assert crossref.work(client, "10.1000/1").title == ("Once",)
            with pytest.raises(NotFound):
                crossref.work(client, "10.1000/2")
    assert len(players.server.requests) == 2


def test_an_old_answer_is_asked_for_again(players: Players, tmp_path: Path) -> None:
    players.works["10.1000/1"] = work("10.1000/1")
    for _ in range(2):
        with Client(players.settings(tmp_path, cache_hours=0)) as client:
            crossref.work(client, "10.1000/1")
    assert len(players.server.requests) == 2


@pytest.mark.parametrize(
    "damage",
    [
        lambda kept: b"",
        lambda kept: b"{",
        lambda kept: b'{"status": 200}\n{}',
        lambda kept: b"\xff\n\xff",
        lambda kept: kept[:-5],
        lambda kept: kept.replace(b"10.1000", b"10.2000"),
    ],
)
def test_a_damaged_answer_is_asked_for_again(
    players: Players, tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    players.works["10.1000/1"] = work("10.1000/1")
    with Client(players.settings(tmp_path)) as client:
        crossref.work(client, "10.1000/1")
        (kept,) = tmp_path.iterdir()
        kept.write_bytes(damage(kept.read_bytes()))
        assert crossref.work(client, "10.1000/1").doi == "10.1000/1"
    assert len(players.server.requests) == 2


def test_nonsense_is_not_kept(client: Client, players: Players, tmp_path: Path) -> None:
    players.server.serve("/crossref/fault", Answer(200, "<html>we are upgrading", JSON), GOOD)
    with pytest.raises(NotUnderstood, match="sent a web page"):
        ask(client)
    assert list(tmp_path.iterdir()) == []
    assert ask(client) == {"good": True}


def test_a_limited_service_is_never_asked_too_often(tmp_path: Path) -> None:
    with Players(per_second=30) as players:
        settings = players.settings(tmp_path, requests_per_second=30, attempts=1)
        with Client(settings) as client:
            for number in range(45):
                with pytest.raises(NotFound):
                    crossref.work(client, f"10.1000/{number}")
        assert players.refused == 0
        # The same requests without the pauses are refused: the server does count.
        hasty = replace(settings, requests_per_second=10000, cache_hours=0)
        with Client(hasty) as client, pytest.raises(Refused):
            for number in range(45):
                with pytest.raises(NotFound):
                    crossref.work(client, f"10.1000/{number}")
        assert players.refused == 1


# --- Settings -----------------------------------------------------------------------------------


def test_settings_come_from_the_project_and_the_environment() -> None:
    settings = Settings.read(environment={"HANDBOOK_CROSSREF": "http://mirror.example/"})
    assert settings.base(Service.CROSSREF) == "http://mirror.example"
    assert settings.base(Service.TRIALS) == "https://clinicaltrials.gov/api/v2"
    assert settings.requests_per_second <= 3


def test_a_setting_that_is_no_number_is_named() -> None:
    with pytest.raises(ValueError, match="HANDBOOK_ATTEMPTS .* 'many': expected a number"):
        Settings.read(environment={"HANDBOOK_ATTEMPTS": "many"})


# --- Words --------------------------------------------------------------------------------------


def test_words_of_a_service_are_made_harmless() -> None:
    assert text.clean("CD4<sup>+</sup> &lt;i&gt;T&lt;/i&gt; cells, p &lt; 0.05 &amp; more") == (
        "CD4+ T cells, p < 0.05 & more"
    )
    assert text.clean("\x1b[31mred\x07\u202ederever\u200b\n\nline") == "[31mredderever line"
    assert len(str(text.clean("x" * 10_000))) == 2000


def test_markdown_shows_words_as_they_are() -> None:
    assert text.markdown("[a](javascript:x) `b` *c* <d> | e\n# f") == (
        r"\[a\]\(javascript\:x\) \`b\` \*c\* \<d\> \| e \# f"
    )
    assert "@someone" not in text.markdown("@someone #1")


# --- The services -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "doi",
    [
        "10.1002/(SICI)1097-0258(19980815/30)17:15/16<1661::AID-SIM968>3.0.CO;2-2",
        "10.1000/ünïcode?#%25",
        "10.1000/../../../etc/passwd",
        "10.1000/UPPER",
    ],
)
def test_any_doi_is_asked_for_as_it_is(client: Client, players: Players, doi: str) -> None:
    players.works[doi.lower()] = work(doi, title=["Found"])
    players.records[doi.lower()] = {"doi": doi, "titles": [{"title": "Found"}]}
    assert crossref.work(client, doi).title == ("Found",)
    assert datacite.record(client, doi).titles[0].title == "Found"


def test_crossref_tells_what_became_of_a_work(client: Client, players: Players) -> None:
    players.works["10.1000/1"] = work(
        "10.1000/1",
        title=["RETRACTED: <i>Cells</i>"],
        author=[{"family": "Wang", "given": "D."}, {"name": "The Group"}],
        container_title=["Lupus"],
        published_print={"date-parts": [[2018, 3]]},
        published_online={"date-parts": [[2017, 12, 30]]},
        issued={"date-parts": [[None]]},
        updated_by=[update("retraction", "10.1000/2", (2020, 2, 6), "retraction-watch")],
        relation={"is-preprint-of": [{"id": "10.1000/3", "id-type": "doi"}]},
        volume=None,
    ) | {"volume": "4"}
    found = crossref.work(client, "10.1000/1")
    assert found.title == ("RETRACTED: Cells",)
    assert found.years == {2017, 2018}
    assert found.papers == ["10.1000/3"]
    (notice,) = found.updates
    assert (notice.type, notice.source) == ("retraction", "retraction-watch")
    assert notice.updated.day == datetime.date(2020, 2, 6)


def test_datacite_may_leave_out_the_container(client: Client, players: Players) -> None:
    players.records["10.5281/1"] = {
        "doi": "10.5281/1",
        "titles": [{"title": "Data"}],
        "creators": [{"name": "Doe, Jane", "familyName": "Doe"}],
        "publicationYear": 2020,
        "container": [],
    }
    found = datacite.record(client, "10.5281/1")
    assert (found.year, found.creators[0].family, found.container.title) == (2020, "Doe", "")


def test_pubmed_articles_come_in_batches(client: Client, players: Players) -> None:
    numbers = [str(number) for number in range(1, 451)]
    players.articles = {number: article(number) for number in numbers[:-1]}
    found = pubmed.articles(client, numbers)
    assert list(found) == numbers[:-1]
    assert len(players.server.requests) == 3


def test_pubmed_tells_what_an_article_is(client: Client, players: Players) -> None:
    players.articles["9500320"] = article(
        "9500320",
        doi="10.1016/S0140-6736(97)11096-0",
        title="Cells in <i>lupus</i> &amp; more.",
        authors=["Wang", "Li"],
        journal="Lancet (London, England)",
        short_journal="Lancet",
        year=1998,
        volume="351",
        pages="637-41",
        types=["Journal Article", "Retracted Publication"],
        related=[
            ("RetractionIn", "Lancet. 2010;375:445. doi: 10.1016/S0140-6736(10)60175-4.", "2")
        ],
        abstract={"METHODS": "We enrolled 12."},
    )
    found = pubmed.articles(client, ["9500320"])["9500320"]
    assert found.title == "Cells in lupus & more."
    assert found.authors == ("Wang", "Li")
    assert found.years == {1998}
    assert found.abstract == "METHODS: We enrolled 12."
    (notice,) = found.related
    assert (notice.kind, notice.number) == ("RetractionIn", "2")
    assert notice.doi == "10.1016/S0140-6736(10)60175-4"


def test_a_chapter_in_pubmed_is_found_too(client: Client, players: Players) -> None:
    players.articles["5"] = (
        "<PubmedBookArticle><BookDocument><PMID>5</PMID><Book><BookTitle>StatPearls</BookTitle>"
        "<PubDate><Year>2024</Year></PubDate></Book><ArticleTitle>Lupus</ArticleTitle>"
        "<AuthorList><Author><LastName>Doe</LastName></Author></AuthorList></BookDocument>"
        "</PubmedBookArticle>"
    )
    found = pubmed.articles(client, ["5"])["5"]
    assert (found.title, found.journal, found.years) == ("Lupus", "StatPearls", {2024})


def test_pubmed_xml_with_entities_is_refused(client: Client, players: Players) -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><PubmedArticleSet>&b;'
    players.server.serve("/pubmed/efetch.fcgi", Answer(200, bomb))
    with pytest.raises(NotUnderstood, match="entities"):
        pubmed.articles(client, ["1"])


@pytest.mark.parametrize("body", ["", "<html>busy</html>", "<PubmedArticleSet>"])
def test_pubmed_xml_that_is_none_is_not_understood(
    client: Client, players: Players, body: str
) -> None:
    players.server.serve("/pubmed/efetch.fcgi", Answer(200, body))
    with pytest.raises(NotUnderstood):
        pubmed.articles(client, ["1"])


def test_a_search_in_pubmed_goes_through_all_pages(client: Client, players: Players) -> None:
    players.searches["lupus"] = [str(number) for number in range(2500)]
    assert pubmed.search(client, "lupus") == players.searches["lupus"]
    assert len(players.server.requests) == 3


@pytest.mark.parametrize(
    ("since", "until", "first", "last"),
    [
        (datetime.date(2026, 1, 2), datetime.date(2026, 1, 9), "2026/01/02", "2026/01/09"),
        (None, datetime.date(2015, 12, 31), "1900/01/01", "2015/12/31"),
    ],
)
def test_a_search_in_pubmed_can_be_for_some_days(
    client: Client, players: Players, since, until, first: str, last: str
) -> None:
    query = f'(lupus OR SLE) AND ("{first}"[crdt] : "{last}"[crdt])'
    players.searches[query] = ["7"]
    assert pubmed.search(client, "lupus OR SLE", since=since, until=until) == ["7"]


def test_a_search_in_pubmed_that_finds_too_much_says_so(client: Client, players: Players) -> None:
    players.searches["cells"] = [str(number) for number in range(10_001)]
    with pytest.raises(NotUnderstood, match="narrow the search"):
        pubmed.search(client, "cells")


@pytest.mark.parametrize(
    "result",
    [
        {"count": "1", "idlist": ["../../etc"]},
        {"count": "0", "idlist": [], "ERROR": "Search Backend failed"},
        {"count": "many", "idlist": []},
        {"count": "2", "idlist": []},
        {"count": "0", "idlist": [], "errorlist": {"fieldsnotfound": ["tiba"]}},
        {},
    ],
)
def test_a_broken_search_in_pubmed_is_not_an_empty_one(
    client: Client, players: Players, result: dict[str, object]
) -> None:
    players.server.serve("/pubmed/esearch.fcgi", json_answer({"esearchresult": result}))
    with pytest.raises(NotUnderstood):
        pubmed.search(client, "lupus")


def test_pubmed_numbers_are_found_by_doi(client: Client, players: Players) -> None:
    dois = [f"10.1000/({number})" for number in range(40)]
    players.articles = {str(n): article(str(n), doi=doi.upper()) for n, doi in enumerate(dois)}
    assert sorted(pubmed.numbers_of_dois(client, dois), key=int) == list(players.articles)
    assert len(players.server.requests) == 2


def test_trials_are_found_page_by_page(client: Client, players: Players) -> None:
    players.trials = {f"NCT{n:08}": trial(f"NCT{n:08}") for n in range(250)}
    found = list(trials.search(client, condition="lupus", term="exosome"))
    assert [each.number for each in found] == list(players.trials)
    assert len(players.server.requests) == 3
    assert "query.cond=lupus&query.term=exosome" in players.server.requests[0].query


def test_pages_without_end_are_noticed(client: Client, players: Players) -> None:
    endless = {"studies": [trial("NCT00000001")], "nextPageToken": "again"}
    players.server.serve("/trials/studies", json_answer(endless))
    with pytest.raises(NotUnderstood, match="the same page again"):
        list(trials.search(client, term="exosome"))


def test_a_trial_tells_its_state(client: Client, players: Players) -> None:
    players.trials["NCT03171194"] = trial(
        "NCT03171194",
        statusModule={
            "overallStatus": "COMPLETED",
            "startDateStruct": {"date": "2017-05"},
            "lastUpdatePostDateStruct": {"date": "2026-05-01", "type": "ACTUAL"},
        },
        designModule={"phases": ["PHASE1"], "enrollmentInfo": {"count": 6, "type": "ACTUAL"}},
        armsInterventionsModule={"interventions": [{"type": "BIOLOGICAL", "name": "MSC"}]},
        contactsLocationsModule={"locations": [{"country": "Chile"}, {"country": "Chile"}]},
    )
    found = trials.trial(client, "NCT03171194")
    assert (found.status, found.start, found.enrolment) == ("COMPLETED", "2017-05", 6)
    assert (found.phases, found.interventions, found.countries) == (
        ("PHASE1",),
        ("MSC",),
        ("Chile",),
    )
    with pytest.raises(NotFound):
        trials.trial(client, "NCT00000000")


def test_only_a_trial_number_is_asked_for(client: Client, players: Players) -> None:
    with pytest.raises(NotFound, match="no number"):
        trials.trial(client, "../version")
    assert not players.server.requests


def test_json_of_another_form_says_where(client: Client, players: Players) -> None:
    players.server.serve("/crossref/works/", json_answer({"message": {"DOI": 5}}))
    with pytest.raises(NotUnderstood, match="at message.DOI"):
        crossref.work(client, "10.1000/1")


def test_kept_answers_are_not_named_after_what_was_asked(client: Client, tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        crossref.work(client, "10.1000/../../etc/passwd")
    (kept,) = tmp_path.iterdir()
    about = json.loads(kept.read_bytes().partition(b"\n")[0])
    assert kept.suffix == ".answer" and about["status"] == 404
    assert time.time() - kept.stat().st_mtime < 60
