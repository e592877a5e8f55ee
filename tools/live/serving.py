"""The web site on the author's own machine, which tells browsers when a page is new.

Pages are served as they are on disk, with one script more: it listens for news (server-sent
events), loads the page again when that was written, and shows what is wrong.
"""

from __future__ import annotations

import json
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any
from urllib.parse import parse_qs, urlsplit

EVENTS, SCRIPT = "/-live/events", "/-live/live.js"
NOT_YET = """\
<!doctype html><html lang="en"><head><meta charset="utf-8"><title>No such page</title></head>
<body><h1>There is no page {page}</h1>
<p>As soon as there is one, it will be shown here.</p></body></html>
"""
# Seconds after which an open connection is tried, to see whether the browser is still there.
PATIENCE = 15


class Site(ThreadingHTTPServer):
    """Serves a folder to this machine alone. Port 0 takes any that is free."""

    daemon_threads = True

    def __init__(self, folder: Path, port: int) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.folder = folder
        self.problems: list[str] = []
        self.browsers: dict[SimpleQueue[dict[str, Any]], str] = {}

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/"

    def tell(self, **news: Any) -> None:
        """Send news to all browsers."""
        for browser in list(self.browsers):
            browser.put(news)

    def show(self, problems: list[str]) -> None:
        """Show these in all browsers until others are shown."""
        self.problems = problems
        self.tell(problems=problems)


class Handler(SimpleHTTPRequestHandler):
    server: Site

    def __init__(self, request: Any, client: Any, server: Site) -> None:
        super().__init__(request, client, server, directory=str(server.folder))

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        if path == EVENTS:
            self.send_news()
        elif path == SCRIPT:
            self.send_text(files(__package__).joinpath("live.js").read_text("utf-8"), "javascript")
        elif self.file.suffix == ".html":
            self.send_page()
        else:
            super().do_GET()

    @property
    def file(self) -> Path:
        path = Path(self.translate_path(self.path))
        return path / "index.html" if path.is_dir() else path

    def send_page(self) -> None:
        try:
            page, status = self.file.read_text(encoding="utf-8"), HTTPStatus.OK
        except OSError:
            page = NOT_YET.format(page=self.file.relative_to(self.server.folder))
            status = HTTPStatus.NOT_FOUND
        script = f'<script src="{SCRIPT}" data-seen="{version(self.file)}"></script>'
        before, end, after = page.rpartition("</body>")
        self.send_text(f"{before}{script}{end}{after}", "html", status)

    def send_text(self, text: str, kind: str, status: HTTPStatus = HTTPStatus.OK) -> None:
        content = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", f"text/{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def send_news(self) -> None:
        """Stay connected to a browser that shows a page. It may have missed something already."""
        asked = {name: found[0] for name, found in parse_qs(urlsplit(self.path).query).items()}
        page = asked.get("page", "")
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        news: SimpleQueue[dict[str, Any]] = SimpleQueue()
        self.server.browsers[news] = page
        try:
            self.send_event({"problems": self.server.problems})
            if asked.get("seen", "") != version(self.server.folder / page):
                self.send_event({"page": page})
            while True:
                try:
                    self.send_event(news.get(timeout=PATIENCE))
                except Empty:
                    self.wfile.write(b":\n\n")
        except OSError:
            pass  # the browser has left
        finally:
            del self.server.browsers[news]

    def send_event(self, news: dict[str, Any]) -> None:
        self.wfile.write(f"data: {json.dumps(news)}\n\n".encode())
        self.wfile.flush()

    def end_headers(self) -> None:
        self.send_header("Cache-Control", "no-cache")
        super().end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing: the terminal is for what is wrong with the pages."""


def version(file: Path) -> str:
    """Which state of a file this is."""
    try:
        return str(file.stat().st_mtime_ns)
    except OSError:
        return ""
