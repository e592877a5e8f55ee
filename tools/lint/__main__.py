"""Prints what is to mend in the bibliography and the pages; exits with 1 if there is anything."""

import argparse
import os
import sys
from pathlib import Path

from tools.lint import lint

DOCS = Path(__file__).resolve().parents[2] / "docs"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.lint", description=__doc__)
    parser.add_argument("docs", nargs="?", type=Path, default=DOCS, metavar="docs-folder")
    docs = Path(os.path.relpath(parser.parse_args().docs))
    if not (docs / "refs.bib").is_file():
        parser.error(f"{docs / 'refs.bib'} is missing: name the folder that holds it and the pages")
    found = lint(docs)
    for finding in found:
        print(finding)
    print(f"{len(found)} findings in {docs}" if found else f"Nothing to mend in {docs}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
