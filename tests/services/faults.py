"""A web server that answers as badly as the web does.

A test says what each path answers; everything else is 404:

    with FaultServer() as server:
        server.serve("/page", Answer(503), Answer(200, "back again"))
        server.serve("/works/", lambda request: json_answer(record(request.path)))
        ask(server.url + "/page")
        assert [request.path for request in server.requests] == ["/page"]

Of several answers each request gets the next one, and the last one stays. A path that ends in `/`
stands for everything below it that has no answer of its own.
"""

from __future__ import annotations

import json
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True)
class Request:
    """What a client sent."""

    method: str
    target: str
    """The path and the query as they came over the wire, percent signs included."""
    headers: Mapping[str, str]
    arrived: float
    """Seconds of `time.monotonic()`."""

    @property
    def path(self) -> str:
        """The decoded path without the query."""
        return unquote(urlsplit(self.target).path)

    @property
    def query(self) -> str:
        """The query as it came, without its question mark."""
        return urlsplit(self.target).query


@dataclass(frozen=True)
class Answer:
    """What the server does with a request."""

    status: int = 200
    body: str | bytes = b""
    headers: Mapping[str, str] = field(default_factory=lambda: {"Content-Type": "text/html"})
    silence: float = 0
    """Seconds without a byte before the answer begins."""
    header_pause: float = 0
    """Seconds between any two bytes of the status line and the headers."""
    body_pause: float = 0
    """Seconds between any two bytes of the body."""
    repeat: int = 1
    """How often the body is sent, for bodies that are too large to hold."""
    drop: bool = False
    """Close the connection: without an answer, or half-way through a body."""

    @property
    def data(self) -> bytes:
        return self.body.encode() if isinstance(self.body, str) else self.body


def json_answer(content: object, status: int = 200, headers: Mapping[str, str] = JSON) -> Answer:
    """An answer whose body is JSON."""
    return Answer(status, json.dumps(content), headers)


def redirect(location: str, status: int = 302) -> Answer:
    """An answer that sends the client to another address."""
    return Answer(status, headers={"Location": location})


Behaviour = Answer | Callable[[Request], Answer]


class FaultServer:
    """The server; a context manager that listens on a free port of 127.0.0.1.

    `certificate`, a server-side TLS context, makes it speak HTTPS.
    """

    def __init__(self, certificate: ssl.SSLContext | None = None) -> None:
        self.requests: list[Request] = []
        self._behaviours: dict[str, list[Behaviour]] = {}
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._http = _Server(("127.0.0.1", 0), _Handler)
        self._http.faults = self
        if certificate:
            # The handshake happens in the request's own thread, where a refusal harms nobody.
            self._http.socket = certificate.wrap_socket(
                self._http.socket, server_side=True, do_handshake_on_connect=False
            )
        self.host = f"127.0.0.1:{self._http.server_address[1]}"
        self.url = f"{'https' if certificate else 'http'}://{self.host}"

    def __enter__(self) -> FaultServer:
        threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self._http.shutdown()
        self._http.server_close()

    def serve(self, path: str, *behaviours: Behaviour) -> str:
        """Say what a decoded path answers, request by request; returns the path's address."""
        self._behaviours[path] = list(behaviours)
        return self.url + path

    def asked(self, path: str) -> list[Request]:
        """The requests for a decoded path so far."""
        return [request for request in self.requests if request.path == path]

    def _answer(self, request: Request) -> Answer:
        with self._lock:
            self.requests.append(request)
            path = max(
                (
                    path
                    for path in self._behaviours
                    if path == request.path
                    or (path.endswith("/") and request.path.startswith(path))
                ),
                key=len,
                default=None,
            )
            if path is None:
                return Answer(404, "Not found")
            behaviours = self._behaviours[path]
            behaviour = behaviours.pop(0) if len(behaviours) > 1 else behaviours[0]
        return behaviour(request) if callable(behaviour) else behaviour

    def _pause(self, seconds: float) -> None:
        """Wait, but not longer than the server lives."""
        if self._closing.wait(seconds):
            raise ConnectionAbortedError


class _Server(ThreadingHTTPServer):
    faults: FaultServer
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is part of the play."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # or each answer waits 40 ms for the client's acknowledgement
    server: _Server

    def _play(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        self.rfile.read(length)
        request = Request(self.command, self.path, dict(self.headers), time.monotonic())
        answer = self.server.faults._answer(request)
        with suppress(OSError):
            self._send(answer)

    do_GET = do_HEAD = do_POST = _play

    def _send(self, answer: Answer) -> None:
        pause = self.server.faults._pause
        pause(answer.silence)
        whole = len(answer.data) * answer.repeat
        if answer.drop:
            self.close_connection = True
            if not whole:
                return
            whole += 1  # the client waits for a byte that never comes
        head = f"HTTP/1.1 {answer.status} Played\r\n"
        head += "".join(f"{name}: {value}\r\n" for name, value in answer.headers.items())
        head += f"Content-Length: {whole}\r\n\r\n"
        self._write(head.encode(), answer.header_pause)
        if self.command != "HEAD":
            for _ in range(answer.repeat):
                self._write(answer.data, answer.body_pause)

    def _write(self, data: bytes, pause: float) -> None:
        for part in _bytes(data) if pause else [data]:
            self.wfile.write(part)
            self.server.faults._pause(pause)

    def log_message(self, *_: object) -> None:
        """Nothing: tests look at `FaultServer.requests`."""


def _bytes(data: bytes) -> Iterator[bytes]:
    return (data[index : index + 1] for index in range(len(data)))
