"""The benchmark builds what it says, and its page shows what it wrote."""

import json
from pathlib import Path

import pytest
from building import build_project

from bench import __main__ as command
from bench import corpus, measuring
from bench.corpus import Corpus
from bench.running import BuildFailed, Run, output_bytes, run

ROOT = "test-benchmark"


def test_the_same_size_gives_the_same_handbook():
    assert list(corpus.files(Corpus(0.2))) == list(corpus.files(Corpus(0.2)))


def test_a_page_stays_the_same_when_others_are_added():
    small, large = (dict(corpus.files(Corpus(size))) for size in (0.2, 0.4))
    shared = [name for name in small if name.startswith("evidence/studies/study")]
    assert len(shared) == 20
    assert all(small[name] == large[name] for name in shared)


def test_everything_grows_in_step():
    small, large = Corpus(1), Corpus(3)
    for part in ("pages", "studies", "references"):
        assert len(getattr(large, part)) == 3 * len(getattr(small, part))


@pytest.mark.parametrize(("size", "lists"), [(0.04, 1), (1, 2), (10, 17)])
def test_each_reference_stands_in_one_list_that_is_not_long(size, lists):
    large = Corpus(size)
    assert len(large.lists) == lists
    endings = [ending for pattern in large.lists.values() for ending in pattern.split("|")]
    assert sorted(endings) == [f"{number:02}" for number in range(100)]
    for page in large.lists:
        assert sum(large.list_with(key) == page for key in large.references[::7]) <= 300 / 7 + 10


@pytest.mark.parametrize("environment", [{}, measuring.AS_IT_COMES], ids=["ours", "as it comes"])
def test_the_handbook_builds_without_a_warning(tmp_path, environment):
    book = measuring.Handbook(tmp_path / "book", 0.04)
    found = book.cold("html", **environment)
    assert (book.folder / ".bench.log").read_text(encoding="utf-8") == ""
    assert found.seconds > 0
    assert found.peak > 20
    site = book.folder / "build" / "html"
    assert (site / "searchindex.js").exists() == bool(environment)
    page = (site / "part-1" / "page-1.html").read_text(encoding="utf-8")
    assert "evidence-result" in page
    assert 'href="../references/list-1.html#' in page
    assert output_bytes(site) > 50_000


def test_phases_and_extensions_are_told_apart(tmp_path):
    book = measuring.Handbook(tmp_path / "book", 0.04)
    book.cold("html", BENCH_PHASES=str(tmp_path / "phases.json"))
    found = json.loads((tmp_path / "phases.json").read_text(encoding="utf-8"))
    assert list(found["phases"]) == ["starting", "reading", "checking", "writing"]
    assert found["extensions"]["evidence"] > 0


def test_a_build_that_fails_shows_its_last_words(tmp_path):
    with pytest.raises(BuildFailed, match="no such thing"):
        run(["sh", "-c", "echo no such thing; exit 3"], tmp_path)


def test_ratios_are_of_runs_that_followed_one_another():
    pairs = [(1, 2), (10, 40), (3, 4)]
    found = measuring.compared([(Run(ours, 100), Run(theirs, 100)) for ours, theirs in pairs])
    assert found["ratio"] == 0.5
    assert found["range"] == [0.25, 0.75]


def test_growth_is_the_power_of_the_size():
    def at(size: float, seconds: float) -> dict:
        run_ = {"seconds": seconds, "peak": 100 * size}
        builds = {"web site, one core": {"ours": run_, "as it comes": run_}}
        return {"size": size, "builds": builds, "bytes": {"ours": size**2}}

    found = measuring.growth(at(1, 5), at(10, 50))
    assert (found["seconds"], found["memory"], found["bytes"]) == (1, 1, 2)
    large = at(10, 50)
    del large["builds"]["web site, one core"]["as it comes"]
    assert measuring.growth(at(1, 5), large)["seconds as it comes"] is None


def test_a_very_large_handbook_is_built_by_us_alone(tmp_path, monkeypatch):
    monkeypatch.setattr(measuring, "LARGEST_COMPARED", 0)
    monkeypatch.setattr(measuring, "LARGEST_PDF", 0)
    found = measuring.cold_builds(tmp_path, 0.02, 1)
    assert list(found["builds"]) == ["web site, one core", "web site, two cores"]
    assert all(list(build) == ["ours"] for build in found["builds"].values())
    assert list(found["bytes"]) == ["ours"]


def test_a_program_that_did_its_work_may_end_with_an_error(tmp_path):
    run(["sh", "-c", "touch paper; exit 3"], tmp_path, made="paper")
    with pytest.raises(BuildFailed, match="out of ink"):
        run(["sh", "-c", "rm paper; echo out of ink"], tmp_path, made="paper")


@pytest.mark.parametrize(("ratio", "faults"), [(0.49, 0), (0.51, 2)])
def test_a_slower_build_is_told_with_its_phase(tmp_path, rootdir, monkeypatch, ratio, faults):
    now = {"size": 1.0, "builds": {"web site, one core": {"ratio": ratio}}}
    monkeypatch.setattr(command, "RESULTS", rootdir / ROOT / "speed.json")
    monkeypatch.setattr(measuring, "cold_builds", lambda *_: now)
    monkeypatch.setattr(
        measuring, "breakdown", lambda _: {"phases": {"reading": 8.0, "writing": 8.0}}
    )
    found = command.check(tmp_path, 3)
    assert len(found) == faults
    if faults:
        assert found[0] == "web site, one core: 0.51 of the stack as it comes, allowed 0.50"
        assert "writing: 50% of the time, it was 0%" in found[1]


def test_without_committed_results_the_check_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setattr(command, "RESULTS", tmp_path / "speed.json")
    [fault] = command.check(tmp_path, 3)
    assert "speed.json is missing" in fault
    assert "make bench" in fault


def shown(source: Path) -> tuple[str, str]:
    app, warnings = build_project(source)
    return (Path(app.outdir) / "index.html").read_text("utf-8"), warnings


def test_the_page_shows_every_part(source):
    page, warnings = shown(source)
    assert warnings == ""
    for words in (
        "Invented 1", "0.40 (0.38 to 0.43)", "640.0 s", "1234.0 MB", "1.05", "4.5 s", "8.00 s",
        "1.60",
        "0.75 (0.70 to 0.80)", "12.5 s",
    ):  # fmt: skip
        assert words in page, words
    assert "web site, one core, 1 times: 0.40" in page  # the picture's alternative text
    assert "small" not in page


@pytest.mark.parametrize(
    ("change", "warning"),
    [
        (
            lambda folder: (folder / "speed.json").unlink(),
            "speed.json is missing: run 'make bench'",
        ),
        (
            lambda folder: (folder / "index.md").write_text("# A\n\n:::{benchmark} hot\n:::\n"),
            "index.md:3: ERROR: no part 'hot'; known are: machine, cold",
        ),
    ],
)
def test_a_part_that_is_not_there_is_told(source, change, warning):
    change(source)
    _page, warnings = shown(source)
    assert warning in warnings
