extensions = [
    "myst_parser",
    "page_status",
    "glossary_links",
    "alternative_text",
    "site_files",
]
project = "Pages"
nitpicky = True
html_theme = "basic"
html_baseurl = "https://handbook.example/en/"
myst_enable_extensions = ["colon_fence"]
