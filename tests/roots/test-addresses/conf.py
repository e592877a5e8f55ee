"""A small site of which a page moved; the test names the handbook's templates."""

extensions = ["myst_parser", "moved_pages", "not_found"]
html_title = "A small handbook"
html_theme = "furo"
html_baseurl = "https://handbook.example/en/latest/"
