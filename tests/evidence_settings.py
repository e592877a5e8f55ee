"""Settings that the small projects of the evidence share; each adds or changes its own."""

from pathlib import Path

import evidence
from docutils import nodes
from evidence.store import use_all
from sphinx.util.docutils import SphinxDirective

DOCS = Path(evidence.__file__).parents[2]

extensions = [
    "myst_parser",
    "sphinxcontrib.bibtex",
    "reference_style",
    "bibliography_mends",
    "page_status",
    "evidence",
    "typst_pdf",
]
author = "The testers"
release = "1.0"
nitpicky = True
html_theme = "basic"
html_baseurl = "https://handbook.example/en/"
myst_enable_extensions = ["colon_fence"]
bibtex_bibfiles = ["refs.bib"]
bibtex_default_style = "handbook"
bibtex_reference_style = "handbook"
typst_template = "handbook"
typst_templates_path = [DOCS / "_typst"]


class StudyList(SphinxDirective):
    """Names every study, as the archive does."""

    def run(self):
        return [nodes.paragraph("", "; ".join(study.name for study in use_all(self.env).values()))]
