"""Pages load little: one style sheet and one script hold what all of them need.

Sphinx and Furo let each page load a dozen files, some of them for what the handbook does not have,
and their scripts hold up the page. Here the style sheets and the scripts of every page are joined
into `handbook-page.css` and `handbook-page.js`, without their comments; the script waits until the
page is read. Styles for paper become part of the one style sheet. Colours of code are loaded where
there is code. What no page loads is not published.

A file that one page alone adds, such as the archive's script, stays a file of its own. Pictures say
their size, so that nothing jumps when they arrive, and arrive when the reader comes near.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.builders import Builder
from sphinx.builders.html import StandaloneHTMLBuilder
from sphinx.builders.html._assets import _CascadingStyleSheet, _JavaScript
from sphinx.errors import ExtensionError
from sphinx.util.images import get_image_size
from sphinx.writers.html5 import HTML5Translator

STYLES, SCRIPTS = "_static/handbook-page.css", "_static/handbook-page.js"
CODE_COLOURS = "_static/pygments.css"
# For the search, the shortcuts and the widgets of Sphinx and others, which no page has.
UNUSED = {
    "_static/documentation_options.js",
    "_static/doctools.js",
    "_static/sphinx_highlight.js",
    "_static/styles/furo-extensions.css",
}
# Furo's rules for what no page of the handbook has, a sixth of its style sheet.
UNUSED_RULES = re.compile(
    r"\.sig|\.property|\.viewcode|\.(version|deprecated)|\.contents|\.math|\.todo|"
    r"\.admonition-todo|\.line-block|\.highlighttable|\.linenos|\.code-block-caption|\.guilabel|"
    r"\.announcement|\.back-to-top|index-|searchbox|ul\.search|blockquote\.|article .*\.sidebar|"
    r"#__|\.sidebar-toggle|\.(nav|toc)-overlay|\.(theme-toggle|toc|nav)-header|\.header-|"
    r"(?<!:not\()\.option-list|\.text-|\.(view|edit)-this"
)
RULE = re.compile(r"([^{}@]+)\{[^{}]*\}")

# Copied by Sphinx and Furo, and loaded by no page.
LEFTOVERS = (
    "basic.css", "language_data.js", "searchtools.js", "debug.css", "skeleton.css", "*.png",
    "styles/*", "scripts/*.js", "scripts/*.map",
)  # fmt: skip

# Comments with an exclamation mark say whose work it is, and stay.
COMMENT = re.compile(r"/\*(?!!).*?\*/\s*", re.DOTALL)


def join_files(app: Sphinx, builder: Builder) -> None:
    """Write the two files, before any page is written that names them."""
    if not isinstance(builder, StandaloneHTMLBuilder):
        return
    app.joined_files = [
        file
        for file in (*builder._css_files, *builder._js_files)
        if file.filename not in {CODE_COLOURS, *UNUSED}
    ]
    styles = (_style(builder, file) for file in _sorted(app, _CascadingStyleSheet))
    scripts = (f"{_read(builder, file)};\n" for file in _sorted(app, _JavaScript))
    for name, parts in ((STYLES, styles), (SCRIPTS, scripts)):
        path = Path(builder.outdir, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(parts), encoding="utf-8")


def _sorted(app: Sphinx, kind: type) -> list[Any]:
    """As pages would load them."""
    files = [file for file in app.joined_files if isinstance(file, kind)]
    return sorted(files, key=lambda file: file.priority)


def without_unused(rules: str) -> str:
    """Style rules, but for those whose every selector is for what no page has."""
    return RULE.sub(lambda rule: "" if _is_unused(rule[1]) else rule[0], rules)


def unused_selectors(rules: str) -> list[str]:
    """The selectors of the rules that are left out."""
    heads = (rule[1] for rule in RULE.finditer(rules))
    return [selector for head in heads if _is_unused(head) for selector in head.split(",")]


def _is_unused(selectors: str) -> bool:
    return all(map(UNUSED_RULES.search, selectors.split(",")))


def _style(builder: StandaloneHTMLBuilder, file: _CascadingStyleSheet) -> str:
    rules = COMMENT.sub("", _read(builder, file)).strip()
    if Path(file.filename).name == "furo.css":
        rules = without_unused(rules)
    medium = file.attributes.get("media")
    return f"@media {medium} {{\n{rules}\n}}\n" if medium else f"{rules}\n"


def _read(builder: StandaloneHTMLBuilder, file: Any) -> str:
    """The text of a file of `html_static_path` or of the theme."""
    name = Path(file.filename).relative_to("_static")
    ours = [Path(builder.confdir, folder) for folder in builder.config.html_static_path]
    theirs = [Path(folder, "static") for folder in builder.theme.get_theme_dirs()]
    for folder in (*ours, *theirs):
        if (folder / name).is_file():
            return re.sub(
                r"^//# sourceMappingURL=.*$", "", (folder / name).read_text("utf-8"), flags=re.M
            )
    raise ExtensionError(
        f"{name} is in no folder of html_static_path and not the theme's: put it there, or take "
        "it out of html_css_files and html_js_files"
    )


def load_few(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document
) -> None:
    """Let a page load the two files, and what it alone needs."""
    styles = [_CascadingStyleSheet(STYLES, priority=200)]
    if 'class="highlight' in context.get("body", ""):
        styles.append(_CascadingStyleSheet(CODE_COLOURS, priority=100))
    scripts = [_JavaScript(SCRIPTS, priority=200, defer="")]
    left_out = {CODE_COLOURS, *UNUSED, *(file.filename for file in app.joined_files)}

    def own(files: list[Any]) -> list[Any]:
        return [file for file in files if file.filename not in left_out]

    context["css_files"] = styles + own(context["css_files"])
    context["script_files"] = scripts + own(context["script_files"])


def visit_image(translator: HTML5Translator, node: nodes.image) -> None:
    size = get_image_size(translator.builder.srcdir / node["uri"])
    HTML5Translator.visit_image(translator, node)
    if size:
        width, height = size
        image = f'<img height="{height}" loading="lazy" width="{width}" '
        translator.body[-1] = translator.body[-1].replace("<img ", image, 1)


def remove_unused(app: Sphinx, exception: Exception | None) -> None:
    if exception or not isinstance(app.builder, StandaloneHTMLBuilder):
        return
    folder = Path(app.outdir)
    joined = {file.filename for file in getattr(app, "joined_files", ())}
    paths = [folder / name for name in (*UNUSED, *joined)]
    paths += [path for name in LEFTOVERS for path in (folder / "_static").glob(name)]
    for path in paths:
        path.unlink(missing_ok=True)


def setup(app: Sphinx) -> dict[str, Any]:
    app.setup_extension("rebuilding")
    app.add_node(nodes.image, override=True, html=(visit_image, HTML5Translator.depart_image))
    # After what an earlier build copied is cleared away.
    app.connect("write-started", join_files, priority=600)
    app.connect("html-page-context", load_few, priority=900)
    # After Furo wrote the colours of code; before empty folders go.
    app.connect("build-finished", remove_unused, priority=800)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
