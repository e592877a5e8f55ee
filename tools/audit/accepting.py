"""Reads which differences may stay: `tools/audit/accepted.yaml`."""

from pathlib import Path
from typing import Annotated

import located_yaml
from located_yaml import NotYaml, first_fault
from pydantic import Field, TypeAdapter, ValidationError

ACCEPTED = Path(__file__).with_name("accepted.yaml")
Accepted = dict[str, dict[str, Annotated[str, Field(min_length=10)]]]
_ALL = TypeAdapter(Accepted)


def read(path: Path = ACCEPTED) -> Accepted:
    """By citation key and field, why a difference may stay.

    Raises ValueError, naming file, line and place, for anything else.
    """
    try:
        document = located_yaml.read(path.read_text(encoding="utf-8"))
    except NotYaml as error:
        raise ValueError(f"{path}:{error.line}: this is not YAML: {error}") from None
    for name, line in document.doubled:
        raise ValueError(f"{path}:{line}: {name} stands twice: delete one")
    try:
        return _ALL.validate_python(document.fields or {})
    except ValidationError as error:
        first, steps = first_fault(error)
        raise ValueError(
            f"{path}:{document.line_of(*steps)}: {'.'.join(map(str, steps)) or 'the file'}: "
            f"{first['msg']}. Write key, field and the reason in words"
        ) from None
