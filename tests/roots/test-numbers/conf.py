from pathlib import Path

import typst_pdf

extensions = [
    "myst_parser",
    "sphinxcontrib.bibtex",
    "page_status",
    "sourced_numbers",
    "typst_pdf",
]
project = "Numbers"
author = "The testers"
release = "1.0"
nitpicky = True
html_theme = "basic"
html_baseurl = "https://handbook.example/en/"
myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3
bibtex_bibfiles = ["refs.bib"]
typst_template = "handbook"
typst_templates_path = [Path(typst_pdf.__file__).parents[2] / "_typst"]
typst_documents = [{"startdocname": "index", "targetname": "numbers", "title": project}]
