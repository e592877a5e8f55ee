"""A study record that is wrong fails the build, and the message names file, line and remedy."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from building import build_project
from evidence.describing import fields, parts
from evidence.loading import RecordError, parse
from evidence.record import Study
from pydantic import BaseModel

from tools import new_study

ROOT = "test-evidence-domain"
STUDY = "evidence/studies/deng2017.md"
JUDGED = "risk_of_bias: {tool: RoB 2, assessors: 1, domains: [{domain: D1, judgement: low, reason: why}]}"


@pytest.fixture
def good(rootdir: Path) -> str:
    """A study page whose record is right."""
    return (rootdir / ROOT / STUDY).read_text(encoding="utf-8")


def warnings(source: Path) -> list[str]:
    """What a build of this project complains about, with paths from its top."""
    return build_project(source, "dummy")[1].splitlines()


def changed(text: str, old: str, new: str) -> tuple[str, int]:
    """The text with `new` for the first `old`, and the line (from 1) where `new` begins."""
    assert old in text, old
    return text.replace(old, new, 1), text[: text.index(old)].count("\n") + 1


BAD = {
    "a word that is none of the list": (
        "design: randomised trial",
        "design: randomized trial",
        "design: 'randomized trial' does not fit; expected one of: randomised trial; controlled, "
        "not randomised; single-arm trial; uncontrolled cohort; case series; case report; registry; "
        "systematic review; registered trial without results",
    ),
    "words for a number": (
        "enrolled: 18",
        "enrolled: many",
        "numbers.enrolled: 'many' does not fit; expected whole number, 0 or more",
    ),
    "a number in quotation marks": (
        "events: 9,",
        'events: "9",',
        "results.remission.arms.cells.events: '9' does not fit; expected whole number, 0 or more",
    ),
    "true for a number": (
        "events: 9,",
        "events: true,",
        "results.remission.arms.cells.events: True does not fit; expected whole number, 0 or more",
    ),
    "half a person": (
        "events: 9,",
        "events: 9.5,",
        "results.remission.arms.cells.events: 9.5 does not fit; expected whole number, 0 or more",
    ),
    "a number that is none": (
        "mean: -1.4,",
        "mean: .nan,",
        "results.proteinuria-change.arms.placebo.mean: nan does not fit; expected number",
    ),
    "a day in words": (
        "verified: 2026-11-22",
        "verified: last week",
        "results.remission.verified: 'last week' does not fit; expected day, as 2026-11-22",
    ),
    "an id with a capital": (
        "id: remission",
        "id: Remission",
        "results.Remission.id: 'Remission' does not fit; expected lower-case letters, digits and hyphens",
    ),
    "an unknown outcome": (
        "outcome: any remission",
        "outcome: any remision",
        "results.remission.outcome: unknown outcome 'any remision'; did you mean 'any remission'?",
    ),
    "an unknown outcome among those not reported": (
        "comparator: placebo",
        "not_reported: [fatigues]",
        "not_reported: unknown outcome 'fatigues'; did you mean 'fatigue'?",
    ),
    "events above n": (
        "cells: {events: 9, n: 12}",
        "cells: {events: 13, n: 12}",
        "results.remission.arms.cells: events (13) exceed n (12)",
    ),
    "events without n": (
        "cells: {events: 9, n: 12}",
        "cells: {events: 9}",
        "results.remission.arms.cells: events need n, the number of people counted",
    ),
    "a negative SD": (
        "cells: {mean: -2.1, sd: 1.8,",
        "cells: {mean: -2.1, sd: -1.8,",
        "results.proteinuria-change.arms.cells.sd: -1.8 does not fit; expected number, 0 or more",
    ),
    "an SD without a mean": (
        "cells: {mean: -2.1, sd: 1.8,",
        "cells: {median: -2.1, sd: 1.8,",
        "results.proteinuria-change.arms.cells: sd belongs to a mean",
    ),
    "half a range": (
        "placebo: {mean: -1.4,",
        "placebo: {mean: -1.4, low: -2,",
        "results.proteinuria-change.arms.placebo: low, high and range_kind go together",
    ),
    "a range upside down": (
        "placebo: {mean: -1.4,",
        "placebo: {mean: -1.4, low: 1, high: -1, range_kind: range,",
        "results.proteinuria-change.arms.placebo: low is above high",
    ),
    "a unit that does not fit": (
        "unit: g/24 h",
        "unit: g/day",
        "results.proteinuria-change.unit: unit 'g/day' does not fit; expected g/24 h or mg/24 h or ",
    ),
    "a measurement without a unit": (
        "      unit: g/24 h\n",
        "",
        "results.proteinuria-change.unit: a measurement needs its unit; expected g/24 h or mg/24 h or ",
    ),
    "a unit for a count": (
        "definition: complete or partial remission of nephritis",
        "unit: points",
        "results.remission.unit: 'any remission' counts people and has no unit",
    ),
    "a mean for a count": (
        "cells: {events: 9, n: 12}",
        "cells: {mean: 9, n: 12}",
        "results.remission.arms.cells: 'any remission' is given as events and n, or as a percent",
    ),
    "a count for a measurement": (
        "cells: {mean: -2.1, sd: 1.8, n: 12}",
        "cells: {events: 2, n: 12}",
        "results.proteinuria-change.arms.cells: 'proteinuria' is given as a mean or median",
    ),
    "a percentage for a measurement": (
        "cells: {mean: -2.1, sd: 1.8, n: 12}",
        "cells: {percent: 20, n: 12}",
        "results.proteinuria-change.arms.cells: 'proteinuria' is given as a mean or median",
    ),
    "a percentage above 100": (
        "cells: {events: 9, n: 12}",
        "cells: {percent: 100.5, n: 12}",
        "results.remission.arms.cells.percent: 100.5 does not fit; expected number, 0 or more, 100 or less",
    ),
    "a percentage below 0": (
        "cells: {events: 9, n: 12}",
        "cells: {percent: -0.5, n: 12}",
        "results.remission.arms.cells.percent: -0.5 does not fit; expected number, 0 or more, 100 or less",
    ),
    "a percentage in words": (
        "cells: {events: 9, n: 12}",
        "cells: {percent: 75%, n: 12}",
        "results.remission.arms.cells.percent: '75%' does not fit; expected number, 0 or more, 100 or less",
    ),
    "a percentage beside a count": (
        "cells: {events: 9, n: 12}",
        "cells: {events: 9, percent: 75, n: 12}",
        "results.remission.arms.cells: give events and n, or else a percent: pages work one out of "
        "the other",
    ),
    "a percentage beside a mean": (
        "cells: {mean: -2.1, sd: 1.8,",
        "cells: {mean: -2.1, percent: 20,",
        "results.proteinuria-change.arms.cells: give either a count of people, or a mean or median",
    ),
    "an estimate of a count": (
        "cells: {events: 9, n: 12}",
        "cells: {events: 9, n: 12, estimated: true}",
        "results.remission.arms.cells.estimated: estimated belongs to a percent",
    ),
    "an interval beyond 100 percent": (
        "cells: {events: 9, n: 12}",
        "cells: {percent: 75, low: 43, high: 101, range_kind: 95% interval}",
        "results.remission.arms.cells: 43 to 101 is no interval of a percentage",
    ),
    "a group without figures": (
        "placebo: {mean: -1.4, n: 6}",
        "placebo: {n: 6}",
        "results.proteinuria-change.arms.placebo: give events and n, or a percent, or a mean, or a "
        "median",
    ),
    "a contradiction of one group unstated": (
        "cells: {events: 9, n: 12}",
        "cells: {events: 9, n: 12, as_published: 9 of 8}",
        "results.remission.arms.cells.as_published: as_published and discrepancy go together",
    ),
    "a result without its place": (
        "      where: abstract\n",
        "",
        "results.remission.where: this field is needed, and missing",
    ),
    "an unknown arm": (
        "cells: {events: 9, n: 12}",
        "cels: {events: 9, n: 12}",
        "results.remission.arms.cels: unknown arm 'cels'; the arms are: cells, placebo",
    ),
    "more people than the arm has, unstated": (
        "cells: {events: 9, n: 12}",
        "cells: {events: 9, n: 13}",
        "results.remission.arms.cells: n (13) exceeds the arm's 12; if the source says so, give "
        "as_published and discrepancy",
    ),
    "a contradiction unstated": (
        "      discrepancy: a standard deviation cannot be negative\n",
        "",
        "results.proteinuria-change.as_published: as_published and discrepancy go together",
    ),
    "an estimate outside its interval": (
        "effect: {measure: risk ratio, value: 0.9,",
        "effect: {measure: risk ratio, value: 9.0,",
        "results.remission.effect: the estimate 9.0 lies outside 0.55 to 1.47",
    ),
    "a share in percent": (
        "effect: {measure: risk ratio, value: 0.9, low: 0.55, high: 1.47,",
        "effect: {measure: proportion, value: 90,",
        "results.remission.effect.value: a proportion lies between 0 and 1, not in percent",
    ),
    "an interval with one end": (
        "effect: {measure: risk ratio, value: 0.9, low: 0.55, high: 1.47,",
        "effect: {measure: risk ratio, value: 0.9, low: 0.55,",
        "results.remission.effect: an interval has two ends: low and high",
    ),
    "a p value in words": (
        'effect: {measure: risk ratio, value: 0.9, low: 0.55, high: 1.47, p: "0.68"}',
        "effect: {measure: risk ratio, value: 0.9, low: 0.55, high: 1.47, p: none}",
        "results.remission.effect.p: 'none' does not fit; expected as printed, such as <0.05 or 0.03",
    ),
    "a dose without its unit": (
        "    dose_unit: cells in total\n",
        "",
        "cells: a dose needs its dose_unit, and a dose_unit its dose",
    ),
    "a retraction check without its day": (
        "retraction: {status: none found, checked: 2026-11-22}",
        "retraction: {status: none found}",
        "retraction: 'checked' is the day of the check: leave it out only if 'not checked'",
    ),
    "bias judged from an abstract": (
        "comparator: placebo",
        JUDGED,
        "risk_of_bias.domains: risk of bias is judged only where the full text was read",
    ),
    "a judgement that the tool does not have": (
        "comparator: placebo",
        JUDGED.replace("low", "fine"),
        "risk_of_bias.domains.1.judgement: 'fine' is no judgement of RoB 2; expected low, some "
        "concerns, high",
    ),
    "a tool for another design": (
        "comparator: placebo",
        "risk_of_bias: {tool: ROBINS-I}",
        "risk_of_bias.tool: for a randomised trial use RoB 2, not ROBINS-I",
    ),
    "a registered trial without its state": (
        "design: randomised trial",
        "design: registered trial without results",
        "design: a registered trial needs 'registry' with its status and the day read",
    ),
    "two results of one name": (
        "- id: creatinine",
        "- id: remission",
        "results.remission.id: the id 'remission' stands twice",
    ),
    "two arms of one name": (
        "- {id: placebo,",
        "- {id: cells,",
        "arms.cells.id: the id 'cells' stands twice",
    ),
    "a misspelt field": (
        "blinding: double-blind",
        "bliding: double-blind",
        "bliding: unknown field; did you mean 'blinding'?",
    ),
    "a misspelt field deep down": (
        "cells: {mean: -2.1, sd: 1.8,",
        "cells: {mean: -2.1, sdd: 1.8,",
        "results.proteinuria-change.arms.cells.sdd: unknown field; did you mean 'sd'?",
    ),
    "a field from nowhere": (
        "      where: abstract\n",
        "      where: abstract\n      colour: red\n",
        "results.remission.colour: unknown field; known are: id, outcome, ",
    ),
    "a field that stands twice": (
        "      where: abstract\n",
        "      where: abstract\n      where: table 9\n",
        "the field 'where' stands twice",
    ),
    "a needed field left empty": (
        "  name: Kunming placebo-controlled trial",
        "  name:",
        "name: None does not fit; expected words",
    ),
    "YAML that cannot be read": (
        "comparator: placebo",
        "comparator: [placebo",
        "the front matter is not YAML: expected ',' or ']', but got ':'",
    ),
}
# Where the message stands at another line than the change: words on that line.
ELSEWHERE = {
    "a result without its place": "- id: remission",
    "a measurement without a unit": "- id: proteinuria-change",
    "a contradiction unstated": "as_published: −1.4",
    "a dose without its unit": "  cells:\n",
    "a field from nowhere": "colour: red",
    "a field that stands twice": "where: table 9",
    "YAML that cannot be read": "arms:",
}


def broken(good: str, case: str) -> tuple[str, int, str]:
    """The page with this fault, the line that the message names, and the message."""
    old, new, message = BAD[case]
    bad, line = changed(good, old, new)
    if case in ELSEWHERE:
        line = bad[: bad.index(ELSEWHERE[case])].count("\n") + 1
    return bad, line, message


@pytest.mark.parametrize("case", BAD)
def test_a_bad_record_names_line_and_remedy(good: str, case: str) -> None:
    bad, line, message = broken(good, case)
    with pytest.raises(RecordError) as error:
        parse(bad)
    assert str(error.value).startswith(message)
    if not message.endswith(" "):
        assert str(error.value) == message
    assert error.value.line == line


def test_the_good_record_is_good(good: str) -> None:
    study = parse(good)
    assert study.result("remission").arms["cells"].events == 9


@pytest.mark.parametrize(
    "case",
    ["events above n", "a misspelt field", "a field that stands twice", "YAML that cannot be read"],
)
def test_the_build_says_it_once_with_the_file(source: Path, good: str, case: str) -> None:
    bad, line, message = broken(good, case)
    (source / STUDY).write_text(bad, encoding="utf-8")
    assert warnings(source) == [f"{STUDY}:{line}: WARNING: {message} [evidence.record]"]


def test_a_page_without_a_record_is_refused(source: Path, good: str) -> None:
    head, body = good.split("study:\n")[0], good.split("\n---\n", 1)[1]
    (source / STUDY).write_text(f"{head}---\n{body}", encoding="utf-8")
    assert warnings(source) == [
        f"{STUDY}:1: WARNING: the front matter has no 'study' record [evidence.record]"
    ]


def test_a_record_on_another_page_is_refused(source: Path) -> None:
    page = source / "other.md"
    page.write_text(page.read_text("utf-8").replace("\n---\n", "\nstudy: {}\n---\n", 1), "utf-8")
    (warning,) = warnings(source)
    assert warning.startswith("other.md:6: WARNING: front matter, study: ")


def test_an_unknown_citation_key_is_refused(source: Path) -> None:
    (source / STUDY).rename(source / STUDY.replace("deng2017", "dong2017"))
    found = warnings(source)
    assert (
        "evidence/studies/dong2017.md:6: WARNING: unknown citation key 'dong2017': add the source to "
        "refs.bib, or name the page after its key there [evidence.record]"
    ) in found


@pytest.mark.parametrize(
    ("other", "message"),
    [
        (
            "nobody1999",
            "overlap: 'nobody1999' is neither a study nor a source in refs.bib; mend the key, or "
            "add the source",
        ),
        ("li2013", "overlap: a study cannot overlap with itself"),
    ],
)
def test_an_overlap_names_another_study_or_source(source: Path, other: str, message: str) -> None:
    page = source / "evidence/studies/li2013.md"
    bad, line = changed(page.read_text("utf-8"), "study: deng2017,", f"study: {other},")
    page.write_text(bad, encoding="utf-8")
    assert f"evidence/studies/li2013.md:{line}: WARNING: {message} [evidence.record]" in warnings(
        source
    )


def test_an_unchanged_bad_record_fails_the_next_build_too(source: Path, good: str) -> None:
    (source / STUDY).write_text(broken(good, "events above n")[0], encoding="utf-8")
    assert warnings(source) == warnings(source) != []
    (source / STUDY).write_text(good, encoding="utf-8")
    assert warnings(source) == []


# --- The model describes itself ---------------------------------------------------------------


@pytest.mark.parametrize(("place", "part"), [pytest.param(*each, id=each[0]) for each in parts()])
def test_every_field_is_explained(place: str, part: type[BaseModel]) -> None:
    assert part.__doc__
    for field in fields(part):
        assert field.description.endswith("."), f"{place}.{field.name}"
        assert field.form


# --- The template -----------------------------------------------------------------------------


@pytest.fixture
def template(source: Path) -> Callable[[str], Path]:
    def write(key: str) -> Path:
        assert new_study.main([key, "--docs", str(source)]) == 0
        return source / f"evidence/studies/{key}.md"

    return write


def test_the_template_asks_for_what_is_needed(
    template: Callable[[str], Path], source: Path
) -> None:
    page = template("sun2010")
    text = page.read_text("utf-8")
    found = warnings(source)
    line = text.split("\n").index("  name:") + 1
    assert found[0] == (
        f"evidence/studies/sun2010.md:{line}: WARNING: name: None does not fit; expected words "
        "[evidence.record]"
    )
    for empty, filled in (
        ("  name:", "  name: Nanjing pilot study"),
        ("  treatment:", "  treatment: mesenchymal stromal cells"),
        ("  design:", "  design: case series"),
        ("  read:", "  read: abstract"),
        ("    status:", "    status: not checked"),
        ("    who:", "    who: people with lupus"),
    ):
        assert text.count(f"\n{empty}\n") == 1, empty
        text = text.replace(f"\n{empty}\n", f"\n{filled}\n")
    page.write_text(text, encoding="utf-8")
    assert warnings(source) == []


def test_the_template_offers_every_field_in_its_place(template: Callable[[str], Path]) -> None:
    text = template("sun2010").read_text("utf-8")
    whole = re.sub(r"^( *)# ", r"\1", text.split("---")[1], flags=re.MULTILINE)
    record = yaml.safe_load(whole)["study"]

    def check(part: type[BaseModel], given: object) -> None:
        assert isinstance(given, dict)
        assert list(given) == [field.name for field in fields(part)]
        for field in fields(part):
            if field.part:
                inner = given[field.name]
                if field.holds == "many":
                    (inner,) = inner
                elif field.holds == "named":
                    (inner,) = inner.values()
                check(field.part, inner)

    check(Study, record)


def test_the_template_refuses_unknown_keys_and_existing_pages(
    source: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for key, message in (
        ("nobody1999", "docs/refs.bib has no entry 'nobody1999': add the source there first"),
        ("deng2017", "deng2017.md is there already"),
    ):
        with pytest.raises(SystemExit) as stopped:
            new_study.main([key, "--docs", str(source)])
        assert stopped.value.code == 2
        assert message in capsys.readouterr().err
