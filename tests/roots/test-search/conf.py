"""A small site with the handbook's search; the test names the handbook's templates and files."""

extensions = ["myst_parser", "site_search"]
myst_enable_extensions = ["colon_fence"]
html_theme = "furo"
html_copy_source = False
html_sidebars = {"**": ["sidebar/search.html", "sidebar/navigation.html"]}
