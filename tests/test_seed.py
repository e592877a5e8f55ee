"""Every part of the article that the handbook began from has its place, in its own words."""

import re

import pytest

CLAIMS = [
    "roughly a third of people with SLE develop kidney disease (nephritis)",
    "one of the leading causes of death among those with SLE",
    "often called the “butterfly rash”",
    "Despite these options many patients do not improve and or cannot tolerate treatment.",
    "Numerous research studies have demonstrated that stem cell therapy is safe and effective in SLE.",
    "Stem cell therapy has been shown to reduce disease activity, improve kidney function and have long "
    "term effects.",
    "there appears to be a strong argument for the safe and effective use of stem cell therapy in the "
    "treatment of SLE",
    "While we wait for phase II/III trials the current data is encouraging and supports use of stem cell "
    "therapy in the clinical setting.",
    "IV MSC therapy improved the systemic lupus erythematosus disease activity index (SLEDAI) score",
    "IV MSC therapy improved kidney function and level of proteinuria",
    "MSC therapy is safe in patients with SLE",
    "Long term reduction in disease activity (SLEDAI) 3 and 5 years after MSC therapy",
    "Exosomes have potential significant therapeutic effects in regenerative medicine, anti-aging and "
    "chronic disease.",
]

QUOTATIONS = {
    "Zhou et al. 2020": "MSCs might be a promising therapeutic agent for patients with SLE.",
    "Wang et al. 2018": "this long-term follow-up study provides evidence that allogeneic MSCT had at "
    "least comparable if not better clinical efficacy than HSCT, but with fewer adverse events and "
    "significantly lower cost in treating drug-refractory active SLE patients.",
    "Wen et al. 2019": "allogeneic BM-/UC-MSCs may be efficacious in treating patients with active "
    "disease who are refractory to standard treatments, with our results projecting potential rates of "
    "LDA around 58% and CR around 23% in the year following transplantation.",
    "Deng et al. 2017": "hUC-MSC has no apparent additional effect over and above standard "
    "immunosuppression.",
    "Bai et al. 2017": "UC-MSC can regulate the expression of cytokines of participate in the immune "
    "response in the patients with SLE.Treatment of SLE by UC-MSC can elevate serum albumin and C3 and "
    "C4 level,reduce the 24 hours urinary protein quantity,relife kidney damage,improve clinical symptoms",
}

NAMED = [
    "Understanding Stem Cells",
    "Ahvie Herskowitz",
    "President of ACAM",
    "Director of Anatara Medicine",
    "Clinical Professor of Medicine at UC San Francisco (2014)",
]

VERDICTS = ("supported", "partly", "not supported", "contradicted", "cannot be tested")


def plain(text: str) -> str:
    """Text without markup, in straight quotation marks and single spaces."""
    text = re.sub(r"<[^>]+>", "", text)
    for mark, straight in {"“": '"', "”": '"', "’": "'", "&quot;": '"', "&#39;": "'"}.items():
        text = text.replace(mark, straight)
    return re.sub(r"\s+", " ", text)


@pytest.fixture(scope="module")
def page_text(handbook):
    def read(page: str) -> str:
        return plain((handbook.html / page).read_text(encoding="utf-8"))

    return read


@pytest.mark.parametrize("claim", CLAIMS)
def test_every_claim_stands_in_its_own_words(page_text, claim):
    assert plain(claim) in page_text("evidence/claims.html")


@pytest.mark.parametrize("source", QUOTATIONS)
def test_every_quotation_is_exact(page_text, source):
    assert plain(QUOTATIONS[source]) in page_text("evidence/quotations.html")


def test_the_article_and_whom_it_names_are_told(page_text):
    text = page_text("about/origin.html")
    for name in NAMED:
        assert name in text


def test_claims_get_two_verdicts_in_fixed_words(page_text):
    text = page_text("evidence/claims.html").lower()
    assert text.count("does the cited source say it?") >= 4
    assert text.count("does the evidence as a whole support it?") >= 10
    assert any(verdict in text for verdict in VERDICTS)
