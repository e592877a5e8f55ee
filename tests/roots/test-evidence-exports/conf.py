import datetime

from project_settings import *  # noqa: F403
from project_settings import extensions

extensions = [*extensions, "reference_style", "page_status", "evidence"]
project = "Exports"
release = "1.2"
evidence_date = datetime.date(2026, 11, 22)
typst_documents = [{"startdocname": "index", "targetname": "exports", "title": project}]
