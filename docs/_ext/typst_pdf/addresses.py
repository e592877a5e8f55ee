"""How the address of a link is shown to somebody who reads on paper."""

from __future__ import annotations

import re

# Longer addresses are cut to their host: nobody types them, and they would drown the sentence.
LONGEST = 40


def readable_address(uri: str, text: str) -> str | None:
    """A short form of `uri` to print after the link `text`, or None where the text says it all.

    >>> readable_address("https://www.fda.gov/safety/medwatch/", "Report it")
    'fda.gov/safety/medwatch'
    >>> readable_address("https://clinicaltrials.gov/study/NCT01741857", "NCT01741857")
    'clinicaltrials.gov'
    >>> readable_address("https://pubmed.ncbi.nlm.nih.gov/29456843/", "PubMed 29456843") is None
    True
    >>> readable_address("https://doi.org/10.1000/182", "doi:10.1000/182") is None
    True
    """
    address = bare_address(uri)
    if bare_address(text) == address:
        return None
    host, _, path = address.casefold().partition("/")
    words = re.split(r"[\s:]+", text.casefold())
    says_host = host.split(".")[0] in words
    says_page = path in words or path.split("/")[-1] in words
    if says_host and says_page:
        return None
    return host if says_page or len(address) > LONGEST else address


def bare_address(address: str) -> str:
    """The part of an address that a reader needs: no scheme, no www, no closing slash."""
    return re.sub(r"^(https?://|mailto:)?(www\.)?", "", address.strip()).rstrip("/")
