"""An edited handbook is rebuilt to the same bytes that a build from nothing gives.

Sphinx reads a page again when its file changed, and writes it again when it was read. But a page
shows more than its file: titles and places of other pages, words of citations, the menu. So before
writing, each page gets a fingerprint of all that it shows, and whatever has another one than when
it was last written is written again. Extensions whose pages show what Sphinx does not know of say
so at the event `page-shows`, whose handlers take the environment and return, by page, anything
whose `repr` changes with what is shown.

An environment is trusted only if the last build with it came to its end and was made by the same
code and settings. Names of copied images do not depend on the order of reading, and what no page
stands behind any more is removed from the web site.
"""

from __future__ import annotations

import pickle
import shutil
import sys
import sysconfig
from collections import defaultdict
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import ENV_PICKLE_FILENAME, Sphinx
from sphinx.builders import Builder
from sphinx.builders.html._assets import _file_checksum_inner
from sphinx.config import Config
from sphinx.environment import BuildEnvironment
from sphinx.util import docname_join

MADE_BY = "made-by"


# --- Whether to start afresh ------------------------------------------------------------------


def code_and_settings(app: Sphinx) -> str:
    """A fingerprint of Python, the installed packages, our extensions and conf.py."""
    installed = Path(sysconfig.get_path("purelib")).glob("*.dist-info")
    digest = sha256(repr([sys.version, sorted(path.name for path in installed)]).encode())
    for path in (Path(app.confdir, "conf.py"), *sorted(Path(__file__).parent.rglob("*.py"))):
        digest.update(path.read_bytes() if path.is_file() else b"")
    return digest.hexdigest()


def start(app: Sphinx, config: Config) -> None:
    """Forget an environment that other code made, or that a build left before its end."""
    made_by = Path(app.doctreedir, MADE_BY)
    app.rebuilding_code = code_and_settings(app)
    if not made_by.is_file() or made_by.read_text(encoding="utf-8") != app.rebuilding_code:
        Path(app.doctreedir, ENV_PICKLE_FILENAME).unlink(missing_ok=True)
    made_by.unlink(missing_ok=True)


def end(app: Sphinx, exception: Exception | None) -> None:
    if exception is None:
        record_file(app).write_bytes(pickle.dumps((str(app.outdir), app.rebuilding_shown)))
        Path(app.doctreedir, MADE_BY).write_text(app.rebuilding_code, encoding="utf-8")


# --- What a page shows from elsewhere ---------------------------------------------------------


def note_names(app: Sphinx, doctree: nodes.document) -> None:
    """Keep the names of all that the page now read refers to."""
    page = app.env.docname
    names = set()
    for reference in doctree.findall(addnodes.pending_xref):
        target = reference.get("reftarget", "")
        names |= {target.lower(), docname_join(page, target).lower()}
    names_by_page(app.env)[page] = sorted(names)


def names_by_page(env: BuildEnvironment) -> dict[str, list[str]]:
    if not hasattr(env, "rebuilding_names"):
        env.rebuilding_names = {}
    return env.rebuilding_names


def purge(app: Sphinx, env: BuildEnvironment, docname: str) -> None:
    names_by_page(env).pop(docname, None)


def merge(app: Sphinx, env: BuildEnvironment, docnames: set[str], other: BuildEnvironment) -> None:
    names_by_page(env).update({page: names_by_page(other)[page] for page in docnames})


def referents(env: BuildEnvironment) -> dict[str, list[Any]]:
    """What a name may lead to, by the name in small letters, whatever the kind of reference."""
    found = defaultdict(list)
    for domain in env.domains.sorted():
        for name, words, kind, page, anchor, _priority in domain.get_objects():
            found[name.lower()].append((domain.name, kind, str(words), page, anchor))
    for page in env.found_docs:
        headings = env.metadata[page].get("myst_slugs", {})
        found[page.lower()].append(
            {slug: (anchor, words) for slug, (_line, anchor, words) in headings.items()}
        )
    return found


def neighbours(env: BuildEnvironment) -> dict[str, list[Any]]:
    """The pages before, after and above each page, with their titles."""
    relations = env.collect_relations()

    def named(page: str | None) -> Any:
        return page and (page, env.titles[page].pformat())

    def above(page: str) -> Iterator[Any]:
        while page := relations[page][0]:
            yield named(page)

    return {
        page: [*above(page), named(before), named(after)]
        for page, (_parent, before, after) in relations.items()
    }


def headings_below(env: BuildEnvironment) -> dict[str, list[Any]]:
    """For each page with a list of pages, the headings of all pages that it leads to."""
    headings = {page: table.pformat() for page, table in env.tocs.items()}

    def below(page: str, seen: frozenset[str]) -> Iterator[str]:
        for child in env.toctree_includes.get(page, []):
            if child in headings and child not in seen:
                yield headings[child]
                yield from below(child, seen | {child})

    return {page: list(below(page, frozenset())) for page in env.toctree_includes}


def shown(app: Sphinx, env: BuildEnvironment) -> dict[str, str]:
    """The fingerprint of each page."""
    found: dict[str, list[Any]] = {
        page: [env.all_docs[page], env.toc_secnumbers.get(page), env.toc_fignumbers.get(page)]
        for page in env.found_docs
    }
    everywhere = [files_of_the_look(app)]
    leads_to, around, below = referents(env), neighbours(env), headings_below(env)
    for page, parts in found.items():
        parts += [everywhere, around.get(page), below.get(page)]
        for name in names_by_page(env).get(page, ()):
            parts += [name, *sorted(map(repr, leads_to.get(name, ())))]
    for pages, name in env.images.values():
        for page in pages & found.keys():
            found[page].append(name)
    for told in app.emit("page-shows", env):
        for page, part in told.items():
            if page in found:
                found[page].append(part)
    return {page: sha256(repr(parts).encode()).hexdigest()[:16] for page, parts in found.items()}


def files_of_the_look(app: Sphinx) -> str:
    """A fingerprint of templates, styles and scripts: pages hold the checksums of the latter."""
    digest = sha256()
    for folder in (*app.config.templates_path, *app.config.html_static_path):
        for path in sorted(Path(app.confdir, folder).rglob("*")):
            if path.is_file():
                digest.update(f"\n{path}\n".encode() + path.read_bytes())
    return digest.hexdigest()


def record_file(app: Sphinx) -> Path:
    return Path(app.doctreedir, f"{app.builder.name}.written")


def pages_to_write(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """The pages that show something else than when they were last written to this folder."""
    name_images(env)
    app.rebuilding_pages = set(env.found_docs)
    app.rebuilding_shown = shown(app, env)
    try:
        folder, before = pickle.loads(record_file(app).read_bytes())
    except OSError:
        folder, before = "", {}
    record_file(app).unlink(missing_ok=True)
    if folder != str(app.outdir):
        before = {}
    return sorted(page for page, now in app.rebuilding_shown.items() if now != before.get(page))


def name_images(env: BuildEnvironment) -> None:
    """Name images that share a file name in the order of their paths, not as they were read."""
    found = sorted(env.images.items())
    env.images.clear()
    env.images._existing.clear()
    for path, (pages, _name) in found:
        for page in pages:
            env.images.add_file(page, path)


# --- What nothing stands behind ---------------------------------------------------------------


def clear_copied_files(app: Sphinx, builder: Builder) -> None:
    """Styles and scripts are copied at each build, so what is there before is old."""
    if builder.format == "html":
        shutil.rmtree(Path(app.outdir, "_static"), ignore_errors=True)
        # Sphinx keeps their checksums for the life of a process, which may be many builds.
        _file_checksum_inner.cache_clear()


def note_page(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document
) -> None:
    app.rebuilding_pages.add(pagename)


def remove_orphans(app: Sphinx, exception: Exception | None) -> None:
    """Remove pages, images and downloads that earlier builds left in the web site."""
    if exception is not None or app.builder.format != "html":
        return
    folder = Path(app.outdir)
    kept = {app.builder.get_output_path(page) for page in app.rebuilding_pages}
    kept |= {folder / app.builder.imagedir / name for _pages, name in app.env.images.values()}
    kept |= {folder / "_downloads" / name for _pages, name in app.env.dlfiles.values()}
    found = [*folder.rglob("*.html"), *(folder / app.builder.imagedir).rglob("*")]
    found += [*(folder / "_downloads").rglob("*"), folder / ".buildinfo.bak"]
    for path in found:
        if path.is_file() and path not in kept and folder / "_static" not in path.parents:
            path.unlink()
    for path in sorted((path for path in folder.rglob("*") if path.is_dir()), reverse=True):
        if not any(path.iterdir()):
            path.rmdir()


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_event("page-shows")
    app.connect("config-inited", start)
    app.connect("doctree-read", note_names, priority=900)
    app.connect("env-purge-doc", purge)
    app.connect("env-merge-info", merge)
    app.connect("env-updated", pages_to_write, priority=900)
    app.connect("write-started", clear_copied_files)
    app.connect("html-page-context", note_page)
    app.connect("build-finished", remove_orphans, priority=900)
    app.connect("build-finished", end, priority=950)
    return {
        "version": "1",
        "env_version": 1,
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }
