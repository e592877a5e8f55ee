from project_settings import *  # noqa: F403
from project_settings import extensions

extensions = [*extensions, "reference_style", "sourced_numbers", "evidence_searches"]
project = "Searches"
typst_documents = [{"startdocname": "index", "targetname": "searches", "title": project}]
