from pathlib import Path

import evidence
from docutils import nodes
from evidence.store import use_all
from sphinx.util.docutils import SphinxDirective

extensions = [
    "myst_parser",
    "sphinxcontrib.bibtex",
    "reference_style",
    "bibliography_mends",
    "page_status",
    "evidence",
    "typst_pdf",
]
project = "Tables"
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
typst_templates_path = [Path(evidence.__file__).parents[2] / "_typst"]
typst_documents = [{"startdocname": "index", "targetname": "tables", "title": project}]


class StudyList(SphinxDirective):
    """Names every study, as the archive does."""

    def run(self):
        return [nodes.paragraph("", "; ".join(study.name for study in use_all(self.env).values()))]


def setup(app):
    app.add_directive("study-list", StudyList)


html_static_path = [str(Path(evidence.__file__).parents[2] / "_static")]
