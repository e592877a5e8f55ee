"""The audit of citations, against services played on a local server."""

import datetime
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import retractions
from retractions import RetractionStatus
from services.faults import JSON, Answer, FaultServer, json_answer
from services.players import Players, article, update, work

from tools.audit import comparing
from tools.audit.__main__ import main
from tools.audit.findings import differences
from tools.audit.papers import Paper
from tools.lint.bibtex import Bibliography
from tools.services import Service

WANG = """\
% A comment.

@article{wang2018,
  author  = {Wang, Dandan and Müller, Jörg},
  title   = {A long-term study of {MSC} in lupus},
  journal = {Annals of the Rheumatic Diseases},
  year    = {2018},
  volume  = {77},
  pages   = {1168--1172},
  doi     = {10.1000/Wang},
  pubmed  = {111}
}
"""


@dataclass
class Desk:
    """A small project, the services, and the audit's command."""

    folder: Path
    players: Players

    @property
    def references(self) -> Path:
        return self.folder / "docs" / "refs.bib"

    @property
    def retractions(self) -> Path:
        return self.folder / "docs" / retractions.FILE

    def write(self, references: str, standings: str = "", accepted: str = "{}") -> None:
        self.retractions.parent.mkdir(parents=True, exist_ok=True)
        self.references.write_text(references, encoding="utf-8")
        self.retractions.write_text(standings, encoding="utf-8")
        (self.folder / "accepted.yaml").write_text(accepted, encoding="utf-8")

    @property
    def arguments(self) -> list[str]:
        return [
            *("--docs", str(self.folder / "docs"), "--out", str(self.folder / "out")),
            *("--accepted", str(self.folder / "accepted.yaml")),
        ]

    @property
    def environment(self) -> dict[str, str]:
        return self.players.environment | {"HANDBOOK_CACHE": str(self.folder / "cache")}

    def start(self, *arguments: str, **settings: str) -> subprocess.Popen[str]:
        """The command in a process of its own, as make calls it."""
        return subprocess.Popen(
            [sys.executable, "-m", "tools.audit", *self.arguments, *arguments],
            env={**os.environ, **self.environment, **settings},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def forget(self) -> None:
        """Throw kept answers away, because a service is about to change its mind."""
        for kept in (self.folder / "cache").iterdir():
            kept.unlink()

    @property
    def report(self) -> dict:
        return json.loads((self.folder / "out" / "report.json").read_text(encoding="utf-8"))

    @property
    def found(self) -> list[tuple[str, str, int]]:
        """Key, what and line of each finding."""
        return [(each["key"], each["what"], each["line"]) for each in self.report["findings"]]

    @property
    def markdown(self) -> str:
        return (self.folder / "out" / "report.md").read_text(encoding="utf-8")

    @property
    def patch(self) -> str:
        return (self.folder / "out" / "proposed.patch").read_text(encoding="utf-8")


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    with Players() as players:
        here = Desk(tmp_path, players)
        for name, value in here.environment.items():
            monkeypatch.setenv(name, value)
        here.write(WANG)
        yield here


def crossref_wang(**changes: object) -> dict:
    parts: dict[str, object] = {
        "title": ["A long‐term study of MSC in Lupus"],
        "author": [{"family": "Wang", "given": "D."}],
        "container_title": ["Annals of the Rheumatic Diseases"],
        "published_print": {"date-parts": [[2018, 8]]},
        "volume": "77",
        "page": "1168-1172",
    }
    return work("10.1000/wang", **(parts | changes))


def pubmed_wang(**changes: object) -> str:
    parts: dict[str, object] = {
        "doi": "10.1000/WANG",
        "title": "A long-term study of <i>MSC</i> in lupus.",
        "authors": ["Wang", "Müller"],
        "journal": "Annals of the rheumatic diseases",
        "short_journal": "Ann Rheum Dis",
        "year": 2018,
        "volume": "77",
        "pages": "1168-72",
    }
    return article("111", **(parts | changes))  # type: ignore[arg-type]


def agree(desk: Desk) -> None:
    desk.players.works["10.1000/wang"] = crossref_wang()
    desk.players.articles["111"] = pubmed_wang()


# --- What is no finding -------------------------------------------------------------------------


def test_an_entry_that_the_services_agree_with_is_no_finding(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    agree(desk)
    assert main(desk.arguments) == 0
    assert "1 of 1 sources were checked" in capsys.readouterr().out
    assert desk.found == []


def test_one_service_that_agrees_is_enough(desk: Desk) -> None:
    desk.players.works["10.1000/wang"] = crossref_wang(page="1-2", volume="1")
    desk.players.articles["111"] = pubmed_wang(year=1999)
    assert main(desk.arguments) == 0


def test_what_a_service_does_not_know_does_not_differ(desk: Desk) -> None:
    desk.players.works["10.1000/wang"] = work("10.1000/wang")
    desk.players.articles["111"] = article("111", doi="10.1000/wang", year=2018)
    assert main(desk.arguments) == 0


def test_an_entry_without_identifier_is_counted_and_not_asked_for(desk: Desk) -> None:
    desk.write("@online{who2020, author={{WHO}}, title={A page}, url={https://who.int}}")
    assert main(desk.arguments) == 0
    assert desk.report["not_asked"] == ["who2020"]
    assert not desk.players.server.requests


def test_a_doi_that_nobody_knows_is_named_and_no_finding(desk: Desk) -> None:
    desk.write(WANG.replace("  pubmed  = {111}\n", ""))
    assert main(desk.arguments) == 0
    assert desk.report["without_record"] == ["wang2018"]
    assert "`wang2018`" in desk.markdown and "make linkcheck" in desk.markdown


def test_datacite_is_asked_where_crossref_knows_nothing(desk: Desk) -> None:
    desk.write(WANG.replace("  pubmed  = {111}\n", ""))
    desk.players.records["10.1000/wang"] = {
        "doi": "10.1000/wang",
        "titles": [{"title": "Another title"}],
        "creators": [{"name": "Wang, Dandan"}],
        "publicationYear": 2018,
        "container": [],
    }
    assert main(desk.arguments) == 1
    assert desk.found == [("wang2018", "title", 5)]
    assert desk.report["findings"][0]["says"] == "DataCite"


# --- Fields -------------------------------------------------------------------------------------


def test_each_field_that_differs_is_named_with_its_line(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.players.works["10.1000/wang"] = crossref_wang(
        title=["Another title"],
        author=[{"family": "Li"}],
        container_title=["Lupus"],
        published_print={"date-parts": [[2017]]},
        volume="26",
        page="12-19",
    )
    desk.players.articles["111"] = article("111", doi="10.1000/wang", year=2017)
    assert main(desk.arguments) == 1
    assert desk.found == [
        ("wang2018", "author", 4),
        ("wang2018", "title", 5),
        ("wang2018", "journal", 6),
        ("wang2018", "year", 7),
        ("wang2018", "volume", 8),
        ("wang2018", "pages", 9),
    ]
    out = capsys.readouterr().out
    assert "refs.bib:7: wang2018: year is '2018' here and '2017' at PubMed, Crossref" in out
    assert "| `wang2018` | 7 | year is" in desk.markdown


@pytest.mark.parametrize(
    ("ours", "theirs", "same"),
    [
        ("CD4⁺ T cells and β2: a “trial”", "CD4+ T Cells and beta2 - A 'Trial'.", True),
        ("Lupus – the naïve view (meeting abstract 801)", "Lupus: the naive view", True),
        ("Cells in lupus", "Cells in lupus nephritis", False),
    ],
)
def test_titles(ours: str, theirs: str, same: bool) -> None:
    assert comparing.same_title(ours, theirs) is same


@pytest.mark.parametrize(
    ("ours", "theirs", "same"),
    [
        ("Müller", "Mueller", True),
        ("Müller", "Muller", True),
        ("van Vollenhoven", "Vollenhoven", True),
        ("García-Becerra", "Garcia", True),
        ("El-Ansary", "ElAnsary", True),
        ("Łęski", "Leski", True),
        ("Li", "Lin", False),
        ("Li", "", False),
    ],
)
def test_names(ours: str, theirs: str, same: bool) -> None:
    assert comparing.same_name(ours, theirs) is same


@pytest.mark.parametrize(
    ("ours", "theirs", "same"),
    [
        ("Annals of the Rheumatic Diseases", "Ann Rheum Dis", True),
        ("The Lancet", "Lancet (London, England)", True),
        ("Lupus Science & Medicine", "Lupus Science &amp; Medicine", False),
        ("Lupus Science & Medicine", "Lupus Sci Med", True),
        ("Proceedings of the National Academy of Sciences", "Proc Natl Acad Sci", True),
        ("Cytotherapy", "Cytotherapy : the journal of hemotherapy", True),
        ("Lupus", "Lupus Science & Medicine", False),
        ("Nature Medicine", "Nature", False),
    ],
)
def test_journals(ours: str, theirs: str, same: bool) -> None:
    assert comparing.same_journal(ours, theirs) is same


@pytest.mark.parametrize(
    ("ours", "theirs", "same"),
    [
        ("1168--1172", "1168-72", True),
        ("1168--1172", "1168–1172", True),
        ("1168", "1168-1172", True),
        ("e000066", "E000066", True),
        ("S12--S15", "S12-5", True),
        ("1168--1172", "1168-79", False),
        ("1168", "1169", False),
    ],
)
def test_pages(ours: str, theirs: str, same: bool) -> None:
    assert comparing.same_pages(ours, theirs) is same


def test_volumes() -> None:
    assert comparing.same_volume("75", "75 Suppl 1")
    assert not comparing.same_volume("75 Suppl 2", "75 Suppl 1")
    assert not comparing.same_volume("75", "76")


def test_every_entry_of_the_handbook_agrees_with_itself(project: Path) -> None:
    bibliography = Bibliography.read(project / "docs" / "refs.bib", cited=set())
    for entry in bibliography.entries:
        journal = entry.text("journal") or entry.text("booktitle")
        people = entry.people()
        told = Paper(
            Service.CROSSREF,
            entry.value("doi"),
            titles=(entry.text("title").upper(),),
            authors=(" ".join(people[0].last_names),) if people else (),
            years=(int(entry.value("year") or 0),),
            journals=(journal.lower(),) if journal else (),
            volumes=(entry.text("volume"),),
            pages=(entry.text("pages").replace("--", "–"),),
        )
        assert list(differences(entry, [told])) == []
        if entry.get("year"):
            assert [each.what for each in differences(entry, [replace(told, years=(1066,))])] == [
                "year"
            ]


# --- Notices ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("retraction", "retracted"),
        ("partial_retraction", "partly retracted"),
        ("withdrawal", "withdrawn"),
        ("removal", "withdrawn"),
        ("expression_of_concern", "expression of concern"),
        ("Expression-of-concern", "expression of concern"),
        ("erratum", "corrected"),
        ("new_version", None),
    ],
)
def test_notices_of_crossref(desk: Desk, kind: str, status: str | None) -> None:
    agree(desk)
    desk.players.works["10.1000/wang"]["updated-by"] = [
        update(kind, "10.1000/notice", (2020, 2, 6), "retraction-watch"),
        update(kind, "10.1000/NOTICE", (2020, 2, 6), "publisher"),
    ]
    assert main(desk.arguments) == (1 if status else 0)
    assert [what for _key, what, _line in desk.found] == ([status] if status else [])
    if status:
        (finding,) = desk.report["findings"]
        assert finding["theirs"] == "10.1000/notice, 2020-02-06"
        assert finding["says"] == "Crossref (retraction-watch), Crossref (publisher)"


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("RetractionIn", "retracted"),
        ("PartialRetractionIn", "partly retracted"),
        ("ExpressionOfConcernIn", "expression of concern"),
        ("ErratumIn", "corrected"),
        ("CommentIn", None),
    ],
)
def test_notices_of_pubmed(desk: Desk, kind: str, status: str | None) -> None:
    agree(desk)
    desk.players.articles["111"] = pubmed_wang(related=[(kind, "Ann Rheum Dis. 2020;79:1", "222")])
    assert main(desk.arguments) == (1 if status else 0)
    assert [what for _key, what, _line in desk.found] == ([status] if status else [])


@pytest.mark.parametrize("prefix", ["RETRACTED: ", "Retracted article: ", "[RETRACTED] "])
def test_a_title_may_tell_a_retraction(desk: Desk, prefix: str) -> None:
    agree(desk)
    desk.players.works["10.1000/wang"]["title"] = [prefix + "A long-term study of MSC in lupus"]
    assert main(desk.arguments) == 1
    assert [what for _key, what, _line in desk.found] == ["retracted"]


def test_a_type_of_publication_may_tell_a_retraction(desk: Desk) -> None:
    agree(desk)
    desk.players.articles["111"] = pubmed_wang(types=["Journal Article", "Retracted Publication"])
    assert main(desk.arguments) == 1
    assert [what for _key, what, _line in desk.found] == ["retracted"]


def test_a_retraction_is_found_in_pubmed_by_the_doi_alone(desk: Desk) -> None:
    agree(desk)
    desk.write(WANG.replace("  pubmed  = {111}\n", ""))
    desk.players.articles["111"] = pubmed_wang(related=[("RetractionIn", "x", "222")])
    assert main(desk.arguments) == 1
    assert [what for _key, what, _line in desk.found] == ["retracted"]


def test_a_notice_that_is_known_is_no_finding(desk: Desk) -> None:
    agree(desk)
    desk.players.works["10.1000/wang"]["updated-by"] = [
        update("erratum", "10.1000/notice", (2020, 2, 6), "publisher")
    ]
    line = 'wang2018: {status: corrected, checked: 2026-01-01, source: "Crossref", notices: ["%s"]}'
    desk.write(WANG, line % "10.1000/Notice")
    assert main(desk.arguments) == 0
    desk.write(WANG, line % "10.1000/an-older-one")
    assert main(desk.arguments) == 1
    # A graver notice is news even if it has the same identifier.
    desk.players.works["10.1000/wang"]["updated-by"] = [
        update("retraction", "10.1000/notice", (2020, 2, 6), "publisher")
    ]
    desk.write(WANG, line % "10.1000/notice")
    desk.forget()
    assert main(desk.arguments) == 1


# --- Preprints and PubMed numbers ---------------------------------------------------------------


def test_a_preprint_whose_paper_is_out(desk: Desk) -> None:
    agree(desk)
    desk.players.works["10.1000/wang"]["relation"] = {
        "is-preprint-of": [{"id-type": "doi", "id": "10.1000/paper", "asserted-by": "subject"}]
    }
    assert main(desk.arguments) == 1
    (finding,) = desk.report["findings"]
    assert (finding["kind"], finding["theirs"]) == ("preprint", "10.1000/paper")
    # Nothing to say where the paper is cited, too.
    paper = WANG.replace("wang2018", "wang2019").replace("10.1000/Wang", "10.1000/PAPER")
    desk.write(WANG + paper.replace("  pubmed  = {111}\n", ""))
    assert main(desk.arguments) == 0


def test_a_preprint_whose_paper_pubmed_knows(desk: Desk) -> None:
    agree(desk)
    desk.players.articles["111"] = pubmed_wang(
        types=["Preprint"], related=[("UpdateIn", "Lupus. 2020;1:1. doi: 10.1000/paper.", "222")]
    )
    assert main(desk.arguments) == 1
    assert desk.report["findings"][0]["theirs"] == "10.1000/paper"


def test_a_pubmed_number_of_another_paper(desk: Desk) -> None:
    agree(desk)
    other = article("111", doi="10.1000/other", title="Another <b>paper</b>", year=1990)
    desk.players.articles = {"111": other, "112": pubmed_wang().replace(">111<", ">112<")}
    assert main([*desk.arguments, "--fix"]) == 1
    (finding,) = desk.report["findings"]
    assert (finding["kind"], finding["line"]) == ("pubmed number", 11)
    assert finding["theirs"] == "belongs to 10.1000/other: Another paper"
    assert "+  pubmed  = {112}" in desk.patch


def test_a_pubmed_number_that_does_not_exist(desk: Desk) -> None:
    desk.players.works["10.1000/wang"] = crossref_wang()
    assert main(desk.arguments) == 1
    assert desk.report["findings"][0]["theirs"] == "PubMed has no such number"


# --- Accepted differences -----------------------------------------------------------------------


def test_an_accepted_difference_is_no_finding_until_it_is_gone(desk: Desk) -> None:
    agree(desk)
    desk.players.works["10.1000/wang"]["volume"] = "26"
    desk.players.articles["111"] = pubmed_wang(volume="26")
    accepted = "wang2018:\n  volume: The volume is printed as 77 in the paper itself.\n"
    desk.write(WANG, accepted=accepted)
    assert main(desk.arguments) == 0
    desk.write(WANG.replace("{77}", "{26}"), accepted=accepted)
    assert main(desk.arguments) == 1
    assert desk.report["findings"][0]["kind"] == "acceptance"
    desk.write(WANG.replace("{77}", "{26}"), accepted=accepted.replace("wang", "gone"))
    assert main(desk.arguments) == 1


@pytest.mark.parametrize(
    "broken", ["\nwang2018: {volume: no}", "\nwang2018: [", "\n- 1", "li: {}\nli: {}"]
)
def test_a_broken_list_of_accepted_differences_is_named(
    desk: Desk, broken: str, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.write(WANG, accepted=broken)
    assert main(desk.arguments) == 2
    assert re.search(r"accepted\.yaml:2: ", capsys.readouterr().err)


def test_broken_files_are_named_with_their_line(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.write(WANG, "# head\nwang2018: {status: lost, checked: 2026-01-01, source: me too}")
    assert main(desk.arguments) == 2
    assert re.search(r"retractions\.yaml:2: wang2018\.status", capsys.readouterr().err)
    desk.write(WANG + "\n@article{broken,\n  title = {open\n")
    assert main(desk.arguments) == 2
    assert re.search(r"refs\.bib:14: ", capsys.readouterr().err)
    assert not desk.players.server.requests


# --- Proposals ----------------------------------------------------------------------------------


def test_a_fix_is_proposed_as_a_patch_and_nothing_is_written(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    agree(desk)
    desk.players.works["10.1000/wang"] |= {"volume": "78", "page": "3-9", "title": ["Other"]}
    desk.players.works["10.1000/wang"] |= {"container-title": ["Lupus & Co"]}
    desk.players.works["10.1000/wang"]["updated-by"] = [
        update("retraction", '10.1000/a"b]#c', (2020, 2, 6), "publisher")
    ]
    desk.players.articles["111"] = article("111", doi="10.1000/wang", year=2018, volume="78")
    assert main([*desk.arguments, "--fix"]) == 1
    assert desk.references.read_text(encoding="utf-8") == WANG
    assert desk.retractions.read_text(encoding="utf-8") == ""
    assert "git -C" in capsys.readouterr().out

    subprocess.run(["git", "apply", "out/proposed.patch"], cwd=desk.folder, check=True)
    after = desk.references.read_text(encoding="utf-8")
    assert "volume  = {78},\n  pages   = {3--9}," in after
    assert "journal = {Lupus \\& Co}," in after
    assert "title   = {A long-term study" in after  # a title is for people to judge
    (standing,) = retractions.read(desk.retractions).values()
    assert standing.status is RetractionStatus.RETRACTED
    assert standing.notices == ('10.1000/a"b]#c',)
    assert standing.checked == datetime.date.today()
    assert standing.source == "PubMed, Crossref"


def test_only_what_looks_like_a_field_is_proposed(desk: Desk) -> None:
    agree(desk)
    desk.players.works["10.1000/wang"] |= {"volume": "{\\input{x}}", "page": "9}, evil = {1"}
    desk.players.works["10.1000/wang"] |= {"container-title": ["A \\write18{ls}"]}
    desk.players.articles["111"] = article("111", doi="10.1000/wang", year=2018)
    assert main([*desk.arguments, "--fix"]) == 1
    assert len(desk.found) == 3
    assert "b/docs/refs.bib" not in desk.patch


def test_what_is_known_of_a_source_is_not_forgotten(desk: Desk) -> None:
    agree(desk)
    known = 'wang2018: {status: retracted, checked: 2026-01-01, source: "its publisher\'s page"}\n'
    gone = 'li2001: {status: none found, checked: 2026-01-01, source: "Crossref"}\n'
    desk.write(WANG, known + gone)
    assert main([*desk.arguments, "--fix"]) == 0
    assert "-li2001" in desk.patch and not re.search("^[+-]wang2018", desk.patch, re.M)
    subprocess.run(["git", "apply", "out/proposed.patch"], cwd=desk.folder, check=True)
    assert retractions.read(desk.retractions)["wang2018"].status is RetractionStatus.RETRACTED


def test_a_source_without_notices_is_noted_as_checked(desk: Desk) -> None:
    agree(desk)
    assert main([*desk.arguments, "--fix"]) == 0
    subprocess.run(["git", "apply", "out/proposed.patch"], cwd=desk.folder, check=True)
    assert retractions.read(desk.retractions)["wang2018"].status is RetractionStatus.NONE_FOUND
    assert main([*desk.arguments, "--fix"]) == 0
    assert desk.patch == ""


# --- What cannot be trusted ---------------------------------------------------------------------


def test_a_report_shows_what_a_service_says_and_obeys_none_of_it(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    agree(desk)
    evil = "\x1b]0;x\x07 | <script>alert(1)</script> [here](https://evil.example) @all ::error::"
    desk.players.works["10.1000/wang"]["title"] = [evil]
    desk.players.articles["111"] = article("111", doi="10.1000/wang", year=2018)
    assert main(desk.arguments) == 1
    out = capsys.readouterr().out
    assert "\x1b" not in out and "\x07" not in out
    row = next(line for line in desk.markdown.splitlines() if "wang2018" in line)
    assert "<script" not in row and "](" not in row and "@all" not in row
    assert row.count(" | ") == 2 and "::error" not in row


def test_a_long_report_fits_into_an_issue(desk: Desk) -> None:
    without_doi = WANG.replace("  doi     = {10.1000/Wang},\n", "")
    desk.write(
        "".join(
            without_doi.replace("wang2018", f"wang{n}").replace("{111}", f"{{{n}}}")
            for n in range(900)
        )
    )
    assert main(desk.arguments) == 1
    assert len(desk.markdown) < 65_000
    assert re.search(r"\d+ more lines are in the report itself", desk.markdown)
    assert len(desk.report["findings"]) == 900


# --- When a service does not answer -------------------------------------------------------------


def test_without_a_network_one_line_says_so_at_once(desk: Desk) -> None:
    with FaultServer() as closed:
        pass
    addresses = {f"HANDBOOK_{name}": closed.url for name in ("CROSSREF", "DATACITE", "PUBMED")}
    # Whoever waited before trying again would wait for ten minutes.
    process = desk.start("--fix", HANDBOOK_BACKOFF="600", HANDBOOK_LONGEST_WAIT="600", **addresses)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 3
    assert out == ""
    assert err.count("\n") == 1 and err.startswith("Nothing could be checked: ")
    assert not (desk.folder / "out").exists() and not (desk.folder / "cache").exists()


def test_one_service_that_fails_does_not_hide_the_others(desk: Desk) -> None:
    desk.players.articles["111"] = pubmed_wang()
    desk.players.server.serve("/crossref/works/", Answer(503))
    assert main(desk.arguments) == 3
    assert "Crossref answers 503" in desk.report["unanswered"]["wang2018"]
    assert "Crossref answers 503" in desk.markdown
    desk.players.articles["111"] = pubmed_wang(related=[("RetractionIn", "x", "222")])
    desk.forget()
    assert main(desk.arguments) == 1


def test_one_odd_record_does_not_stop_the_audit(desk: Desk) -> None:
    agree(desk)
    li = WANG.replace("wang2018", "li2018").replace("/Wang", "/li").replace("{111}", "{112}")
    desk.write(li + WANG)
    desk.players.articles["112"] = pubmed_wang().replace("WANG", "li").replace(">111<", ">112<")
    desk.players.server.serve("/crossref/works/10.1000/li", Answer(200, "{", JSON))
    assert main(desk.arguments) == 3
    assert list(desk.report["unanswered"]) == ["li2018"]


def test_a_login_page_instead_of_answers_stops_the_questions(desk: Desk) -> None:
    desk.write("".join(WANG.replace("2018,", f"{n},").replace("/Wang", f"/{n}") for n in range(9)))
    desk.players.articles["111"] = article("111", year=2018)
    desk.players.server.serve("/crossref/works/", Answer(200, "<html>Please log in", JSON))
    assert main(desk.arguments) == 3
    asked = [request for request in desk.players.server.requests if "/works/" in request.path]
    assert len(asked) == 3
    assert len(desk.report["unanswered"]) == 9


def test_an_answer_about_nothing_is_no_answer(desk: Desk) -> None:
    desk.players.server.serve("/crossref/works/", json_answer({"status": "ok"}))
    desk.players.articles["111"] = pubmed_wang()
    assert main(desk.arguments) == 3


# --- Many entries, and interruptions ------------------------------------------------------------


def many(desk: Desk, count: int) -> None:
    desk.write(
        "".join(
            WANG.replace("wang2018", f"wang{n}").replace("/Wang", f"/{n}").replace("111", f"{n}")
            for n in range(1, count + 1)
        )
    )
    for n in range(1, count + 1):
        desk.players.works[f"10.1000/{n}"] = crossref_wang(DOI=f"10.1000/{n}")
        xml = pubmed_wang(doi=f"10.1000/{n}")
        desk.players.articles[str(n)] = xml.replace(">111<", f">{n}<")


def test_a_thousand_entries_are_never_refused(tmp_path: Path) -> None:
    with Players(per_second=400) as players:
        desk = Desk(tmp_path, players)
        many(desk, 1000)
        process = desk.start(HANDBOOK_REQUESTS_PER_SECOND="400", HANDBOOK_ATTEMPTS="1")
        out, err = process.communicate(timeout=120)
        assert process.returncode == 0, out + err
        assert players.refused == 0
        assert len(players.server.requests) == 1000 + 5
        assert desk.report["asked"] == 1000


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGKILL])
def test_an_interrupted_audit_goes_on_where_it_stopped(desk: Desk, stop: signal.Signals) -> None:
    many(desk, 200)
    process = desk.start(HANDBOOK_REQUESTS_PER_SECOND="100")
    while len(desk.players.server.requests) < 60:
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(stop)
    _out, err = process.communicate(timeout=30)
    if stop is signal.SIGINT:
        assert process.returncode == 130
        assert "Interrupted. All answers so far are kept" in err and "Traceback" not in err
    assert not (desk.folder / "out").exists()
    kept = {
        json.loads(path.read_bytes().partition(b"\n")[0])["address"]
        for path in (desk.folder / "cache").glob("*.answer")
    }
    assert len(kept) >= 59
    before = len(desk.players.server.requests)

    again = desk.start()
    out, err = again.communicate(timeout=60)
    assert again.returncode == 0, out + err
    targets = [request.target for request in desk.players.server.requests]
    address = desk.players.server.url
    assert not kept & {address + target for target in targets[before:]}
    # At most the one question whose answer the interruption cut off was put twice.
    assert sum(count - 1 for count in Counter(targets).values()) <= 1
    assert desk.report["asked"] == 200
