"""The settings of docutils are put together once, not twice for each page.

docutils collects them by making a parser for a command line with some seventy options. What comes
out depends on the components alone, so it is kept; each page still gets a copy of its own.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from functools import cache
from typing import Any

import myst_parser.mdit_to_docutils.base
import sphinx.util.docutils
from docutils.frontend import OptionParser, Values
from sphinx.application import Sphinx


@cache
def known(*components: type) -> tuple[dict[str, Any], dict[str, Any], list[str]]:
    """By name, what the components set, what `docutils.conf` sets, and where that was found."""
    with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
        parser = OptionParser(components)
        configured = vars(parser.get_standard_config_settings())
    # A list of files that each page fills for itself.
    del configured["record_dependencies"]
    return parser.defaults, configured, parser.config_files


def settings(
    *components: Any, defaults: Mapping[str, Any] | None = None, read_config_files: bool = False
) -> Values:
    """A copy for one page."""
    own, configured, files = known(*map(_class_of, components))
    found = {**own, **(defaults or {})}
    with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
        if not read_config_files or found["_disable_config"]:
            return Values(found)
        values = Values({**found, **configured})
    values._config_files = files
    return values


def _class_of(component: Any) -> type:
    return component if isinstance(component, type) else type(component)


def setup(app: Sphinx) -> None:
    sphinx.util.docutils._get_settings = settings
    myst_parser.mdit_to_docutils.base.get_default_settings = settings
