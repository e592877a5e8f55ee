"""Answers on disk, so that an interrupted run goes on where it stopped and asks nothing twice."""

import hashlib
import json
import os
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Answer:
    """What a service answered: 200 and a body, or 404 without one."""

    status: int
    body: bytes


class Cache:
    """One file for each address.

    A file appears whole or not at all, whenever the program is stopped. One that cannot be read,
    or that holds the answer to another address, counts as missing.
    """

    def __init__(self, folder: Path, hours: float) -> None:
        self._folder = folder
        self._seconds = hours * 3600

    def get(self, address: str) -> Answer | None:
        """The kept answer, unless there is none or it is too old."""
        path = self._path(address)
        try:
            age = time.time() - path.stat().st_mtime
            head, _, body = path.read_bytes().partition(b"\n")
            about = json.loads(head)
            answer = Answer(about["status"], body)
            whole = about["address"] == address and about["bytes"] == len(body)
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return answer if whole and age < self._seconds else None

    def put(self, address: str, answer: Answer) -> None:
        """Keep an answer. Raises OSError where the folder cannot be written."""
        about = {"address": address, "status": answer.status, "bytes": len(answer.body)}
        self._folder.mkdir(parents=True, exist_ok=True)
        number, name = tempfile.mkstemp(dir=self._folder, prefix="unfinished-")
        try:
            with os.fdopen(number, "wb") as file:
                file.write(json.dumps(about).encode() + b"\n" + answer.body)
            os.replace(name, self._path(address))
        finally:
            with suppress(FileNotFoundError):
                os.unlink(name)

    def _path(self, address: str) -> Path:
        # A digest, because an address may hold anything.
        return self._folder / f"{hashlib.sha256(address.encode()).hexdigest()}.answer"
