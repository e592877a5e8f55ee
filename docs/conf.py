"""How Sphinx builds the handbook. The pages are beside this file, our extensions in _ext/."""

import os
import sys
from pathlib import Path

import yaml

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE / "_ext"))

# -- The handbook ------------------------------------------------------------------------------

# Title, version and date stand in one place, the citation file.
citation = yaml.safe_load((HERE.parent / "CITATION.cff").read_text(encoding="utf-8"))

project = "Lupus, Stem Cells and Exosomes"
author = "the handbook’s maintainers"
copyright = (
    f"{citation['date-released'].year}, the handbook’s maintainers. Text: CC BY 4.0; code: MIT"
)
version = release = citation["version"]
language = "en"

# Read the Docs names the address that readers see; elsewhere, pages name the public one.
html_baseurl = os.environ.get(
    "READTHEDOCS_CANONICAL_URL", "https://lupus-evidence-handbook.readthedocs.io/en/latest/"
)

# -- Reading the pages -------------------------------------------------------------------------

extensions = [
    "myst_parser",
    "rebuilding",
    "sphinxcontrib.bibtex",
    "reference_style",
    "bibliography_mends",
    "reference_parts",
    "retraction_marks",
    "page_status",
    "page_changes",
    "glossary_links",
    "alternative_text",
    "accessible_html",
    "page_files",
    "site_files",
    "site_search",
    "moved_pages",
    "not_found",
    "sourced_numbers",
    "evidence",
    "evidence_searches",
    "link_cards",
    "benchmark_results",
    "handbook_address",
    "typst_pdf",
    "link_checking",
    "speed",
]
exclude_patterns = ["_*"]
nitpicky = True

myst_enable_extensions = ["colon_fence"]
# `[words](page.md#heading)` may point at headings down to the third level.
myst_heading_anchors = 3

bibtex_bibfiles = ["refs.bib"]
bibtex_default_style = "handbook"
bibtex_reference_style = "handbook"
# Anchors that stay when other entries come and go: references/u-z.html#wang2018.
bibtex_cite_id = "{key}"
# Cards say what a citation stands for, and more than a title can.
bibtex_tooltips = False

# The day of this version, for "how to cite".
evidence_date = citation["date-released"]

# -- Links -------------------------------------------------------------------------------------

# What `make linkcheck` leaves out, and redirects that are right, each with its reason. One that
# matched nothing in a complete run is an error. See docs/about/link-and-source-checks.md.
link_ignores: list[dict[str, str]] = []
link_redirects: list[dict[str, str]] = []

# -- Web site ----------------------------------------------------------------------------------

html_theme = "furo"
html_title = "Lupus, Stem Cells and Exosomes"
html_favicon = "_static/favicon.svg"
html_static_path = ["_static"]
html_css_files = [
    "handbook.css",
    "evidence.css",
    "menus.css",
    ("print.css", {"media": "print"}),
]
html_js_files = [("menus.js", {"defer": ""})]
templates_path = ["_templates"]
# Readers get the sources from the repository; copies would double the site.
html_copy_source = False
# No page leads to Sphinx's index of terms: the glossary and the search do its work.
html_use_index = False
html_show_sphinx = False

# Text in system fonts: nothing to fetch, and the reader's own settings hold.
_fonts = {
    "font-stack": "system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', 'Noto Sans', 'Liberation Sans', sans-serif",
    "font-stack--headings": "'Iowan Old Style', 'Palatino Linotype', Palatino, 'URW Palladio L', P052, Georgia, serif",
}
html_theme_options = {
    "light_logo": "logo.svg",
    "dark_logo": "logo-dark.svg",
    "light_css_variables": {
        **_fonts,
        "color-brand-primary": "#5b2a86",
        "color-brand-content": "#5b2a86",
        "color-brand-visited": "#7a3b6e",
    },
    "dark_css_variables": {
        "color-brand-primary": "#cdb0f0",
        "color-brand-content": "#cdb0f0",
        "color-brand-visited": "#e0a9d0",
    },
}
html_sidebars = {
    "**": [
        "sidebar/brand.html",
        "sidebar/search.html",
        "sidebar/scroll-start.html",
        "sidebar/navigation.html",
        "sidebar/downloads.html",
        "sidebar/scroll-end.html",
    ]
}

# -- PDF ---------------------------------------------------------------------------------------
typst_templates_path = ["_typst"]
typst_template = "handbook"
typst_documents = [
    {
        "startdocname": "index",
        "targetname": "handbook",
        "title": project,
        "start_title": "Start here",
        "metadata": {
            # British hyphenation; Sphinx itself knows only "en".
            "language": "en-GB",
            "subtitle": "An evidence handbook",
            "description": citation["abstract"].strip(),
            "keywords": citation["keywords"],
            "notices": [
                "This handbook is not medical advice. Do not stop or change your lupus medicines "
                "on your own: ask the team that treats you.",
                "No clinician and nobody with lupus has reviewed it yet.",
            ],
        },
    },
    # The two pages for an appointment, on either continent's paper.
    *(
        {
            "startdocname": "handout",
            "targetname": f"handout-{name}",
            "template": "handout",
            "title": "Stem cells or exosomes for lupus? For your appointment",
            "metadata": {"language": "en-GB", "paper": paper},
        }
        for name, paper in {"a4": "a4", "letter": "us-letter"}.items()
    ),
]
