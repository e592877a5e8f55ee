"""Names of articles and trials in one form, so that the same one is known wherever it stands."""

from __future__ import annotations

import re

_FORMS = (
    # A DOI's letters may be large or small: it is the same DOI.
    ("DOI", re.compile(r"(?:doi:?\s*|https?://(?:dx\.)?doi\.org/)?(10\.\d{4,9}/\S+)", re.I)),
    ("PMID", re.compile(r"(?:pmid:?\s*)(\d{1,9})", re.I)),
    ("NCT", re.compile(r"(NCT\d{8})", re.I)),
)


def identifier(text: str) -> str:
    """`PMID 123`, `DOI 10.1000/x` or `NCT01234567`; raises ValueError for anything else."""
    for kind, form in _FORMS:
        if found := form.fullmatch(text.strip()):
            match kind:
                case "DOI":
                    return f"DOI {found[1].lower()}"
                case "PMID":
                    return f"PMID {int(found[1])}"
            return found[1].upper()
    raise ValueError(
        f"{text!r} is no identifier; write 'PMID 12345678', 'DOI 10.1000/x' or 'NCT01234567'"
    )


def trials_in(text: str) -> list[str]:
    """The numbers of ClinicalTrials.gov that a text names, each once."""
    found = re.findall(r"(?<![A-Za-z0-9])NCT\d{8}(?!\d)", text, re.I)
    return list(dict.fromkeys(number.upper() for number in found))
