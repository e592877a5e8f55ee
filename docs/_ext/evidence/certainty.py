"""The role `{certainty}`: how certain the evidence is, in GRADE's words, read from the records.

``{certainty}`numerous-studies``` prints the certainty that a claim's record holds, "very low".
``{certainty}`exosomes of mesenchymal stromal cells``` prints "no evidence" for a treatment of which
no record has a result; with the first result it warns, so that somebody grades it.
"""

from __future__ import annotations

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxRole

from . import statements
from .grading import Certainty
from .statements import CLAIM
from .store import note_fault, use_all
from .vocabulary import Treatment
from .wording import _

logger = logging.getLogger(__name__)

Found = tuple[list[nodes.Node], list[nodes.system_message]]


class CertaintyRole(SphinxRole):
    def run(self) -> Found:
        if self.text in set(Treatment):
            return self._of_treatment(Treatment(self.text))
        statements.note(self.env, CLAIM, self.text)
        known = statements.statements(self.env)
        claim = known.claims.get(self.text)
        if claim is not None and claim.certainty is not None:
            return self._words(claim.certainty)
        if (CLAIM, self.text) not in known.broken:
            statements.note_fault(self.env, CLAIM, self.text)
            graded = [name for name, each in known.claims.items() if each.certainty]
            self._warn(
                "name a claim with a certainty (%s) or a treatment (%s)",
                ", ".join(graded) or "none", ", ".join(Treatment),
            )  # fmt: skip
        return [nodes.literal("", self.text)], []

    def _of_treatment(self, treatment: Treatment) -> Found:
        results = [
            key
            for key, study in use_all(self.env).items()
            if study.treatment is treatment and study.results
        ]
        if results:
            note_fault(self.env, results[0])
            self._warn(
                "there are results now (%s): grade them in a claim and name it here",
                ", ".join(results),
            )
        return self._words(Certainty.NONE)

    def _words(self, certainty: Certainty) -> Found:
        return [nodes.inline("", _(str(certainty)), classes=["certainty"])], []

    def _warn(self, message: str, *parts: str) -> None:
        logger.warning(
            f"{{certainty}}`%s`: {message}", self.text, *parts,
            location=self.get_location(), type="evidence", subtype="role",
        )  # fmt: skip


def setup(app: Sphinx) -> None:
    app.add_role("certainty", CertaintyRole())
