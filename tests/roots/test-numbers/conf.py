from project_settings import *  # noqa: F403
from project_settings import extensions

extensions = [*extensions, "reference_style", "page_status", "sourced_numbers"]
project = "Numbers"
myst_heading_anchors = 3
typst_documents = [{"startdocname": "index", "targetname": "numbers", "title": project}]
