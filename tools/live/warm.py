"""The warm process: it keeps application and environment, and goes on from there at each edit.

It never changes what it knows. At an edit it splits off two copies of itself. One writes the
edited pages at once, with titles, labels and menus as they were: the draft. If sources were edited
it writes the pages that browsers show, with the new labels. The other reads all
that the edit reaches. If that fails, or if the next edit comes first, the copy ends and nothing has
happened; else the process ends and the copy goes on in its place. It has further copies write each
page that shows something new, the edited and the looked at ones first, and last whatever is made
of all pages together. Which pages those are is decided by `rebuilding`, as for any build.

When all is done, files and environment are as `sphinx-build` leaves them, and the next start is
quick. Whoever stops before leaves no record of what was written: the next start writes all pages.
"""

from __future__ import annotations

import gc
import logging
import os
import pickle
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import ENV_PICKLE_FILENAME, Sphinx
from sphinx.builders.html._assets import _file_checksum
from sphinx.util.build_phase import BuildPhase
from sphinx.util.docutils import docutils_namespace, patch_docutils
from sphinx.util.parallel import SerialTasks

from tools.live.copies import Copy, copy_at_work, in_words, split
from tools.live.said import NO_PAGE, Said

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "docs" / "_ext"))

import rebuilding
from bibliography_reading import parse_bibdata
from speed.writers import write_page

WRITERS = os.cpu_count() or 1


@dataclass
class Warm:
    app: Sphinx
    said: Said
    orders: Connection
    """Gives the files that were edited, and the pages that browsers show."""
    news: Connection
    """Takes ("page", address), ("said", warnings), ("failed", words) and ("settled", None)."""
    written: dict[str, str] = field(init=False)
    """The fingerprint of each page as it is on disk; none while that is not certain."""
    doctrees: dict[str, bytes] = field(default_factory=dict)
    """The pages read since disk and memory last agreed."""
    at_work: dict[Copy, Callable[[], None]] = field(default_factory=dict)
    """The copies, with what to do when one has done its work."""

    def __post_init__(self) -> None:
        self.builder: Any = self.app.builder
        self.builder.write_doctree = self.keep_doctree
        self.app.parallel = 1  # few pages are read at a time, and here we part the work ourselves
        self.written = dict(self.app.rebuilding_shown)  # type: ignore[attr-defined]
        self.look = rebuilding.files_of_the_look(self.app)
        self.has_failed = False
        # Pages that other processes wrote, as they were when they were read first.
        self.app.env._write_doc_doctree_cache.clear()
        gc.freeze()

    # --- Edit by edit -------------------------------------------------------------------------

    def live(self) -> None:
        """Go on until nobody orders any more."""
        self.news.send(("said", self.said.all()))
        self.news.send(("settled", None))
        while True:
            edited, looked_at = self.next_edit()
            self.stop_copies()
            pages = self.pages_in(edited)
            drafts = pages + self.pages_beside(edited, looked_at)
            if drafts:
                self.forget(drafts)
                self.put_to_work(partial(self.draft, pages, drafts))
            reader, tell = split()
            if reader:
                self.at_work[reader] = lambda: None
                continue
            self.read(pages, tell)
            self.write([*pages, *looked_at])

    def next_edit(self) -> tuple[list[Path], list[str]]:
        """See to what the copies tell until there is an edit."""
        while True:
            for ready in wait([self.orders, *self.at_work]):
                try:
                    if ready is self.orders:
                        edit: tuple[list[Path], list[str]] = self.orders.recv()
                        return edit
                    kind, what = ready.told.recv()
                except EOFError:
                    if ready is self.orders:
                        self.stop_copies()
                        os._exit(0)
                    ready.end()
                    self.at_work.pop(ready)()
                else:
                    self.hear(kind, what)

    def hear(self, kind: str, what: Any) -> None:
        """What a copy tells."""
        if kind == "read":  # and goes on as soon as this process has ended
            self.stop_copies(but_the_last=True)
            os._exit(0)
        if kind == "written":
            page, warnings = what
            self.said.of_writing[page] = warnings
            if page != NO_PAGE:
                self.written[page] = self.app.rebuilding_shown[page]  # type: ignore[attr-defined]
            self.news.send(("said", self.said.all()))
        else:
            self.news.send((kind, what))
            self.has_failed |= kind == "failed"

    def put_to_work(
        self, job: Callable[[Connection], None], then: Callable[[], None] = lambda: None
    ) -> None:
        self.at_work[copy_at_work(job)] = then

    def stop_copies(self, *, but_the_last: bool = False) -> None:
        for copy in list(self.at_work)[: -1 if but_the_last else None]:
            copy.stop()
            del self.at_work[copy]
        self.has_failed = False

    # --- The draft ----------------------------------------------------------------------------

    def pages_in(self, edited: Iterable[Path]) -> list[str]:
        found = (self.app.project.path2doc(path) for path in edited if path.is_file())
        return [page for page in found if page in self.app.env.found_docs]

    def pages_beside(self, edited: Iterable[Path], looked_at: Iterable[str]) -> list[str]:
        """If sources were edited, the pages that browsers show: they may cite or list them."""
        if not self.app.env.get_domain("cite").bibdata.bibfiles.keys() & set(edited):
            return []
        others = self.app.env.found_docs - set(self.pages_in(edited))
        return [page for page in dict.fromkeys(looked_at) if page in others]

    def forget(self, pages: Iterable[str]) -> None:
        """These pages are about to be written; if that is not all, nobody knows what is there."""
        rebuilding.record_file(self.app).unlink(missing_ok=True)
        for page in pages:
            self.written.pop(page, None)

    def draft(self, edited: list[str], pages: list[str], tell: Connection) -> None:
        """What is wrong with the pages is not told here: the reader finds it too."""
        env = self.app.env
        self.builder.phase = BuildPhase.READING
        logging.disable()
        with suppress(Exception):
            self.app.emit("env-get-outdated", env, set(), set(edited), set())
            for page in edited:
                self.app.emit("env-purge-doc", env, page)
                env.clear_doc(page)
                self.builder.read_doc(page)
            if pages != edited:
                env.get_domain("cite").env_updated()
            for page in pages:
                self.write_whole(page, tell)

    # --- Reading ------------------------------------------------------------------------------

    def read(self, pages: list[str], tell: Connection) -> None:
        """Read all that is not as it was, and take the place of the process that split us off."""
        app, env = self.app, self.app.env
        try:
            for page in pages:
                env.all_docs[page] = 0  # also if it was edited just while it was read
            env.__dict__.pop("master_doctree", None)  # Sphinx keeps it for the life of a process
            self.builder.phase = BuildPhase.READING
            updated = set(self.builder.read())
            self.forget(env.check_dependents(app, updated))
            self.builder.phase = BuildPhase.CONSISTENCY_CHECK
            env.check_consistency()
        except Exception as error:
            tell.send(("failed", in_words(error)))
            os._exit(0)
        tell.send(("read", None))
        with suppress(EOFError):
            tell.recv()
        tell.close()
        for copy in self.at_work:
            copy.told.close()
        self.at_work = {}
        gc.freeze()

    def keep_doctree(self, page: str, doctree: nodes.document, **_: bool) -> None:
        """In the place of `Builder.write_doctree`: until all is done, disk stays as it was.

        Else what a copy read that came to nothing would be taken for what the page holds.
        """
        doctree.reporter = doctree.transformer = None  # type: ignore[assignment]
        doctree.settings = doctree.settings.copy()
        for name in ("warning_stream", "env", "record_dependencies"):
            setattr(doctree.settings, name, None)
        content = pickle.dumps(doctree, pickle.HIGHEST_PROTOCOL)
        self.doctrees[page] = self.app.env._pickled_doctree_cache[page] = content

    # --- Writing ------------------------------------------------------------------------------

    def write(self, first: list[str]) -> None:
        """Have the pages written that show something new, some of them first."""
        self.news.send(("said", self.said.all()))
        self.builder.phase = BuildPhase.RESOLVING
        self.said.writing()
        self.prepare()
        shown = self.app.rebuilding_shown  # type: ignore[attr-defined]
        pages = {page for page, now in shown.items() if self.written.get(page) != now}
        self.forget(pages)
        in_order = [page for page in dict.fromkeys(first) if page in pages]
        in_order += sorted(pages - set(in_order))
        for number in range(WRITERS):
            part = in_order[number::WRITERS]
            self.put_to_work(
                lambda tell, part=part: self.write_part(part, tell), self.finish_if_written
            )

    def prepare(self) -> None:
        self.app.env.toctree_includes = dict(sorted(self.app.env.toctree_includes.items()))
        self.builder.finish_tasks = SerialTasks()
        look = rebuilding.files_of_the_look(self.app)
        if look == self.look:
            self.builder.prepare_writing(set())
        else:
            self.look = look
            self.app.emit("write-started", self.builder)
            self.builder.prepare_writing(set())
            self.builder.copy_assets()
            # Sphinx keeps these checksums. Furo changes a style sheet when all is done.
            for asset in (*self.builder._css_files, *self.builder._js_files):
                _file_checksum(self.builder.outdir, asset.filename)

    def write_part(self, pages: list[str], tell: Connection) -> None:
        for page in pages:
            self.said.of_writing.clear()
            self.write_whole(page, tell)
            tell.send(("written", (page, self.said.all_of_writing())))

    def write_whole(self, page: str, tell: Connection) -> None:
        """Write a page with its pictures, all at once; tell if it reads otherwise than before."""
        final = self.builder.get_output_path(page)
        part = final.with_name(f".{os.getpid()}-{final.name}")
        self.builder.images.clear()
        self.builder.get_output_path = lambda _page: part
        try:
            write_page(self.builder, page)
        finally:
            del self.builder.get_output_path
        self.builder.copy_image_files()
        if final.is_file() and final.read_bytes() == part.read_bytes():
            part.unlink()
        else:
            part.replace(final)
            tell.send(("page", self.builder.get_target_uri(page)))

    def finish_if_written(self) -> None:
        if not self.at_work and not self.has_failed:
            self.put_to_work(self.finish, self.settle)

    def finish(self, tell: Connection) -> None:
        """Write what is made of all pages, and keep on disk what is known."""
        app = self.app
        self.said.of_writing.clear()
        self.builder.images.clear()  # they came with their pages
        self.builder.copy_download_files()
        self.builder.finish()
        made_by = Path(app.doctreedir, rebuilding.MADE_BY)
        made_by.unlink(missing_ok=True)
        for page, content in self.doctrees.items():
            path = Path(app.doctreedir, f"{page}.doctree")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        with Path(app.doctreedir, ENV_PICKLE_FILENAME).open("wb") as file:
            pickle.dump(app.env, file, pickle.HIGHEST_PROTOCOL)
        app.emit("build-finished", None)
        tell.send(("written", (NO_PAGE, self.said.all_of_writing())))

    def settle(self) -> None:
        if not self.has_failed:
            self.doctrees.clear()
            forget_if_any(self.app, self.said)
            self.news.send(("settled", None))


def forget_if_any(app: Sphinx, said: Said) -> None:
    """Warnings are told when a page is read: while there are any, the next start reads all."""
    if said.all():
        Path(app.doctreedir, rebuilding.MADE_BY).unlink(missing_ok=True)


def read_sources(app: Sphinx) -> None:
    """An environment from disk comes with its sources read: have each entry be the one we keep."""
    cite = app.env.get_domain("cite")
    read = parse_bibdata(list(cite.bibdata.bibfiles), cite.bibdata.encoding)
    cite.data["bibdata"] = cite.bibdata._replace(data=read.data)


def main(source: Path, out: Path, doctrees: Path, orders: Connection, news: Connection) -> None:
    said = Said()
    with patch_docutils(source), docutils_namespace():
        try:
            app = Sphinx(
                source, source, out, doctrees, "html",
                status=None, warning=said, parallel=WRITERS,
            )  # fmt: skip
            read_sources(app)
            said.listen(app)
            app.build()
            forget_if_any(app, said)
        except Exception as error:
            news.send(("failed", in_words(error)))
            return
        Warm(app, said, orders, news).live()


if __name__ == "__main__":
    main(
        *(Path(name).resolve() for name in sys.argv[1:4]),
        Connection(int(sys.argv[4]), writable=False),
        Connection(int(sys.argv[5]), readable=False),
    )
