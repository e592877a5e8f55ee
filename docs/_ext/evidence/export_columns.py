"""The records as tables for spreadsheets and statistics programs, and what each column holds.

The columns follow the model: a field added to the record is a column of the next build, with the
field's own description in the data dictionary.
"""

from __future__ import annotations

import csv
import datetime
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pydantic import BaseModel

from .describing import MANY, NAMED, FieldInWords, fields, parts
from .record import Arm, Cells, Effect, Figures, Numbers, Result, RiskOfBias, Study
from .vocabulary import OUTCOMES, Kind
from .wording import _

# Between the items of a list within one cell.
BETWEEN = " | "

# The kinds of rows that one result has.
OF_AN_ARM = "arm"
OF_A_COMPARISON = "comparison"
AS_PRINTED = "as published only"

_AS_UNIT = "as unit says"
_AS_MEASURE = (
    "a mean difference as unit says, a proportion and a risk difference as shares of 1, "
    "other measures none"
)
UNITS: dict[tuple[type[BaseModel], str], str] = {
    (Study, "months"): "months",
    (Result, "months"): "months",
    (Cells, "dose"): "as dose_unit says",
    (Arm, "n"): "people",
    **{(Numbers, name): "people" for name in Numbers.model_fields},
    (RiskOfBias, "assessors"): "people",
    (Figures, "n"): "people",
    (Figures, "events"): "people",
    (Figures, "percent"): "percent",
    **{(Figures, name): _AS_UNIT for name in ("mean", "sd", "median")},
    **{
        (Figures, name): f"{_AS_UNIT}; percent where people are counted" for name in ("low", "high")
    },
    **{(Effect, name): _AS_MEASURE for name in ("value", "low", "high")},
    (Effect, "level"): "percent",
    (Effect, "studies"): "studies",
}

# --- Columns ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Column:
    """One column of a table, or one field of a JSON file."""

    name: str
    meaning: str
    form: str
    """What it may be: "words", "whole number above 0", "one of: …"."""
    unit: str = ""
    value: Callable[[Any], Any] = lambda row: None
    """Its value in one row, as the record holds it."""


@dataclass(frozen=True)
class Source:
    """One study with what the bibliography and the web site know of it."""

    key: str
    study: Study
    citation: str
    page: str
    links: Mapping[str, str]
    """doi, pubmed and url, where the bibliography has them."""


@dataclass(frozen=True)
class ResultRow:
    """One arm of one result; or its comparison; or what was printed, where that is all."""

    source: Source
    result: Result
    row: str
    arm: Arm | None = None
    figures: Figures | None = None
    effect: Effect | None = None


def result_rows(source: Source) -> Iterator[ResultRow]:
    for result in source.study.results:
        for name, figures in result.arms.items():
            arm = source.study.arm(name)
            yield ResultRow(source, result, OF_AN_ARM, arm=arm, figures=figures)
        if result.effect is not None:
            yield ResultRow(source, result, OF_A_COMPARISON, effect=result.effect)
        elif not result.arms:
            yield ResultRow(source, result, AS_PRINTED)


def _key_column(get: Callable[[Any], Source]) -> list[Column]:
    return [
        Column(
            "study",
            _("Citation key of the study, the same in every file"),
            _("words"),
            value=lambda row: get(row).key,
        ),
        Column(
            "citation",
            _("How the handbook names the study"),
            _("words"),
            value=lambda row: get(row).citation,
        ),
    ]


def study_columns() -> list[Column]:
    """The columns of studies.csv; a row is a Source."""

    def of_source(name: str, meaning: str) -> Column:
        return Column(name, meaning, _("words"), value=lambda row: row.links.get(name))

    return [
        *_key_column(lambda row: row),
        *_flattened(Study, "", (), "", except_for=("results",)),
        of_source("doi", _("Digital object identifier of the source")),
        of_source("pubmed", _("Number of the source in PubMed")),
        of_source("url", _("Address at which the source was read")),
        Column(
            "page",
            _("Address of the study’s page in the handbook, with the appraisal in words"),
            _("words"),
            value=lambda row: row.page,
        ),
    ]


def _flattened(
    part: type[BaseModel],
    prefix: str,
    steps: tuple[str, ...],
    list_of: str,
    except_for: Sequence[str] = (),
) -> Iterator[Column]:
    """A column for each field of a part and of the parts in it: "population_who".

    `list_of` is the field that holds a list of such parts; its columns have an item for each.
    """
    for field in fields(part):
        if field.name in except_for:
            continue
        inner = (*steps, field.name)
        if field.part is not None:
            many = field.name if field.holds == MANY else list_of
            yield from _flattened(field.part, f"{prefix}{field.name}_", inner, many)
            continue
        form = field.form
        if list_of:
            form = _("{form}; one for each of the {parts}, in the same order, “|” between").format(
                form=form, parts=list_of.replace("_", " ")
            )
        elif _is_list(part, field):
            form = _("{form}; “|” between").format(form=form)
        yield Column(
            prefix + field.name,
            field.description.removesuffix("."),
            form,
            UNITS.get((part, field.name), ""),
            value=lambda row, steps=inner: _walk(row.study, steps),
        )


def _is_list(part: type[BaseModel], field: FieldInWords) -> bool:
    return str(part.model_fields[field.name].annotation).startswith("list")


def _walk(value: Any, steps: Sequence[str]) -> Any:
    if isinstance(value, list):
        return [_walk(each, steps) for each in value]
    if value is None or not steps:
        return value
    return _walk(getattr(value, steps[0]), steps[1:])


# The arm's own fields have names of their own, because the figures have an n, too.
ARM_COLUMNS = {"id": "arm", "label": "label"}
# So have those of an arm's figures that the whole result has, too.
FIGURES_COLUMNS = {name: f"arm_{name}" for name in ("as_published", "discrepancy")}


def result_columns() -> list[Column]:
    """The columns of results.csv; a row is a ResultRow."""
    return [*_key_column(lambda row: row.source), *_result_columns()]


def _result_columns() -> Iterator[Column]:
    for field in fields(Result):
        match field.name:
            case "id":
                yield _part_column(Result, field, "result", lambda row: row.result)
                yield Column(
                    "row",
                    _(
                        "What the row holds: an arm’s figures, a comparison as the source reports it, or neither"
                    ),
                    _("one of: {values}").format(
                        values="; ".join((OF_AN_ARM, OF_A_COMPARISON, AS_PRINTED))
                    ),
                    value=lambda row: row.row,
                )
            case "arms":
                for inner in fields(Arm):
                    name = ARM_COLUMNS.get(inner.name, f"arm_{inner.name}")
                    yield _part_column(Arm, inner, name, lambda row: row.arm)
                for inner in fields(Figures):
                    name = FIGURES_COLUMNS.get(inner.name, inner.name)
                    yield _part_column(Figures, inner, name, lambda row: row.figures)
            case "effect":
                for inner in fields(Effect):
                    get = _interval if inner.name == "level" else lambda row: row.effect
                    yield _part_column(Effect, inner, f"effect_{inner.name}", get)
            case name:
                yield _part_column(Result, field, name, lambda row: row.result)


def _interval(row: ResultRow) -> Effect | None:
    """The comparison, if it has an interval: without one, its level means nothing."""
    return row.effect if row.effect is not None and row.effect.low is not None else None


def _part_column(
    part: type[BaseModel], field: FieldInWords, name: str, get: Callable[[Any], Any]
) -> Column:
    return Column(
        name,
        field.description.removesuffix("."),
        field.form,
        UNITS.get((part, field.name), ""),
        value=lambda row: _walk(get(row), (field.name,)),
    )


def json_fields() -> Iterator[Column]:
    """The fields of a record in studies.json, with their places: "record.results[].where"."""
    marks = {MANY: "[]", NAMED: ".<arm>"}
    places = {"": "record"}
    for place, part in parts():
        for field in fields(part):
            inner = f"{places[place]}.{field.name}"
            if field.part is not None:
                inner += marks.get(field.holds, "")
                places[f"{place}.{field.name}".lstrip(".")] = inner
            unit = UNITS.get((part, field.name), "")
            yield Column(inner, field.description.removesuffix("."), field.form, unit)


# --- Files ------------------------------------------------------------------------------------

# A spreadsheet takes text that begins so for a formula. The apostrophe in front, which it does not
# show, says that it is text; one more stands before text that looks guarded as it is.
_FORMULA = re.compile(r"'*[=+\-@\t\r]")


def cell(value: Any) -> str:
    """A value as it stands in a CSV file; what is not reported is empty."""
    match value:
        case None:
            return ""
        case list():
            items = [_plain(each) for each in value]
            return _guarded(BETWEEN.join(items)) if any(items) else ""
        case str():
            return _guarded(value)
    return _plain(value)


def _guarded(text: str) -> str:
    return f"'{text}" if _FORMULA.match(text) else text


def _plain(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case Decimal():
            return f"{value:f}"
        case datetime.date():
            return value.isoformat()
        case list():
            return ", ".join(_plain(each) for each in value)
    return str(value)


def as_csv(columns: Sequence[Column], rows: Iterable[Any]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([column.name for column in columns])
    writer.writerows([cell(column.value(row)) for column in columns] for row in rows)
    return text.getvalue().encode()


# --- What the columns mean --------------------------------------------------------------------


def dictionary() -> list[dict[str, str]]:
    """Every column and field of the data files: where it stands, what it means, its unit."""
    files = {
        "studies.csv": study_columns(),
        "results.csv": result_columns(),
        "studies.json": json_fields(),
    }
    return [
        {
            "file": file,
            "column": column.name,
            "meaning": column.meaning,
            "form": column.form,
            "unit": column.unit,
        }
        for file, columns in files.items()
        for column in columns
    ]


DICTIONARY_COLUMNS = [
    Column(name, "", "", value=lambda row, name=name: row[name])
    for name in ("file", "column", "meaning", "form", "unit")
]


def notes() -> list[str]:
    """What holds for all columns."""
    return [
        _("An empty field, and one that is left out, means: not reported, as far as was read."),
        _("Text that a spreadsheet would take for a formula has an apostrophe in front."),
        _("Figures are as the source has them, also where it contradicts itself: see discrepancy."),
    ]


def outcomes() -> list[dict[str, Any]]:
    """The outcomes that a result may have."""
    return [
        {
            "outcome": outcome.name,
            "counts": "people" if outcome.kind is Kind.EVENT else "measurement",
            "units": list(outcome.units),
            "better": str(outcome.good),
            "matters": outcome.matters,
        }
        for outcome in OUTCOMES.values()
    ]
