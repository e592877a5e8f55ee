"""The client: one request at a time, slowly, with patience, saying who asks."""

import datetime
import email.utils
import importlib.metadata
import time
from collections.abc import Callable, Mapping
from http import HTTPStatus
from types import TracebackType
from typing import TypeVar
from urllib.parse import urlencode, urlsplit

import httpx

from tools.services.cache import Answer, Cache
from tools.services.errors import NotFound, NotUnderstood, Refused, ServiceError, Unreachable
from tools.services.settings import Service, Settings

Understood = TypeVar("Understood")
# Answers that another attempt may turn into a good one.
PASSING = {408, 425, 429, 500, 502, 503, 504}
TOO_MANY = 429


class Client:
    """Asks services, and keeps their answers.

    No host is asked more often than `requests_per_second` allows: the pause is counted from the
    end of its last answer, so that the network cannot push two requests together.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._cache = Cache(settings.cache_folder, settings.cache_hours)
        self._http = httpx.Client(
            headers={"User-Agent": user_agent(settings.contact)},
            timeout=httpx.Timeout(settings.read_timeout, connect=settings.connect_timeout),
            follow_redirects=True,
            max_redirects=5,
        )
        self._last: dict[str, float] = {}  # when each host's last answer ended
        self._answered: set[str] = set()  # hosts that answered at least once

    def __enter__(self) -> "Client":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._http.close()

    def ask(
        self,
        service: Service,
        path: str,
        parameters: Mapping[str, str],
        understand: Callable[[bytes], Understood],
    ) -> Understood:
        """What a service answers, as `understand` reads it; kept answers are not asked for again.

        `path` begins with a slash, and what is not ASCII in it is quoted. `understand` raises
        NotUnderstood for a body that it cannot read; such an answer is not kept.

        Raises NotFound, Refused, Unreachable or NotUnderstood, and OSError where the answer
        cannot be kept.
        """
        address = self.settings.base(service) + path
        if parameters:
            address += "?" + urlencode(parameters)
        answer = self._cache.get(address)
        fresh = answer is None
        if answer is None:
            answer = self._fetch(service, address)
        understood = understand(answer.body) if answer.status == HTTPStatus.OK else None
        if fresh:
            self._cache.put(address, answer)
        if understood is None:
            raise NotFound(f"{service} has no such record: {address}")
        return understood

    # --- One request --------------------------------------------------------------------------

    def _fetch(self, service: Service, address: str) -> Answer:
        """The answer to one request, after as many attempts as are allowed and make sense."""
        wait = self.settings.backoff
        attempt = 1
        while True:
            try:
                return self._attempt(service, address)
            except _Passing as passing:
                pause = wait if passing.wait is None else passing.wait
                if pause > self.settings.longest_wait:
                    raise Refused(
                        f"{service} asks us to come back in {pause:.0f} seconds"
                    ) from None
                if attempt >= self.settings.attempts:
                    raise passing.error from None
            time.sleep(pause)
            wait *= 2
            attempt += 1

    def _attempt(self, service: Service, address: str) -> Answer:
        host = urlsplit(address).netloc
        self._wait_for_turn(host)
        try:
            status, headers, body = self._exchange(service, address)
        except httpx.TooManyRedirects:
            raise Unreachable(f"{service} sends us round in circles: {address}") from None
        except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
            raise Unreachable(f"{service} cannot be asked at {address}: {error}") from None
        except httpx.HTTPError as error:
            gone = Unreachable(f"{service} cannot be reached at {host} ({_reason(error)})")
            # Without a network, waiting does not help; a host that answered before comes back.
            unconnected = isinstance(error, httpx.ConnectError | httpx.ConnectTimeout)
            if unconnected and host not in self._answered:
                raise gone from None
            raise _Passing(gone) from None
        finally:
            self._last[host] = time.monotonic()
        self._answered.add(host)
        if status == HTTPStatus.OK:
            return Answer(status, body)
        if status in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE):
            return Answer(HTTPStatus.NOT_FOUND, b"")
        words = f"{service} answers {status} {_phrase(status)}".rstrip() + f" at {host}"
        if status == TOO_MANY:
            raise _Passing(Refused(words), retry_after(headers.get("Retry-After")))
        if status in PASSING:
            raise _Passing(Unreachable(words), retry_after(headers.get("Retry-After")))
        if status >= 500:
            raise Unreachable(words)
        raise Refused(words)

    def _exchange(self, service: Service, address: str) -> tuple[int, httpx.Headers, bytes]:
        """Status, headers and the whole body, within the limits of time and size."""
        deadline = time.monotonic() + self.settings.whole_timeout
        body = bytearray()
        with self._http.stream("GET", address) as response:
            for piece in response.iter_bytes():
                body += piece
                if len(body) > self.settings.largest_body:
                    raise NotUnderstood(
                        f"{service} answers with more than {self.settings.largest_body} bytes: "
                        f"{address}"
                    )
                if time.monotonic() > deadline:
                    raise httpx.ReadTimeout("the answer took too long")
            return response.status_code, response.headers, bytes(body)

    def _wait_for_turn(self, host: str) -> None:
        last = self._last.get(host)
        if last is not None:
            pause = last + 1 / self.settings.requests_per_second - time.monotonic()
            time.sleep(max(0.0, pause))


class _Passing(Exception):
    """An attempt failed in a way that another one may mend; `wait` is what the service asks for."""

    def __init__(self, error: ServiceError, wait: float | None = None) -> None:
        self.error = error
        self.wait = wait


def user_agent(contact: str) -> str:
    """How we introduce ourselves: "lupus-evidence-handbook (contact) httpx/0.28.1"."""
    return f"lupus-evidence-handbook ({contact}) httpx/{importlib.metadata.version('httpx')}"


def retry_after(header: str | None) -> float | None:
    """The seconds that a Retry-After header asks for, given as a number or a date; else None."""
    if not header:
        return None
    if header.strip().isdecimal():
        return float(header)
    try:
        moment = email.utils.parsedate_to_datetime(header)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=datetime.UTC)
    return max(0.0, (moment - datetime.datetime.now(datetime.UTC)).total_seconds())


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


def _reason(error: httpx.HTTPError) -> str:
    """What went wrong, in a few words without line breaks."""
    if isinstance(error, httpx.TimeoutException):
        return "no answer in time"
    return " ".join(str(error).split()) or type(error).__name__
