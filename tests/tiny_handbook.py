"""A handbook of a handful of pages with the real settings, extensions, templates and styles."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace, patch_docutils

PROJECT = Path(__file__).resolve().parent.parent
SETTINGS = ("conf.py", "_static", "_templates", "_typst")


@dataclass(frozen=True)
class Tiny:
    """A tiny handbook in a folder of its own, which tests build and edit."""

    path: Path

    @property
    def docs(self) -> Path:
        return self.path / "docs"

    def build(
        self, name: str = "html", *, builder: str = "html", doctrees: str = "", parallel: int = 1
    ) -> Path:
        """The output folder `name`, built on top of what an earlier build left; no warnings."""
        out, kept = self.path / "build" / name, self.path / "doctrees" / (doctrees or name)
        said = StringIO()
        with patch_docutils(self.docs), docutils_namespace():
            app = Sphinx(
                self.docs, self.docs, out, kept, builder,
                status=None, warning=said, parallel=parallel,
            )  # fmt: skip
            app.build()
        if said.getvalue():
            # As the Makefile does: a warning is told only once.
            shutil.rmtree(kept)
        assert app.statuscode == 0 and not said.getvalue(), said.getvalue()
        return out

    def build_afresh(self) -> Path:
        """The output folder of a build from nothing."""
        for folder in ("build", "doctrees"):
            shutil.rmtree(self.path / folder / "afresh", ignore_errors=True)
        return self.build("afresh")

    def read(self, name: str) -> str:
        return (self.docs / name).read_text(encoding="utf-8")

    def write(self, name: str, text: str) -> None:
        path = self.docs / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def replace(self, name: str, old: str, new: str) -> None:
        text = self.read(name)
        assert old in text
        self.write(name, text.replace(old, new))


def tiny_handbook(path: Path) -> Tiny:
    """A fresh one in this folder, which must not exist yet."""
    shutil.copytree(PROJECT / "tests" / "roots" / "tiny-handbook", path / "docs")
    for name in SETTINGS:
        source = PROJECT / "docs" / name
        copy = shutil.copytree if source.is_dir() else shutil.copy2
        copy(source, path / "docs" / name)
    shutil.copy2(PROJECT / "CITATION.cff", path)
    return Tiny(path)


def contents(folder: Path, besides: str = "") -> dict[str, bytes]:
    """Every file of an output folder, but for Sphinx's own notes, among them the folder `besides`."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != ".buildinfo" and besides not in path.parts
    }
