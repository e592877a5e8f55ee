"""Shows the handbook in the browser while it is written: `make live`, Ctrl-C to stop."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
from contextlib import suppress
from multiprocessing.connection import Connection, Pipe
from pathlib import Path
from threading import Thread

from tools.live.serving import Site
from tools.live.watching import edits


class Builder:
    """The warm process and those that it splits off."""

    def __init__(self, command: list[str], site: Site) -> None:
        self.command, self.site = command, site
        self.start()

    def start(self) -> None:
        theirs, self.orders = Pipe(duplex=False)
        news, tell = Pipe(duplex=False)
        ends = theirs.fileno(), tell.fileno()
        # A session of its own, so that Ctrl-C reaches us alone and we end all of them.
        self.process = subprocess.Popen(
            [*self.command, *map(str, ends)], pass_fds=ends, start_new_session=True
        )
        theirs.close()
        tell.close()
        Thread(target=self.listen, args=(news,), daemon=True).start()

    def listen(self, news: Connection) -> None:
        """Pass on what a process tells until it ends."""
        with suppress(EOFError):
            while True:
                kind, what = news.recv()
                if kind == "page":
                    self.site.tell(page=what)
                elif kind == "settled":
                    say("All pages are up to date.")
                    self.site.tell(settled=True)
                else:
                    self.show([what] if kind == "failed" else what)

    def show(self, problems: list[str]) -> None:
        for words in problems:
            if words not in self.site.problems:
                say(words)
        if problems != self.site.problems:
            self.site.show(problems)

    def order(self, files: list[Path]) -> None:
        """Have an edit taken up; by a new process if the last one could not start."""
        pages = [page.removesuffix(".html") for page in self.site.browsers.values()]
        try:
            self.orders.send((files, pages))
        except BrokenPipeError:
            self.start_again()

    def start_again(self) -> None:
        self.stop()
        self.start()

    def stop(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.orders.close()


def say(words: str) -> None:
    print(words, flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.live", description=__doc__)
    parser.add_argument("source", type=Path)
    parser.add_argument("out", type=Path, help="where the web site is written")
    parser.add_argument("doctrees", type=Path, help="where Sphinx keeps what it read")
    parser.add_argument("--port", type=int, default=8000)
    options = parser.parse_args()
    source, out, doctrees = (p.resolve() for p in (options.source, options.out, options.doctrees))
    try:
        site = Site(out, options.port)
    except OSError as error:
        parser.error(f"cannot use port {options.port} ({error.strerror}): make live PORT=8001")
    Thread(target=site.serve_forever, daemon=True).start()
    say(f"The handbook is at {site.address} as soon as it is built. Ctrl-C stops.")
    builder = Builder(
        [sys.executable, "-m", "tools.live.warm", *map(str, (source, out, doctrees))], site
    )
    try:
        for edit in edits(source, [source.parent / "CITATION.cff"], (out, doctrees)):
            say(f"Edited: {', '.join(path.name for path in edit.files)}")
            if edit.is_code:
                say("Settings or code changed: starting again.")
                builder.start_again()
            else:
                builder.order(edit.files)
    except KeyboardInterrupt:
        pass
    finally:
        builder.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
