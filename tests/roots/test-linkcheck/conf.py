extensions = [
    "myst_parser",
    "sphinxcontrib.bibtex",
    "reference_style",
    "bibliography_mends",
    "link_checking",
]
myst_enable_extensions = ["colon_fence"]
html_baseurl = "https://handbook.example.org/en/latest/"
bibtex_bibfiles = ["refs.bib"]
bibtex_default_style = "handbook"
bibtex_reference_style = "handbook"
bibtex_cite_id = "{key}"
link_ignores = [{"pattern": "http://SERVER/wall.*", "reason": "it refuses robots"}]
link_redirects = [
    {"pattern": "http://SERVER/old", "to": "http://SERVER/new", "reason": "it comes and goes"}
]
