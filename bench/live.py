"""How long after an edit the page is on the server of `make live`, and when all pages are."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from pathlib import Path
from queue import SimpleQueue
from types import TracebackType
from typing import Any
from urllib.request import urlopen

PROJECT = Path(__file__).resolve().parent.parent
PATIENCE = 20
"""Seconds after which a handbook that is not ready is given up."""


class Live:
    """`make live` on a folder of sources, as a browser sees it."""

    def __init__(self, source: Path, out: Path, doctrees: Path) -> None:
        self.out, self.doctrees = out, doctrees
        self.command = [sys.executable, "-m", "tools.live", *map(str, (source, out, doctrees))]
        self.news: SimpleQueue[dict[str, Any]] = SimpleQueue()

    def __enter__(self) -> Live:
        self.process = subprocess.Popen(
            [*self.command, "--port", "0"], cwd=PROJECT, stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout
        said = self.process.stdout.readline()
        self.address = next(word for word in said.split() if word.startswith("http://"))
        self.threads = [threading.Thread(target=task) for task in (self._drain, self._listen)]
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.process.send_signal(signal.SIGINT)
        self.process.wait()
        for thread in self.threads:
            thread.join()

    def _drain(self) -> None:
        assert self.process.stdout
        with self.process.stdout as said:
            for _line in said:
                pass

    def _listen(self) -> None:
        with urlopen(f"{self.address}-live/events") as events:
            for line in events:
                if line.startswith(b"data: "):
                    self.news.put(json.loads(line.removeprefix(b"data: ")))

    def wait_for(self, name: str) -> Any:
        """The next news of this name."""
        while True:
            news = self.news.get(timeout=PATIENCE)
            if name in news:
                return news[name]

    def forget_news(self) -> None:
        while not self.news.empty():
            self.news.get()

    def page(self, name: str) -> str:
        with urlopen(f"{self.address}{name}") as answer:
            return str(answer.read().decode())
