from project_settings import *  # noqa: F403
from project_settings import extensions

extensions = [*extensions, "reference_style", "page_status", "evidence"]
project = "Evidence"
typst_documents = [{"startdocname": "index", "targetname": "evidence", "title": project}]
