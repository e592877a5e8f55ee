"""Looks for what is new: records that the documented searches find, and trials that changed.

`known` is what the handbook holds, `finding` asks PubMed and ClinicalTrials.gov, `changes` compares
registered trials with their records, `triage` writes the list to look at, and `keeping` writes runs
and rejected records into ``docs/evidence/searches.yaml``, when it is asked to.
"""

import sys
from pathlib import Path

DOCS = Path(__file__).resolve().parents[2] / "docs"
# The records and the searches are read as the build reads them.
sys.path.insert(0, str(DOCS / "_ext"))
