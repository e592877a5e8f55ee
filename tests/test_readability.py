"""How hard the handbook is to read: the formula, how we count, and the grades of the pages."""

import subprocess
import sys

import pytest

from tools.readability.grade import count, flesch_kincaid, sentences, syllables
from tools.readability.pages import LIMIT, readings


@pytest.mark.parametrize(
    ("words_a_sentence", "syllables_a_word", "published"),
    [
        # Wikipedia, "Flesch–Kincaid readability tests": the sentence on the platypus (13 words, 24
        # syllables), Green Eggs and Ham (5.7 words a sentence, 1.02 syllables a word), and the
        # lowest grade that there can be.
        (13, 24 / 13, 11.3),
        (5.7, 1.02, -1.3),
        (1, 1, -3.4),
    ],
)
def test_the_formula_gives_published_grades(words_a_sentence, syllables_a_word, published):
    words = 1000
    grade = flesch_kincaid(words / words_a_sentence, words, words * syllables_a_word)
    assert round(grade, 1) == published


def test_a_text_without_words_has_no_grade():
    with pytest.raises(ValueError, match="no reading grade"):
        flesch_kincaid(0, 0, 0)


BY_EAR = {
    1: "the cells asked tried blood makes knees safe dose stopped it’s don’t 18 1,029 36.2",
    2: "lupus trial people study kidney treatment science being swollen creature someone changes",
    3: "medicine exosomes placebo infusion area idea anything nobody created long-lasting SLE",
    4: "comparison antibodies regulator activity umbilical inflammation Australian",
    5: "extracellular laboratory",
    6: "hydroxychloroquine erythematosus",
}


@pytest.mark.parametrize(
    ("number", "word"), [(number, word) for number, line in BY_EAR.items() for word in line.split()]
)
def test_syllables_are_those_that_are_heard(number, word):
    assert syllables(word) == number


def test_a_sentence_ends_where_a_reader_hears_it():
    text = (
        "See e.g. Benlysta. It fell by 1.5 points (p < 0.05). Wang et al. 2018 said so. "
        "“Is it?” asked Dr. Jones. J. Smith came from the U.S. Army. Ask: why? It is red! Yes."
    )
    assert sentences(text) == [
        "See e.g. Benlysta.",
        "It fell by 1.5 points (p < 0.05).",
        "Wang et al. 2018 said so.",
        "“Is it?” asked Dr. Jones.",
        "J. Smith came from the U.S. Army.",
        "Ask: why?",
        "It is red!",
        "Yes.",
    ]


def test_items_without_a_full_stop_are_sentences_and_signs_are_none():
    counted = count(["no breath", "chest pain", "—", ""])
    assert (counted.sentences, counted.words, counted.syllables) == (2, 4, 4)


def test_what_the_glossary_explains_counts_as_plain(tmp_path):
    (tmp_path / "glossary.html").write_text(
        "<dl><dt>remission<a class='headerlink'>¶</a></dt></dl>"
    )
    (tmp_path / "page.html").write_text(
        "<p>Left out.</p><div class='admonition in-short'>"
        "<p class='admonition-title'>In short</p><img alt='x' src='x' /><ul><li><p>Six had a long remission "
        "<span class='bibtex-citation'>(<a href='#x'>Wang et al. 2018</a>)</span>.</p></li></ul></div>"
    )
    (reading,) = readings(tmp_path)
    counted = reading.count
    assert reading.page == "page.html"
    assert (counted.sentences, counted.words, counted.syllables, counted.plain) == (1, 5, 7, 5)
    assert counted.grade < counted.bare_grade


def test_the_command_lists_the_hardest_first_and_fails_above_the_limit(project, tmp_path):
    def run() -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "tools.readability", str(tmp_path)]
        return subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)

    assert "holds no built web site" in run().stderr
    (tmp_path / "glossary.html").write_text("<dt>lupus</dt>")
    box = "<div class='in-short'><p>{}</p></div>"
    (tmp_path / "easy.html").write_text(box.format("The cat sat on the mat."))
    assert run().returncode == 0
    (tmp_path / "hard.html").write_text(box.format("Extracellular laboratory activity."))
    said = run()
    assert said.returncode == 1
    assert said.stdout.index("hard.html") < said.stdout.index("easy.html")
    (hard,) = (line for line in said.stdout.splitlines() if "hard.html" in line)
    assert hard.endswith("above 8")


def test_every_in_short_can_be_read_at_grade_8(handbook):
    found = {reading.page: round(reading.count.grade, 1) for reading in readings(handbook.html)}
    assert len(found) > 45
    assert {page: grade for page, grade in found.items() if grade > LIMIT} == {}
