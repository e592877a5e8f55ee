"""A handbook of any size with invented text: the same for the same size and seed.

At size 1 it has about what the handbook had in November 2026: fifty pages of text and a hundred of
studies, 490 references, 2,200 citations. All of it grows in step. The pages stand in parts of
twenty, as the menu wants them, and the references in lists of at most some 300.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
PER_PART = 20
PER_LIST = 300
SECTIONS, PARAGRAPHS, SENTENCES = 6, 4, 4

HEAD = """\
---
description: A page of invented text for measuring how quick a build is.
last_reviewed: 2026-11-22
next_review: 2027-05-22
reviewed_by: []
---
"""
IN_SHORT = """
:::{admonition} In short
:class: in-short

- This text is invented.
- It says nothing.
- It is here to be measured.
:::
"""
# Everyday words and terms of the glossary, the frequent ones first.
_FREQUENT_FIRST = (
    "the of and to in a is was that it for on with as were by people from this had not are or be "
    "an at which one have but all after some they more cells study treatment months first kidney "
    "other trial group years week placebo lupus remission disease what when there their no than "
    "relapse small blood found reported given dose skin joint fever hospital infection protein"
)
WORDS = _FREQUENT_FIRST.split()
TERMS = ("flare", "remission", "placebo", "relapse", "infusion", "nephritis", "exosome", "biopsy")

CONF = '''\
"""An invented handbook, built with the handbook's own extensions."""

import os
import sys
from pathlib import Path

PROJECT = Path({project!r})
DOCS = PROJECT / "docs"
sys.path[:0] = [str(DOCS / "_ext"), str(PROJECT)]
as_it_comes = bool(os.environ.get("BENCH_AS_IT_COMES"))

project = "An invented handbook"
author = "Nobody"
version = release = "1"
html_baseurl = "https://handbook.example/en/latest/"
extensions = [
    "myst_parser",
    "sphinxcontrib.bibtex",
    "reference_style",
    "bibliography_mends",
    "page_status",
    "glossary_links",
    "alternative_text",
    "sourced_numbers",
    "evidence",
    "typst_pdf",
    *([] if as_it_comes else {ours!r}),
    *(["bench.phases"] if os.environ.get("BENCH_PHASES") else []),
]
exclude_patterns = ["_*"]
nitpicky = True
myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3
bibtex_bibfiles = ["refs.bib"]
bibtex_default_style = bibtex_reference_style = "handbook"
bibtex_cite_id = "{{key}}"
bibtex_tooltips = False
html_theme = "furo"
html_title = project
html_copy_source = False
html_static_path = [str(DOCS / "_static")]
html_css_files = ["handbook.css", "evidence.css"]
if not as_it_comes:
    templates_path = [str(DOCS / "_templates")]
typst_templates_path = [str(DOCS / "_typst")]
typst_template = "handbook"
latex_engine = "xelatex"
latex_documents = [("index", "handbook.tex", project, author, "manual")]
typst_documents = [{{"startdocname": "index", "targetname": "handbook", "title": project}}]
'''
# What the handbook has to be quick. The rest is content, and both sides have it.
OURS = ("speed", "site_search")

STUDY = """\
study:
  name: Invented trial {number}
  treatment: mesenchymal stromal cells
  design: randomised trial
  read: abstract
  retraction: {{status: not checked}}
  population: {{who: invented people with lupus}}
  numbers: {{enrolled: {enrolled}}}
  comparator: placebo
  follow_up: 12 months
  months: 12
  arms:
    - {{id: cells, label: cells, n: {cells}}}
    - {{id: placebo, label: placebo, n: {placebo}, control: true}}
  results:
    - id: remission
      outcome: any remission
      definition: as the inventor likes
      time: 6 months
      arms: {{cells: {{events: {events}, n: {cells}}}, placebo: {{events: 3, n: {placebo}}}}}
      where: abstract
      verified: 2026-11-22
    - id: deaths
      outcome: death
      time: 12 months
      arms: {{cells: {{events: 0, n: {cells}}}, placebo: {{events: 1, n: {placebo}}}}}
      where: abstract
      verified: 2026-11-22
---
"""
STUDY_BODY = """
# Study {number}

:::{{study-card}}
:::

:::{{study-results}}
:::

{text}

:::{{cited-on}}
:::

:::{{cite-this}}
:::
"""


@dataclass(frozen=True)
class Corpus:
    """The names of all that a handbook of this size holds."""

    size: float
    seed: int = 1

    @cached_property
    def pages(self) -> list[str]:
        return [
            f"part-{number // PER_PART + 1}/page-{number + 1}"
            for number in range(round(50 * self.size))
        ]

    @cached_property
    def studies(self) -> list[str]:
        return [f"study{number + 1:02}" for number in range(round(100 * self.size))]

    @cached_property
    def references(self) -> list[str]:
        return self.studies + [f"paper{n + 1:02}" for n in range(round(390 * self.size))]

    @cached_property
    def lists(self) -> dict[str, str]:
        """The lists of references: the page of each, and a pattern for the keys of its entries.

        Entries are dealt out by the last two digits of their keys.
        """
        count = -(-len(self.references) // PER_LIST)
        return {
            f"references/list-{start + 1}": "|".join(f"{n:02}" for n in range(start, 100, count))
            for start in range(count)
        }

    def list_with(self, key: str) -> str:
        """The page of the list that holds a reference."""
        return next(page for page, keys in self.lists.items() if key[-2:] in keys.split("|"))

    def random(self, name: str) -> random.Random:
        """Chance for one page: it stays the same when others come or go."""
        return random.Random(f"{self.seed}:{name}")


def sentence(chance: random.Random) -> str:
    count = chance.randint(8, 18)
    words = chance.choices(WORDS, weights=[1 / (n + 3) for n in range(len(WORDS))], k=count)
    if chance.random() < 0.2:
        words[chance.randrange(count)] = chance.choice(TERMS)
    return " ".join(words).capitalize() + "."


def paragraph(chance: random.Random, cited: list[str], cite: str) -> str:
    """Some sentences and a citation, in the form that the builder knows."""
    said = " ".join(sentence(chance) for _ in range(SENTENCES))
    return f"{said} {cite.format(', '.join(cited))}" if cited else said


def text_page(corpus: Corpus, name: str, cite: str, *, is_ours: bool) -> str:
    """A page: a title, sections of paragraphs, a table and a picture. Ours has its box as well."""
    chance = corpus.random(name)
    parts = [f"# {sentence(chance)[:40].rstrip(' .')} {name.rpartition('-')[2]}"]
    if is_ours:
        parts.append(IN_SHORT)
    for number in range(SECTIONS):
        parts.append(f"## {sentence(chance)[:40].rstrip(' .')} {'abcdefgh'[number]}")
        for _ in range(PARAGRAPHS):
            cited = chance.sample(corpus.references, chance.choice((0, 1, 1, 2, 3)))
            parts.append(paragraph(chance, cited, cite))
        if is_ours and number == 1:
            key = chance.choice(corpus.studies)
            parts.append(f"In one invented trial {{result}}`{key}:remission` {{cite:p}}`{key}`.")
    rows = "\n".join(f"| {sentence(chance)} | {sentence(chance)} |" for _ in range(6))
    parts.append(f"| One | Two |\n| --- | --- |\n{rows}")
    up = "../" * name.count("/")
    parts.append(f"![A grey square, for want of a picture]({up}square.svg)")
    return "\n\n".join(parts) + "\n"


def study_page(corpus: Corpus, key: str) -> str:
    chance = corpus.random(key)
    number = key.removeprefix("study")
    cells, placebo = chance.randint(10, 90), chance.randint(6, 80)
    record = STUDY.format(
        number=number,
        enrolled=cells + placebo,
        cells=cells,
        placebo=placebo,
        events=chance.randint(1, cells),
    )
    text = "\n\n".join(paragraph(chance, [key], "{{cite:p}}`{}`") for _ in range(4))
    body = STUDY_BODY.format(number=number, text=text)
    return HEAD.removesuffix("---\n") + record + body


def plain_study_page(corpus: Corpus, key: str, cite: str) -> str:
    """A study's page for builders that know no records: its text, and tables as we show them."""
    chance = corpus.random(key)
    number = key.removeprefix("study")
    cells, placebo = chance.randint(10, 90), chance.randint(6, 80)
    events = chance.randint(1, cells)
    rows = {
        "Treatment": "mesenchymal stromal cells",
        "Design": "randomised trial",
        "People": "invented people with lupus",
        "Enrolled": cells + placebo,
        "Comparison": "placebo",
        "Follow-up": "12 months",
        "Read": "abstract",
    }
    card = "\n".join(f"| {name} | {said} |" for name, said in rows.items())
    return (
        "\n\n".join(
            [
                f"# Study {number}",
                f"| What | This study |\n| --- | --- |\n{card}",
                "| Outcome | Time | Cells | Placebo |\n| --- | --- | --- | --- |\n"
                f"| any remission | 6 months | {events} of {cells} | 3 of {placebo} |\n"
                f"| death | 12 months | 0 of {cells} | 1 of {placebo} |",
                *(paragraph(chance, [key], cite) for _ in range(4)),
            ]
        )
        + "\n"
    )


def entry(corpus: Corpus, key: str) -> str:
    chance = corpus.random(f"bib:{key}")
    names = " and ".join(
        f"{chance.choice(WORDS).capitalize()}er, {chance.choice('ABCDEFG')}." for _ in range(5)
    )
    number = corpus.references.index(key) + 1
    return f"""\
@article{{{key},
  author  = {{{names}}},
  title   = {{{sentence(chance).rstrip(".")}}},
  journal = {{Journal of Invention}},
  year    = {{{chance.randint(1990, 2026)}}},
  volume  = {{{chance.randint(1, 90)}}},
  pages   = {{{number}--{number + 8}}},
  doi     = {{10.5555/{key}}}
}}
"""


def bibliography(corpus: Corpus) -> str:
    return "\n".join(entry(corpus, key) for key in corpus.references)


def files(corpus: Corpus) -> Iterator[tuple[str, str]]:
    """The handbook as Sphinx reads it: each file with its content."""
    parts = sorted({name.partition("/")[0] for name in corpus.pages}, key=lambda p: int(p[5:]))
    yield "conf.py", CONF.format(project=str(PROJECT), ours=list(OURS))
    yield "refs.bib", bibliography(corpus)
    yield "square.svg", SQUARE
    listed = "\n".join([f"{part}/index" for part in parts])
    yield (
        "index.md",
        f"{HEAD}\n# Start\n{IN_SHORT}\n:::{{toctree}}\n{listed}\nevidence/studies/index\n"
        "about/contributing\nglossary\nreferences/index\n:::\n",
    )
    for part in parts:
        own = "\n".join(n.partition("/")[2] for n in corpus.pages if n.startswith(f"{part}/"))
        yield (
            f"{part}/index.md",
            f"{HEAD}\n# Part {'i' * min(3, int(part[5:]))} {part}\n{IN_SHORT}\n"
            f":::{{toctree}}\n{own}\n:::\n",
        )
    for name in corpus.pages:
        yield f"{name}.md", HEAD + text_page(corpus, name, "{{cite:p}}`{}`", is_ours=True)
    yield (
        "evidence/studies/index.md",
        f"{HEAD}\n# Studies\n{IN_SHORT}\n:::{{toctree}}\n:glob:\n\n*\n:::\n",
    )
    for key in corpus.studies:
        yield f"evidence/studies/{key}.md", study_page(corpus, key)
    terms = "\n\n".join(f"{term}\n  An invented meaning." for term in TERMS)
    yield "glossary.md", f"{HEAD}\n# Glossary\n\n:::{{glossary}}\n{terms}\n:::\n"
    yield (
        "references/index.md",
        f"{HEAD}\n# References\n{IN_SHORT}\n:::{{toctree}}\n:glob:\n\n*\n:::\n",
    )
    for page, keys in corpus.lists.items():
        yield (
            f"{page}.md",
            f"{HEAD}\n# Sources {page.rpartition('-')[2]}\n\n"
            f':::{{bibliography}}\n:filter: key % "({keys})$"\n:::\n',
        )
    yield (
        "about/contributing.md",
        f"{HEAD}\n# Contributing\n\n(offer-a-review)=\n\n## Offer a review\n\nPlease do.\n",
    )


SQUARE = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="80" height="80" viewBox="0 0 80 80">'
    '<rect width="80" height="80" fill="#888"/></svg>\n'
)


def jupyter_book(corpus: Corpus) -> Iterator[tuple[str, str]]:
    """The same text for Jupyter Book 1."""
    yield (
        "_config.yml",
        "title: An invented handbook\nexecute:\n  execute_notebooks: 'off'\n"
        "bibtex_bibfiles: [refs.bib]\nonly_build_toc_files: true\n",
    )
    names = [*corpus.pages, *(f"studies/{key}" for key in corpus.studies)]
    pages = "".join(f"  - file: {name}\n" for name in names)
    yield "_toc.yml", f"format: jb-book\nroot: index\nchapters:\n{pages}  - file: references\n"
    yield "index.md", "# Start\n"
    yield "references.md", "# References\n\n```{bibliography}\n:all:\n```\n"
    yield "refs.bib", bibliography(corpus)
    yield "square.svg", SQUARE
    for name in corpus.pages:
        yield f"{name}.md", text_page(corpus, name, "{{cite:p}}`{}`", is_ours=False)
    for key in corpus.studies:
        yield f"studies/{key}.md", plain_study_page(corpus, key, "{{cite:p}}`{}`")


def mkdocs(corpus: Corpus) -> Iterator[tuple[str, str]]:
    """The same text for Material for MkDocs with mkdocs-bibtex."""
    yield (
        "mkdocs.yml",
        "site_name: An invented handbook\ntheme: {name: material, font: false}\n"
        "plugins: [search, {bibtex: {bib_file: refs.bib, bib_by_default: true}}]\n"
        "markdown_extensions: [footnotes]\n",
    )
    yield "refs.bib", bibliography(corpus)
    yield "docs/index.md", "# Start\n"
    yield "docs/square.svg", SQUARE
    for name in corpus.pages:
        text = text_page(corpus, name, "[@{}]", is_ours=False)
        yield f"docs/{name}.md", "\n".join(map(_each_key, text.split("\n")))
    for key in corpus.studies:
        yield f"docs/studies/{key}.md", plain_study_page(corpus, key, "[@{}]")


def _each_key(line: str) -> str:
    """`[@a, b]` as mkdocs-bibtex has it: `[@a; @b]`."""
    head, mark, keys = line.partition("[@")
    return f"{head}{mark}{keys.replace(', ', '; @')}" if mark else line


def write(folder: Path, content: Iterator[tuple[str, str]]) -> None:
    """Write the files afresh."""
    if folder.exists():
        shutil.rmtree(folder)
    for name, text in content:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
