"""`{archive-table}`: one row a study, with what it found and where that can be read.

In the web site archive-table.js adds sorting and filters; without it, and in the PDF, it is a
plain table. Its content is optional: notes in words, in YAML, one for each study::

    :::{archive-table}
    :caption: Early trials
    :design: single-arm trial
    :cohort: not Nanjing
    :results: kamen2022:sri-4; ranjbar2022:sledai-6-months

    kamen2022: Six people; steroids could be changed at first.
    :::
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

import located_yaml
from docutils import nodes
from docutils.parsers.rst import directives
from located_yaml import NotYaml
from sphinx import addnodes
from sphinx.application import Sphinx

from .cards import cells_in_words
from .pieces import Cell, bullets, entry, row, table
from .record import Result, Study
from .tabling import (
    CHOICE,
    StudiesDirective,
    Wrong,
    heading,
    keys,
    one_of,
    people,
    rank,
    separated,
    size,
    words,
)
from .wording import _, capitalised

ARCHIVE = "archive-table"
SCRIPT = "archive-table.js"

HEADS = {
    "study": "Study",
    "design": "Design",
    "people": "People",
    "cells": "Cells",
    "follow-up": "Follow-up",
    "results": "What was found",
    "notes": "Result in words, and weak points",
    "source": "Source",
}
WIDTHS = {
    "study": 17,
    "design": 11,
    "people": 11,
    "cells": 16,
    "follow-up": 12,
    "results": 32,
    "notes": 40,
    "source": 11,
}
USUAL = ("study", "design", "people", "cells", "follow-up", "results")
SHOWN = 3
PORTRAIT = 4
# The part of the source that was read does not say.
UNKNOWN = "–"


class ArchiveTable(StudiesDirective):
    """Studies with their main results, those with a comparison first."""

    has_content = True
    columns: list[str]
    option_spec: ClassVar = {
        **CHOICE,
        "columns": words,
        "results": keys,
        "most": directives.nonnegative_int,
    }

    def show(self) -> list[nodes.Node]:
        studies = self.studies()
        if not studies:
            return []
        notes = self._notes(studies)
        marked = self._marked(studies)
        self.columns = columns = self._columns(bool(notes))
        rows = [
            row([self._entry(c, key, study, marked.get(key), notes) for c in columns])
            for key, study in studies.items()
        ]
        found = table(
            self.caption(_("Studies in the archive")),
            rows,
            head=[_(HEADS[column]) for column in columns],
            widths=[WIDTHS[column] for column in columns],
            stubs=1 if columns[0] == "study" else 0,
            classes=self.classes(
                ARCHIVE, *(["archive-filtered", "landscape"] if self.is_wide else [])
            ),
        )
        return [found]

    @property
    def is_wide(self) -> bool:
        """Whether it tells enough to choose by, and needs a turned page in print."""
        return len(self.columns) > PORTRAIT

    def _columns(self, has_notes: bool) -> list[str]:
        given = self.options.get("columns")
        columns = [one_of(c, HEADS, "column") for c in given or USUAL]
        if has_notes and "notes" not in columns:
            columns.insert(len(columns) - (columns[-1] == "source"), "notes")
        return columns

    def _notes(self, studies: dict[str, Study]) -> dict[str, list[nodes.Node]]:
        text = "\n".join(self.content)
        if not text.strip():
            return {}
        try:
            found = located_yaml.read(text).fields
        except NotYaml as error:
            raise Wrong(f"the notes are not YAML: {error}", error.line) from None
        if not isinstance(found, dict) or not all(isinstance(n, str) for n in found.values()):
            raise Wrong("the content holds notes: a study’s key, a colon, and words", 1)
        for key in found:
            one_of(str(key), studies, "study in this table")
        return {key: self.inline(note) for key, note in found.items()}

    def _marked(self, studies: dict[str, Study]) -> dict[str, list[Result]]:
        """The results chosen by `:results:`, by their study's key."""
        found: dict[str, list[Result]] = {}
        for target in self.options.get("results") or []:
            key, _study, result = self.result(target)
            one_of(key, studies, "study in this table")
            found.setdefault(key, []).append(result)
        return found

    def _entry(
        self,
        column: str,
        key: str,
        study: Study,
        marked: list[Result] | None,
        notes: dict[str, list[nodes.Node]],
    ) -> nodes.entry:
        match column:
            case "study":
                cell = entry(self._study(key, study))
                if self.is_wide:
                    cell += _outcomes(study)
                return cell
            case "design":
                design = nodes.inline("", _(str(study.design)), classes=["archive-design"])
                blinding = [nodes.Text(_(str(study.blinding)))] if study.blinding else []
                return _sorted(separated([design, *blinding]), rank(key, study)[0])
            case "people":
                return _sorted(people(study) or UNKNOWN, size(study) or None)
            case "cells":
                return entry(capitalised(cells_in_words(study)) or UNKNOWN)
            case "follow-up":
                return _sorted(capitalised(study.follow_up or UNKNOWN), study.months)
            case "results":
                return entry(self._results(key, study, marked))
            case "notes":
                return entry(notes.get(key, ""))
        return entry(self.source(key))

    def _study(self, key: str, study: Study) -> list[nodes.Node]:
        found: list[nodes.Node] = [nodes.paragraph("", "", self.named(key, study))]
        where = [nodes.Text(country) for country in study.countries]
        if study.cohort:
            where.insert(0, nodes.inline("", study.cohort, classes=["archive-cohort"]))
        if study.years:
            where.append(nodes.Text(study.years))
        if where:
            found.append(nodes.paragraph("", "", *separated(where)))
        if "source" not in self.columns:
            found.append(nodes.paragraph("", "", *self.source(key)))
        return found

    def _results(self, key: str, study: Study, marked: list[Result] | None) -> Cell:
        most = self.options.get("most", SHOWN)
        # What was measured before the treatment is no result of it.
        after = [result for result in study.results if result.months != 0]
        shown = marked if marked is not None else after[:most]
        if not shown and study.registry:
            return self.standing(study)
        if not shown:
            return UNKNOWN if study.results else _("no figures in the part read")
        lines: list[Cell] = [
            self.shown(key, study, result, f"{heading(result)}: ") for result in shown
        ]
        return [bullets(lines)]


def _sorted(cell: Cell, value: Decimal | int | None) -> nodes.entry:
    """A cell that the script sorts by a number, which stands in its class."""
    found = entry(cell)
    if value is not None:
        found["classes"].append(f"sort-{Decimal(value):f}")
    return found


def _outcomes(study: Study) -> list[nodes.Node]:
    """Every outcome of the record, for the web site: the script filters by them."""
    if not study.results:
        return []
    names = [_(name) for name in dict.fromkeys(result.outcome for result in study.results)]
    each = [nodes.inline("", name, classes=["archive-outcome"]) for name in names]
    line = nodes.paragraph("", _("In the record: "), classes=["archive-outcomes"])
    line += separated(each)
    return [addnodes.only("", line, expr="html")]


def add_script(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document
) -> None:
    """The script, on pages that have such a table."""
    if doctree and any(ARCHIVE in found["classes"] for found in doctree.findall(nodes.table)):
        app.add_js_file(SCRIPT, loading_method="defer")


def setup(app: Sphinx) -> None:
    app.add_directive("archive-table", ArchiveTable)
    app.connect("html-page-context", add_script)
