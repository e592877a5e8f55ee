"""One question to a server, within limits of time and size."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urldefrag

import httpx

from tools.services.client import retry_after, user_agent
from tools.services.settings import Settings

PERMANENT = {HTTPStatus.MOVED_PERMANENTLY, HTTPStatus.PERMANENT_REDIRECT}
MOST_REDIRECTS = 10


class NoReply(Exception):
    """Nobody answered. The message says why, in a few words of ours."""


class Circle(Exception):
    """Redirects without an end."""


@dataclass(frozen=True)
class Reply:
    """An answer, after redirects."""

    status: int
    address: str
    """Where the redirects led."""
    moved_to: str
    """Where permanent redirects lead, so far as no other kind comes before them."""
    is_html: bool
    retry_after: float | None
    """Seconds that the server asks us to wait."""
    body: bytes
    encoding: str
    is_whole: bool
    """Whether the body ended within the largest size."""


def new_client(settings: Settings) -> httpx.AsyncClient:
    """A client that says who asks."""
    return httpx.AsyncClient(
        headers={"User-Agent": user_agent(settings.contact), "Accept": "text/html, */*;q=0.8"},
        timeout=httpx.Timeout(settings.read_timeout, connect=settings.connect_timeout),
        follow_redirects=True,
        max_redirects=MOST_REDIRECTS,
    )


async def ask(
    client: httpx.AsyncClient, address: str, settings: Settings, *, with_body: bool
) -> Reply:
    """The answer to a GET; without the body, which may be large, unless it is wanted.

    GET, because many servers answer HEAD wrongly. Raises NoReply and Circle.
    """
    try:
        # One limit for everything: a server can drip headers or a body for ever.
        async with (
            asyncio.timeout(settings.whole_timeout),
            client.stream("GET", urldefrag(address).url) as response,
        ):
            body = bytearray()
            is_whole = True
            if with_body:
                async for piece in response.aiter_bytes():
                    body += piece
                    if len(body) > settings.largest_body:
                        is_whole = False
                        break
            return Reply(
                status=response.status_code,
                address=str(response.url),
                moved_to=_moved_to(response),
                is_html="html" in response.headers.get("Content-Type", ""),
                retry_after=retry_after(response.headers.get("Retry-After")),
                body=bytes(body),
                encoding=response.encoding or "utf-8",
                is_whole=is_whole,
            )
    except httpx.TooManyRedirects:
        raise Circle from None
    except (TimeoutError, httpx.TimeoutException):
        raise NoReply("no answer in time") from None
    except httpx.ConnectError as error:
        if "CERTIFICATE_VERIFY_FAILED" in str(error):
            raise NoReply("its certificate cannot be trusted") from None
        raise NoReply("no connection") from None
    except (httpx.InvalidURL, httpx.UnsupportedProtocol):
        raise NoReply("it leads to something that is no web address") from None
    except httpx.HTTPError:
        raise NoReply("the answer broke off") from None


def _moved_to(response: httpx.Response) -> str:
    chain = [*response.history, response]
    address = ""
    for hop, following in zip(chain, chain[1:], strict=False):
        if hop.status_code not in PERMANENT:
            break
        address = str(following.url)
    return address
