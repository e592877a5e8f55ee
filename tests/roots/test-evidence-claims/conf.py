from evidence_settings import *  # noqa: F403
from evidence_settings import extensions

project = "Claims"
extensions = [name for name in extensions if name != "page_status"]
typst_documents = [{"startdocname": "index", "targetname": "claims", "title": project}]
