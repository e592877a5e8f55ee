"""The handbook's searches on its pages: their strings, what they found, and a flow diagram.

``{search-strings}`` prints each search with its string; ``{search-flow}`` draws the way of records
into the handbook and prints its figures as tables. Both read ``evidence/searches.yaml``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from docutils import nodes
from evidence import pictures, wording
from evidence.pieces import Cell, placed, table
from evidence.store import note_fault, use_all
from evidence.vocabulary import Design
from evidence.wording import _, capitalised
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from . import flow
from .record import FILE, Search, Searches, SearchesError, load

logger = logging.getLogger(__name__)

NONE = "\N{EN DASH}"


class _SearchesDirective(SphinxDirective):
    """Shows the searches, or says with file and line what is wrong with their record."""

    def run(self) -> list[nodes.Node]:
        path = Path(self.env.srcdir, FILE)
        self.env.note_dependency(FILE)
        try:
            return placed(self, self.show(load(path)))
        except SearchesError as error:
            # The next build must say it again.
            note_fault(self.env, FILE)
            logger.warning(
                error.message, location=f"{path}:{error.line}", type="evidence", subtype="searches"
            )
            return []

    def show(self, searches: Searches) -> list[nodes.Node]:
        raise NotImplementedError

    @staticmethod
    def caption(words: str) -> list[nodes.Node]:
        """A caption that says whose figures the table holds."""
        return [nodes.inline("", words, classes=["own-figure"], reason=f"counted in {FILE}")]


class SearchStrings(_SearchesDirective):
    """Each search: where, what for, and its string."""

    def show(self, searches: Searches) -> list[nodes.Node]:
        rows: list[list[Cell]] = [
            [_name(search), nodes.literal("", search.query)] for search in searches.searches
        ]
        return [
            table(
                self.caption(_("The documented searches")),
                rows,
                head=[_("Search"), _("Search string")],
                widths=(30, 70),
                stubs=1,
            )
        ]


class SearchFlow(_SearchesDirective):
    """The flow diagram, and its figures as tables."""

    def show(self, searches: Searches) -> list[nodes.Node]:
        found = flow.flow(searches, self._kinds(), self.config.language)
        code = Path(flow.__file__).read_text(encoding="utf-8")
        figure = nodes.figure(
            "",
            nodes.image(
                uri=pictures.uri(self.env, repr(found) + code, lambda: flow.draw(found)),
                alt=found.alternative,
            ),
            nodes.caption("", _("How records came into this handbook")),
            classes=["effect-plot"],
        )
        return [figure, self._searches(searches), self._left_out(searches), self._studies()]

    def _kinds(self) -> list[tuple[str, int]]:
        """Studies with a record, by design."""
        counted = Counter(study.design for study in use_all(self.env).values())
        return [(_(str(design)), counted[design]) for design in Design if counted[design]]

    def _searches(self, searches: Searches) -> nodes.table:
        rows = []
        for search in searches.searches:
            sums = flow.totals([search])
            figures = (sums.found, sums.doubles, sums.screened, sums.included, sums.left_out)
            last = search.last
            rows.append(
                [
                    _name(search),
                    wording.day(last.day, self.config.language) if last else _("not run yet"),
                    *(wording.number(n) if last else NONE for n in figures),
                ]
            )
        head = [_("Search"), _("Last run"), _("Found"), _("Found twice"), _("Screened"), _("Included"), _("Excluded")]  # fmt: skip
        return table(
            self.caption(_("What each search found, over all its runs")),
            rows,
            head=head,
            widths=(30, 16, 10, 11, 12, 11, 11),
            stubs=1,
        )

    def _left_out(self, searches: Searches) -> nodes.table:
        sums = flow.totals(searches.searches)
        return self._counts(
            _("Why records were excluded"),
            (_("Reason"), _("Records")),
            [(_(str(reason)), n) for reason, n in sums.excluded.items()],
            _("none so far") if sums.runs else _("not run yet"),
        )

    def _studies(self) -> nodes.table:
        return self._counts(
            _("Studies with a record in this handbook"), (_("Design"), _("Studies")), self._kinds()
        )

    def _counts(
        self, words: str, head: tuple[str, str], counts: Iterable[tuple[str, int]], none: str = ""
    ) -> nodes.table:
        rows = [[capitalised(name), wording.number(n)] for name, n in counts]
        return table(
            self.caption(words), rows or [[NONE, none]], head=head, widths=(70, 30), stubs=1
        )


def _name(search: Search) -> str:
    return f"{search.service}: {search.topic[:1].lower()}{search.topic[1:]}"


def setup(app: Sphinx) -> dict[str, Any]:
    app.setup_extension("evidence")
    app.add_directive("search-strings", SearchStrings)
    app.add_directive("search-flow", SearchFlow)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
