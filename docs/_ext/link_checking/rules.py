"""Exceptions from the check, each with its reason: `link_ignores` and `link_redirects`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sphinx.config import Config
from sphinx.errors import ConfigError

# Sphinx's own settings have no room for a reason.
INSTEAD = {"linkcheck_ignore": "link_ignores", "linkcheck_allowed_redirects": "link_redirects"}


@dataclass
class Rule:
    """One exception. `pattern` is a regular expression for the whole address."""

    setting: str
    pattern: re.Pattern[str]
    reason: str
    to: re.Pattern[str] | None = None
    used: bool = False

    def __str__(self) -> str:
        return f"{self.setting}: {self.pattern.pattern}"


@dataclass
class Rules:
    """The exceptions, which remember whether they were needed."""

    ignores: list[Rule] = field(default_factory=list)
    redirects: list[Rule] = field(default_factory=list)

    @classmethod
    def read(cls, config: Config) -> Rules:
        """The rules of a conf.py. Raises ConfigError for one that is not complete."""
        for theirs, ours in INSTEAD.items():
            if isinstance(config[theirs], list | tuple | dict) and config[theirs]:
                raise ConfigError(
                    f"conf.py: {theirs} has no room for a reason: write the pattern and the "
                    f"reason into {ours}."
                )
        return cls(
            _rules("link_ignores", {"pattern", "reason"}, config),
            _rules("link_redirects", {"pattern", "to", "reason"}, config),
        )

    def ignoring(self, uri: str) -> Rule | None:
        """The rule that excepts an address from the check."""
        return _first(rule for rule in self.ignores if rule.pattern.fullmatch(uri))

    def allowing(self, uri: str, leads_to: str) -> Rule | None:
        """The rule that finds it right that one address leads to another."""
        return _first(
            rule
            for rule in self.redirects
            if rule.pattern.fullmatch(uri) and rule.to and rule.to.fullmatch(leads_to)
        )

    def unused(self, unclear: Iterable[str]) -> list[Rule]:
        """The rules that matched nothing, but for those whose links were not asked or did not tell.

        `unclear` are the addresses of such links.
        """
        unclear = list(unclear)
        waiting = [
            rule
            for rule in self.redirects
            if any(rule.pattern.fullmatch(address) for address in unclear)
        ]
        return [
            rule
            for rule in (*self.ignores, *self.redirects)
            if not rule.used and rule not in waiting
        ]


def _first(rules: Iterable[Rule]) -> Rule | None:
    for rule in rules:
        rule.used = True
        return rule
    return None


def _rules(setting: str, needs: set[str], config: Config) -> list[Rule]:
    rules = []
    for number, given in enumerate(config[setting], 1):
        where = f"conf.py: entry {number} of {setting}"
        if not isinstance(given, Mapping) or given.keys() != needs or not all(given.values()):
            raise ConfigError(f"{where} needs {', '.join(sorted(needs))}, none of them empty.")
        try:
            patterns = [re.compile(given[name]) for name in ("pattern", "to") if name in needs]
        except re.error as error:
            raise ConfigError(f"{where} is no regular expression: {error}.") from None
        rules.append(Rule(setting, patterns[0], given["reason"], *patterns[1:]))
    return rules
