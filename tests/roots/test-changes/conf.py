from project_settings import *  # noqa: F403
from project_settings import extensions

extensions = [*extensions, "page_changes", "site_files"]
project = "Changes & more"
typst_documents = [{"startdocname": "index", "targetname": "changes", "title": project}]
