"""Bodies of answers into typed records."""

import json
from collections.abc import Callable
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from tools.services.errors import NotUnderstood

Model = TypeVar("Model", bound="Part")


class Part(BaseModel):
    """A part of an answer. Services add fields at any time: the ones not named here are left."""

    model_config = ConfigDict(extra="ignore", frozen=True, populate_by_name=True)


def json_reader(model: type[Model], service: str) -> Callable[[bytes], Model]:
    """A function that reads a JSON body into a model, raising NotUnderstood if it does not fit."""

    def read(body: bytes) -> Model:
        return _fitting(model, parsed(body, service), service)

    return read


def parsed(body: bytes, service: str) -> Any:
    """A JSON body. Raises NotUnderstood."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        start = body[:40].decode("utf-8", "replace")
        what = "a web page" if start.lstrip().startswith("<") else "something else"
        raise NotUnderstood(f"{service} promised JSON and sent {what}") from None


def _fitting(model: type[Model], content: Any, service: str) -> Model:
    try:
        return model.model_validate(content)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(map(str, first["loc"])) or "the whole answer"
        raise NotUnderstood(
            f"{service} sent JSON that we cannot read, at {where}: {first['msg']}"
        ) from None
