"""The Sphinx domain `evidence`: what can be linked to, and which page uses which record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.builders import Builder
from sphinx.domains import Domain, ObjType
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.nodes import make_refnode

from .store import Store, docname_of, records

logger = logging.getLogger(__name__)

# Of the kinds of things that can be linked to, those that the search should offer.
FOUND_BY_SEARCH = {"study", "claim", "quotation"}

# In the place of a record's fingerprint: there was no such record; the page asked for too much.
ABSENT, FAULT = "", "fault"


class EvidenceDomain(Domain):
    """Studies, their results, claims and quotations; safe for parallel and repeated builds.

    ``store`` holds the records of this build. ``data`` is kept from build to build: the places
    that can be linked to, and the fingerprints of the records that each page was read with.
    """

    name = "evidence"
    label = "Evidence"
    object_types = {kind: ObjType(kind, kind) for kind in ("study", "result", "claim", "quotation")}
    initial_data = {"objects": {}, "uses": {}, "lists": {}}
    data_version = 1

    store = Store()

    # --- What can be linked to ---

    @property
    def objects(self) -> dict[tuple[str, str], tuple[str, str, str]]:
        """Page, anchor and title of everything that can be linked to, by its kind and name."""
        return self.data["objects"]

    def note(self, kind: str, name: str, title: str, anchor: str) -> None:
        """The page now read holds this at this anchor; '' stands for the page itself."""
        self.objects[kind, name] = (self.env.docname, anchor, title)

    def resolve_xref(
        self,
        env: BuildEnvironment,
        fromdocname: str,
        builder: Builder,
        typ: str,
        target: str,
        node: addnodes.pending_xref,
        contnode: nodes.Element,
    ) -> nodes.reference | None:
        found = self.objects.get((typ, target))
        if found is None and typ in ("study", "result"):
            # The page, if it is there; `check_consistency` says that it lacks the anchor.
            page = docname_of(target.partition(":")[0])
            found = (page, "", "") if page in env.found_docs else None
        if found is None:
            return None
        docname, anchor, title = found
        title = node.get("reftitle") or title
        if title == contnode.astext():
            title = ""  # a bubble that repeats the link tells nobody anything
        return make_refnode(builder, fromdocname, docname, anchor, contnode, title)

    def resolve_any_xref(self, *arguments: Any) -> list[tuple[str, nodes.reference]]:
        return []

    def get_objects(self) -> Iterator[tuple[str, str, str, str, str, int]]:
        for (kind, name), (docname, anchor, title) in sorted(self.objects.items()):
            yield name, title, kind, docname, anchor, 1 if kind in FOUND_BY_SEARCH else -1

    def check_consistency(self) -> None:
        """Every study page shows its card, and its results if it has any."""
        for key, study in records(self.env).items():
            docname = docname_of(key)
            for kind, name, directive in (
                ("study", key, "study-card"),
                *(("result", f"{key}:{result.id}", "study-results") for result in study.results),
            ):
                if docname in self.env.found_docs and (kind, name) not in self.objects:
                    logger.warning(
                        "the page lacks ':::{%s}', which links to it lead to", directive,
                        location=docname, type="evidence", subtype="page",
                    )  # fmt: skip
                    break

    # --- Which page uses what ---

    def note_use(self, docname: str, key: str) -> None:
        # A fault that was noted before stays.
        self.data["uses"].setdefault(docname, {}).setdefault(
            key, self.store.digests.get(key, ABSENT)
        )

    def note_fault(self, docname: str, key: str) -> None:
        """The page asks for what is not there, or not in the record."""
        self.data["uses"].setdefault(docname, {})[key] = FAULT

    def note_use_of_all(self, docname: str) -> None:
        self.data["lists"][docname] = self.store.digest

    def pages_using(self, key: str) -> list[str]:
        """The pages that name this study; pages that list all studies do not count."""
        return sorted(docname for docname, keys in self.data["uses"].items() if key in keys)

    def outdated(self) -> Iterator[str]:
        """Pages read with records that are now otherwise.

        Pages with a fault are read at every build, so that their warning returns until it is
        mended.
        """
        now = self.store.digests
        for docname, keys in self.data["uses"].items():
            if any(
                digest == FAULT or digest != now.get(key, ABSENT) for key, digest in keys.items()
            ):
                yield docname
        for docname, digest in self.data["lists"].items():
            if digest != self.store.digest:
                yield docname

    # --- Upkeep ---

    def clear_doc(self, docname: str) -> None:
        for key in [key for key, place in self.objects.items() if place[0] == docname]:
            del self.objects[key]
        self.data["uses"].pop(docname, None)
        self.data["lists"].pop(docname, None)

    def merge_domaindata(self, docnames: Iterable[str], otherdata: dict[str, Any]) -> None:
        read = set(docnames)
        for key, place in otherdata["objects"].items():
            if place[0] in read:
                self.objects[key] = place
        for part in ("uses", "lists"):
            for docname, kept in otherdata[part].items():
                if docname in read:
                    self.data[part][docname] = kept
