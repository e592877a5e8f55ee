"""Pages are read in few portions when several processes read them.

Each of Sphinx's readers sends back all that it knows, the whole bibliography included, and the
first process takes that in while the others wait for a core. So here each reader gets a few large
portions, and leaves the bibliography out.
"""

from __future__ import annotations

import pickle
from collections.abc import Sequence

from sphinx.application import Sphinx
from sphinx.builders import Builder
from sphinx.util.parallel import ParallelTasks

# Portions for each reader: pages differ, and nobody should wait long for the last one.
PORTIONS = 2


def portions(pages: Sequence[str], workers: int) -> list[Sequence[str]]:
    """The pages dealt out like cards, because long pages tend to be neighbours."""
    count = workers * PORTIONS
    return [part for part in (pages[start::count] for start in range(count)) if part]


def read_pages(builder: Builder, pages: Sequence[str], readers: int) -> None:
    env = builder.env
    for page in pages:
        builder.events.emit("env-purge-doc", env, page)
        env.clear_doc(page)

    def read(portion: Sequence[str]) -> bytes:
        env._app = builder._app
        for page in portion:
            builder.read_doc(page, _cache=False)
        env.domaindata["cite"].pop("bibdata", None)
        return pickle.dumps(env, pickle.HIGHEST_PROTOCOL)

    def take_in(portion: Sequence[str], told: bytes) -> None:
        env.merge_info_from(portion, pickle.loads(told), builder._app)

    tasks = ParallelTasks(readers)
    for portion in portions(pages, readers):
        tasks.add_task(read, portion, take_in)
    tasks.join()


def deal_out(app: Sphinx) -> None:
    app.builder._read_parallel = lambda pages, nproc: read_pages(app.builder, pages, nproc)


def setup(app: Sphinx) -> None:
    app.connect("builder-inited", deal_out)
