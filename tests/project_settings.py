"""Settings that small projects share; each adds or changes its own."""

from pathlib import Path

DOCS = Path(__file__).resolve().parent.parent / "docs"

extensions = ["myst_parser", "typst_pdf"]
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
