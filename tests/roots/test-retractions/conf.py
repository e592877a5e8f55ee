from project_settings import *  # noqa: F403
from project_settings import extensions

extensions = [*extensions, "reference_style", "retraction_marks", "sourced_numbers"]
project = "Retractions"
bibtex_cite_id = "{key}"
typst_documents = [{"startdocname": "index", "targetname": "retractions", "title": project}]
