"""Claims and quotations on the pages: `statements` says what their records hold.

``:::{claim} id`` prints the exact wording, then who is cited, both answers, the certainty and the
results for and against; ``:::{quotation} id`` the quoted words, and plainly whether they were seen
in the source. Other pages name them with ``{claim}`id``` and ``{quotation}`id```.
``{claims-table}`` and ``{quotations-table}`` list them all, ``{claims-count}`` counts answers, and
``{verdict}`` prints an answer in a sentence, so that it is typed once.
"""

from __future__ import annotations

from collections.abc import Iterator

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective, SphinxRole

from . import statements, wording
from .pieces import Cell, bullets, citation, link, placed, table
from .statements import CLAIM, ORIGIN, PAGES, QUOTATION, Claim, Match, Quotation, Topic, Verdict
from .store import records
from .tabling import heading, separated
from .wording import _, capitalised

logger = logging.getLogger(__name__)

Found = tuple[list[nodes.Node], list[nodes.system_message]]


# --- Directives -------------------------------------------------------------------------------


class _Shown(SphinxDirective):
    """Gives the nodes that it makes their place in the source."""

    def run(self) -> list[nodes.Node]:
        return placed(self, self.show())

    def show(self) -> list[nodes.Node]:
        raise NotImplementedError

    def inline(self, text: str) -> list[nodes.Node]:
        return self.parse_inline(text, lineno=self.lineno)[0]

    def cited(self, keys: list[str]) -> list[nodes.Node]:
        """ "Zhou et al. (2020), Wang et al. (2018)"."""
        return separated(node for key in keys for node in citation(self, key))


class _StatementDirective(_Shown):
    """One claim or quotation, whose record is its content."""

    has_content = True
    required_arguments = 1

    def show(self) -> list[nodes.Node]:
        kind, name = self.name, self.arguments[0]
        known = statements.statements(self.env)
        record = known.get(kind, name)
        if self.env.docname != PAGES[kind]:
            self._warn(
                "these stand in %s.md; here refer to it with {%s}`%s`", PAGES[kind], kind, name
            )
            return []
        if record is None:
            if (kind, name) not in known.broken:
                self._warn(
                    "write ':::{%s} id' at the start of a line, and the same colons at its end",
                    kind,
                )
            return []
        found = self.body(record)
        anchor = statements.anchor_of(kind, name)
        found[0]["ids"].append(anchor)  # type: ignore[index]
        self.env.get_domain("evidence").note(kind, name, record.short, anchor)  # type: ignore[attr-defined]
        return found

    def body(self, record: Claim | Quotation) -> list[nodes.Node]:
        raise NotImplementedError

    def _warn(self, message: str, *parts: str) -> None:
        statements.note_fault(self.env, self.name, self.arguments[0])
        logger.warning(
            f"{{%s}} %s: {message}", self.name, self.arguments[0], *parts,
            location=self.get_location(), type="evidence", subtype="statement",
        )  # fmt: skip


class ClaimDirective(_StatementDirective):
    def body(self, record: Claim) -> list[nodes.Node]:  # type: ignore[override]
        card = table(
            _("“{claim}”: both answers").format(claim=record.short),
            self._rows(record),
            widths=(30, 70),
            stubs=1,
            classes=("claim-card",),
        )
        return [card] if self._is_repeated(record) else [quoted(record.wording), card]

    def _is_repeated(self, record: Claim) -> bool:
        """Whether the claim before this one has the same words: one sentence may hold two."""
        before: Claim | None = None
        for each in statements.statements(self.env).claims.values():
            if each is record:
                break
            before = each
        return before is not None and before.wording == record.wording

    def _rows(self, record: Claim) -> Iterator[tuple[str, Cell]]:
        if record.origin != ORIGIN:
            yield _("Said in"), record.origin
        yield _("Cited"), self._sources(record)
        yield _("Does the cited source say it?"), capitalised(_(str(record.source_says)))
        yield (
            _("Does the evidence as a whole support it?"),
            capitalised(_(str(record.evidence_says))),
        )
        if record.certainty:
            yield _("Certainty"), capitalised(_(str(record.certainty)))
        for words, targets in (
            (_("Results for it"), record.results_for),
            (_("Results that weaken it"), record.results_against),
        ):
            if targets:
                yield words, [bullets(self._result(target) for target in targets)]

    def _sources(self, record: Claim) -> Cell:
        where: list[nodes.Node] = (
            [nodes.Text(f" ({record.cited_where})")] if record.cited_where else []
        )
        return [*self.cited(record.cited), *where] if record.cited else _("None named")

    def _result(self, target: str) -> Cell:
        """ "SLEDAI, 2 months: 9 of 12 (75%) (Deng et al. 2017)"; `{result}` says what is wrong."""
        key, _colon, rest = target.partition(":")
        study = records(self.env).get(key)
        name = rest.partition(":")[0]
        found = next((each for each in study.results if each.id == name), None) if study else None
        start = [nodes.Text(f"{capitalised(heading(found))}: ")] if found else []
        figures = self.inline(f"{{result}}`{target}`")
        return [*start, *figures, nodes.Text(" "), *(citation(self, key, "p") if found else [])]


class QuotationDirective(_StatementDirective):
    def body(self, record: Quotation) -> list[nodes.Node]:  # type: ignore[override]
        words = f"“{record.words}”"
        if record.attribution:
            words += f" ({record.attribution})"
        return [quoted(words), self._check(record)]

    def _check(self, record: Quotation) -> nodes.paragraph:
        """Whether the words were seen, where and when; a plain mark if they were not."""
        is_seen = record.match is Match.VERBATIM
        if record.checked:
            words = (
                _("{state} on {day}: {where}.")
                if is_seen
                else _("{state}; looked for on {day} in: {where}.")
            )
            day = wording.day(record.checked, self.config.language)
        else:
            words, day = _("{state}; nobody has looked for it yet."), ""
        state = words.format(
            state=capitalised(_(str(record.match))), day=day, where=record.checked_where
        )
        if record.missing:
            state += _(" Missing: {missing}.").format(missing=record.missing)
        found = nodes.paragraph("", classes=["wording-check"])
        if not is_seen:
            found += nodes.strong("", _("Wording not checked against the paper."))
            found += nodes.Text(" ")
        found += nodes.Text(state)
        return found


def quoted(words: str) -> nodes.block_quote:
    return nodes.block_quote("", nodes.paragraph("", words), classes=["quoted-words"])


class ClaimsTable(_Shown):
    """Every claim with both answers."""

    def show(self) -> list[nodes.Node]:
        statements.note(self.env, CLAIM)
        claims = statements.statements(self.env).claims
        number = own_figure(wording.number(len(claims)))
        before, _mark, after = _(
            "The {n} claims and both answers. “None named” means that the article names no source "
            "for the claim."
        ).partition("{n}")
        rows = [
            [
                [link(CLAIM, name, claim.short, docname=self.env.docname)],
                self.cited(claim.cited) if claim.cited else _("None named"),
                capitalised(_(str(claim.source_says))),
                capitalised(_(str(claim.evidence_says))),
            ]
            for name, claim in claims.items()
        ]
        return [
            table(
                [nodes.Text(before), number, nodes.Text(after)],
                rows,
                head=[
                    _("Claim, shortened"),
                    _("Cited"),
                    _("Does the cited source say it?"),
                    _("Does the evidence support it?"),
                ],
                widths=(38, 22, 20, 20),
                classes=("claims-table",),
            )
        ]


class QuotationsTable(_Shown):
    """Every quotation, and what was seen of it."""

    def show(self) -> list[nodes.Node]:
        statements.note(self.env, QUOTATION)
        rows = [
            [
                citation(self, each.source),
                [link(QUOTATION, name, self._match(each), docname=self.env.docname)],
                capitalised(each.checked_where or _("not looked for")),
                capitalised(each.missing or (_("nothing") if each.checked else _("not known"))),
            ]
            for name, each in statements.statements(self.env).quotations.items()
        ]
        return [
            table(
                _("What could be verified of each quotation"),
                rows,
                head=[
                    _("Study"),
                    _("Wording"),
                    _("Where it was looked for"),
                    _("What is missing"),
                ],
                widths=(22, 22, 26, 30),
                classes=("quotations-table",),
            )
        ]

    def _match(self, each: Quotation) -> str:
        words = capitalised(_(str(each.match)))
        if each.checked is None:
            return words
        return f"{words} ({wording.day(each.checked, self.config.language)})"


# --- Roles ------------------------------------------------------------------------------------


class _StatementRole(SphinxRole):
    def wrong(self, message: str, *parts: str) -> Found:
        statements.note_fault(self.env, self.name, self.text)
        logger.warning(
            f"{{%s}}`%s`: {message}", self.name, self.text, *parts,
            location=self.get_location(), type="evidence", subtype="statement",
        )  # fmt: skip
        return [nodes.literal("", self.text)], []

    def unknown(self, kind: str, name: str) -> Found:
        """Quiet about a record that is wrong: the build has warned about that."""
        known = statements.statements(self.env)
        if (kind, name) in known.broken:
            return [nodes.literal("", self.text)], []
        listed = ", ".join(known.of(kind)) or "none"
        return self.wrong(f"there is no {kind} %r in {PAGES[kind]}.md; known are: %s", name, listed)


class LinkRole(_StatementRole):
    """The short title of a claim or quotation, which leads to it."""

    def run(self) -> Found:
        kind, name = self.name, self.text.strip()
        statements.note(self.env, kind, name)
        record = statements.statements(self.env).get(kind, name)
        if record is None:
            return self.unknown(kind, name)
        shown = link(kind, name, record.short, docname=self.env.docname)
        self.set_source_info(shown)
        return [shown], []


class VerdictRole(_StatementRole):
    """``flares:evidence`` or ``flares:source``: an answer; with a capital where the word has one."""

    def run(self) -> Found:
        name, _colon, which = self.text.partition(":")
        statements.note(self.env, CLAIM, name)
        record = statements.statements(self.env).claims.get(name)
        if record is None:
            return self.unknown(CLAIM, name)
        answers = {"source": record.source_says, "evidence": record.evidence_says}
        if which.lower() not in answers:
            return self.wrong("write the claim's id, then ':source' or ':evidence'")
        return [nodes.emphasis("", cased(_(str(answers[which.lower()])), which))], []


class CountRole(_StatementRole):
    """How many claims have an answer on the evidence, a topic, or both: ``stem cells; supported``.

    ``all`` counts all of them. Up to twelve the number is a word, with a capital where the role's
    own text begins with one.
    """

    def run(self) -> Found:
        statements.note(self.env, CLAIM)
        asked = [part.strip().lower() for part in self.text.split(";")]
        claims = list(statements.statements(self.env).claims.values())
        for part in asked:
            if part in set(Verdict):
                claims = [claim for claim in claims if claim.evidence_says == part]
            elif part in set(Topic):
                claims = [claim for claim in claims if claim.about == part]
            elif part != "all":
                return self.wrong("known are: %s", "; ".join(["all", *Verdict, *Topic]))
        return [own_figure(cased(in_words(len(claims)), self.text))], []


def cased(words: str, like: str) -> str:
    return capitalised(words) if like[:1].isupper() else words


def in_words(count: int) -> str:
    small = _("none one two three four five six seven eight nine ten eleven twelve").split()
    return small[count] if count < len(small) else wording.number(count)


def own_figure(words: str) -> nodes.inline:
    """A count of ours, marked so that nobody looks for its source."""
    return nodes.inline("", words, classes=["own-figure"], reason=_("counted in the records"))


def setup(app: Sphinx) -> None:
    directives: dict[str, type[SphinxDirective]] = {
        CLAIM: ClaimDirective,
        QUOTATION: QuotationDirective,
        "claims-table": ClaimsTable,
        "quotations-table": QuotationsTable,
    }
    for name, directive in directives.items():
        app.add_directive(name, directive)
    roles: dict[str, SphinxRole] = {
        CLAIM: LinkRole(),
        QUOTATION: LinkRole(),
        "verdict": VerdictRole(),
        "claims-count": CountRole(),
    }
    for name, role in roles.items():
        app.add_role(name, role)
    # After the studies, which the claims name.
    app.connect("env-get-outdated", statements.load_all, priority=110)
    app.connect("env-purge-doc", statements.purge)
    app.connect("env-merge-info", statements.merge)
