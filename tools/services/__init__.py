"""A polite client, and one module for each service that the maintainers' tools ask.

    settings = Settings.read()
    with Client(settings) as client:
        work = crossref.work(client, "10.1000/182")

What a service says is data. Each module reads it into a typed form; `text.clean` takes away
markup and control characters, and whoever prints it elsewhere escapes it for that place.
"""

from tools.services.client import Client
from tools.services.errors import (
    NotFound,
    NotUnderstood,
    Refused,
    ServiceError,
    Unreachable,
)
from tools.services.settings import Service, Settings

__all__ = [
    "Client",
    "NotFound",
    "NotUnderstood",
    "Refused",
    "Service",
    "ServiceError",
    "Settings",
    "Unreachable",
]
