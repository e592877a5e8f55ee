"""The commands, locks and services that set the handbook up keep their promises."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from conftest import EPOCH


def run(*command: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    tools = str(Path(sys.executable).parent)
    return subprocess.run(
        command,
        cwd=cwd,
        env={**os.environ, "PATH": f"{tools}:{os.environ['PATH']}", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_help_lists_every_command(project):
    said = run("make", "help", cwd=project).stdout
    for target in (
        "all",
        "html",
        "pdf",
        "live",
        "linkcheck",
        "lint",
        "readability",
        "test",
        "lock",
        "clean",
        "help",
    ):
        assert re.search(rf"^  make {target} +\S", said, re.MULTILINE), target


@pytest.mark.parametrize(
    ("works", "message"),
    [
        ("*ensurepip*", "The handbook needs Python 3.11 or newer"),
        ("*version_info*", "Python's venv module is missing"),
    ],
)
def test_a_python_that_does_not_do_is_told_in_one_line(project, tmp_path, works, message):
    fake = tmp_path / "python"
    fake.write_text(f'#!/bin/sh\ncase "$2" in {works}) exit 0;; *) exit 1;; esac\n')
    fake.chmod(0o755)
    said = run("make", f"PYTHON={fake}", f"VENV={tmp_path}/venv", cwd=project)
    assert said.returncode != 0
    ours = [line for line in said.stderr.splitlines() if not line.startswith("make")]
    assert len(ours) == 1
    assert ours[0].startswith(message)
    assert not (tmp_path / "venv").exists()


@pytest.mark.parametrize("name", ["requirements", "requirements-dev"])
def test_requirements_are_locked_with_hashes_and_reasons(project, name):
    for line in (project / f"{name}.in").read_text().splitlines():
        if line and not line.startswith(("#", "-r")):
            assert re.search(r"\s# \S+ \S+", line), f"{name}.in gives no reason: {line}"
    lock = (project / f"{name}.txt").read_text()
    packages = re.split(r"\n(?=\S)", lock)
    pins = [package for package in packages if not package.startswith("#")]
    assert len(pins) > 30
    for pin in pins:
        assert re.match(r"[a-z0-9.-]+==\S+", pin), pin
        assert "--hash=sha256:" in pin, pin
    assert "://" not in lock


def test_both_locks_agree(project):
    def pins(name: str) -> set[str]:
        lock = (project / f"{name}.txt").read_text()
        return set(re.findall(r"^\S+==\S+", lock, re.MULTILINE))

    assert pins("requirements") <= pins("requirements-dev")


def test_make_says_where_the_outputs_are(handbook):
    said = handbook.make().stdout
    for path in (handbook.html / "index.html", handbook.pdf):
        assert str(path) in said
        assert path.is_file()


def test_a_second_make_writes_no_file(small_handbook):
    def files() -> dict[Path, int]:
        return {path: path.stat().st_mtime_ns for path in small_handbook.path.rglob("*")}

    first = small_handbook.make()
    assert first.returncode == 0, first.stderr
    before = files()
    again = small_handbook.make()
    assert again.returncode == 0, again.stderr
    assert files() == before


def test_a_failed_build_fails_again(small_handbook):
    conf = small_handbook.path / "docs" / "conf.py"
    # Told while a page is read; Sphinx does not read an unchanged page again.
    conf.write_text(
        conf.read_text()
        + "\n\ndef setup(app):\n"
        + "    from sphinx.util.logging import getLogger\n"
        + "    warn = getLogger(__name__).warning\n"
        + "    app.connect('doctree-read', lambda app, _: warn('once'))\n"
    )
    for _attempt in range(2):
        failed = small_handbook.make()
        assert failed.returncode != 0
        assert "WARNING: once" in failed.stderr


@pytest.mark.parametrize(
    ("schema", "paths"),
    [
        ("vendor.readthedocs", [".readthedocs.yaml"]),
        (
            "vendor.github-workflows",
            [f".github/workflows/{name}.yml" for name in ("audit", "build", "watch", "weekly")],
        ),
        ("vendor.dependabot", [".github/dependabot.yml"]),
        ("vendor.citation-file-format", ["CITATION.cff"]),
    ],
)
def test_configuration_follows_its_official_schema(project, schema, paths):
    checked = run("check-jsonschema", "--builtin-schema", schema, *paths, cwd=project)
    assert checked.returncode == 0, checked.stdout


def test_workflows_pass_the_audit(project):
    audited = run("zizmor", "--offline", "--persona=pedantic", ".github", cwd=project)
    assert audited.returncode == 0, audited.stdout


def test_workflows_pin_actions_and_give_no_rights_by_default(project):
    for path in (project / ".github" / "workflows").glob("*.yml"):
        text = path.read_text()
        assert yaml.safe_load(text)["permissions"] == {}
        for used in re.findall(r"uses: (\S+)", text):
            assert used.startswith("$/") or re.search(r"@[0-9a-f]{40}$", used), used


def test_read_the_docs_gets_exactly_one_pdf(project, handbook, tmp_path):
    config = yaml.safe_load((project / ".readthedocs.yaml").read_text())
    assert config["formats"] == ["pdf"]
    assert config["sphinx"]["fail_on_warning"] is True
    (tmp_path / "html").mkdir()
    jobs = config["build"]["jobs"]
    for command in [*jobs["build"]["pdf"], *jobs["post_build"]]:
        done = run(
            *("sh", "-c", command),
            cwd=handbook.path,
            READTHEDOCS_OUTPUT=str(tmp_path),
            SOURCE_DATE_EPOCH=EPOCH,
        )
        assert done.returncode == 0, done.stderr
    assert [path.name for path in (tmp_path / "pdf").rglob("*")] == ["handbook.pdf"]
    for name in ("handbook", "handout-a4", "handout-letter"):
        made = tmp_path / "html" / f"{name}.pdf"
        assert made.read_bytes() == handbook.pdf.with_name(made.name).read_bytes()
