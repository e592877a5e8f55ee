"""How long after an edit `make live` shows it, and when all that it reaches is as it should be."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from queue import SimpleQueue
from types import TracebackType
from typing import Any
from urllib.request import urlopen

PROJECT = Path(__file__).resolve().parent.parent
PATIENCE = 600
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

    def _listen(self, page: str = "") -> None:
        with urlopen(f"{self.address}-live/events?page={page}") as events:
            for line in events:
                if line.startswith(b"data: ") and not page:
                    self.news.put(json.loads(line.removeprefix(b"data: ")))

    def look_at(self, page: str) -> None:
        """As if one more browser showed this page."""
        self.threads.append(threading.Thread(target=self._listen, args=(page,)))
        self.threads[-1].start()

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


# --- The measurement --------------------------------------------------------------------------

# Seconds between two looks at the server.
STEP = 0.02


def edits(book: Any) -> dict[str, tuple[str, str, str, str, str]]:
    """What is changed in which file, and the page that then reads otherwise."""
    page, study = book.corpus.pages[0], f"evidence/studies/{book.corpus.studies[0]}"
    part, name = page.split("/")
    sources = book.corpus.list_with(book.corpus.references[0])
    next_ = book.corpus.pages[1].split("/")[1]
    return {
        "text": (f"{page}.md", "\n\n## ", "\n\nNew words.\n\n## ", page, "New words."),
        "title": (f"{page}.md", "\n# ", "\n# Anew ", page, "<title>Anew "),
        "study": (f"{study}.md", "as the inventor likes", "as ever", study, "as ever"),
        "refs.bib": (
            "refs.bib", "Journal of Invention", "New Journal", sources, "New Journal",
        ),
        "order": (f"{part}/index.md", f"{name}\n{next_}", f"{next_}\n{name}", f"{part}/index", ""),
    }  # fmt: skip


def live(folder: Path, size: float) -> dict[str, Any]:
    """For one edit after the other: seconds until seen on its page, and until all is done.

    The page is the one that the browser shows. Each edit begins when the last one is done.
    """
    from bench.measuring import Handbook

    book = Handbook(folder / f"handbook-live-{size:g}", size)
    found = {}
    build = book.folder.parent / f"{book.folder.name}-build"
    with Live(book.folder, build / "live", build / "live-doctrees") as shown:
        shown.wait_for("settled")
        for name, (file, old, new, page, words) in edits(book).items():
            shown.look_at(f"{page}.html")
            before = shown.page(f"{page}.html")
            start = time.perf_counter()
            book.edit(file, old, new)
            while (now := shown.page(f"{page}.html")) == before or words not in now:
                time.sleep(STEP)
            seen = time.perf_counter() - start
            shown.wait_for("settled")
            found[name] = {"seen": round(seen, 2), "done": round(time.perf_counter() - start, 2)}
    return {"size": size, "edits": found}
