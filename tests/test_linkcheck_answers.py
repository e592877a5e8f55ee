"""Each answer of a server has the outcome that the maintainers' page says."""

import asyncio
import csv
import dataclasses
import re
import ssl
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
import trustme
from link_checking.checking import check
from link_checking.identifiers import identifier_in
from link_checking.links import Link, Outcome, Verdict
from link_checking.rules import Rule, Rules
from services.faults import JSON, Answer, FaultServer, json_answer, redirect

from tools.services.settings import Settings

TABLE = Path(__file__).resolve().parents[1] / "docs" / "about" / "link-answers.csv"
PAGE = Answer(200, '<title>A page</title><h2 id="results">Results</h2><h2 id="Größe">Size</h2>')
PDF = Answer(200, "%PDF-1.7", {"Content-Type": "application/pdf"})
A_MEGABYTE = "<p>filler</p>" * 80_000
SICI = "10.1002/(SICI)1529-0131(199809)41:9<1552::AID-ART5>3.0.CO;2-J"
DOI = "10.1000/182"
FAR = {"Retry-After": "86400"}


@pytest.fixture
def server():
    with FaultServer() as server, ExitStack() as server.also:
        yield server


@pytest.fixture
def settings(server):
    """Short limits, and every service at the local server."""
    return dataclasses.replace(
        Settings.read(),
        doi=server.url + "/doi",
        pubmed=server.url + "/pubmed",
        trials=server.url + "/trials",
        requests_per_second=1000,
        attempts=2,
        backoff=0.01,
        longest_wait=5,
        connect_timeout=2,
        read_timeout=0.8,
        whole_timeout=2,
        largest_body=100_000,
    )


def ask(settings: Settings, *uris: str, rules: Rules | None = None) -> list[Verdict]:
    """The verdicts on addresses, in their order."""
    links = [Link(uri, _question(uri, settings)) for uri in uris]
    found: dict[str, Verdict] = {}

    def note(link: Link, verdict: Verdict) -> None:
        found[link.uri] = verdict

    asyncio.run(check(links, settings, rules or Rules(), note))
    return [found[uri] for uri in uris]


def _question(uri, settings):
    identifier = identifier_in(uri)
    return identifier.question(settings) if identifier else uri


# --- What is played: each function prepares the server and returns the link -------------------

Play = Callable[[FaultServer], str]


def page(*answers: Answer, fragment: str = "") -> Play:
    """A link to a page that answers so, request by request."""
    return lambda server: server.serve("/page", *answers) + fragment


def way(*statuses: int, end: str = "/end") -> Play:
    """A link to a page from which redirects with these statuses lead to another one."""

    def play(server: FaultServer) -> str:
        server.serve("/end", PAGE)
        server.serve("/", PAGE)
        steps = ["/page", *(f"/step{number}" for number in range(1, len(statuses))), end]
        for status, here, there in zip(statuses, steps, steps[1:], strict=False):
            server.serve(here, redirect(there, status))
        return server.url + "/page"

    return play


def to_another_site(status: int) -> Play:
    """A link to a page from which we are sent to the same server under another name."""

    def play(server: FaultServer) -> str:
        server.serve("/", PAGE)
        elsewhere = server.url.replace("127.0.0.1", "localhost") + "/"
        return page(redirect(elsewhere, status))(server)

    return play


def come_back(status: int, **headers: str) -> Play:
    """A link to a page that first asks us to wait."""
    wait = {name.replace("_", "-"): value for name, value in headers.items()}
    return page(Answer(status, headers=wait), PAGE)


def in_two_seconds(server: FaultServer) -> str:
    then = datetime.now(UTC) + timedelta(seconds=2)
    return come_back(429, Retry_After=format_datetime(then, usegmt=True))(server)


def circle(server: FaultServer) -> str:
    server.serve("/other", redirect("/page"))
    return server.serve("/page", redirect("/other"))


def nobody(server: FaultServer) -> str:
    with FaultServer() as closed:
        return closed.url + "/page"


def untrusted(server: FaultServer) -> str:
    """A second server, with a certificate of an authority that nobody knows."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    other = server.also.enter_context(FaultServer(context))
    return other.serve("/page", PAGE)


def registered(doi: str = DOI, spelling: str = "") -> Play:
    """A link to a DOI that the service knows, and under no other spelling."""

    def play(server: FaultServer) -> str:
        server.serve(f"/doi/{doi.lower()}", json_answer({"responseCode": 1, "handle": doi}))
        return f"https://doi.org/{spelling or doi}"

    return play


def doi_answers(*answers: Answer) -> Play:
    def play(server: FaultServer) -> str:
        server.serve("/doi/", *answers)
        return f"https://doi.org/{DOI}"

    return play


def handle(code: int, status: int = 200, doi: str = DOI) -> Answer:
    return json_answer({"responseCode": code, "handle": doi}, status)


def pubmed(content: object, uri: str = "https://pubmed.ncbi.nlm.nih.gov/29087261/") -> Play:
    def play(server: FaultServer) -> str:
        server.serve("/pubmed/esummary.fcgi", json_answer(content))
        return uri

    return play


def central(content: object) -> Play:
    return pubmed(content, "https://pmc.ncbi.nlm.nih.gov/articles/PMC8982275")


def summary(number: str, **entry: str) -> dict:
    return {"result": {"uids": [number], number: {"uid": number, **entry}}}


def trial(answer: Answer) -> Play:
    def play(server: FaultServer) -> str:
        server.serve("/trials/studies/NCT02633163", answer)
        return "https://clinicaltrials.gov/study/NCT02633163"

    return play


def study(number: str) -> Answer:
    return json_answer({"protocolSection": {"identificationModule": {"nctId": number}}})


UNKNOWN = "cannot get document summary"
PLAYS: dict[str, Play] = {
    "A page opens": page(PAGE),
    "301, moved for good, to another page": way(301),
    "308, moved for good, to another page": way(308),
    "302, found elsewhere": way(302),
    "303, see other": way(303),
    "307, elsewhere for now": way(307),
    "A chain: 301, 308, 307, 303, 302": way(301, 308, 307, 303, 302),
    "Redirects in a circle": circle,
    "A redirect from a page to the front page": way(302, end="/"),
    "A redirect for good to the front page of another site": to_another_site(301),
    "A redirect for now to the front page of another site": to_another_site(302),
    "A redirect to something that is no web address": page(redirect("mailto:a@example.org")),
    "401, login wanted": page(Answer(401)),
    "403, a wall against robots": page(Answer(403, "<title>Just a moment...</title>")),
    "404, not found": page(Answer(404)),
    "410, gone": page(Answer(410)),
    "429, too many requests, come back in a second": come_back(429, Retry_After="1"),
    "429, too many requests, come back at this time": in_two_seconds,
    "429, too many requests, come back in a day": come_back(429, **FAR),
    "429, too many requests, every time": page(Answer(429)),
    "500, an error, once": page(Answer(500), PAGE),
    "500, an error, every time": page(Answer(500)),
    "503, out of service, come back in a second": come_back(503, Retry_After="1"),
    "503, out of service, every time": page(Answer(503)),
    "A status that nobody knows": page(Answer(999)),
    "Silence": page(Answer(silence=60)),
    "Silence, once": page(Answer(silence=60), PAGE),
    "Headers that drip in byte by byte": page(Answer(header_pause=0.2)),
    "A body that drips in byte by byte": page(dataclasses.replace(PAGE, body_pause=0.2)),
    "A body that drips in byte by byte, and a section to look for": page(
        dataclasses.replace(PAGE, body_pause=0.2), fragment="#results"
    ),
    "The connection is dropped": page(Answer(drop=True)),
    "The connection is dropped, once": page(Answer(drop=True), PAGE),
    "Nobody listens": nobody,
    "A certificate that nobody trusts": untrusted,
    "Not a page but a PDF, and a place in it": page(PDF, fragment="#page=3"),
    "An endless page": page(Answer(200, A_MEGABYTE, repeat=1000)),
    "An endless page, and a section to look for": page(
        Answer(200, A_MEGABYTE, repeat=1000), fragment="#results"
    ),
    "The section is there": page(PAGE, fragment="#results"),
    "The section is there under a name in Unicode": page(PAGE, fragment="#Gr%C3%B6%C3%9Fe"),
    "The section is missing": page(PAGE, fragment="#methods"),
    "A DOI that is registered": registered(),
    "A DOI that is not registered": doi_answers(handle(100, 404)),
    "A DOI that is registered and leads nowhere": doi_answers(handle(200)),
    "A DOI with brackets, < and ;": registered(SICI),
    "A DOI with #": registered("10.1000/a#b?c"),
    "A DOI with letters beyond ASCII": registered("10.1000/größe", "10.1000/gr%C3%B6%C3%9Fe"),
    "A DOI in other capitals": registered("10.1000/ABC", "10.1000/aBc"),
    "The answer is about another DOI": doi_answers(handle(1, doi="10.1000/183")),
    "HTML where JSON was promised": doi_answers(PAGE),
    "Half a JSON": doi_answers(Answer(200, '{"responseCode": 1, "han', JSON)),
    "JSON of another kind": doi_answers(json_answer(["responseCode", 1])),
    "JSON without an end": doi_answers(Answer(200, '{"responseCode": 1, ' * 1000, JSON, repeat=99)),
    "JSON that breaks off": doi_answers(Answer(200, '{"responseCode": 1, "han', JSON, drop=True)),
    "JSON under the wrong content type": doi_answers(
        json_answer({"responseCode": 1, "handle": DOI}, headers={"Content-Type": "text/plain"})
    ),
    "The service refuses us": doi_answers(Answer(403)),
    "A PubMed number that is known": pubmed(summary("29087261", title="A trial")),
    "A PubMed number that is unknown, said in its place": pubmed(
        summary("29087261", error=UNKNOWN)
    ),
    "A PubMed number that is unknown, said by an empty list": pubmed({"result": {"uids": []}}),
    "A PubMed number that cannot be": pubmed(
        {"esummaryresult": ["Invalid uid 29087261 at position=0"]}
    ),
    "PubMed says an error, with status 200": pubmed({"error": "API rate limit exceeded"}),
    "A number of PubMed Central that is known": central(summary("8982275", title="A trial")),
    "A number of PubMed Central that is unknown": central(summary("8982275", error=UNKNOWN)),
    "A trial that is registered": trial(study("NCT02633163")),
    "A trial that is not registered": trial(Answer(404, "NCT number not found")),
    "A trial that has another number now": trial(study("NCT01741857")),
}


def table() -> dict[str, str]:
    """The outcome of each answer, from the file that the page shows."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return {does: outcome for does, outcome, _ in csv.reader(file)}


def test_the_table_and_the_plays_are_the_same():
    assert list(table()) == list(PLAYS)


@pytest.mark.parametrize("does", PLAYS)
def test_an_answer_has_the_outcome_of_the_table(server, settings, does):
    [verdict] = ask(settings, PLAYS[does](server))
    assert verdict.outcome == Outcome(table()[does]), verdict
    assert verdict.reason or verdict.outcome is Outcome.WORKING


# --- How it is asked --------------------------------------------------------------------------


def test_what_is_final_is_asked_once_and_what_may_pass_as_often_as_allowed(server, settings):
    gone = server.serve("/gone", Answer(404))
    slow = server.serve("/slow", Answer(silence=60))
    ask(settings, gone, slow)
    assert len(server.asked("/gone")) == 1
    assert len(server.asked("/slow")) == settings.attempts


def test_two_spellings_of_a_doi_are_one_question(server, settings):
    server.serve("/doi/10.1000/abc", handle(1, doi="10.1000/ABC"))
    verdicts = ask(settings, "https://doi.org/10.1000/ABC", "http://dx.doi.org/10.1000/abc")
    assert [verdict.outcome for verdict in verdicts] == [Outcome.WORKING] * 2
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("uri", "value"),
    [
        ("https://dx.doi.org/10.1000/182", "10.1000/182"),
        ("https://www.ncbi.nlm.nih.gov/pubmed/29087261", "29087261"),
        ("https://pubmed.ncbi.nlm.nih.gov/29087261/?term=lupus", "29087261"),
        ("https://www.ncbi.nlm.nih.gov/pmc/articles/PMC8982275/#S2", "PMC8982275"),
        ("http://www.clinicaltrials.gov/ct2/show/nct00659217", "NCT00659217"),
        ("https://clinicaltrials.gov/study/NCT02633163?tab=results", "NCT02633163"),
        ("https://clinicaltrials.gov/search?cond=lupus", None),
        ("https://pubmed.ncbi.nlm.nih.gov/help/", None),
        ("https://www.doi.org/the-identifier/what-is-a-doi/", None),
        ("https://example.org/10.1000/182", None),
    ],
)
def test_an_identifier_is_found_in_each_kind_of_address(uri, value):
    identifier = identifier_in(uri)
    assert (identifier and identifier.value) == value


def test_a_doi_is_sent_in_percent_form(server, settings):
    ask(settings, PLAYS["A DOI with brackets, < and ;"](server))
    [request] = server.requests
    assert request.target == (
        "/doi/10.1002/%28sici%291529-0131%28199809%2941%3A9%3C1552%3A%3Aaid-art5%3E3.0.co%3B2-j"
    )


def test_we_say_who_asks(server, settings):
    ask(settings, page(PAGE)(server))
    [request] = server.requests
    assert request.headers["User-Agent"].startswith("lupus-evidence-handbook (")
    assert settings.contact in request.headers["User-Agent"]


def test_a_server_is_asked_again_when_it_says_so(server, settings):
    ask(settings, come_back(429, Retry_After="1")(server))
    first, second = server.requests
    assert second.arrived - first.arrived >= 1


def test_a_host_that_sends_us_away_is_asked_nothing_more(server, settings):
    away = server.serve("/away", Answer(429, headers=FAR))
    others = [server.serve(f"/{number}", PAGE) for number in range(3)]
    verdicts = ask(settings, away, *others)
    assert [verdict.outcome for verdict in verdicts] == [Outcome.REFUSED] * 4
    assert len(server.requests) == 1


def test_a_host_is_asked_one_thing_at_a_time(server, settings):
    asking, most = [], []

    def answer(request):
        asking.append(request)
        most.append(len(asking))
        time.sleep(0.02)
        asking.pop()
        return PAGE

    server.serve("/page/", answer)
    ask(settings, *(f"{server.url}/page/{number}" for number in range(10)))
    assert most == [1] * 10


def test_a_redirect_that_is_right_is_no_news(server, settings):
    uri = way(301)(server)
    rule = Rule("link_redirects", re.compile(re.escape(uri)), "it is right", re.compile(".*/end"))
    rules = Rules(redirects=[rule])
    assert ask(settings, uri, rules=rules) == [Verdict(Outcome.WORKING)]
    assert rules.unused([]) == []
