"""Where a build spends its time: a Sphinx extension that the benchmark adds.

It writes the seconds of each phase, and of each extension's answers to Sphinx's events, as JSON to
the file that the environment variable ``BENCH_PHASES`` names.
"""

from __future__ import annotations

import json
import os
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

# Each phase begins with the event and lasts until the next one.
PHASES = {
    "builder-inited": "reading",
    "env-updated": "checking",
    "write-started": "writing",
    "build-finished": "",
}


def setup(app: Sphinx) -> dict[str, Any]:
    started = time.perf_counter()
    state: dict[str, Any] = {"phase": "starting", "since": started}
    phases: dict[str, float] = defaultdict(float)
    extensions: dict[str, float] = defaultdict(float)
    emit = app.events.emit
    nested = [0.0]

    def timed_emit(name: str, *args: object, **options: Any) -> list[Any]:
        now = time.perf_counter()
        if name in PHASES and PHASES[name] != state["phase"]:
            phases[state["phase"]] += now - state["since"]
            state.update(phase=PHASES[name], since=now)
            if name == "build-finished":
                found = {"phases": dict(phases), "extensions": dict(extensions)}
                Path(os.environ["BENCH_PHASES"]).write_text(json.dumps(found), encoding="utf-8")
        return emit(name, *args, **options)

    def timed(handler: Any) -> Any:
        module = getattr(handler, "__module__", type(handler).__module__)
        owner = ".".join(module.split(".")[: 2 if module.startswith("sphinx") else 1])

        def answer(*args: object) -> object:
            start, before = time.perf_counter(), nested[0]
            try:
                return handler(*args)
            finally:
                took = time.perf_counter() - start
                # What this answer's own questions took is theirs.
                extensions[owner] += took - (nested[0] - before)
                nested[0] = before + took

        return answer

    def wrap(app: Sphinx, config: object) -> None:
        for listeners in app.events.listeners.values():
            listeners[:] = [one._replace(handler=timed(one.handler)) for one in listeners]

    app.events.emit = timed_emit
    app.connect("config-inited", wrap, priority=1)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
