"""`{benchmark}`: what `make bench` measured, from `speed.json` beside the page that shows it.

The argument says which part: ``machine``, ``cold``, ``growth``, ``rebuilds``, ``live``,
``breakdown``, ``cores`` or ``rivals``. ``cold`` comes with a picture.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from docutils import nodes
from evidence import drawing, pictures
from evidence.pieces import placed, table
from evidence.wording import _
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util.docutils import SphinxDirective

FILE = "speed.json"
OURS, THEIRS = "ours", "as it comes"
NOT_BUILT = "–"

Results = dict[str, Any]


def seconds(value: float) -> str:
    return _("{seconds} s").format(seconds=f"{value:.1f}")


def megabytes(value: float) -> str:
    return _("{size} MB").format(size=f"{value:.1f}")


def measured(words: str) -> nodes.inline:
    """Words with figures that are our own."""
    return nodes.inline("", words, classes=["own-figure"], reason=_("measured by make bench"))


def caption(words: str) -> list[nodes.Node]:
    return [measured(words)]


def machine(found: Results, directive: SphinxDirective) -> list[nodes.Node]:
    used = found["machine"]
    packages = ", ".join(f"{name} {version}" for name, version in used["packages"].items())
    words = _(
        "Measured on {date}: {processor}, {cores} cores; Python {python}; {packages}. "
        "Each figure is the median of up to {runs} runs, ours and the other in turn."
    ).format(date=found["date"], runs=found["runs"], packages=packages, **{
        name: used[name] for name in ("processor", "cores", "python")
    })  # fmt: skip
    return [nodes.paragraph("", "", measured(words))]


def size_of(one: Results) -> str:
    return _("{size} times: {pages} pages, {references} references").format(
        size=f"{one['size']:g}", pages=one["pages"], references=one["references"]
    )


def ratio_of(build: Results) -> str:
    if "ratio" not in build:
        return NOT_BUILT
    return f"{build['ratio']:.2f} ({build['range'][0]:.2f} to {build['range'][1]:.2f})"


def cold(found: Results, directive: SphinxDirective) -> list[nodes.Node]:
    rows = [
        [
            size_of(one),
            _(name),
            seconds(build[OURS]["seconds"]),
            seconds(build[THEIRS]["seconds"]) if THEIRS in build else NOT_BUILT,
            ratio_of(build),
        ]
        for one in found["cold"]
        for name, build in one["builds"].items()
    ]
    head = [_("Size"), _("Build"), _("Ours"), _("As it comes"), _("Ratio (lowest to highest)")]
    return [
        *picture(found, directive),
        table(
            caption(_("A build from nothing, ours and the stack as it comes")),
            rows,
            head=head,
            widths=(30, 22, 12, 14, 22),
        ),
    ]


def picture(found: Results, directive: SphinxDirective) -> list[nodes.Node]:
    """Bars of the ratios, one for each build and size."""
    bars = [
        (_("{name}, {size} times").format(name=_(name), size=f"{one['size']:g}"), build["ratio"])
        for one in found["cold"]
        for name, build in one["builds"].items()
        if "ratio" in build
    ]
    height = 2 * drawing.EDGE + drawing.FOOT + 0.3 * len(bars)

    def paint(paper: drawing.Paper) -> None:
        left, width = 2.8, drawing.WIDTH - 2.8 - 0.6
        axes = paper.axes(left, drawing.EDGE, width, 0.3 * len(bars))
        axes.set_xlim(0, max(1.05, *(ratio for _label, ratio in bars)))
        axes.axvline(1, color=drawing.FAINT, linewidth=0.8, linestyle="--")
        axes.tick_params(labelsize=drawing.SMALL)
        for number, (label, ratio) in enumerate(bars):
            y = 0.3 * number + 0.15
            axes.barh(y, ratio, height=0.18, color="#0060a8")
            paper.write(left - 0.1, drawing.EDGE + y + 0.04, label, align="right")
            place = left + width * ratio / axes.get_xlim()[1] + 0.06
            paper.write(place, drawing.EDGE + y + 0.04, f"{ratio:.2f}", size=drawing.SMALL)
        paper.write(
            left, height - drawing.EDGE + 0.05, _("Time, as a share of the stack as it comes (1)"),
            size=drawing.SMALL,
        )  # fmt: skip

    said = "; ".join(f"{label}: {ratio:.2f}" for label, ratio in bars)
    image = nodes.image(
        uri=pictures.uri(directive.env, f"{bars}{height}", lambda: drawing.svg(height, paint)),
        alt=_("Bars of the ratios in the table below. {ratios}.").format(ratios=said),
        width="100%",
    )
    words = measured(_("How long a build takes, as a share of the stack as it comes"))
    return [nodes.figure("", image, nodes.caption("", "", words), classes=["effect-plot"])]


def growth(found: Results, directive: SphinxDirective) -> list[nodes.Node]:
    site = "web site, one core"
    used = [
        [
            size_of(one),
            *(
                megabytes(one["builds"][site][side]["peak"])
                if side in one["builds"][site]
                else NOT_BUILT
                for side in (OURS, THEIRS)
            ),
            *(
                megabytes(one["bytes"][side] / 1e6) if side in one["bytes"] else NOT_BUILT
                for side in (OURS, THEIRS)
            ),
        ]
        for one in found["cold"]
    ]
    head = [_("Size"), _("Memory"), _("Memory, as it comes"), _("Output"), _("Output, as it comes")]
    powers = [
        [
            _("{low} to {high} times").format(low=f"{one['from']:g}", high=f"{one['to']:g}"),
            *(
                NOT_BUILT if one[name] is None else f"{one[name]:.2f}"
                for name in ("seconds", "memory", "bytes", "seconds as it comes")
            ),
        ]
        for one in found["growth"]
    ]
    return [
        table(
            caption(_("The memory that a build of the web site needs on one core, and its bytes")),
            used,
            head=head,
            widths=(32, 15, 19, 15, 19),
            stubs=1,
        ),
        table(
            caption(_("By which power of the size a build grows; 1 is in step with it")),
            powers,
            head=[_("Sizes"), _("Time"), _("Memory"), _("Output"), _("Time, as it comes")],
            widths=(24, 18, 18, 18, 22),
            stubs=1,
        ),
    ]


def rebuilds(found: Results, directive: SphinxDirective) -> list[nodes.Node]:
    took = {"from nothing": found["rebuilds"]["cold"], **found["rebuilds"]["edits"]}
    rows = [[_(name), *map(seconds, one.values())] for name, one in took.items()]
    words = _("Building again after an edit, at today’s size, on one core")
    head = [_("What changed"), _("Web site"), _("PDF after it")]
    return [table(caption(words), rows, head=head, widths=(40, 30, 30), stubs=1)]


def live(found: Results, directive: SphinxDirective) -> list[nodes.Node]:
    rows = [
        [
            _("{size} times").format(size=f"{one['size']:g}"),
            _(name),
            seconds(took["seen"]),
            seconds(took["done"]),
        ]
        for one in found["live"]
        for name, took in one["edits"].items()
    ]
    words = _("From saving a file until make live shows it, and until all pages are up to date")
    head = [_("Size"), _("What changed"), _("Shown"), _("All up to date")]
    return [table(caption(words), rows, head=head, widths=(20, 30, 25, 25))]


def breakdown(found: Results, directive: SphinxDirective) -> list[nodes.Node]:
    rows = [
        [heading, name, f"{value:.2f} s"]
        for kind, heading in (("phases", _("phase")), ("extensions", _("extension")))
        for name, value in found["breakdown"][kind].items()
        if value >= 0.05
    ]
    words = _("Where a build of the web site spends its time, at today’s size, on one core")
    return [
        table(caption(words), rows, head=[_("Kind"), _("Part"), _("Time")], widths=(25, 45, 30))
    ]


def cores(found: Results, directive: SphinxDirective) -> list[nodes.Node]:
    rows = [
        [_(name), seconds(took["one"]), seconds(took["two"]), f"{took['one'] / took['two']:.2f}"]
        for name, took in found["cores"]["phases"].items()
    ]
    words = _("A build of the web site on one core and on two, {size} times today’s size")
    head = [_("Phase"), _("One core"), _("Two cores"), _("Times as fast")]
    return [
        table(
            caption(words.format(size=f"{found['cores']['size']:g}")),
            rows,
            head=head,
            widths=(25, 25, 25, 25),
            stubs=1,
        )
    ]


def rivals(found: Results, directive: SphinxDirective) -> list[nodes.Node]:
    rows = [
        [
            _(name),
            seconds(one["theirs"]["seconds"]),
            _(one["what"]),
            seconds(one[OURS]["seconds"]),
            ratio_of(one),
        ]
        for name, one in found["rivals"].items()
    ]
    words = _("Other builders of the same text, and what we build in the same run")
    head = [_("Other builder"), _("Theirs"), _("What we build"), _("Ours"), _("Ratio")]
    return [table(caption(words), rows, head=head, widths=(28, 14, 22, 14, 22), stubs=1)]


PARTS: dict[str, Callable[[Results, SphinxDirective], list[nodes.Node]]] = {
    one.__name__: one for one in (machine, cold, growth, rebuilds, live, breakdown, cores, rivals)
}


class Benchmark(SphinxDirective):
    """One part of the results."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        part = self.arguments[0]
        if part not in PARTS:
            raise self.error(f"no part {part!r}; known are: {', '.join(PARTS)}")
        path = Path(self.env.doc2path(self.env.docname)).with_name(FILE)
        self.env.note_dependency(str(path))
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
            return placed(self, PARTS[part](found, self))
        except FileNotFoundError:
            raise self.error(f"{path} is missing: run 'make bench'") from None
        except (ValueError, KeyError, TypeError) as error:
            raise ExtensionError(
                f"{path}: not what 'make bench' writes ({error!r}); run it again"
            ) from error


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_directive("benchmark", Benchmark)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
