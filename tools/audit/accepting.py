"""Reads which differences may stay: `tools/audit/accepted.yaml`."""

from pathlib import Path
from typing import Annotated

import yaml
from pydantic import Field, TypeAdapter, ValidationError

ACCEPTED = Path(__file__).with_name("accepted.yaml")
Accepted = dict[str, dict[str, Annotated[str, Field(min_length=10)]]]
_ALL = TypeAdapter(Accepted)


def read(path: Path = ACCEPTED) -> Accepted:
    """By citation key and field, why a difference may stay.

    Raises ValueError, naming the file and the place, for anything else.
    """
    try:
        return _ALL.validate_python(yaml.safe_load(path.read_text(encoding="utf-8")) or {})
    except yaml.YAMLError as error:
        raise ValueError(f"{path}: this is not YAML: {' '.join(str(error).split())}") from None
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"])) or "the file"
        raise ValueError(
            f"{path}: {place}: {first['msg']}. Write key, field and the reason in words"
        ) from None
