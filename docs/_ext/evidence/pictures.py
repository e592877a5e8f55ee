"""Pictures that are drawn during the build, kept so that each is drawn once."""

from __future__ import annotations

import os
from collections.abc import Callable
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from . import drawing

FOLDER = "pictures"
PREFIX = "drawn-"


def uri(env: BuildEnvironment, shown: str, draw: Callable[[], bytes]) -> str:
    """Where the picture is, for an image node; drawn unless the same was drawn before.

    ``shown`` is all that the picture depends on besides the code of `drawing`.
    """
    digest = sha256(f"{shown}{version('matplotlib')}".encode())
    digest.update(Path(drawing.__file__).read_bytes())
    # Never in the source tree.
    file = Path(env.doctreedir, FOLDER, f"{PREFIX}{digest.hexdigest()[:16]}.svg")
    if not file.is_file():
        file.parent.mkdir(parents=True, exist_ok=True)
        # Whole or not at all, while other processes read the same page's twin.
        part = file.with_suffix(f".{os.getpid()}")
        part.write_bytes(draw())
        part.replace(file)
    # From the source folder, where Sphinx looks for images: HTML and PDF both take it there.
    return "/" + Path(os.path.relpath(file, env.srcdir)).as_posix()


def figure(
    env: BuildEnvironment, caption: str, alternative: str, height: float, sketch: drawing.Sketch
) -> nodes.figure:
    """A picture of words, lines and dots, with its caption and what it shows in words."""
    address = uri(env, repr((height, sketch)), lambda: drawing.sketch(height, sketch))
    return nodes.figure(
        "",
        nodes.image(uri=address, alt=alternative),
        nodes.caption("", caption),
        classes=["effect-plot"],
    )


def remove_old(app: Sphinx, exception: Exception | None) -> None:
    """Pictures that no page shows any more are left neither in the site nor in our folder."""
    if exception is not None:
        return
    shown = {name for _pages, name in app.env.images.values()}
    folders = [Path(app.doctreedir, FOLDER), Path(app.outdir, app.builder.imagedir or "_images")]
    for folder in folders:
        for file in folder.glob(f"{PREFIX}*.svg"):
            if file.name not in shown:
                file.unlink()
