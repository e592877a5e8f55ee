from pathlib import Path

import typst_pdf

project = "Corpus"
author = "The testers"
release = "1.0"
extensions = ["myst_parser", "typst_pdf"]
html_baseurl = "https://handbook.example/en/"
numfig = True
language = "en_GB"
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
typst_template = "handbook"
typst_templates_path = [Path(typst_pdf.__file__).parents[2] / "_typst"]
typst_documents = [
    {
        "startdocname": "index",
        "targetname": "corpus",
        "title": "Corpus of features",
        "metadata": {
            "subtitle": "One page for each feature",
            "notices": ["This is not medical advice."],
            "keywords": ["lupus", "tests"],
        },
    },
]
