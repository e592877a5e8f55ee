import datetime

from evidence_settings import *  # noqa: F403

project = "Exports"
release = "1.2"
evidence_date = datetime.date(2026, 11, 22)
typst_documents = [{"startdocname": "index", "targetname": "exports", "title": project}]
