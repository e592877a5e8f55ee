"""The JSON Schema of a study page's front matter, for editors and checks outside a build.

It comes from the models that the build itself uses, and adds what JSON Schema can say of the rules
between fields. The build remains the judge: it also knows the arms, the sizes and the sources.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from page_status import PageStatus
from pydantic import Field
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema
from retractions import RetractionStatus

from .record import Study, as_number
from .vocabulary import JUDGEMENTS, OUTCOMES, TOOL_FOR, Design, Kind, Tool

DIALECT = "https://json-schema.org/draft/2020-12/schema"
PAGE_FIELDS = {
    "description": "One plain sentence that says what the page answers.",
    "last_reviewed": "Day on which the editors last read the page.",
    "next_review": "Day by which they are to read it again.",
    "reviewed_by": "People outside the project who reviewed the page.",
}


class StudyPage(PageStatus):
    """Front matter of a study page: the state of the page, and the record of the study."""

    study: Study = Field(description="The record of the study.")


class _Numbers(GenerateJsonSchema):
    """A decimal is a number here, never a text."""

    def decimal_schema(self, schema: core_schema.DecimalSchema) -> JsonSchemaValue:
        return self.float_schema(schema)  # type: ignore[arg-type]

    def encode_default(self, value: Any) -> Any:
        return as_number(value) if isinstance(value, Decimal) else super().encode_default(value)


def page_schema() -> dict[str, Any]:
    schema = StudyPage.model_json_schema(schema_generator=_Numbers)
    parts = schema["$defs"]
    for name, meaning in PAGE_FIELDS.items():
        schema["properties"][name]["description"] = meaning
    outcomes = list(OUTCOMES)
    parts["Result"]["properties"]["outcome"]["enum"] = outcomes
    parts["Study"]["properties"]["not_reported"]["items"]["enum"] = outcomes
    for name, rules in _rules().items():
        parts[name]["allOf"] = rules
    for name, fields in TOGETHER.items():
        parts[name]["dependentRequired"] = {
            field: [other for other in group if other != field]
            for group in fields
            for field in group
        }
    parts["Figures"]["dependentRequired"] |= {
        "events": ["n"],
        "estimated": ["percent"],
        "sd": ["mean"],
    }
    parts["Figures"]["anyOf"] = [
        {"required": [name]} for name in ("events", "percent", "mean", "median", "as_published")
    ]
    parts["Figures"]["not"] = {"required": ["events", "percent"]}
    parts["Result"]["anyOf"] = [
        {"required": ["arms"], "properties": {"arms": {"minProperties": 1}}},
        {"required": ["effect"]},
        {"required": ["as_published"]},
    ]
    return {"$schema": DIALECT, **schema}


# Fields of which none stands without the others.
TOGETHER = {
    "Cells": [("dose", "dose_unit")],
    "Figures": [("low", "high", "range_kind"), ("as_published", "discrepancy")],
    "Effect": [("low", "high")],
    "Result": [("as_published", "discrepancy")],
}


def _rules() -> dict[str, list[dict[str, Any]]]:
    """What one field asks of another, as JSON Schema."""
    return {
        "Result": [
            {"if": _is("outcome", *_outcomes(kind, units)), "then": _figures(kind, units)}
            for kind, units in sorted({(o.kind, o.units) for o in OUTCOMES.values()})
        ],
        "RiskOfBias": [
            {
                "if": _is("tool", tool),
                "then": _at("domains", {"items": _at("judgement", {"enum": list(answers)})}),
            }
            for tool, answers in JUDGEMENTS.items()
        ],
        "Retraction": [
            {
                "if": _is("status", RetractionStatus.UNCHECKED),
                "then": {"not": {"required": ["checked"]}},
                "else": {"required": ["checked"]},
            }
        ],
        "Study": [
            {"if": _is("design", Design.REGISTERED), "then": {"required": ["registry"]}},
            *(
                {
                    "if": _is("design", *(d for d, fitting in TOOL_FOR.items() if fitting is tool)),
                    "then": _at("risk_of_bias", _at("tool", {"const": str(tool)})),
                }
                for tool in Tool
            ),
        ],
    }


def _outcomes(kind: Kind, units: tuple[str, ...]) -> list[str]:
    return [o.name for o in OUTCOMES.values() if (o.kind, o.units) == (kind, units)]


def _figures(kind: Kind, units: tuple[str, ...]) -> dict[str, Any]:
    """People are counted, without a unit; a measurement has its unit."""
    people, measured = ("events", "percent"), ("mean", "median")
    other = measured if kind is Kind.EVENT else people
    none = {"not": {"anyOf": [{"required": [name]} for name in other]}}
    arms = _at("arms", {"additionalProperties": none})
    if kind is Kind.EVENT:
        return {"not": {"required": ["unit"]}, **arms}
    return {
        "required": ["unit"],
        "properties": {"unit": {"enum": list(units)}, **arms["properties"]},
    }


def _is(field: str, *values: str) -> dict[str, Any]:
    return {"required": [field], **_at(field, {"enum": [str(value) for value in values]})}


def _at(field: str, rule: dict[str, Any]) -> dict[str, Any]:
    return {"properties": {field: rule}}
