"""Keeps one issue about one subject: opens it, brings it up to date, closes it when all is well.

    python -m tools.one_issue link-check "Links that no longer open" summary.md 1

The last argument is the exit code of the check: 1 opens the issue or brings it up to date, 0
closes it, and any other code (nothing could be checked) leaves it as it is. The first one is the
issue's label, by which it is found again. It needs GitHub's `gh` with a token that may write
issues, and nothing of the handbook's environment.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path

WELL, TO_MEND = 0, 1


def gh(*arguments: str) -> str:
    """What `gh` writes. Raises CalledProcessError; gh has then said why on the error stream."""
    said = subprocess.run(["gh", *arguments], stdout=subprocess.PIPE, text=True, check=True)
    return said.stdout


def keep(label: str, title: str, body: Path, code: int) -> str:
    """Do what the exit code of a check asks for; returns what was done, in words."""
    if code not in (WELL, TO_MEND):
        return "Nothing could be checked: the issue stays as it is."
    wanted = ("--label", label, "--state", "open", "--json", "number", "--limit", "1")
    found = [str(issue["number"]) for issue in json.loads(gh("issue", "list", *wanted))]
    if code == WELL:
        for number in found:
            gh("issue", "close", number, "--comment", "All is well again.")
        return "All is well: no issue is open."
    if found:
        gh("issue", "edit", found[0], "--title", title, "--body-file", str(body))
        return f"Issue {found[0]} is up to date."
    gh("label", "create", label, "--force", "--description", "Kept up to date by the weekly run")
    gh("issue", "create", "--label", label, "--title", title, "--body-file", str(body))
    return "An issue is open."


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.one_issue")
    parser.add_argument("label")
    parser.add_argument("title")
    parser.add_argument("body", type=Path, help="a file with the issue's text in Markdown")
    parser.add_argument("code", type=int, help="the exit code of the check")
    given = parser.parse_args()
    try:
        print(keep(given.label, given.title, given.body, given.code))
    except FileNotFoundError:
        parser.error("gh is missing: see https://cli.github.com")
    except subprocess.CalledProcessError as error:
        return error.returncode
    return 0


if __name__ == "__main__":
    sys.exit(main())
