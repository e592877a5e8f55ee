"""The offline lint of the bibliography and the pages: what a build would not notice.

Each rule is one small function in `bibliography`, `markdown` or `records`, listed in that
module's `RULES`. It yields line numbers, each with what is wrong on that line and how to mend it.
"""

from pathlib import Path

from tools.lint import bibliography, markdown, records
from tools.lint.addresses import vanished_pages
from tools.lint.bibtex import Bibliography
from tools.lint.finding import Finding, apply
from tools.lint.myst import Page


def lint(docs: Path) -> list[Finding]:
    """All findings in the bibliography and the pages of a folder.

    Folders whose name begins with an underscore or a point hold no pages.

    Raises FileNotFoundError where the folder has no refs.bib.
    """
    pages = {
        path: Page.read(path)
        for path in sorted(docs.rglob("*.md"))
        if not any(part.startswith(("_", ".")) for part in path.relative_to(docs).parts)
    }
    cited = {key for page in pages.values() for key in page.cited}
    references = docs / "refs.bib"
    found = apply(bibliography.RULES, references, Bibliography.read(references, cited))
    recorded = frozenset(path.stem for path in (docs / "evidence/studies").glob("*.md"))
    for path, page in pages.items():
        found += apply(markdown.RULES, path, page)
        found += apply(records.RULES, path, records.Told(page, recorded))
    return found + vanished_pages(docs)
