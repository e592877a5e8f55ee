from project_settings import *  # noqa: F403
from project_settings import extensions

extensions = [*extensions, "reference_style", "evidence"]
project = "Claims"
typst_documents = [{"startdocname": "index", "targetname": "claims", "title": project}]
