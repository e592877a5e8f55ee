"""`make watch`: new records and changed trials, against services played on real sockets."""

from __future__ import annotations

import datetime
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from evidence.loading import load
from evidence_searches.record import FILE
from evidence_searches.record import load as load_searches
from services.faults import Answer, json_answer
from services.players import Players, article, trial

from tools.services.trials import Trial
from tools.watch import changes, keeping
from tools.watch.__main__ import main
from tools.watch.finding import PEOPLE, words_of

TODAY = datetime.date(2026, 12, 3)
PERIOD = '("1900/01/01"[crdt] : "2026/12/01"[crdt])'
CELLS = f'(lupus[tiab] AND ("stem cells"[tiab] OR MSC[tiab])) AND {PERIOD}'
EXOSOMES = f"(lupus[tiab] AND exosomes[tiab]) AND {PERIOD}"
NOTHING, SOMETHING, FAULTY, NOT_CHECKED = 0, 1, 2, 3


@dataclass
class Desk:
    """A maintainer's copy of a small handbook, and the services that it asks."""

    docs: Path
    out: Path
    players: Players
    capsys: pytest.CaptureFixture[str]
    said: str = ""

    def watch(self, *arguments: str, today: datetime.date = TODAY) -> int:
        code = main([*arguments, "--docs", str(self.docs), "--out", str(self.out)], today)
        heard = self.capsys.readouterr()
        self.said = heard.out + heard.err
        return code

    @property
    def file(self) -> str:
        return (self.docs / FILE).read_text(encoding="utf-8")

    @property
    def list(self) -> str:
        return (self.out / "triage.md").read_text(encoding="utf-8")

    @property
    def data(self) -> dict[str, Any]:
        return json.loads((self.out / "triage.json").read_text(encoding="utf-8"))

    @property
    def new(self) -> list[str]:
        return [each["id"] for each in self.data["new"]]

    @property
    def asked(self) -> int:
        return len(self.players.server.requests)


@pytest.fixture
def desk(
    rootdir: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Desk]:
    docs = Path(shutil.copytree(rootdir / "test-searches", tmp_path / "docs"))
    with Players() as players:
        for name, value in players.environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("HANDBOOK_CACHE", str(tmp_path / "cache"))
        players.searches = {CELLS: [], EXOSOMES: []}
        registered = entry("NCT00000001", overallStatus="RECRUITING", count=40)
        players.server.serve(
            "/trials/studies/NCT00000001", lambda _request: json_answer(registered)
        )
        yield Desk(docs, tmp_path / "out", players, capsys)


def entry(
    number: str, *, overallStatus: str, count: int | None = None, kind: str = "ESTIMATED",
    results: bool = False, **others: object,
) -> dict[str, Any]:  # fmt: skip
    """A trial's entry in the registry."""
    people = {"enrollmentInfo": {"count": count, "type": kind}} if count is not None else {}
    found = trial(
        number,
        statusModule={
            "overallStatus": overallStatus,
            "lastUpdatePostDateStruct": {"date": "2026-11-30"},
            "studyFirstPostDateStruct": {"date": "2026-11-28"},
        },
        designModule={"studyType": "INTERVENTIONAL", **people},
        **others,
    )
    return found | {"hasResults": results}


# --- New, known, rejected ---------------------------------------------------------------------


def test_what_is_in_the_handbook_already_is_no_news(desk: Desk) -> None:
    """By PubMed number, by DOI whatever its letters, by the number of a trial."""
    desk.players.searches[CELLS] = ["1001", "1002", "1003"]
    desk.players.articles = {
        # The same article twice: known by its number, and by its DOI in other letters alone.
        "1001": article("1001", title="A trial of made-up cells"),
        "1002": article(
            "1002", doi="10.1002/(sici)1097-0142(19960101)77:1<1::aid-cncr1>3.0.co;2-a"
        ),
        "1003": article("1003", title="Something else"),
    }
    desk.players.trials = {
        number: entry(number, overallStatus="RECRUITING")
        for number in ("NCT00000001", "NCT00000002", "NCT00000009")
    }
    assert desk.watch() == SOMETHING
    assert desk.new == ["NCT00000002", "PMID 1003"]
    assert [(each["id"], each["included"]) for each in desk.data["searches"]] == [
        ("pubmed-cells", 2),
        ("pubmed-exosomes", 0),
        ("trials-cells", 2),
    ]


def test_nothing_new_is_said_and_told_by_the_exit_code(desk: Desk) -> None:
    assert desk.watch() == NOTHING
    assert "0 registered trials of the handbook changed, 0 new records" in desk.said
    assert "Looked for up to 2026-12-01." in desk.list


def test_a_new_record_is_described(desk: Desk) -> None:
    desk.players.searches |= {CELLS: ["7", "8"], EXOSOMES: ["8"]}
    desk.players.articles = {
        "7": article("7", title="A view", journal="J Views", year=2025, types=["Editorial"]),
        "8": article(
            "8",
            doi="10.1000/New",
            title="Exosomes of <i>MSC</i> in lupus",
            journal="Lupus",
            year=2026,
            types=["Journal Article", "Randomized Controlled Trial"],
            abstract={"METHODS": "We gave exosomes to 24 adult patients with lupus, not 12 mice."},
        ),
    }
    desk.players.trials["NCT00000003"] = entry(
        "NCT00000003", overallStatus="NOT_YET_RECRUITING", count=30,
        sponsorCollaboratorsModule={"leadSponsor": {"name": "A hospital"}},
    )  # fmt: skip
    assert desk.watch() == SOMETHING
    assert desk.new == ["PMID 8", "NCT00000003", "PMID 7"]  # trials before views
    found = desk.data["new"][0]
    assert found["names"] == ["PMID 8", "DOI 10.1000/new"]
    assert found["title"] == "Exosomes of MSC in lupus"
    assert (found["where"], found["date"]) == ("Lupus", "2026")
    assert found["design"] == "Randomized Controlled Trial"
    assert found["people"] == "24 adult patients"
    assert found["why"] == ["Lupus and cells (lupus, MSC)", "Lupus and exosomes (lupus, exosomes)"]
    listed = desk.data["new"][1]
    assert listed["design"] == "registered trial; not yet recruiting"
    assert (listed["people"], listed["where"]) == ("30 (estimated)", "A hospital")
    assert "- [PMID 8](https://pubmed.ncbi.nlm.nih.gov/8/) Exosomes of MSC in lupus" in desk.list
    assert "| pubmed-exosomes | 1 | 1 | 0 | 0 | 0 |" in desk.list


def test_an_article_that_names_a_registered_trial_of_ours_comes_first(desk: Desk) -> None:
    desk.players.searches[CELLS] = ["7", "8"]
    desk.players.articles = {
        "7": article("7", title="Another", types=["Randomized Controlled Trial"]),
        "8": article("8", title="Results", abstract={"": "Registered as nct00000001."}),
    }
    assert desk.watch() == SOMETHING
    assert desk.new == ["PMID 8", "PMID 7"]
    assert "**Names a registered trial of the handbook: NCT00000001**" in desk.list


def test_a_rejected_record_does_not_come_back(desk: Desk) -> None:
    desk.players.searches[CELLS] = ["7", "8", "9"]
    desk.players.articles = {
        "7": article("7"),
        "8": article("8", doi="10.1000/EIGHT"),
        "9": article("9"),
    }
    reason = "animals or laboratory only"
    assert desk.watch("--reject", "pmid:7, 10.1000/eight", "--reason", reason) == NOTHING
    assert "# What people wrote here stays." in desk.file
    assert "runs: []  # not yet" in desk.file
    assert (
        "rejected:\n"
        "  - {id: PMID 7, reason: animals or laboratory only, day: 2026-12-03}\n"
        "  - {id: DOI 10.1000/eight, reason: animals or laboratory only, day: 2026-12-03}\n"
    ) in desk.file
    assert desk.watch() == SOMETHING
    assert desk.new == ["PMID 9"]
    assert desk.data["searches"][0]["excluded"] == {reason: 2}


@pytest.mark.parametrize(
    ("names", "reason", "words"),
    [
        ("PMID 7", "boring", "REASON is 'boring'; it is one of: not about lupus;"),
        ("PMID 7", "", "REASON is ''"),
        ("7", "not about lupus", "write 'PMID 12345678'"),
        ("PMID 8, PMID 1001", "not about lupus", "PMID 1001 is a source of the handbook"),
        ("PMID 8, ../x", "not about lupus", "'../x' is no identifier"),
    ],
)
def test_a_wrong_rejection_changes_nothing(desk: Desk, names: str, reason: str, words: str) -> None:
    before = desk.file
    assert desk.watch("--reject", names, "--reason", reason) == FAULTY
    assert words in desk.said
    assert desk.file == before


def test_what_was_rejected_is_not_rejected_again(desk: Desk) -> None:
    assert desk.watch("--reject", "PMID 7", "--reason", "not about lupus") == NOTHING
    assert desk.watch("--reject", "PMID 7", "--reason", "no data of its own") == FAULTY
    assert "PMID 7 was rejected already: not about lupus" in desk.said


# --- Runs -------------------------------------------------------------------------------------


def test_a_run_is_written_down_only_when_asked_and_when_all_is_decided(desk: Desk) -> None:
    desk.players.searches |= {CELLS: ["1001", "7"], EXOSOMES: ["7"]}
    desk.players.articles = {"7": article("7")}
    before = desk.file
    assert desk.watch() == SOMETHING
    assert desk.watch("--record") == SOMETHING
    assert "Not recorded: add each new record to refs.bib or reject it" in desk.said
    assert desk.file == before

    assert desk.watch("--reject", "PMID 7", "--reason", "not about lupus") == NOTHING
    decided = desk.file
    assert desk.watch() == NOTHING
    assert desk.file == decided

    assert desk.watch("--record") == NOTHING
    first, second, third = load_searches(desk.docs / FILE).searches
    [run] = first.runs
    assert (run.day, run.to) == (TODAY, datetime.date(2026, 12, 1))
    assert (run.found, run.doubles, run.included) == (2, 0, 1)
    assert run.excluded == {"not about lupus": 1}
    assert (second.runs[0].found, second.runs[0].doubles) == (1, 1)
    assert third.runs[0].found == 0
    # What people wrote stays, but for what was added.
    added = [line for line in desk.file.splitlines() if line not in decided.splitlines()]
    assert len(added) == 6, added  # three runs, and "runs:" three times, which held "[]"
    assert "    runs:  # not yet\n" in desk.file


def test_the_next_run_asks_for_the_days_since(desk: Desk) -> None:
    assert desk.watch("--record") == NOTHING
    asked = desk.asked
    assert desk.watch("--record") == NOTHING
    assert desk.asked == asked
    assert "all searches have been run up to 2026-12-01 already" in desk.said

    period = '("2026/12/02"[crdt] : "2026/12/08"[crdt])'
    desk.players.searches[CELLS.replace(PERIOD, period)] = ["7"]
    desk.players.articles = {"7": article("7", title="A week later")}
    assert desk.watch(today=datetime.date(2026, 12, 10)) == SOMETHING
    assert desk.new == ["PMID 7"]
    queries = [request.query for request in desk.players.server.asked("/trials/studies")]
    assert "RANGE%5BMIN%2C+2026-12-01%5D" in queries[0]
    assert "RANGE%5B2026-12-02%2C+2026-12-08%5D" in queries[-1]

    assert desk.watch("--reject", "PMID 7", "--reason", "not about lupus") == NOTHING
    assert desk.watch("--record", today=datetime.date(2026, 12, 10)) == NOTHING
    searches = load_searches(desk.docs / FILE).searches
    assert [run.to.day for run in searches[0].runs] == [1, 8]


def test_a_first_run_can_be_taken_in_pieces(desk: Desk) -> None:
    early = CELLS.replace("2026/12/01", "2015/12/31")
    desk.players.searches |= {early: ["5"], CELLS: ["5", "6"]}
    desk.players.articles = {"5": article("5"), "6": article("6")}
    assert desk.watch("--until", "2015-12-31") == SOMETHING
    assert desk.new == ["PMID 5"]
    assert desk.watch("--reject", "PMID 5", "--reason", "not about lupus") == NOTHING
    assert desk.watch("--until", "2015-12-31", "--record") == NOTHING
    assert load_searches(desk.docs / FILE).searches[0].runs[0].to == datetime.date(2015, 12, 31)


def test_many_records_come_page_by_page_and_all_are_kept(desk: Desk) -> None:
    numbers = [str(number) for number in range(2001, 3500)]
    desk.players.searches[CELLS] = numbers
    desk.players.articles = {number: article(number, title="T" * 1500) for number in numbers}
    desk.players.trials = {
        f"NCT{n:08}": entry(f"NCT{n:08}", overallStatus="COMPLETED") for n in range(100, 350)
    }
    assert desk.watch() == SOMETHING
    assert len(desk.new) == 1499 + 250
    assert len(desk.players.server.asked("/trials/studies")) == 3
    # An issue on a forge has its limits.
    assert re.search(r"\n1\d\d\d more stand in `triage\.json`\.\n", desk.list)
    assert 30_000 < len(desk.list) < 60_000


# --- Changed trials -----------------------------------------------------------------------------


def test_a_changed_trial_is_listed_first(desk: Desk) -> None:
    desk.players.searches[CELLS] = ["7"]
    desk.players.articles = {"7": article("7", title="New")}
    now = entry("NCT00000001", overallStatus="COMPLETED", count=38, kind="ACTUAL", results=True)
    desk.players.server.serve("/trials/studies/NCT00000001", json_answer(now))
    assert desk.watch() == SOMETHING
    [changed] = desk.data["changed"]
    assert (changed["id"], changed["record"]) == ("NCT00000001", "nct00000001")
    assert [(each["what"], each["here"], each["there"]) for each in changed["changes"]] == [
        ("status", "recruiting, in a copy of 2025", "completed"),
        ("people enrolled", "", "38"),
        ("results", "none", "posted"),
    ]
    assert desk.list.index("NCT00000001") < desk.list.index("PMID 7")
    assert "record: `docs/evidence/studies/nct00000001.md`" in desk.list


def test_a_trial_that_left_the_registry_is_listed(desk: Desk) -> None:
    desk.players.server.serve("/trials/studies/NCT00000001", Answer(404, "NCT number not found"))
    assert desk.watch() == SOMETHING
    assert desk.data["changed"][0]["changes"][0]["there"] == "the registry has no such trial"


@pytest.mark.parametrize(
    ("status", "record", "differs"),
    [
        ("RECRUITING", "recruiting, in a copy of 2025", False),
        ("RECRUITING", "Recruiting", False),
        ("ACTIVE_NOT_RECRUITING", "active, not recruiting", False),
        ("ENROLLING_BY_INVITATION", "enrolling by invitation", False),
        ("UNKNOWN", "unknown; last updated in 2018", False),
        ("COMPLETED", "completed in December 2020", False),
        ("NOT_YET_RECRUITING", "recruiting, in a copy of 2025", True),
        ("RECRUITING", "not yet recruiting", True),
        ("UNKNOWN", "unknowns", True),
        ("", "recruiting", False),  # the registry withholds it
    ],
)
def test_a_status_is_compared_by_the_registry_s_own_word(
    rootdir: Path, status: str, record: str, differs: bool
) -> None:
    study = load(rootdir / "test-searches" / "evidence" / "studies" / "nct00000001.md")
    registry = study.registry.model_copy(update={"status": record})
    now = Trial.model_validate(entry("NCT00000001", overallStatus=status, count=40))
    found = list(changes.differences(study.model_copy(update={"registry": registry}), now))
    assert [each.what for each in found] == (["status"] if differs else [])


# --- What services send is data -------------------------------------------------------------------

HOSTILE = (
    "<script>alert(1)</script> [click](https://evil.example) | @everyone #1 "
    "\x1b[31mred\x1b[0m \u202eltr $(touch pwned) `rm -rf` ../../etc/passwd ${{ github.token }}"
)


def test_hostile_words_stay_words(desk: Desk) -> None:
    desk.players.searches[CELLS] = ["7"]
    escaped = HOSTILE.replace("\x1b", "&amp;#27;").replace("<", "&lt;").replace(">", "&gt;")
    desk.players.articles = {"7": article("7", title=escaped, journal=HOSTILE.replace("\x1b", ""))}
    now = entry("NCT00000001", overallStatus=f"{HOSTILE}\n## A heading", count=40)
    desk.players.server.serve("/trials/studies/NCT00000001", json_answer(now))
    desk.players.trials["NCT00000002"] = entry(
        "NCT00000002", overallStatus="COMPLETED",
        identificationModule={"nctId": "NCT00000002", "briefTitle": HOSTILE},
    )  # fmt: skip
    before = sorted(desk.docs.rglob("*"))
    assert desk.watch() == SOMETHING
    for text in (desk.list, desk.said, json.dumps(desk.data, ensure_ascii=False)):
        assert not {letter for letter in text if ord(letter) < 32} - {"\n"}
        assert "\u202e" not in text
        assert "<script" not in text
    assert "](https://evil.example)" not in desk.list
    assert "\n## A heading" not in desk.list
    assert "@everyone" not in desk.list
    assert "$(touch" not in desk.list
    assert sorted(desk.docs.rglob("*")) == before
    assert sorted(path.name for path in desk.out.iterdir()) == ["triage.json", "triage.md"]


def test_a_number_that_is_none_is_not_believed(desk: Desk) -> None:
    desk.players.trials["x"] = trial("../../../etc/passwd")
    assert desk.watch() == NOT_CHECKED
    assert "ClinicalTrials.gov sent JSON that we cannot read" in desk.said
    assert not desk.out.exists()


# --- Faults -----------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/trials/studies", "/pubmed/esearch.fcgi", "/pubmed/efetch.fcgi"])
@pytest.mark.parametrize(
    "answer",
    [
        Answer(200, "<html>Please enable JavaScript</html>"),
        Answer(403, "Forbidden"),
        Answer(500, "Oops"),
        Answer(200, '{"studies": [', {"Content-Type": "application/json"}),
        Answer(drop=True),
    ],
    ids=["web page", "refused", "broken", "half an answer", "dropped"],
)
def test_a_fault_is_no_finding(desk: Desk, path: str, answer: Answer) -> None:
    desk.players.searches[CELLS] = ["7"]
    desk.players.articles = {"7": article("7")}
    desk.players.server.serve(path, answer)
    before = desk.file
    assert desk.watch("--record") == NOT_CHECKED
    last = desk.said.splitlines()[-1]
    assert last.startswith("Could not check: ") and last.endswith(". No file was changed.")
    assert desk.file == before
    assert not desk.out.exists()


def test_a_fault_leaves_the_last_list_as_it_was(desk: Desk) -> None:
    desk.players.searches[CELLS] = ["7"]
    desk.players.articles = {"7": article("7")}
    assert desk.watch() == SOMETHING
    before = desk.list
    desk.players.server.serve("/trials/studies/", Answer(503, "Back soon"))
    desk.players.server.serve("/trials/studies/NCT00000001", Answer(503, "Back soon"))
    shutil.rmtree(Path(os.environ["HANDBOOK_CACHE"]))
    assert desk.watch() == NOT_CHECKED
    assert desk.list == before


def test_without_a_network_one_line_says_so(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    for service in ("PUBMED", "TRIALS"):
        monkeypatch.setenv(f"HANDBOOK_{service}", "http://127.0.0.1:9")
    assert desk.watch() == NOT_CHECKED
    [line] = desk.said.splitlines()
    assert "cannot be reached" in line
    assert not desk.out.exists()


def test_a_faulty_file_of_the_handbook_is_named(desk: Desk) -> None:
    path = desk.docs / FILE
    path.write_text(desk.file.replace("service: PubMed", "service: Pubmed", 1), "utf-8")
    assert desk.watch() == FAULTY
    assert f"{path}:9: " in desk.said
    assert desk.asked == 0


def test_a_faulty_record_is_named(desk: Desk) -> None:
    path = desk.docs / "evidence" / "studies" / "nct00000001.md"
    path.write_text(path.read_text("utf-8").replace("planned: 40", "planned: many"), "utf-8")
    assert desk.watch() == FAULTY
    assert f"{path}:" in desk.said and "numbers.planned" in desk.said


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGKILL])
def test_an_interrupted_run_goes_on_where_it_stopped(desk: Desk, stop: signal.Signals) -> None:
    desk.players.searches[CELLS] = ["7"]
    desk.players.articles = {"7": article("7")}
    # The last search hangs.
    desk.players.server.serve("/trials/studies", Answer(silence=60))
    command = [sys.executable, "-m", "tools.watch", "--docs", str(desk.docs)]
    command += ["--out", str(desk.out), "--until", "2026-11-01"]
    desk.players.searches = {
        query.replace("2026/12/01", "2026/11/01"): found
        for query, found in desk.players.searches.items()
    }
    running = subprocess.Popen(
        command, stderr=subprocess.PIPE, text=True, env={**os.environ, "HANDBOOK_READ_TIMEOUT": "60"}
    )  # fmt: skip
    _until(lambda: desk.players.server.asked("/trials/studies"))
    running.send_signal(stop)
    _out, heard = running.communicate(timeout=30)
    assert running.returncode == (130 if stop is signal.SIGINT else -signal.SIGKILL)
    assert "Traceback" not in heard
    assert not desk.out.exists()

    asked = desk.asked
    desk.players.server.serve("/trials/studies", json_answer({"studies": []}))
    assert desk.watch("--until", "2026-11-01") == SOMETHING
    assert desk.new == ["PMID 7"]
    # Only what had not been answered.
    assert [request.path for request in desk.players.server.requests[asked:]] == ["/trials/studies"]


def _until(happened: Callable[[], object]) -> None:
    end = time.monotonic() + 30
    while not happened():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)


# --- Small parts --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("abstract", "people"),
    [
        ("We enrolled 18 patients with nephritis.", "18 patients"),
        ("In all, 1,234 newly diagnosed adult patients took part.", "1,234 newly diagnosed adult patients"),
        ("Doses of 2 million cells were given to mice.", None),
    ],
)  # fmt: skip
def test_the_number_of_people_is_quoted_from_the_abstract(
    abstract: str, people: str | None
) -> None:
    found = PEOPLE.search(abstract)
    assert (found[0] if found else None) == people


def test_the_words_of_a_query_are_those_without_fields_and_operators() -> None:
    query = 'AREA[ConditionSearch]lupus AND ("stem cells"[tiab] OR CAR-T) NOT mice[mh]'
    assert list(words_of(query)) == ["lupus", "stem cells", "CAR-T", "mice"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("rejected: []", "rejected:\n  - {}"),
        ("rejected: []  # none", "rejected:  # none\n  - {}"),
        ("rejected:\n- {a}  # b", "rejected:\n- {a}  # b\n- {}"),
        ("rejected:\n    - id: a\n\n# b", "rejected:\n    - id: a\n    - {}\n\n# b"),
        ("rejected: [{a}]", "rejected: [{a}, {}]"),
    ],
)
def test_a_line_is_added_however_the_list_is_written(before: str, after: str) -> None:
    for end in ("\n", "", "\nnext: 1\n"):
        added = keeping._added(before + end, ("rejected",), {})
        assert added.rstrip("\n") == (after + end).rstrip("\n")
