"""Pages are written by as many processes as were asked for.

Sphinx's own process resolves the references of all pages and hands them to one writer fewer, which
wait for it. Here each writer resolves its own pages. That needs an HTML builder without Sphinx's
search index, which is filled while pages are written.

A writer takes the next page when it is done with one, the longest pages first: so all end together,
and memory is split off only once for each.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator, Sequence, Set

from sphinx.application import Sphinx
from sphinx.builders import Builder
from sphinx.util.build_phase import BuildPhase
from sphinx.util.parallel import ParallelTasks


def write_page(builder: Builder, page: str) -> None:
    builder.phase = BuildPhase.RESOLVING
    doctree = builder.env.get_and_resolve_doctree(page, builder, tags=builder.tags)
    builder.phase = BuildPhase.WRITING
    builder.write_doc_serialized(page, doctree)
    builder.write_doc(page, doctree)


class Pile:
    """Pages that several processes take from, each the next one."""

    def __init__(self, pages: Sequence[str]) -> None:
        self.pages = pages
        self.taken = multiprocessing.get_context("fork").Value("i", 0)

    def __iter__(self) -> Iterator[str]:
        while True:
            with self.taken:
                number = self.taken.value
                self.taken.value += 1
            if number >= len(self.pages):
                return
            yield self.pages[number]


def write_pages(builder: Builder, pages: Set[str], writers: int) -> None:
    def length(page: str) -> int:
        return (builder.doctreedir / f"{page}.doctree").stat().st_size

    *longest_first, first = sorted(pages, key=lambda page: (-length(page), page))
    write_page(builder, first)  # compiles the templates, for all writers
    pile = Pile(longest_first)

    def write() -> dict[str, str]:
        for page in pile:
            write_page(builder, page)
        return builder.images

    tasks = ParallelTasks(writers)
    for _ in range(writers):
        tasks.add_task(write, None, lambda _, images: builder.images.update(images))
    tasks.join()


def share_out(app: Sphinx, builder: Builder) -> None:
    if builder.format == "html" and builder.parallel_ok and not builder.search:
        builder.write_documents = lambda pages: write_pages(builder, pages, app.parallel)


def setup(app: Sphinx) -> None:
    app.connect("write-started", share_out)
