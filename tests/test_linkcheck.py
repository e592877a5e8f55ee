"""`sphinx-build -b linkcheck`: what it asks for, what it reports and remembers, and how it ends."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pikepdf
import pytest
from conftest import PROJECT
from link_checking.links import Link, Outcome, Place, Verdict
from link_checking.memory import Past
from link_checking.report import Finding, Report, in_markdown, in_words
from markdown_it import MarkdownIt
from services.faults import Answer, FaultServer, json_answer, redirect
from sphinx.errors import ConfigError

# What is asked last: the sources come after the pages, in the order of their names.
LAST = "/pubmed/esummary.fcgi"
PAGE = Answer(200, '<h2 id="results">Results</h2>')


@pytest.fixture
def server():
    with FaultServer() as server:
        play(server)
        yield server


def play(server: FaultServer) -> None:
    """The web as the mini project's links find it."""
    for path in ("/good", "/new", "/archive/dead"):
        server.serve(path, PAGE)
    server.serve("/moved", redirect("/new", 301))
    server.serve("/old", redirect("/new", 301))
    server.serve("/wall/", Answer(403))
    server.serve(
        "/doi/10.1000/registered", json_answer({"responseCode": 1, "handle": "10.1000/registered"})
    )
    server.serve("/doi/", json_answer({"responseCode": 100, "handle": "10.1000/Unregistered"}, 404))
    found = {"result": {"uids": ["29087261"], "29087261": {"uid": "29087261"}}}
    server.serve(LAST, json_answer(found))


def services(server: FaultServer) -> dict[str, str]:
    """The environment that makes the check ask a server, without patience."""
    return {
        "HANDBOOK_DOI": server.url + "/doi",
        "HANDBOOK_PUBMED": server.url + "/pubmed",
        "HANDBOOK_TRIALS": server.url + "/trials",
        "HANDBOOK_ATTEMPTS": "1",
        "HANDBOOK_REQUESTS_PER_SECOND": "1000",
    }


class Said(NamedTuple):
    """How a run ended, and what it wrote."""

    code: int
    output: str
    errors: str


class Project:
    """A copy of the mini project whose links lead to a server, checked in a process of its own."""

    def __init__(self, root: Path, folder: Path, server: FaultServer) -> None:
        self.source = Path(shutil.copytree(root, folder / "docs"))
        self.output = folder / "output"
        self.step_summary = folder / "step-summary.md"
        self._environment = {
            **os.environ,
            **services(server),
            "PYTHONPATH": f"{PROJECT}/docs/_ext:{PROJECT}",
            "GITHUB_STEP_SUMMARY": str(self.step_summary),
        }
        for file in self.source.iterdir():
            file.write_text(file.read_text("utf-8").replace("SERVER", server.host), "utf-8")

    def start(self) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "sphinx", "-q", "-b", "linkcheck"]
        return subprocess.Popen(
            [*command, str(self.source), str(self.output)],
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self) -> Said:
        run = self.start()
        output, errors = run.communicate()
        return Said(run.returncode, output, errors)

    @property
    def report(self) -> dict:
        return json.loads((self.output / "report.json").read_text("utf-8"))


@pytest.fixture
def project(tmp_path, rootdir, server):
    return Project(rootdir / "test-linkcheck", tmp_path, server)


def place(file, line=None, key="", page=None):
    return {"file": file, "line": line, "page": page, "citation_key": key}


# --- The report -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def checked(tmp_path_factory, rootdir):
    """One run over the unchanged mini project: the project, the server and what was said."""
    with FaultServer() as server:
        play(server)
        project = Project(rootdir / "test-linkcheck", tmp_path_factory.mktemp("linkcheck"), server)
        yield project, server, project.run()


@pytest.fixture(scope="module")
def told(checked):
    """What the report says of each link, by the end of its address."""
    project, server, _ = checked
    return {link["uri"].removeprefix(server.url): link for link in project.report["links"]}


def test_broken_links_end_with_1(checked):
    project, _, said = checked
    assert said.code == 1
    assert project.report["exit_code"] == 1


def test_nothing_but_the_progress_is_on_the_error_stream(checked):
    _, _, said = checked
    assert "WARNING" not in said.errors
    assert "Links asked for: 100%" in said.errors


def test_a_link_of_a_page_is_told_with_every_file_and_line(told):
    assert told["/gone"]["outcome"] == "broken"
    assert told["/gone"]["reason"] == "answers 404 Not Found"
    assert told["/gone"]["places"] == [place("docs/index.md", 5), place("docs/second.md", 3)]


def test_a_link_of_a_source_is_told_with_its_key_and_line(told):
    doi = told["https://doi.org/10.1000/Unregistered"]
    assert doi["outcome"] == "broken"
    assert doi["places"] == [place("docs/refs.bib", 15, key="li2019")]
    assert told["/dead"]["places"] == [place("docs/refs.bib", 22, key="chen2020")]


def test_what_works_is_not_told(told):
    assert set(told) == {
        "/gone",
        "/moved",
        "/wall/1",
        "https://handbook.example.org/en/latest/third.html",
        "https://doi.org/10.1000/Unregistered",
        "/dead",
        "/dead-too",
    }


def test_a_page_of_ours_is_looked_for_among_the_pages(told):
    missing = told["https://handbook.example.org/en/latest/third.html"]
    assert missing["reason"] == "the handbook has no such page"


def test_a_page_that_moved_is_told_with_its_new_address(checked, told):
    _, server, _ = checked
    assert told["/moved"]["outcome"] == "moved"
    assert told["/moved"]["leads_to"] == server.url + "/new"


def test_what_is_ignored_is_told_with_the_reason_and_not_asked(checked, told):
    _, server, _ = checked
    assert told["/wall/1"]["reason"] == "it refuses robots"
    assert not server.asked("/wall/1")


def test_a_dead_page_of_a_source_is_told_with_its_copy_or_where_to_look(checked, told):
    _, server, said = checked
    assert told["/dead"]["archived_copy"] == server.url + "/archive/dead"
    assert f"archived copy: {server.url}/archive/dead" in said.output
    assert f"look for a copy: https://web.archive.org/web/*/{server.url}/dead-too" in said.output
    assert "web/*/https://doi.org" not in said.output


def test_the_terminal_shows_the_worst_first(checked):
    _, _, said = checked
    lines = said.output.splitlines()
    assert lines[0] == "14 links: 7 working, 1 moved, 5 broken, 1 ignored."
    assert lines.index("Broken: to mend") < lines.index("Moved for good: write the new address")
    assert "    docs/refs.bib:22 (chen2020)" in lines


def test_github_gets_a_summary(checked):
    project, server, _ = checked
    summary = project.step_summary.read_text("utf-8")
    assert summary.startswith("## Links\n\n14 links: ")
    assert f"- `{server.url}/dead`\n  - answers 404 Not Found; last good: not known\n" in summary
    assert summary.endswith((project.output / "summary.md").read_text("utf-8"))


# --- Exit codes, settings, memory -------------------------------------------------------------


class Simple:
    """A project of one page with one link, checked in this process."""

    def __init__(self, folder: Path, server: FaultServer, make_app, capsys) -> None:
        self.source = folder / "docs"
        self.source.mkdir()
        (self.source / "index.md").write_text(f"# Links\n\n[Good]({server.url}/good)\n")
        (self.source / "conf.py").touch()
        self._settings: dict[str, object] = {}
        self._make_app = make_app
        self._capsys = capsys

    def configure(self, **settings: object) -> None:
        """Set these in conf.py."""
        self._settings = settings

    def run(self, **settings: object) -> Said:
        self._capsys.readouterr()
        app = self._make_app(
            "linkcheck",
            srcdir=self.source,
            builddir=self.source.parent / "build",
            confoverrides={
                "extensions": ["myst_parser", "link_checking"],
                **self._settings,
                **settings,
            },
        )
        try:
            app.build()
        finally:
            app.cleanup()
        assert app.warning.getvalue() == ""
        return Said(app.statuscode, *self._capsys.readouterr())

    @property
    def output(self) -> Path:
        return self.source.parent / "build" / "linkcheck"

    @property
    def report(self) -> dict:
        return json.loads((self.output / "report.json").read_text("utf-8"))

    @property
    def history(self) -> Path:
        return self.output / "history.json"

    def remember(self, uri: str, **moments: str) -> None:
        """Change what is remembered of a link."""
        content = json.loads(self.history.read_text())
        content["links"].setdefault(uri, {}).update(moments)
        self.history.write_text(json.dumps(content))

    def add_pdf(self, *pages: list[str]) -> str:
        """Write a PDF with these addresses on its pages; returns its folder."""
        folder = self.source.parent / "pdfs"
        folder.mkdir()
        with pikepdf.new() as pdf:
            for uris in pages or [[]]:
                page = pdf.add_blank_page()
                page.Annots = pikepdf.Array([_pdf_link(uri) for uri in uris])
            pdf.save(folder / "small.pdf")
        return str(folder)


def _pdf_link(uri: str) -> pikepdf.Dictionary:
    return pikepdf.Dictionary(
        Type=pikepdf.Name.Annot,
        Subtype=pikepdf.Name.Link,
        Rect=[0, 0, 9, 9],
        A=pikepdf.Dictionary(S=pikepdf.Name.URI, URI=pikepdf.String(uri)),
    )


@pytest.fixture
def simple(tmp_path, server, make_app, capsys, monkeypatch):
    for name, value in services(server).items():
        monkeypatch.setenv(name, value)
    return Simple(tmp_path, server, make_app, capsys)


def test_all_is_well(simple):
    said = simple.run()
    assert said.code == 0
    assert said.output == "1 links: 1 working.\n"
    assert simple.report["links"] == []


@pytest.mark.parametrize("answer", [Answer(503), Answer(403), Answer(drop=True)])
def test_what_could_not_be_checked_ends_with_3(simple, server, answer):
    server.serve("/good", answer)
    assert simple.run().code == 3


def test_the_report_says_when_a_link_was_last_good(simple, server):
    simple.run()
    today = simple.report["checked"][:10]
    server.serve("/good", Answer(404))
    assert f"last good: {today}" in simple.run().output
    assert f"last good: {today}" in simple.run().output


def test_each_whole_run_asks_everything(simple, server):
    simple.run()
    simple.run()
    assert len(server.asked("/good")) == 2


def test_what_nobody_answers_for_too_long_is_broken(simple, server):
    simple.run()
    server.serve("/good", Answer(503))
    assert simple.run().code == 3
    simple.remember(server.url + "/good", good="2026-01-05T05:17:00+00:00")
    simple.remember(server.url + "/good", bad_since="2026-01-12T05:17:00+00:00")
    said = simple.run()
    assert said.code == 1
    assert "answers 503 Service Unavailable, since 2026-01-12; last good: " in said.output
    assert ", since 2026-01-12; " in simple.run().output


def test_a_run_without_a_single_answer_is_not_remembered(simple, server):
    simple.run()
    before = simple.history.read_text()
    server.serve("/good", Answer(drop=True))
    simple.run()
    assert simple.history.read_text() == before


@pytest.mark.parametrize("content", ["", "{", "[]", '{"links": {"a": {"good": "Tuesday"}}}'])
def test_a_damaged_history_is_begun_anew(simple, content):
    simple.output.mkdir(parents=True)
    simple.history.write_text(content)
    assert simple.run().code == 0
    assert len(json.loads(simple.history.read_text())["links"]) == 1


UNUSED = {"pattern": "https://nowhere[.]example/.*", "reason": "it was slow"}


def test_an_exception_that_matched_nothing_is_an_error(simple):
    pdfs = simple.add_pdf()
    simple.configure(link_ignores=[UNUSED], link_redirects=[{**UNUSED, "to": ".*"}])
    said = simple.run(link_pdfs=pdfs)
    assert said.code == 1
    assert "Exceptions in conf.py that matched no link: delete them" in said.output
    assert [rule["setting"] for rule in simple.report["unused"]] == [
        "link_ignores",
        "link_redirects",
    ]


def test_a_run_without_the_pdfs_says_nothing_of_unused_exceptions(simple):
    simple.configure(link_ignores=[UNUSED])
    assert simple.run().code == 0


def test_a_redirect_that_gave_no_answer_is_not_unused(simple, server):
    pdfs = simple.add_pdf()
    good = re.escape(server.url + "/good")
    simple.configure(link_redirects=[{"pattern": good, "to": ".*", "reason": "it moves"}])
    server.serve("/good", Answer(503))
    assert simple.run(link_pdfs=pdfs).code == 3


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            {"link_ignores": [{"pattern": "https://example.org/.*"}]},
            "conf.py: entry 1 of link_ignores needs pattern, reason, none of them empty.",
        ),
        (
            {"link_redirects": [{"pattern": "a", "to": "b", "reason": ""}]},
            "conf.py: entry 1 of link_redirects needs pattern, reason, to, none of them empty.",
        ),
        (
            {"link_ignores": [{"pattern": "(", "reason": "none"}]},
            "conf.py: entry 1 of link_ignores is no regular expression: ",
        ),
        ({"linkcheck_ignore": ["https://example.org"]}, "write the pattern and the reason into"),
        ({"link_pdfs": "nowhere"}, "There is no PDF in nowhere, where link_pdfs says: run"),
    ],
)
def test_a_setting_that_will_not_do_is_told_with_its_remedy(simple, settings, message):
    simple.configure(**settings)
    with pytest.raises(ConfigError, match=re.escape(message)):
        simple.run()
    assert not (simple.output / "report.json").exists()


def test_a_link_that_only_a_pdf_has_is_checked_with_its_page(simple, server):
    pdfs = simple.add_pdf([], [server.url + "/good", server.url + "/gone"])
    assert simple.run(link_pdfs=pdfs).code == 1
    [link] = simple.report["links"]
    assert link["uri"] == server.url + "/gone"
    assert link["places"] == [place("small.pdf", page=2)]


# --- Interrupting -----------------------------------------------------------------------------


@pytest.mark.parametrize(("how", "code"), [(signal.SIGINT, 130), (signal.SIGKILL, -9)])
def test_an_interrupted_run_goes_on_where_it_stopped(project, server, how, code):
    server.serve(LAST, Answer(silence=60))
    run = project.start()
    while not server.asked(LAST) and run.poll() is None:
        time.sleep(0.02)
    run.send_signal(how)
    _, errors = run.communicate()
    assert run.returncode == code
    assert ("the next run goes on from there" in errors) == (how is signal.SIGINT)
    assert not (project.output / "report.json").exists()

    # Killed while it was writing.
    with (project.output / "answers.jsonl").open("a") as journal:
        journal.write('{"asked": "http')
    server.requests.clear()
    play(server)
    assert project.run().code == 1
    assert [request.path for request in server.requests] == [LAST]
    assert project.report["counts"]["working"] == 7
    assert project.report["counts"]["broken"] == 5
    assert not (project.output / "answers.jsonl").exists()


# --- What servers say is data -----------------------------------------------------------------


def test_nothing_that_a_server_says_is_markup_or_steers_a_terminal():
    evil = "https://example.org/`@team`\n# <img src=x> [a](b)\x1b[31m\u202e$(reboot)"
    link = Link(evil, evil, {Place("docs/index.md", 1)})
    moved = Verdict(Outcome.MOVED, "moved for good", evil)
    report = Report(datetime.now(UTC), [Finding(link, moved, Past())], [])
    tokens = MarkdownIt().parse(in_markdown(report))
    children = [child for token in tokens for child in token.children or []]
    assert {child.type for child in children} == {"text", "code_inline"}
    for child in children:
        assert child.type == "code_inline" or not re.search(r"[@`<\[$#]", child.content)
    assert "\x1b" not in in_words(report)
    assert "\u202e" not in in_words(report)
    assert len(in_words(report).splitlines()) == 6


def test_the_summary_fits_into_an_issue():
    links = [Link(f"https://example.org/{'a' * 3000}/{number}", "") for number in range(1000)]
    broken = Verdict(Outcome.BROKEN, "answers 404 Not Found")
    report = Report(datetime.now(UTC), [Finding(link, broken, Past()) for link in links], [])
    assert "- and 940 more: see report.json\n" in in_markdown(report)
    assert len(in_markdown(report)) < 65536


def test_the_example_on_the_page_is_what_the_report_looks_like():
    def finding(uri, outcome, reason, place, good=None, archived=""):
        link = Link(uri, uri, {place}, archived)
        return Finding(link, Verdict(outcome, reason), Past(good))

    copy = "https://web.archive.org/web/2026/https://www.example.org/lupus/facts"
    findings = [
        *(
            finding(f"https://example.org/{n}", Outcome.WORKING, "", Place("docs/index.md"))
            for n in range(727)
        ),
        finding(
            "https://doi.org/10.1000/example.2018.7",
            Outcome.BROKEN,
            "this DOI is not registered",
            Place("docs/refs.bib", 214, "example2018"),
        ),
        finding(
            "https://www.example.net/leaflet.pdf",
            Outcome.BROKEN,
            "no answer in time, since 2026-11-02",
            Place("docs/before-you-decide/clinics.md", 48),
            datetime(2026, 10, 26, tzinfo=UTC),
        ),
        finding(
            "https://www.example.org/lupus/facts",
            Outcome.BROKEN,
            "answers 404 Not Found",
            Place("docs/refs.bib", 1310, "example2021"),
            datetime(2026, 11, 15, tzinfo=UTC),
            copy,
        ),
        finding(
            "https://www.example.com/news/1",
            Outcome.REFUSED,
            "answers 403 Forbidden",
            Place("docs/refs.bib", 2201, "example2022"),
        ),
    ]
    report = Report(datetime.now(UTC), findings, [])
    page = PROJECT / "docs" / "about" / "link-and-source-checks.md"
    assert f"```text\n{in_words(report)}\n```\n" in page.read_text("utf-8")


# --- The command ------------------------------------------------------------------------------


@pytest.fixture
def command(small_handbook, server, monkeypatch):
    """A small handbook whose check asks the local server."""
    for name in ("tools", "pyproject.toml"):
        source = PROJECT / name
        (shutil.copytree if source.is_dir() else shutil.copy2)(source, small_handbook.path / name)
    docs = small_handbook.path / "docs"
    with (docs / "conf.py").open("a") as conf:
        conf.write('\nextensions.append("link_checking")\n')
    with (docs / "index.md").open("a") as page:
        page.write(f"\n[Good]({server.url}/good)\n")
    for service in ("DOI", "PUBMED", "TRIALS"):
        monkeypatch.setenv(f"HANDBOOK_{service}", server.url)
    return small_handbook


def test_the_command_checks_pages_and_pdfs(command):
    made = command.make("linkcheck")
    assert made.returncode == 0, made.stdout + made.stderr
    assert " links: " in made.stdout
    assert (command.path / "build" / "linkcheck" / "report.json").exists()
    assert command.pdf.exists()


def test_no_network_is_told_in_one_line_and_changes_nothing(command, monkeypatch):
    with FaultServer() as closed:
        pass
    for service in ("DOI", "PUBMED", "TRIALS"):
        monkeypatch.setenv(f"HANDBOOK_{service}", closed.url)

    def files():
        """All that stands there, but for modules that Python compiled."""
        return [
            path
            for path in sorted(command.path.rglob("*"))
            if path.is_file() and path.suffix != ".pyc"
        ]

    before = files()
    made = command.make("linkcheck")
    line, ending = made.stderr.splitlines()
    assert line == (
        f"No network: nobody answers at {closed.host}. Nothing was checked, no file was changed."
    )
    assert ending.endswith("Error 3")
    assert files() == before
