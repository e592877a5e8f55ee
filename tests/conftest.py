"""Shared set-up: our extensions are importable, mini projects live in roots/, `handbook` is built."""

import os
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from filelock import FileLock
from pdf_reading import Pdf, read_pdf

PROJECT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(PROJECT / "docs" / "_ext"), str(PROJECT)]

# A shell that starts the tests in the background has them ignore Ctrl-C, and with them every program
# that they start; some tests interrupt one.
signal.signal(signal.SIGINT, signal.default_int_handler)

pytest_plugins = ("sphinx.testing.fixtures", "browser_bed")

# What a clone holds of the project, so far as a build looks at it.
SOURCES = ("Makefile", "CITATION.cff", "requirements.txt", "requirements-dev.txt", "docs")

# Dates inside the outputs come from here, so that builds in different folders can be compared.
EPOCH = "1795305600"


@pytest.fixture(scope="session")
def rootdir() -> Path:
    """Where `sphinx.testing` looks for `test-<name>` projects."""
    return Path(__file__).resolve().parent / "roots"


@pytest.fixture(scope="session")
def project() -> Path:
    """The repository's top folder."""
    return PROJECT


@pytest.fixture
def source(request: pytest.FixtureRequest, rootdir: Path, tmp_path: Path) -> Path:
    """A copy, which a test may change, of the mini project that the test's module names as ROOT."""
    return Path(shutil.copytree(rootdir / request.module.ROOT, tmp_path / "source"))


@pytest.fixture(scope="module")
def unchanged(
    request: pytest.FixtureRequest, rootdir: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A copy of the same, for builds that all tests of the module share: no test may change it."""
    copy = tmp_path_factory.mktemp("unchanged") / "source"
    return Path(shutil.copytree(rootdir / request.module.ROOT, copy))


@dataclass(frozen=True)
class Copy:
    """A copy of the project in a folder of its own, for tests that build or edit it."""

    path: Path

    def make(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run make here, in the environment that the tests run in, and return what it said."""
        environment = sys.prefix
        ready = [f"--old-file={environment}/.{kind}-ready" for kind in ("build", "dev")]
        return subprocess.run(
            ["make", f"VENV={environment}", *ready, *arguments],
            cwd=self.path,
            env={
                **os.environ,
                "SOURCE_DATE_EPOCH": EPOCH,
                "PYTHONPATH": str(PROJECT / "docs" / "_ext"),
            },
            capture_output=True,
            text=True,
            check=False,
        )

    @property
    def html(self) -> Path:
        return self.path / "build" / "html"

    @property
    def pdf(self) -> Path:
        return self.path / "build" / "pdf" / "handbook.pdf"


def copy_project(destination: Path) -> Copy:
    destination.mkdir(parents=True)
    for name in SOURCES:
        source = PROJECT / name
        if source.is_dir():
            shutil.copytree(
                source, destination / name, ignore=shutil.ignore_patterns("__pycache__")
            )
        else:
            shutil.copy2(source, destination / name)
    return Copy(destination)


@pytest.fixture(scope="session")
def handbook(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    """The handbook as `make` builds it in a fresh folder. Read it only: all tests share it."""
    run = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        # Each worker has a folder inside the run's: whoever comes first builds for all.
        run = run.parent
    folder, said = run / "handbook", run / "handbook.log"
    with FileLock(run / "handbook.lock"):
        if not said.exists():
            built = copy_project(folder).make()
            said.write_text(f"{built.returncode}\n{built.stdout}{built.stderr}", encoding="utf-8")
    code, message = said.read_text(encoding="utf-8").split("\n", 1)
    assert code == "0", message
    return Copy(folder)


@pytest.fixture
def small_handbook(tmp_path: Path) -> Copy:
    """The Makefile with one short page, for tests of the commands themselves."""
    shutil.copytree(PROJECT / "tests" / "roots" / "test-make", tmp_path / "clone" / "docs")
    shutil.copytree(PROJECT / "docs" / "_typst", tmp_path / "clone" / "docs" / "_typst")
    for name in ("Makefile", "CITATION.cff"):
        shutil.copy2(PROJECT / name, tmp_path / "clone" / name)
    return Copy(tmp_path / "clone")


@pytest.fixture
def own_handbook(handbook: Copy, tmp_path: Path) -> Copy:
    """A built handbook that a test may change and build again."""
    shutil.copytree(handbook.path, tmp_path / "clone")
    return Copy(tmp_path / "clone")


@pytest.fixture(scope="session")
def handbook_pdf(handbook: Copy) -> Pdf:
    """The handbook's PDF, read back."""
    return read_pdf(handbook.pdf)
