"""Evidence as data: study records, and the roles and directives that print them on any page.

A record is the ``study`` part of the front matter of ``evidence/studies/<key>.md``, where the key
is the source's key in refs.bib. `record` says what it holds, `store` loads and checks all of them,
`domain` knows which page uses which. Everything shown ends in ordinary docutils nodes.
"""

from __future__ import annotations

from typing import Any

from sphinx.application import Sphinx

from . import (
    cards,
    certainty,
    citing,
    claims,
    exports,
    icons,
    over_time,
    pictures,
    plots,
    record_reference,
    roles,
    store,
    tables,
)
from .domain import EvidenceDomain


def setup(app: Sphinx) -> dict[str, Any]:
    app.setup_extension("bibliography_mends")
    app.add_domain(EvidenceDomain)
    # Before page_status, which refuses fields that it does not know.
    app.connect("source-read", store.take_record_out, priority=400)
    # First, so that whatever else asks at this event finds the records.
    app.connect("env-get-outdated", store.load_all, priority=100)
    app.connect("build-finished", pictures.remove_old)
    for module in (
        roles,
        certainty,
        icons,
        over_time,
        cards,
        tables,
        plots,
        claims,
        citing,
        exports,
        record_reference,
    ):
        module.setup(app)
    return {
        "version": "1",
        "env_version": EvidenceDomain.data_version,
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }
