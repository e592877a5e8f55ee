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
    address, said = _bare(uri), _bare(text)
    host, _, path = address.partition("/")
    words = re.split(r"[\s:]+", said.casefold())
    names_page = path != "" and not {path.casefold(), path.casefold().split("/")[-1]}.isdisjoint(words)
    names_host = host.casefold().split(".")[0] in words
    if said == address or (names_page and names_host):
        return None
    if names_page or len(address) > LONGEST:
        return host
    return address


def _bare(address: str) -> str:
    """The part of an address that a reader needs: no scheme, no www, no closing slash."""
    return re.sub(r"^(https?://|mailto:)?(www\.)?", "", address.strip()).rstrip("/")
