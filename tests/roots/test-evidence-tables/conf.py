from evidence_settings import *  # noqa: F403
from evidence_settings import DOCS, StudyList

project = "Tables"
html_static_path = [str(DOCS / "_static")]
typst_documents = [{"startdocname": "index", "targetname": "tables", "title": project}]


def setup(app):
    app.add_directive("study-list", StudyList)
