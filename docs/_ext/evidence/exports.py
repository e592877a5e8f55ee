"""Downloads: the records and the bibliography as files, written beside the pages of the web site.

After each successful HTML build ``downloads/`` holds the files of FILES and a manifest with the
checksum of each. The same sources give the same bytes, and a file is written only when its bytes
change. `{downloads}` prints the table that links them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from docutils import nodes
from pydantic import BaseModel
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from .export_columns import (
    DICTIONARY_COLUMNS,
    Source,
    as_csv,
    dictionary,
    notes,
    outcomes,
    result_columns,
    result_rows,
    study_columns,
)
from .export_schema import page_schema
from .pieces import table
from .reference_formats import csl, ris
from .store import docname_of, label, records, store
from .wording import _

FOLDER = "downloads"
MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Download:
    """One file, what it is, and how its bytes are made."""

    name: str
    what: str
    make: Callable[[Sphinx], bytes]


# --- The files --------------------------------------------------------------------------------


def downloads() -> list[Download]:
    """The files in the order of the table."""
    return [
        Download(
            "studies.csv",
            _("The studies, one row each: design, people, cells, risk of bias"),
            lambda app: as_csv(study_columns(), sources(app)),
        ),
        Download(
            "results.csv",
            _(
                "The results, one row for each arm and time, with the place in the source; "
                "comparisons as the source reports them have rows of their own"
            ),
            lambda app: as_csv(
                result_columns(), (row for source in sources(app) for row in result_rows(source))
            ),
        ),
        Download(
            "studies.json",
            _("The records as they are written, whole, each with its citation"),
            _studies,
        ),
        Download(
            "data-dictionary.csv",
            _("What each column and field of these three files means, and its unit"),
            lambda app: as_csv(DICTIONARY_COLUMNS, dictionary()),
        ),
        Download(
            "data-dictionary.json",
            _("The same, with the list of outcomes and their units"),
            lambda app: _json({"columns": dictionary(), "notes": notes(), "outcomes": outcomes()}),
        ),
        Download(
            "study.schema.json",
            _("JSON Schema of a study page’s front matter, for editors"),
            lambda app: _json(page_schema()),
        ),
        Download(
            "refs.bib", _("The bibliography as BibTeX, as the handbook uses it"), _bibliography
        ),
        Download(
            "references.ris",
            _("The bibliography as RIS, for reference managers"),
            lambda app: ris(
                entry for _key, entry in sorted(store(app.env).entries.items())
            ).encode(),
        ),
        Download(
            "references.csl.json",
            _("The bibliography as CSL-JSON, for reference managers and citation processors"),
            lambda app: _json(
                [csl(entry) for _key, entry in sorted(store(app.env).entries.items())]
            ),
        ),
    ]


def manifest_words() -> str:
    return _("This list, with the version, its date, and the size and checksum of each file")


def sources(app: Sphinx) -> list[Source]:
    entries = store(app.env).entries
    return [
        Source(
            key=key,
            study=study,
            citation=label(app.env, key),
            page=_address(app, docname_of(key)),
            links={
                name: entries[key].fields[name]
                for name in ("doi", "pubmed", "url")
                if key in entries and name in entries[key].fields
            },
        )
        for key, study in records(app.env).items()
    ]


def _address(app: Sphinx, docname: str) -> str:
    return f"{app.config.html_baseurl.rstrip('/')}/{app.builder.get_target_uri(docname)}"


def _studies(app: Sphinx) -> bytes:
    entries = store(app.env).entries
    studies = {
        source.key: {
            "citation": source.citation,
            "reference": csl(entries[source.key]) if source.key in entries else None,
            "page": source.page,
            "record": as_written(source.study),
        }
        for source in sources(app)
    }
    return _json({**_edition(app), "studies": studies})


def as_written(record: BaseModel) -> dict[str, Any]:
    """A record with the fields that its page has, and no others."""
    return record.model_dump(mode="json", exclude_unset=True)


def _bibliography(app: Sphinx) -> bytes:
    """The bibliography's own bytes; several files follow each other in alphabetical order."""
    paths = sorted(Path(app.confdir, name) for name in app.config.bibtex_bibfiles)
    return b"\n".join(path.read_bytes() for path in paths)


def _json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True) + "\n").encode()


def _edition(app: Sphinx) -> dict[str, str]:
    """Of what the files are, and of which version."""
    day = app.config.evidence_date
    return {
        "title": app.config.project,
        "version": app.config.release,
        **({"date": day.isoformat()} if day else {}),
        "address": app.config.html_baseurl,
    }


# --- Writing ----------------------------------------------------------------------------------


def contents(app: Sphinx) -> dict[str, bytes]:
    """The bytes of every file, the manifest last."""
    files = {file.name: file.make(app) for file in downloads()}
    listed = [
        {
            "name": file.name,
            "bytes": len(files[file.name]),
            "sha256": hashlib.sha256(files[file.name]).hexdigest(),
            "what": file.what,
        }
        for file in downloads()
    ]
    return {**files, MANIFEST: _json({**_edition(app), "files": listed})}


def write(app: Sphinx, exception: Exception | None) -> None:
    """Write the files whose bytes changed, when a web site was built."""
    if exception is not None or app.builder.format != "html":
        return
    folder = Path(app.outdir, FOLDER)
    folder.mkdir(exist_ok=True)
    for name, found in contents(app).items():
        path = folder / name
        if not path.is_file() or path.read_bytes() != found:
            path.write_bytes(found)


# --- The table --------------------------------------------------------------------------------


class Downloads(SphinxDirective):
    """A table of the files with links: relative on the web site, absolute elsewhere."""

    def run(self) -> list[nodes.Node]:
        listed = [*((file.name, file.what) for file in downloads()), (MANIFEST, manifest_words())]
        rows = [[self.link(name), what] for name, what in listed]
        found = table(
            _("The records and the bibliography as files"),
            rows,
            head=(_("File"), _("What it is")),
            widths=(30, 70),
            stubs=1,
            classes=("downloads",),
        )
        self.set_source_info(found)
        return [found]

    def link(self, name: str) -> nodes.reference:
        link = nodes.reference("", name, refuri=f"{FOLDER}/{name}", site_file=True)
        self.set_source_info(link)
        return link


def setup(app: Sphinx) -> None:
    app.setup_extension("site_files")
    app.add_directive("downloads", Downloads)
    app.connect("build-finished", write)
