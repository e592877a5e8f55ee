"""The downloads hold what the records and the bibliography hold, and change only with them."""

from __future__ import annotations

import csv
import datetime
import hashlib
import io
import json
import re
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from building import build_project
from evidence import exports
from evidence.export_columns import (
    UNITS,
    Source,
    as_csv,
    cell,
    dictionary,
    result_columns,
    result_rows,
    study_columns,
)
from evidence.export_schema import page_schema
from evidence.loading import load
from evidence.plots import Measure, Plot, rows_of
from evidence.record import Part, Study
from evidence.reference_formats import csl, ris
from evidence.store import study_files
from jsonschema import Draft202012Validator, FormatChecker
from pdf_reading import read_pdf
from pybtex.database import parse_file

ROOT = "test-evidence-exports"
PROJECT = Path(__file__).resolve().parent.parent
NAMES = [
    "studies.csv",
    "results.csv",
    "studies.json",
    "data-dictionary.csv",
    "data-dictionary.json",
    "study.schema.json",
    "refs.bib",
    "references.ris",
    "references.csl.json",
    "manifest.json",
]


@dataclass(frozen=True)
class Built:
    out: Path
    warnings: str

    def read(self, name: str) -> bytes:
        return (self.out / "downloads" / name).read_bytes()

    def json(self, name: str) -> Any:
        return json.loads(self.read(name))

    def csv(self, name: str) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(self.read(name).decode(), newline="")))

    @property
    def state(self) -> dict[str, tuple[int, bytes]]:
        """When each file was last written, and its bytes."""
        return {
            name: ((self.out / "downloads" / name).stat().st_mtime_ns, self.read(name))
            for name in NAMES
        }


def build(source: Path, builder: str = "html", **options: Any) -> Built:
    app, warnings = build_project(source, builder, **options)
    return Built(Path(app.outdir), warnings)


@pytest.fixture(scope="module")
def built(unchanged: Path) -> Built:
    """The unchanged mini project. Read it only."""
    found = build(unchanged)
    assert found.warnings == ""
    return found


def change(page: Path, old: str, new: str) -> None:
    text = page.read_text(encoding="utf-8")
    assert old in text
    page.write_text(text.replace(old, new, 1), encoding="utf-8")


# --- There and back again ---------------------------------------------------------------------
# A reader who has only the CSV files and their dictionary, and none of our code.


def unguarded(text: str) -> str:
    return text[1:] if re.match(r"'+[=+\-@\t\r]", text) else text


def typed(text: str, form: str) -> Any:
    """A cell's value by what the dictionary says of its column; None for what is not reported."""
    if text == "":
        return None
    if form.startswith("true or false"):
        return {"true": True, "false": False}[text]
    if form.startswith("whole number"):
        return int(text)
    if form.startswith("number"):
        return Decimal(text)
    return text


def items(text: str, form: str) -> list[Any]:
    return [typed(item, form) for item in text.split(" | ")] if text else []


def put(record: dict[str, Any], steps: list[str], value: Any) -> None:
    for step in steps[:-1]:
        record = record.setdefault(step, {})
    record[steps[-1]] = value


PARTS = ("retraction", "population", "numbers", "cells", "registry", "risk_of_bias")
LISTS = ("overlap", "arms", "risk_of_bias_domains")
OUTSIDE = ("study", "citation", "doi", "pubmed", "url", "page")


def record_of(row: dict[str, str], forms: dict[str, str]) -> dict[str, Any]:
    """A record's fields from its row of studies.csv."""
    record: dict[str, Any] = {}
    for column, written in row.items():
        text, form = unguarded(written), forms[column]
        many = next((name for name in LISTS if column.startswith(f"{name}_")), None)
        if column in OUTSIDE or text == "":
            continue
        if many:
            field = column.removeprefix(f"{many}_")
            steps = ["risk_of_bias", "domains"] if many == "risk_of_bias_domains" else [many]
            rows = record
            for step in steps[:-1]:
                rows = rows.setdefault(step, {})
            values = items(text, form)
            members = rows.setdefault(steps[-1], [{} for _value in values])
            for member, value in zip(members, values, strict=True):
                if value is not None:
                    member[field] = value
            continue
        value = (
            items(text, form.removeprefix("list, each: "))
            if form.startswith("list")
            else typed(text, form)
        )
        part = next((name for name in PARTS if column.startswith(f"{name}_")), None)
        put(record, [part, column.removeprefix(f"{part}_")] if part else [column], value)
    return record


FIGURES = (
    "n",
    "events",
    "percent",
    "estimated",
    "mean",
    "sd",
    "median",
    "low",
    "high",
    "range_kind",
)
STATED = ("arm_as_published", "arm_discrepancy")
ARM = ("arm", "label", "arm_n", "arm_control")


def results_of(rows: list[dict[str, str]], forms: dict[str, str]) -> list[dict[str, Any]]:
    """The results of a record from their rows of results.csv."""
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        values = {
            column: value
            for column, text in row.items()
            if (value := typed(unguarded(text), forms[column])) is not None
        }
        result = found.setdefault(values["result"], {"id": values["result"]})
        effect = {}
        for column, value in values.items():
            if column.startswith("effect_"):
                effect[column.removeprefix("effect_")] = value
            elif column not in (*FIGURES, *STATED, *ARM, "study", "citation", "result", "row"):
                result[column] = value
        if row["row"] == "arm":
            arms = result.setdefault("arms", {})
            arms[values["arm"]] = {name: values[name] for name in FIGURES if name in values} | {
                name.removeprefix("arm_"): values[name] for name in STATED if name in values
            }
        if effect:
            result["effect"] = effect
    return list(found.values())


def studies_of(
    tables: dict[str, list[dict[str, str]]], columns: list[dict[str, str]]
) -> dict[str, Study]:
    """All records from the two tables."""
    forms: dict[str, dict[str, str]] = defaultdict(dict)
    for column in columns:
        forms[column["file"]][column["column"]] = column["form"]
    results: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in tables["results.csv"]:
        results[row["study"]].append(row)
    return {
        row["study"]: Study.model_validate(
            {
                **record_of(row, forms["studies.csv"]),
                "results": results_of(results[row["study"]], forms["results.csv"]),
            }
        )
        for row in tables["studies.csv"]
    }


def records_in(docs: Path) -> dict[str, Study]:
    return {path.stem: load(path) for path in study_files(docs)}


def test_the_tables_give_back_every_record(built: Built, rootdir: Path) -> None:
    tables = {name: built.csv(name) for name in ("studies.csv", "results.csv")}
    found = studies_of(tables, built.csv("data-dictionary.csv"))
    assert found == records_in(rootdir / ROOT)


@pytest.fixture(scope="module")
def handbooks_own() -> dict[str, Study]:
    return records_in(PROJECT / "docs")


@pytest.fixture(scope="module")
def read_back(handbooks_own: dict[str, Study]) -> dict[str, Study]:
    """The handbook's own records after they went through the tables."""
    sources = [Source(key, study, "", "", {}) for key, study in handbooks_own.items()]
    rows = [row for each in sources for row in result_rows(each)]
    written = {
        "studies.csv": as_csv(study_columns(), sources),
        "results.csv": as_csv(result_columns(), rows),
    }
    tables = {
        name: list(csv.DictReader(io.StringIO(text.decode(), newline="")))
        for name, text in written.items()
    }
    return studies_of(tables, dictionary())


def test_the_handbooks_own_figures_survive_the_tables(
    handbooks_own: dict[str, Study], read_back: dict[str, Study]
) -> None:
    assert len(handbooks_own) > 40
    for key, study in handbooks_own.items():
        assert read_back[key].results == study.results, key
        assert read_back[key] == study, key


def test_the_tables_give_the_same_effect_plot(
    handbooks_own: dict[str, Study], read_back: dict[str, Study]
) -> None:
    def plot(studies: dict[str, Study]) -> Plot:
        deng = studies["deng2017"]
        rows = [
            row
            for name in ("proteinuria-change", "albumin-change")
            for row in rows_of(Measure.MEAN_DIFFERENCE, "deng2017", deng, deng.result(name), None)
        ]
        return Plot("Deng 2017", Measure.MEAN_DIFFERENCE, (("", tuple(rows)),), str)

    before, after = plot(handbooks_own), plot(read_back)
    assert after.alternative == before.alternative
    assert after.picture() == before.picture()


# --- The files themselves ---------------------------------------------------------------------


def test_a_row_for_each_arm_and_comparison(built: Built) -> None:
    assert [
        (row["study"], row["result"], row["row"], row["arm"]) for row in built.csv("results.csv")
    ] == [
        ("alpha2020", "remission", "arm", "cells"),
        ("alpha2020", "remission", "arm", "placebo"),
        ("alpha2020", "remission", "comparison", ""),
        ("alpha2020", "proteinuria-change", "arm", "cells"),
        ("alpha2020", "proteinuria-change", "arm", "placebo"),
        ("alpha2020", "proteinuria-change", "arm", "nobody-counted"),
        ("alpha2020", "creatinine", "as published only", ""),
        ("alpha2020", "response", "arm", "cells"),
        ("alpha2020", "response", "arm", "placebo"),
        ("beta2021", "sledai", "comparison", ""),
        ("beta2021", "remission", "comparison", ""),
    ]


def test_unreported_is_empty_and_zero_is_zero(built: Built) -> None:
    cells, placebo = built.csv("results.csv")[:2]
    assert (placebo["events"], placebo["n"], placebo["mean"]) == ("0", "6", "")
    assert (cells["low"], cells["high"], cells["range_kind"]) == ("43", "95", "95% interval")
    study = built.csv("studies.csv")[0]
    assert (study["numbers_lost"], study["numbers_planned"], study["arms_n"]) == (
        "0",
        "",
        "12 | 6 | ",
    )


def test_a_share_without_a_count_keeps_its_digits_and_gets_no_count(built: Built) -> None:
    cells, placebo = built.csv("results.csv")[7:9]
    assert (cells["percent"], cells["n"], cells["events"]) == ("40.0", "12", "")
    assert (cells["estimated"], placebo["estimated"]) == ("true", "false")
    assert (placebo["arm_as_published"], placebo["as_published"]) == ("33.3% (3 of 6)", "")
    assert cells["note"] == "worked out from the people at the end"
    record = built.json("studies.json")["studies"]["alpha2020"]["record"]
    assert record["results"][3]["arms"]["cells"] == {"percent": 40.0, "n": 12, "estimated": True}


def test_contradictions_and_places_stand_beside_the_figures(built: Built) -> None:
    row = built.csv("results.csv")[4]
    assert row["mean"] == "-1.4"
    assert row["as_published"] == "'-1.4 (-1.1)"
    assert row["discrepancy"] == "a standard deviation cannot be negative"
    assert (row["where"], row["verified"]) == ("table 2", "2026-11-22")


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1.4 (-1.1)", "'-1.4 (-1.1)"),
        ("@home", "'@home"),
        ("\t=1", "'\t=1"),
        ("'=1", "''=1"),
        ("'quoted'", "'quoted'"),
        ("a = b", "a = b"),
        (["-a", "b"], "'-a | b"),
        (Decimal("-2.1"), "-2.1"),
        (Decimal("-7.0"), "-7.0"),
        (-3, "-3"),
        (Decimal("2.0e8"), "200000000"),
        (Decimal("-0.000012"), "-0.000012"),
        (0, "0"),
        (None, ""),
        ([], ""),
        ([None, None], ""),
        ([12, None], "12 | "),
        (True, "true"),
        (datetime.date(2026, 11, 22), "2026-11-22"),
    ],
)
def test_text_is_no_formula_and_a_number_stays_one(value: Any, written: str) -> None:
    assert cell(value) == written
    if isinstance(value, str):
        assert unguarded(written) == value


@pytest.mark.parametrize("name", NAMES)
def test_files_are_utf_8_with_plain_line_ends(built: Built, name: str) -> None:
    text = built.read(name).decode("utf-8")
    assert text.endswith("\n")
    assert "\r" not in text
    assert not text.startswith("\N{ZERO WIDTH NO-BREAK SPACE}")


def test_the_records_in_json_are_as_written(built: Built, rootdir: Path) -> None:
    found = built.json("studies.json")
    assert {name: found[name] for name in ("title", "version", "date", "address")} == {
        "title": "Exports",
        "version": "1.2",
        "date": "2026-11-22",
        "address": "https://handbook.example/en/",
    }
    pages = rootdir / ROOT / "evidence" / "studies"
    assert sorted(found["studies"]) == ["alpha2020", "beta2021", "nct00000001"]
    for key, study in found["studies"].items():
        record = front_matter(pages / f"{key}.md")["study"]
        assert study["record"] == record
        assert Study.model_validate(study["record"]) == load(pages / f"{key}.md")
        assert study["page"] == f"https://handbook.example/en/evidence/studies/{key}.html"
        assert study["reference"]["id"] == key
    assert found["studies"]["alpha2020"]["citation"] == "van Alpha et al. 2020"
    assert b'"dose": 200000000,' in built.read("studies.json")


def test_the_dictionary_knows_every_column(built: Built) -> None:
    columns = built.csv("data-dictionary.csv")
    assert columns == built.json("data-dictionary.json")["columns"]
    for name in ("studies.csv", "results.csv"):
        assert [c["column"] for c in columns if c["file"] == name] == list(built.csv(name)[0])
    assert all(column["meaning"] and column["form"] for column in columns)
    places = {column["column"] for column in columns if column["file"] == "studies.json"}
    for study in built.json("studies.json")["studies"].values():
        assert set(places_in(study["record"])) <= places


def places_in(value: Any, place: str = "record") -> Any:
    for name, inner in value.items():
        if isinstance(inner, list) and inner and isinstance(inner[0], dict):
            yield f"{place}.{name}[]"
            for each in inner:
                yield from places_in(each, f"{place}.{name}[]")
        elif name == "arms":
            yield f"{place}.arms.<arm>"
            for each in inner.values():
                yield from places_in(each, f"{place}.arms.<arm>")
        else:
            yield f"{place}.{name}"
            if isinstance(inner, dict):
                yield from places_in(inner, f"{place}.{name}")


def test_the_dictionary_takes_its_words_from_the_model(built: Built) -> None:
    known = {(c["file"], c["column"]): c for c in built.csv("data-dictionary.csv")}
    assert known["results.csv", "sd"]["meaning"] == "Standard deviation of a measurement"
    assert known["results.csv", "sd"]["unit"] == "as unit says"
    assert known["studies.csv", "cells_dose"]["unit"] == "as dose_unit says"
    assert known["studies.json", "record.results[].arms.<arm>.events"]["unit"] == "people"


def test_every_number_of_the_record_has_a_unit() -> None:
    numeric = {
        (part, name)
        for part in all_parts(Part)
        if part.__module__ == Part.__module__
        for name, info in part.model_fields.items()
        if re.search(r"\b(int|Decimal)\b", str(info.annotation))
    }
    assert numeric == set(UNITS)


def all_parts(part: type[Part]) -> list[type[Part]]:
    return [each for sub in part.__subclasses__() for each in (sub, *all_parts(sub))]


def test_the_outcomes_are_listed_with_their_units(built: Built) -> None:
    outcomes = {each["outcome"]: each for each in built.json("data-dictionary.json")["outcomes"]}
    assert outcomes["SLEDAI"] == {
        "outcome": "SLEDAI",
        "counts": "measurement",
        "units": ["points"],
        "better": "less",
        "matters": False,
    }
    assert outcomes["any remission"]["counts"] == "people"


# --- The manifest -----------------------------------------------------------------------------


def test_the_manifest_lists_every_file_with_size_and_checksum(built: Built) -> None:
    manifest = built.json("manifest.json")
    assert (manifest["version"], manifest["date"]) == ("1.2", "2026-11-22")
    assert [each["name"] for each in manifest["files"]] == NAMES[:-1]
    assert sorted(path.name for path in (built.out / "downloads").iterdir()) == sorted(NAMES)
    for each in manifest["files"]:
        found = built.read(each["name"])
        assert each["bytes"] == len(found)
        assert each["sha256"] == hashlib.sha256(found).hexdigest()
        assert len(each["what"]) > 20


# --- Builds -----------------------------------------------------------------------------------


def test_two_builds_in_two_places_give_the_same_bytes(built: Built, source: Path) -> None:
    again = build(source)
    for name in NAMES:
        assert again.read(name) == built.read(name), name


def test_a_build_without_changes_writes_nothing(source: Path) -> None:
    before = build(source).state
    assert build(source).state == before


def test_a_changed_record_changes_its_files_only(source: Path) -> None:
    before = build(source).state
    change(source / "evidence/studies/alpha2020.md", "events: 9, n: 12", "events: 8, n: 12")
    again = build(source)
    after = again.state
    assert {name for name in NAMES if after[name][0] != before[name][0]} == {
        "results.csv",
        "studies.json",
        "manifest.json",
    }
    assert again.csv("results.csv")[0]["events"] == "8"


def test_an_added_study_is_in_every_file_without_another_edit(source: Path) -> None:
    build(source)
    text = (source / "evidence/studies/beta2021.md").read_text("utf-8")
    (source / "evidence/studies/report2019.md").write_text(text, encoding="utf-8")
    found = build(source)
    assert found.warnings == ""
    assert "report2019" in [row["study"] for row in found.csv("studies.csv")]
    assert "report2019" in [row["study"] for row in found.csv("results.csv")]
    assert "report2019" in found.json("studies.json")["studies"]


def test_a_damaged_file_is_mended(source: Path) -> None:
    found = build(source)
    good = found.read("studies.csv")
    (found.out / "downloads" / "studies.csv").write_bytes(b"spoilt")
    assert build(source).read("studies.csv") == good


@pytest.mark.parametrize("builder", ["text", "dummy"])
def test_other_builders_write_no_downloads(source: Path, builder: str) -> None:
    assert not (build(source, builder).out / "downloads").exists()


def test_a_failed_build_writes_no_downloads(source: Path) -> None:
    with (source / "conf.py").open("a", encoding="utf-8") as conf:
        conf.write(
            "\ndef fail(app, env):\n    raise OSError('the disk is full')\n"
            "\ndef setup(app):\n    app.connect('env-updated', fail)\n"
        )
    with pytest.raises(Exception, match="the disk is full"):
        build(source)
    assert (source / "_build").is_dir()
    assert list(source.glob("_build/**/downloads")) == []


# --- The bibliography -------------------------------------------------------------------------

# Of the types that CSL 1.0.2 and RIS know, those that a bibliography like this one needs.
CSL_TYPES = {"article-journal", "book", "chapter", "document", "paper-conference", "report"}
CSL_TYPES |= {"thesis", "webpage"}
RIS_TYPES = {"BOOK", "CHAP", "CPAPER", "ELEC", "GEN", "JOUR", "RPRT", "THES"}


def test_bibtex_is_the_bibliography_itself(built: Built, rootdir: Path) -> None:
    assert built.read("refs.bib") == (rootdir / ROOT / "refs.bib").read_bytes()


def test_csl_holds_what_the_entry_holds(built: Built) -> None:
    found = {item["id"]: item for item in built.json("references.csl.json")}
    assert found["alpha2020"] == {
        "id": "alpha2020",
        "type": "article-journal",
        "title": "Cells & SLE: a trial – with MSC",
        "author": [
            {"family": "Alpha", "given": "Anna B.", "non-dropping-particle": "van"},
            {"family": "O'Beta", "given": "C.-D."},
            {"family": "Gamma", "given": "E.", "suffix": "Jr"},
            {"family": "Alí", "given": "F."},
            {"literal": "others"},
        ],
        "container-title": "Annals of Examples & Trials",
        "issued": {"date-parts": [[2020]]},
        "volume": "11",
        "issue": "Suppl 2",
        "page": "1168-1172",
        "DOI": "10.1000/alpha_1",
        "PMID": "12345678",
        "URL": "https://example.org/alpha?a=1&b=2",
        "accessed": {"date-parts": [[2026, 11, 22]]},
        "note": "Read as a copy",
    }
    assert found["nct00000001"] == {
        "id": "nct00000001",
        "type": "webpage",
        "genre": "Trial registration",
        "number": "NCT00000001",
        "title": "A trial under way",
        "author": [{"literal": "Institute, Example City"}],
        "URL": "https://registry.example/NCT00000001",
        "accessed": {"date-parts": [[2026, 11, 22]]},
    }
    assert found["report2019"]["number"] == "42"
    assert found["chapter2017"]["editor"] == [
        {"family": "Editor", "given": "B."},
        {"family": "Editor", "given": "C."},
    ]


def test_authors_that_nobody_saw_are_not_exported_as_a_name(built: Built) -> None:
    found = {item["id"]: item for item in built.json("references.csl.json")}
    assert "author" not in found["beta2021"]
    assert found["beta2021"]["note"] == "Authors not shown"
    assert "AU" not in entries_of(built.read("references.ris").decode())["beta2021"]


@pytest.mark.parametrize(
    ("key", "in_csl", "in_ris"),
    [
        ("alpha2020", "article-journal", "JOUR"),
        ("book2018", "book", "BOOK"),
        ("chapter2017", "chapter", "CHAP"),
        ("congress2022", "document", "GEN"),
        ("masters2016", "thesis", "THES"),
        ("nct00000001", "webpage", "GEN"),
        ("page2024", "webpage", "ELEC"),
        ("report2019", "report", "RPRT"),
        ("talk2016", "paper-conference", "CPAPER"),
        ("thesis2016", "thesis", "THES"),
    ],
)
def test_each_kind_of_entry_has_its_type(built: Built, key: str, in_csl: str, in_ris: str) -> None:
    assert {i["id"]: i["type"] for i in built.json("references.csl.json")}[key] == in_csl
    assert entries_of(built.read("references.ris").decode())[key]["TY"] == [in_ris]


def entries_of(text: str) -> dict[str, dict[str, list[str]]]:
    """A RIS file, read line by line."""
    found: dict[str, dict[str, list[str]]] = {}
    entry: dict[str, list[str]] = {}
    for line in filter(None, text.split("\n")):
        match = re.fullmatch(r"([A-Z][A-Z0-9])  - (.*)", line)
        assert match, line
        tag, value = match.groups()
        assert (tag == "TY") is (not entry), line
        if tag == "ER":
            found[entry["ID"][0]], entry = entry, {}
        else:
            assert value, line
            entry.setdefault(tag, []).append(value)
    assert not entry
    return found


def test_ris_holds_what_the_entry_holds(built: Built) -> None:
    found = entries_of(built.read("references.ris").decode())
    assert found["alpha2020"] == {
        "TY": ["JOUR"],
        "ID": ["alpha2020"],
        "AU": ["van Alpha, Anna B.", "O'Beta, C.-D.", "Gamma, E., Jr", "Alí, F.", "et al.,"],
        "TI": ["Cells & SLE: a trial – with MSC"],
        "T2": ["Annals of Examples & Trials"],
        "PY": ["2020"],
        "VL": ["11"],
        "IS": ["Suppl 2"],
        "SP": ["1168"],
        "EP": ["1172"],
        "DO": ["10.1000/alpha_1"],
        "AN": ["12345678"],
        "DB": ["PubMed"],
        "UR": ["https://example.org/alpha?a=1&b=2"],
        "Y2": ["2026/11/22"],
        "N1": ["Read as a copy"],
    }
    assert found["nct00000001"]["AN"] == ["NCT00000001"]
    assert "PY" not in found["page2024"]


def test_the_handbooks_own_bibliography_goes_over_whole() -> None:
    entries = parse_file(str(PROJECT / "docs" / "refs.bib")).entries
    in_ris = entries_of(ris(entries.values()))
    assert set(in_ris) == set(entries)
    for key, entry in entries.items():
        item, lines = csl(entry), in_ris[key]
        assert item["type"] in CSL_TYPES, key
        assert lines["TY"][0] in RIS_TYPES, key
        assert item["title"] == lines["TI"][0]
        assert item.get("DOI") == entry.fields.get("doi"), key
        assert item.get("PMID") == entry.fields.get("pubmed"), key
        assert item.get("URL") == entry.fields.get("url"), key
        if "year" in entry.fields:
            assert item["issued"]["date-parts"] == [[int(entry.fields["year"])]], key
            assert lines["PY"] == [entry.fields["year"]], key
        if "urldate" in entry.fields:
            assert len(item["accessed"]["date-parts"][0]) == 3, key
        assert "author" in item or "not shown" in item.get("note", "") or "number" in item, key
        prose = [v for tag, vs in lines.items() if tag not in ("ID", "UR") for v in vs]
        prose += strings_of({name: value for name, value in item.items() if name != "URL"})
        left_of_bibtex = [words for words in prose if re.search(r"[\\{}~]|--", words)]
        assert left_of_bibtex == [], key


def strings_of(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    return [words for each in inner for words in strings_of(each)]


# --- The schema -------------------------------------------------------------------------------


def front_matter(page: Path) -> Any:
    """A page's front matter as an editor's tools see it, dates as text."""
    fields = yaml.safe_load(page.read_text(encoding="utf-8").split("\n---", 1)[0])
    return json.loads(json.dumps(fields, default=str))


@pytest.fixture(scope="module")
def schema() -> Draft202012Validator:
    Draft202012Validator.check_schema(page_schema())
    return Draft202012Validator(page_schema(), format_checker=FormatChecker(["date"]))


def test_the_schema_is_the_one_that_is_offered(built: Built) -> None:
    assert built.json("study.schema.json") == json.loads(json.dumps(page_schema()))


def test_the_schema_accepts_every_page_of_the_handbook(schema: Draft202012Validator) -> None:
    for page in study_files(PROJECT / "docs"):
        assert [error.message for error in schema.iter_errors(front_matter(page))] == [], page.name


@pytest.mark.parametrize("key", ["alpha2020", "beta2021", "nct00000001"])
def test_the_schema_accepts_a_good_page(
    schema: Draft202012Validator, rootdir: Path, key: str
) -> None:
    schema.validate(front_matter(rootdir / ROOT / f"evidence/studies/{key}.md"))


BAD = {
    "a missing page field": ("reviewed_by: []\n", ""),
    "an unknown page field": ("reviewed_by: []", "reviewed_by: []\nauthor: me"),
    "a day that is none": ("last_reviewed: 2026-11-22", "last_reviewed: yesterday"),
    "a description too long": ("description: What", "description: " + "long " * 40),
    "no record": ("study:", "studies:"),
    "an unknown field": ("years: ", "year: "),
    "a misspelt word of the vocabulary": ("blinding: open", "blinding: opened"),
    "a number in words": ("enrolled: 18", "enrolled: eighteen"),
    "a number as text": ("enrolled: 18", 'enrolled: "18"'),
    "half a person": ("enrolled: 18", "enrolled: 18.5"),
    "a negative count": ("lost: 0", "lost: -1"),
    "no people at all": ("n: 12}\n    - {id: placebo", "n: 0}\n    - {id: placebo"),
    "a dose without unit": ("dose_unit: cells in total, ", ""),
    "an unknown outcome": ("outcome: any remission", "outcome: any remision"),
    "an unknown outcome not reported": ("not_reported: [fatigue", "not_reported: [fatige"),
    "a unit that does not fit": ("unit: g/24 h", "unit: points"),
    "a measurement without unit": ("      unit: g/24 h\n", ""),
    "a unit of a count": ("definition: 'complete", "unit: points\n      definition: 'complete"),
    "a mean of a count": ("{events: 0, n: 6}", "{mean: 0, n: 6}"),
    "events of a measurement": ("{mean: -1.4, n: 6}", "{events: 1, n: 6}"),
    "events without n": ("{events: 0, n: 6}", "{events: 0}"),
    "a percentage of a measurement": ("{mean: -1.4, n: 6}", "{percent: 20, n: 6}"),
    "a percentage beside a count": ("{events: 0, n: 6}", "{events: 0, n: 6, percent: 0}"),
    "a percentage above 100": ("{events: 0, n: 6}", "{percent: 101}"),
    "an estimate of a count": ("{events: 0, n: 6}", "{events: 0, n: 6, estimated: true}"),
    "half a contradiction of a group": ("{events: 0, n: 6}", "{as_published: 0 of 6}"),
    "a negative deviation": ("sd: 1.8", "sd: -1.8"),
    "a deviation without mean": ("{mean: -1.4, n: 6}", "{median: -1.4, sd: 1, n: 6}"),
    "a range of one end": ("low: -3, ", ""),
    "an interval of one end": ("value: 0.9, low: 0.55, high: 1.47", "value: 0.9, low: 0.55"),
    "a group without figures": ("{mean: -1.4, n: 6}", "{n: 6}"),
    "no place in the source": ("      where: abstract\n", ""),
    "a contradiction that is not stated": (
        "      discrepancy: a standard deviation cannot be negative\n",
        "",
    ),
    "a result without figures": (
        "      as_published: 95 (70 to 60)\n      discrepancy: the range is upside down\n",
        "",
    ),
    "an id with capitals": ("id: remission", "id: Remission"),
    "a check without a day": (", checked: 2026-11-22", ""),
    "a tool of another design": ("tool: RoB 2", "tool: JBI case series"),
    "a judgement of another tool": ("judgement: high", "judgement: serious"),
}


@pytest.mark.parametrize("what", BAD)
def test_the_schema_refuses_a_bad_page(
    schema: Draft202012Validator, source: Path, what: str
) -> None:
    page = source / "evidence/studies/alpha2020.md"
    change(page, *BAD[what])
    assert not schema.is_valid(front_matter(page))


def test_the_schema_wants_the_registry_of_a_registered_trial(
    schema: Draft202012Validator, source: Path
) -> None:
    page = source / "evidence/studies/nct00000001.md"
    change(page, "  registry: {status: recruiting, read: 2026-11-22, start: March 2026}\n", "")
    assert not schema.is_valid(front_matter(page))


# --- The table on the page --------------------------------------------------------------------


def test_the_page_links_every_file_that_is_written(built: Built) -> None:
    html = (built.out / "evidence/archive.html").read_text("utf-8")
    links = re.findall(r'<a class="reference internal" href="([^"#]*)">([^<]*)</a>', html)
    found = [(to, words) for to, words in links if "downloads" in to]
    assert found == [(f"../downloads/{name}", name) for name in NAMES]
    for to, _words in found:
        assert (built.out / "evidence" / to).resolve().is_file()
    for file in exports.downloads():
        assert f"<td><p>{file.what}</p></td>" in html


def test_in_the_pdf_the_links_lead_to_the_web_site(source: Path) -> None:
    found = build(source, "typstpdf")
    assert found.warnings == ""
    pdf = read_pdf(found.out / "exports.pdf")
    for name in NAMES:
        assert pdf.link(name).target == f"https://handbook.example/en/downloads/{name}"
