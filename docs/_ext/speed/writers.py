"""Pages are written by as many processes as were asked for.

Sphinx's own process resolves the references of all pages and hands them to one writer fewer, which
wait for it. Here each writer resolves its own pages. That needs an HTML builder without Sphinx's
search index, which is filled while pages are written.
"""

from __future__ import annotations

from collections.abc import Sequence, Set

from sphinx.application import Sphinx
from sphinx.builders import Builder
from sphinx.util.build_phase import BuildPhase
from sphinx.util.parallel import ParallelTasks

from .readers import portions


def write_page(builder: Builder, page: str) -> None:
    builder.phase = BuildPhase.RESOLVING
    doctree = builder.env.get_and_resolve_doctree(page, builder, tags=builder.tags)
    builder.phase = BuildPhase.WRITING
    builder.write_doc_serialized(page, doctree)
    builder.write_doc(page, doctree)


def write_pages(builder: Builder, pages: Set[str], writers: int) -> None:
    first, *rest = sorted(pages)
    write_page(builder, first)  # compiles the templates, for all writers

    def write(chunk: Sequence[str]) -> dict[str, str]:
        for page in chunk:
            write_page(builder, page)
        return builder.images

    tasks = ParallelTasks(writers)
    for chunk in portions(rest, writers):
        tasks.add_task(write, chunk, lambda _chunk, images: builder.images.update(images))
    tasks.join()


def share_out(app: Sphinx, builder: Builder) -> None:
    if builder.format == "html" and builder.parallel_ok and not builder.search:
        builder.write_documents = lambda pages: write_pages(builder, pages, app.parallel)


def setup(app: Sphinx) -> None:
    app.connect("write-started", share_out)
