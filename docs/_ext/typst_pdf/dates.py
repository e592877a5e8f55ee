"""The one moment that a build calls now, so that the same source gives the same bytes."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def source_timestamp(folder: Path) -> int | None:
    """Seconds since 1970 of the source in `folder`, or None where nobody can tell.

    SOURCE_DATE_EPOCH comes first (https://reproducible-builds.org/specs/source-date-epoch/),
    then the last commit. An unpacked archive has neither: better no date than a wrong one.
    """
    if given := os.environ.get("SOURCE_DATE_EPOCH"):
        return int(given)
    try:
        git = subprocess.run(
            ["git", "log", "-1", "--format=%ct"],
            cwd=folder,
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return int(git.stdout) if git.stdout.strip() else None
