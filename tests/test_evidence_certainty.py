"""`{certainty}`: GRADE's word for what the records hold, on any page, and never a stale one."""

from pathlib import Path

import pytest
from test_evidence_domain import build, change

CELLS = "exosomes of mesenchymal stromal cells"
ROOT = "test-evidence-claims"
CLAIMS = "evidence/claims.md"


@pytest.fixture
def source(source: Path) -> Path:
    """A project in which one page prints certainties and does nothing else."""
    page = (
        "# Certainties\n\nCells: {certainty}`activity`.\n\nExosomes: {certainty}`" + CELLS + "`.\n"
    )
    (source / "other.md").write_text(page, encoding="utf-8")
    return source


def test_it_follows_the_claim_and_the_records(source):
    built = build(source)
    assert built.warnings == []
    assert "Cells: very low. Exosomes: no evidence." in built.text("other")

    change(source / CLAIMS, "certainty: very low", "certainty: low")
    built = build(source)
    assert "Cells: low. Exosomes" in built.text("other")

    study = source / "evidence" / "studies" / "deng2017.md"
    change(study, "treatment: mesenchymal stromal cells", f"treatment: {CELLS}")
    for _again in range(2):
        (warning,) = build(source).warnings
        assert warning.startswith("other.md:5: WARNING: {certainty}")
        assert "there are results now (deng2017): grade them in a claim" in warning


@pytest.mark.parametrize("name", ["activities", "flares"])
def test_an_unknown_or_ungraded_claim_is_told_with_file_and_line(source, name):
    change(source / "other.md", "activity", name)
    for _again in range(2):
        (warning,) = build(source).warnings
        assert warning.startswith(f"other.md:3: WARNING: {{certainty}}`{name}`: name a claim")
        assert "(activity) or a treatment (mesenchymal stromal cells," in warning
