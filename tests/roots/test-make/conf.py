extensions = ["myst_parser", "typst_pdf"]
project = "Small handbook"
html_baseurl = "https://handbook.example/en/"
typst_templates_path = ["_typst"]
typst_template = "handbook"
typst_documents = [{"startdocname": "index", "targetname": "handbook", "title": project}]
