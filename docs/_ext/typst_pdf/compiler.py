"""Compiles Typst sources to PDF/UA-1 with nothing from the machine around it."""

from __future__ import annotations

from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

import typst

MAIN = "main.typ"
# The compiler itself then refuses images without alternative text, missing glyphs and the like.
STANDARDS = ["ua-1"]

# Paths inside a Typst project and their contents.
Sources = dict[str, bytes]


def fingerprint(sources: Sources, timestamp: int) -> str:
    """Changes whenever the compiled PDF could."""
    digest = sha256(f"{version('typst')} {STANDARDS} {timestamp}".encode())
    for path, content in sorted(sources.items()):
        digest.update(f"\n{path} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()


def compile_pdf(sources: Sources, timestamp: int) -> tuple[bytes, list[typst.TypstWarning]]:
    """The PDF of the project in `sources`, whose main file is `MAIN`, and Typst's warnings.

    Raises `typst.TypstError`. A fresh folder each time: nothing stale can take part.
    """
    with TemporaryDirectory() as name:
        root = Path(name)
        for path, content in sources.items():
            target = root / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        compiler = typst.Compiler(root / MAIN, root=root, ignore_system_fonts=True)
        pdf, warnings = compiler.compile_with_warnings(
            format="pdf", pdf_standards=STANDARDS, timestamp=timestamp
        )
    return pdf, warnings
