from evidence_settings import *  # noqa: F403

project = "Evidence"
typst_documents = [{"startdocname": "index", "targetname": "evidence", "title": project}]
