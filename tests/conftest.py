"""Shared set-up: the handbook's extensions are importable, mini projects live in roots/."""

import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(PROJECT / "docs" / "_ext"), str(PROJECT)]

pytest_plugins = ("sphinx.testing.fixtures",)


@pytest.fixture(scope="session")
def rootdir() -> Path:
    """Where `sphinx.testing` looks for `test-<name>` projects."""
    return Path(__file__).resolve().parent / "roots"


@pytest.fixture(scope="session")
def project() -> Path:
    """The repository's top folder."""
    return PROJECT
