"""Runs the documented searches, and sorts what they find by what became of it."""

import datetime
import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from evidence_searches.record import Reason, Run, Search, Service

from tools.services import Client, pubmed, trials
from tools.services.pubmed import Article
from tools.services.trials import Trial
from tools.watch.known import SOURCE, Known, identifier, trials_in

# PubMed says this of nearly every article.
TELL_NOTHING = re.compile(r"Journal Article|English Abstract|Research Support.*")
PEOPLE = re.compile(
    r"\b\d[\d,]*(?:\s+[\w-]+){0,3}?\s+"
    r"(?:patients|people|participants|subjects|women|men|children|adults|cases)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Finding:
    """A record that a search found, in the service's own words."""

    id: str
    names: tuple[str, ...]
    """All its identifiers, the id among them."""
    link: str
    title: str = ""
    where: str = ""
    """Journal, or sponsor."""
    date: str = ""
    design: str = ""
    people: str = ""
    text: str = ""
    """What was searched, as far as we have it."""
    reports: tuple[str, ...] = ()
    """Registered trials of the handbook that it names."""
    why: tuple[str, ...] = ()
    """Why it was found: topics of searches, with the words that match."""

    @property
    def rank(self) -> int:
        """What to look at first: reports of our trials, then trials, then reviews of them."""
        if self.reports:
            return 0
        if "trial" in self.design.lower():
            return 1
        return 2 if re.search(r"meta-analysis|systematic review", self.design.lower()) else 3


@dataclass(frozen=True)
class Outcome:
    """What one search found in the time since its last run."""

    search: Search
    found: int
    doubles: int
    included: int
    excluded: dict[Reason, int]
    waiting: int

    def run(self, day: datetime.date, to: datetime.date) -> Run:
        """The run to write down. ValueError while records wait for a decision."""
        return Run(
            day=day,
            to=to,
            found=self.found,
            doubles=self.doubles,
            included=self.included,
            excluded=self.excluded,
        )


def look(
    client: Client, known: Known, to: datetime.date, tell: Callable[[str], None]
) -> tuple[list[Outcome], list[Finding]]:
    """What each search finds up to a day, and all records that wait for a decision.

    A search that was run up to that day already is left out. `tell` hears of each search.
    Raises ServiceError.
    """
    outcomes: list[Outcome] = []
    waiting: dict[str, Finding] = {}
    seen: set[str] = set()
    for search in known.searches.searches:
        since = search.last.to + datetime.timedelta(days=1) if search.last else None
        if since and since > to:
            continue
        findings = _ask(client, search, since, to, known)
        became: Counter[Reason | str | None] = Counter()
        doubles = 0
        for finding in findings:
            decision = known.decision(finding.names)
            if decision is None:
                before = waiting.get(finding.id, finding)
                waiting[finding.id] = replace(before, why=(*before.why, _why(search, finding)))
            if finding.id in seen:
                doubles += 1
            else:
                became[decision] += 1
        seen.update(finding.id for finding in findings)
        outcomes.append(
            Outcome(
                search,
                found=len(findings),
                doubles=doubles,
                included=became[SOURCE],
                excluded={reason: became[reason] for reason in Reason if became[reason]},
                waiting=became[None],
            )
        )
        tell(f"{search.service}, {search.topic}: {len(findings)} found, {became[None]} new")
    return outcomes, sorted(waiting.values(), key=lambda finding: finding.rank)


def _ask(
    client: Client, search: Search, since: datetime.date | None, to: datetime.date, known: Known
) -> list[Finding]:
    if search.service is Service.TRIALS:
        posted = f"AREA[StudyFirstPostDate]RANGE[{since or 'MIN'}, {to}]"
        found = trials.search(client, term=f"({search.query}) AND {posted}")
        # A trial stands twice where the registry changed between two pages.
        return list({trial.number: _of_trial(trial) for trial in found}.values())
    numbers = dict.fromkeys(pubmed.search(client, search.query, since=since, until=to))
    undecided = [number for number in numbers if known.decision([f"PMID {number}"]) is None]
    articles = pubmed.articles(client, undecided)
    return [_of_article(number, articles.get(number), known) for number in numbers]


def _of_article(number: str, article: Article | None, known: Known) -> Finding:
    name = f"PMID {number}"
    link = f"https://pubmed.ncbi.nlm.nih.gov/{number}/"
    if article is None:
        return Finding(name, (name,), link)
    text = f"{article.title}\n{article.abstract}"
    named = trials_in(" ".join([text, *article.registrations]))
    people = PEOPLE.search(article.abstract)
    return Finding(
        name,
        tuple(filter(None, (name, _doi(article.doi)))),
        link,
        title=article.title,
        where=article.journal,
        date=str(min(article.years, default="")),
        design="; ".join(kind for kind in article.types if not TELL_NOTHING.fullmatch(kind)),
        people=people[0] if people else "",
        text=text,
        reports=tuple(number for number in named if number in known.numbers),
    )


def _of_trial(trial: Trial) -> Finding:
    details = (trial.allocation, trial.masking, *trial.phases, trial.status)
    people = f"{trial.enrolment} ({trial.enrolment_type.lower()})" if trial.enrolment else ""
    return Finding(
        trial.number,
        (trial.number,),
        f"https://clinicaltrials.gov/study/{trial.number}",
        title=trial.title,
        where=trial.sponsor,
        date=trial.first_posted,
        design="; ".join(["registered trial", *(_plain(word) for word in details if word)]),
        people=people,
        text="\n".join([trial.title, *trial.conditions, *trial.interventions]),
    )


def _doi(given: str) -> str:
    try:
        return identifier(given)
    except ValueError:
        return ""


def _plain(word: str) -> str:
    """A word of the registry's code: NON_RANDOMIZED is "non randomized"."""
    return word.replace("_", " ").lower()


def _why(search: Search, finding: Finding) -> str:
    words = [word for word in words_of(search.query) if word.lower() in finding.text.lower()]
    return f"{search.topic} ({', '.join(words)})" if words else search.topic


def words_of(query: str) -> Iterable[str]:
    """The words and phrases that a query looks for, without its fields and operators."""
    bare = re.sub(r"\b(?:AND|OR|NOT|AREA)\b", " ", re.sub(r"\[[^\]]*\]", " ", query))
    found = re.findall(r'"([^"]+)"|([\w-]+)', bare)
    return dict.fromkeys(phrase or word for phrase, word in found)
