from project_settings import *  # noqa: F403
from project_settings import DOCS, extensions

extensions = [*extensions, "reference_style", "page_status", "evidence", "study_list"]
project = "Tables"
html_static_path = [str(DOCS / "_static")]
typst_documents = [{"startdocname": "index", "targetname": "tables", "title": project}]
