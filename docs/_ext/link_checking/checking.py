"""Asks for every link, host by host, and judges the answers.

Sphinx's own worker is not used: it never tries again after a timeout, counts 503 as well, waits
without limit where a server asks it to, and has no limit for the time of a whole answer.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable
from http import HTTPStatus
from urllib.parse import unquote, urldefrag, urlsplit

import httpx
from sphinx.builders.linkcheck import AnchorCheckParser

from tools.services.settings import Settings

from .asking import Circle, NoReply, Reply, ask, new_client
from .identifiers import NotUnderstood, identifier_in
from .links import Link, Outcome, Verdict
from .rules import Rules

# So many hosts are asked at the same time; each of them is asked one thing at a time.
HOSTS_AT_ONCE = 8
GONE = {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}
TOO_MANY = HTTPStatus.TOO_MANY_REQUESTS
# Fragments that name no section of the page as it is sent.
NO_ANCHORS = ("!", ":~:")

Note = Callable[[Link, Verdict], None]


async def check(links: Iterable[Link], settings: Settings, rules: Rules, note: Note) -> None:
    """Check links, and tell `note` each verdict as soon as it is known."""
    hosts: dict[str, list[Link]] = defaultdict(list)
    for link in links:
        hosts[urlsplit(link.asks).netloc.lower()].append(link)
    turns = asyncio.Semaphore(HOSTS_AT_ONCE)
    async with new_client(settings) as client, asyncio.TaskGroup() as tasks:
        # The host with the most links takes the longest, so it begins.
        for of_host in sorted(hosts.values(), key=len, reverse=True):
            tasks.create_task(_Host(client, settings, rules, note).check(of_host, turns))


class _Host:
    """Asks one host for its links, one after the other."""

    def __init__(
        self, client: httpx.AsyncClient, settings: Settings, rules: Rules, note: Note
    ) -> None:
        self._client = client
        self._settings = settings
        self._rules = rules
        self._note = note
        self._attempts = settings.attempts
        self._closed: Verdict | None = None  # it asked us to stay away

    async def check(self, links: list[Link], turns: asyncio.Semaphore) -> None:
        questions: dict[str, list[Link]] = defaultdict(list)
        for link in links:
            questions[link.asks].append(link)
        async with turns:
            for asked, (first, *_) in questions.items():
                verdict = self._closed or await self._patiently(first)
                for link in questions[asked]:
                    self._note(link, verdict)
                if not self._closed:
                    await asyncio.sleep(1 / self._settings.requests_per_second)

    async def _patiently(self, link: Link) -> Verdict:
        """The verdict on a link, after as many attempts as are allowed and make sense."""
        wait = self._settings.backoff
        attempt = 0
        while True:
            attempt += 1
            pause = wait
            try:
                reply = await self._ask(link)
                if not _may_pass(reply.status):
                    verdict = _judge(link, reply, self._rules)
                    self._attempts = self._settings.attempts
                    return verdict
                verdict = _put_off(reply.status)
                pause = wait if reply.retry_after is None else reply.retry_after
                if pause > self._settings.longest_wait:
                    reason = f"{verdict.reason} and asks us to come back in {pause:.0f} seconds"
                    self._closed = Verdict(verdict.outcome, reason)
                    return self._closed
            except Circle:
                return Verdict(Outcome.BROKEN, "it leads round in circles")
            except NoReply as error:
                verdict = Verdict(Outcome.UNREACHABLE, str(error))
            except NotUnderstood:
                verdict = Verdict(Outcome.UNREACHABLE, "the answer is not what was promised")
            if attempt >= self._attempts:
                break
            await asyncio.sleep(pause)
            wait *= 2
        # What this host could not answer once, its next links need not wait for so patiently.
        self._attempts = 1
        if verdict.outcome is Outcome.REFUSED:
            self._closed = verdict
        return verdict

    async def _ask(self, link: Link) -> Reply:
        with_body = bool(identifier_in(link.uri) or urldefrag(link.uri).fragment)
        return await ask(self._client, link.asks, self._settings, with_body=with_body)


def _may_pass(status: int) -> bool:
    """Whether another attempt may turn this answer into a good one."""
    return status in (408, 425, TOO_MANY) or 500 <= status < 600


def _put_off(status: int) -> Verdict:
    outcome = Outcome.REFUSED if status == TOO_MANY else Outcome.UNREACHABLE
    return Verdict(outcome, f"answers {_in_words(status)}")


def _judge(link: Link, reply: Reply, rules: Rules) -> Verdict:
    """What an answer says about a link. Raises NotUnderstood."""
    identifier = identifier_in(link.uri)
    if identifier and reply.status in (HTTPStatus.OK, HTTPStatus.NOT_FOUND):
        return identifier.read(reply.status, reply.body)
    if reply.status in GONE:
        return Verdict(Outcome.BROKEN, f"answers {_in_words(reply.status)}")
    if 200 <= reply.status < 300:
        return _judge_page(link, reply, rules)
    if reply.status >= 400:
        return Verdict(Outcome.REFUSED, f"answers {_in_words(reply.status)}")
    raise NotUnderstood


def _judge_page(link: Link, reply: Reply, rules: Rules) -> Verdict:
    address, fragment = urldefrag(link.uri)
    lost = _is_front_page(reply.address) and not _is_front_page(address)
    if lost and not rules.allowing(link.uri, reply.address):
        if _site(reply.address) == _site(address) or reply.moved_to == reply.address:
            return Verdict(Outcome.BROKEN, "leads to the front page", reply.address)
        # Where robots are stopped, or a login is wanted.
        return Verdict(Outcome.REFUSED, "leads to another site for now", reply.address)
    if fragment and not fragment.startswith(NO_ANCHORS) and reply.is_html:
        anchor = unquote(fragment)
        if not _has_anchor(reply, anchor):
            if not reply.is_whole:
                return Verdict(Outcome.UNREACHABLE, "too long to look for its section")
            return Verdict(Outcome.BROKEN, "opens, but has no such section")
    if reply.moved_to and not rules.allowing(link.uri, reply.moved_to):
        leads_to = f"{reply.moved_to}#{fragment}" if fragment else reply.moved_to
        return Verdict(Outcome.MOVED, "moved for good", leads_to)
    return Verdict(Outcome.WORKING)


def _site(address: str) -> str:
    return (urlsplit(address).hostname or "").removeprefix("www.")


def _is_front_page(address: str) -> bool:
    parts = urlsplit(address)
    return parts.path in ("", "/") and not parts.query


def _has_anchor(reply: Reply, anchor: str) -> bool:
    try:
        text = reply.body.decode(reply.encoding, errors="replace")
    except LookupError:  # an encoding that does not exist
        text = reply.body.decode("utf-8", errors="replace")
    parser = AnchorCheckParser(anchor)
    parser.feed(text)
    return parser.found


def _in_words(status: int) -> str:
    """ "404 Not Found", or the number alone where the standard knows no words for it."""
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)
