from project_settings import *  # noqa: F403
from project_settings import extensions

extensions = [*extensions, "reference_style"]
project = "Several documents"
typst_documents = [
    {
        "startdocname": "index",
        "targetname": "book",
        "title": "The book",
        "start_title": "Opening",
    },
    # A page of the book on its own, with the list of references...
    {
        "startdocname": "chapter",
        "targetname": "excerpt",
        "title": "An excerpt",
        "appendices": ["references"],
    },
    # ... and a page that stands in no menu, without it.
    {
        "startdocname": "leaflet",
        "targetname": "leaflet",
        "title": "A leaflet",
    },
]
