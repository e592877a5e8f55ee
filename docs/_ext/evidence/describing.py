"""The record's fields in words, taken from the model: for the reference page and the template."""

from __future__ import annotations

import datetime
import types
import typing
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from annotated_types import Ge, Gt, Le, Lt
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from .record import Study
from .wording import _

MANY = "many"
NAMED = "named"


@dataclass(frozen=True)
class FieldInWords:
    """One field of a part of the record."""

    name: str
    description: str
    form: str
    """What it may be: "words", "whole number above 0", "one of: …"."""
    is_required: bool
    part: type[BaseModel] | None = None
    """The part that it holds, if it holds parts."""
    holds: str = ""
    """'' for one part, MANY for a list of them, NAMED for one under each arm's id."""


def fields(part: type[BaseModel]) -> Iterator[FieldInWords]:
    """The fields of a part, in the order of the model."""
    for name, info in part.model_fields.items():
        inner, holds = _part_in(info.annotation)
        yield FieldInWords(
            name=name,
            description=info.description or "",
            form=_form(info.annotation, info.metadata),
            is_required=info.is_required(),
            part=inner,
            holds=holds,
        )


def parts(part: type[BaseModel] = Study) -> Iterator[tuple[str, type[BaseModel]]]:
    """The record and its parts, each after the part that holds it, with its place: "results.arms"."""
    yield from _parts(part, "")


def _parts(part: type[BaseModel], place: str) -> Iterator[tuple[str, type[BaseModel]]]:
    yield place, part
    for field in fields(part):
        if field.part:
            yield from _parts(field.part, f"{place}.{field.name}".lstrip("."))


def fields_at(steps: Sequence[str | int]) -> list[str]:
    """The names of the fields of the part that these steps lead to."""
    part = _walk(steps)[1]
    return list(part.model_fields) if part else []


def field_at(steps: Sequence[str | int]) -> str | None:
    """What the field that these steps lead to may be; None for a part and an unknown field."""
    field = _walk(steps)[0]
    return field.form if field and not field.part else None


def _walk(steps: Sequence[str | int]) -> tuple[FieldInWords | None, type[BaseModel] | None]:
    field: FieldInWords | None = None
    part: type[BaseModel] | None = Study
    skip = False
    for step in steps:
        if skip or isinstance(step, int):  # an arm's id, or the place in a list
            skip = False
            continue
        field = next((f for f in fields(part) if f.name == step), None) if part else None
        part = field.part if field else None
        skip = field is not None and field.holds == NAMED
    return field, part


def _part_in(annotation: Any) -> tuple[type[BaseModel] | None, str]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation, ""
    origin, inner = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        return _part_in(inner[0])
    for each in inner:
        found, _holds = _part_in(each)
        if found:
            return found, MANY if origin is list else NAMED if origin is dict else _holds
    return None, ""


def _form(annotation: Any, metadata: list[Any] | tuple[Any, ...] = ()) -> str:
    """What a field may be, in words."""
    origin, inner = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        # pydantic keeps constraints in a FieldInfo when they were given by Field().
        given = [c for m in inner[1:] for c in (m.metadata if isinstance(m, FieldInfo) else [m])]
        return _form(inner[0], [*given, *metadata])
    if origin in (typing.Union, types.UnionType):
        return _form(next(each for each in inner if each is not type(None)), metadata)
    if origin is typing.Literal:
        return _("one of: {values}").format(values="; ".join(map(str, inner)))
    if origin is list:
        return _("list, each: {form}").format(form=_form(inner[0]))
    if origin is dict:
        return _("for each arm, by its id: {form}").format(form=_form(inner[1]))
    if isinstance(annotation, type):
        if issubclass(annotation, BaseModel):
            return _("part of its own")
        if issubclass(annotation, StrEnum):
            return _("one of: {values}").format(values="; ".join(annotation))
        if issubclass(annotation, bool):
            return _("true or false")
        if issubclass(annotation, datetime.date):
            return _("day, as 2026-11-22")
        if issubclass(annotation, (int, Decimal)):
            return _number(annotation, metadata)
    pattern = next((m.pattern for m in metadata if getattr(m, "pattern", None)), None)
    if pattern == r"^[a-z0-9]+(-[a-z0-9]+)*$":
        return _("lower-case letters, digits and hyphens")
    if pattern:
        return _("as printed, such as <0.05 or 0.03")
    return _("words")


def _number(annotation: type, metadata: Any) -> str:
    words = _("whole number") if annotation is int else _("number")
    bounds = []
    for bound in metadata:
        match bound:
            case Ge(ge=value):
                bounds.append(_("{n} or more").format(n=value))
            case Gt(gt=value):
                bounds.append(_("above {n}").format(n=value))
            case Le(le=value):
                bounds.append(_("{n} or less").format(n=value))
            case Lt(lt=value):
                bounds.append(_("below {n}").format(n=value))
    return ", ".join([words, *bounds])
