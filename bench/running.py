"""Runs one build and measures it."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Run:
    """What one build took: seconds, and the memory of its largest process in MB."""

    seconds: float
    peak: float

    def __add__(self, other: Run) -> Run:
        """One run and then the other."""
        return Run(self.seconds + other.seconds, max(self.peak, other.peak))


class BuildFailed(RuntimeError):
    """A build ended with an error; says the command and its last words."""


def run(command: Sequence[str], cwd: Path, made: str | None = None, **environment: str) -> Run:
    """Run a build in a folder and wait for it.

    A program that ends with an error although its work is done is known by the file that it
    made. Raises BuildFailed with the last lines of what was said.
    """
    log = cwd / ".bench.log"
    # Without compiled modules, starting takes longer than building a small handbook.
    usual = {name: said for name, said in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    started = time.perf_counter()
    with log.open("wb") as said:
        process = subprocess.Popen(
            command,
            cwd=cwd,
            stdout=said,
            stderr=subprocess.STDOUT,
            env={**usual, "SOURCE_DATE_EPOCH": "1795305600", **environment},
        )
        _pid, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - started
    if not (cwd / made).is_file() if made else process.returncode:
        last = "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-15:])
        raise BuildFailed(f"{' '.join(command)}\n{last}")
    return Run(seconds, usage.ru_maxrss / 1024)


def output_bytes(folder: Path) -> int:
    """How much a build wrote, in bytes, without what it keeps for the next one."""
    return sum(
        path.stat().st_size
        for path in folder.rglob("*")
        if path.is_file() and ".doctrees" not in path.parts
    )
