from pathlib import Path

import page_changes

extensions = ["myst_parser", "page_changes", "site_files", "typst_pdf"]
project = "Changes & more"
author = "The testers"
release = "1.0"
nitpicky = True
html_theme = "basic"
html_baseurl = "https://handbook.example/en/"
myst_enable_extensions = ["colon_fence"]
typst_template = "handbook"
typst_templates_path = [Path(page_changes.__file__).parents[1] / "_typst"]
typst_documents = [{"startdocname": "index", "targetname": "changes", "title": project}]
