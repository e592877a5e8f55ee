"""The weekly run keeps one issue: `gh` is played by a script that writes down what it is asked."""

import json
import os
import subprocess
import sys

import pytest
from conftest import PROJECT

GH = """#!{python}
import json, pathlib, sys
with pathlib.Path({log!r}).open("a") as log:
    log.write(json.dumps(sys.argv[1:]) + "\\n")
if sys.argv[1:3] == ["issue", "list"]:
    print({found!r})
sys.exit({fails!r} if sys.argv[2] == "create" else 0)
"""
FILTER = ["--label", "link-check", "--state", "open", "--json", "number", "--limit", "1"]


@pytest.fixture
def keep(tmp_path):
    """Runs the tool with an exit code, where these issues are open; returns it and gh's calls."""

    def run(code, *numbers, fails=0):
        log = tmp_path / "calls"
        log.touch()
        found = json.dumps([{"number": number} for number in numbers])
        gh = tmp_path / "gh"
        gh.write_text(GH.format(python=sys.executable, log=str(log), found=found, fails=fails))
        gh.chmod(0o755)
        command = ("-m", "tools.one_issue", "link-check", "Links", "summary.md", str(code))
        said = subprocess.run(
            [sys.executable, *command],
            cwd=PROJECT,
            env={**os.environ, "PATH": f"{tmp_path}:/usr/bin:/bin"},
            capture_output=True,
            text=True,
            check=False,
        )
        return said, [json.loads(line) for line in log.read_text().splitlines()]

    return run


def test_the_first_finding_opens_an_issue(keep):
    said, calls = keep(1)
    assert said.returncode == 0
    assert calls[0] == ["issue", "list", *FILTER]
    assert calls[1][:3] == ["label", "create", "link-check"]
    assert calls[2] == [
        *("issue", "create", "--label", "link-check"),
        *("--title", "Links", "--body-file", "summary.md"),
    ]
    assert len(calls) == 3


def test_the_next_finding_updates_it(keep):
    _, calls = keep(1, 7)
    assert calls[1:] == [["issue", "edit", "7", "--title", "Links", "--body-file", "summary.md"]]


def test_it_is_closed_when_all_is_well(keep):
    _, calls = keep(0, 7)
    assert [call[:3] for call in calls[1:]] == [["issue", "close", "7"]]


def test_nothing_happens_where_nothing_is_to_do(keep):
    _, calls = keep(0)
    assert calls == [["issue", "list", *FILTER]]


@pytest.mark.parametrize("code", [2, 3, 130])
def test_it_stays_as_it_is_where_nothing_could_be_checked(keep, code):
    said, calls = keep(code, 7)
    assert (said.returncode, calls) == (0, [])


def test_a_failing_gh_fails_the_job(keep):
    said, _ = keep(1, fails=4)
    assert said.returncode == 4
    assert "Traceback" not in said.stderr
