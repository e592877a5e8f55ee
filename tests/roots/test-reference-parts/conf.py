extensions = [
    "myst_parser",
    "sphinxcontrib.bibtex",
    "reference_style",
    "bibliography_mends",
    "reference_parts",
]
bibtex_bibfiles = ["refs.bib"]
bibtex_default_style = "handbook"
bibtex_reference_style = "handbook"
bibtex_cite_id = "{key}"
myst_enable_extensions = ["colon_fence"]
