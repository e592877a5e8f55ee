"""Prints the reading grade of each page's *In short* and of the handout, the hardest first.

Exits with 1 if one is above the limit.
"""

import argparse
import sys
from pathlib import Path

from tools.readability.pages import GLOSSARY, LIMIT, readings

SITE = Path(__file__).resolve().parents[2] / "build" / "html"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.readability", description=__doc__)
    parser.add_argument("site", nargs="?", type=Path, default=SITE, metavar="web-site")
    site = parser.parse_args().site
    if not (site / GLOSSARY).is_file():
        parser.error(f"{site} holds no built web site with a glossary: type 'make html' first")
    found = sorted(readings(site), key=lambda each: (-each.count.grade, each.page))
    print(
        "Reading grade (Flesch-Kincaid), with and without the glossary\u2019s terms as plain words"
    )
    print(f"{'Page':<48}{'Grade':>7}{'Without':>9}{'Words':>7}{'Sentences':>11}")
    for each in found:
        number = each.count
        mark = f"  above {LIMIT:g}" if number.grade > LIMIT else ""
        print(
            f"{each.page:<48}{number.grade:>7.1f}{number.bare_grade:>9.1f}"
            f"{number.words:>7}{number.sentences:>11}{mark}"
        )
    return 1 if any(each.count.grade > LIMIT for each in found) else 0


if __name__ == "__main__":
    sys.exit(main())
