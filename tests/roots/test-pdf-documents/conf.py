from pathlib import Path

import typst_pdf

project = "Several documents"
author = "The testers"
extensions = ["myst_parser", "sphinxcontrib.bibtex", "reference_style", "typst_pdf"]
html_baseurl = "https://handbook.example/en/"
myst_enable_extensions = ["colon_fence"]
bibtex_bibfiles = ["refs.bib"]
bibtex_default_style = "handbook"
bibtex_reference_style = "handbook"
typst_template = "handbook"
typst_templates_path = [str(Path(typst_pdf.__file__).parents[2] / "_typst")]
typst_documents = [
    {
        "startdocname": "index",
        "targetname": "book",
        "title": "The book",
        "start_title": "Opening",
    },
    # A page of the book on its own, with the list of references...
    {
        "startdocname": "chapter",
        "targetname": "excerpt",
        "title": "An excerpt",
        "appendices": ["references"],
    },
    # ... and a page that stands in no menu, without it.
    {
        "startdocname": "leaflet",
        "targetname": "leaflet",
        "title": "A leaflet",
    },
]
