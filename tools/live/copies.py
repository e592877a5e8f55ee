"""Copies of a process (POSIX `fork`): ready at once, with all that it has in memory."""

from __future__ import annotations

import os
import signal
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, Pipe

from sphinx.errors import SphinxError


@dataclass(frozen=True, eq=False)
class Copy:
    """A copy at work, and the pipe through which it tells what it does."""

    pid: int
    told: Connection

    def fileno(self) -> int:
        return self.told.fileno()

    def stop(self) -> None:
        """End it at once, wherever it is."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        self.end()

    def end(self) -> None:
        """Let go of one that ends."""
        self.told.close()
        with suppress(ChildProcessError):
            os.waitpid(self.pid, 0)


def split() -> tuple[Copy | None, Connection]:
    """As `fork`: in the process itself the copy; in the copy None, and where to tell."""
    told, tell = Pipe()
    pid = os.fork()
    if pid:
        tell.close()
        return Copy(pid, told), told
    told.close()
    return None, tell


def copy_at_work(job: Callable[[Connection], None]) -> Copy:
    """A copy that does this job and ends. If it cannot, it tells ("failed", why)."""
    copy, tell = split()
    if copy is None:
        try:
            job(tell)
        except BaseException as error:
            tell.send(("failed", in_words(error)))
        finally:
            os._exit(0)
    return copy


def in_words(error: BaseException) -> str:
    """What authors can mend, in a sentence; anything else with its traceback."""
    if isinstance(error, SphinxError):
        return f"{error.category}: {error}"
    return "".join(traceback.format_exception(error))
