"""Each word is brought to its stem once, where Sphinx's search index does so again on each page."""

from __future__ import annotations

from functools import cache

from sphinx.application import Sphinx
from sphinx.search.en import SearchEnglish


class SearchEnglishOnce(SearchEnglish):
    """English for the search index."""

    stem = cache(SearchEnglish.stem)


def setup(app: Sphinx) -> None:
    app.add_search_language(SearchEnglishOnce)
