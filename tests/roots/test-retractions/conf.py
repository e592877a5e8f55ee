from pathlib import Path

import typst_pdf

extensions = [
    "myst_parser",
    "sphinxcontrib.bibtex",
    "reference_style",
    "bibliography_mends",
    "retraction_marks",
    "sourced_numbers",
    "typst_pdf",
]
project = "Retractions"
author = "The testers"
release = "1.0"
html_theme = "basic"
html_baseurl = "https://handbook.example/en/"
myst_enable_extensions = ["colon_fence"]
bibtex_bibfiles = ["refs.bib"]
bibtex_default_style = "handbook"
bibtex_reference_style = "handbook"
bibtex_cite_id = "{key}"
typst_template = "handbook"
typst_templates_path = [Path(typst_pdf.__file__).parents[2] / "_typst"]
typst_documents = [{"startdocname": "index", "targetname": "retractions", "title": project}]
