from evidence_settings import *  # noqa: F403
from evidence_settings import StudyList

project = "Evidence"
typst_documents = [{"startdocname": "index", "targetname": "evidence", "title": project}]


def setup(app):
    app.add_directive("study-list", StudyList)
