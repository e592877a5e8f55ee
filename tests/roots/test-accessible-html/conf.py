extensions = ["myst_parser", "accessible_html"]
project = "Accessible"
html_theme = "furo"
nitpicky = True
numfig = True
myst_enable_extensions = ["colon_fence"]
