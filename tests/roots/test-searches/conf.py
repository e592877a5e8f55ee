from evidence_settings import *  # noqa: F403
from evidence_settings import extensions

project = "Searches"
extensions = [
    *(name for name in extensions if name != "page_status"),
    "sourced_numbers",
    "evidence_searches",
]
typst_documents = [{"startdocname": "index", "targetname": "searches", "title": project}]
