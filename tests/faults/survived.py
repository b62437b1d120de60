"""
The README's table of faults survived: `python -m tests.faults.survived` writes it from `build/reliability.jsonl`.

It tells what the last campaign did; what was run at smaller sizes is left out.
"""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .report import REPORT, ROOT

README = ROOT / "README.md"
BEGINS, ENDS = "<!-- faults survived: begins -->", "<!-- faults survived: ends -->"
DATABASES = {"postgresql": "PostgreSQL", "sqlite": "SQLite"}
HEAD = (
    "| | fault | times | on | records | lost | doubled | broken invariants | what became of it | date, commit |\n"
    "|---|---|---:|---|---:|---:|---:|---:|---|---|"
)


class NothingToTell(Exception):
    """There is no campaign to make the table from; the message says what to do."""


def table(lines: Sequence[str]) -> str:
    """
    The table of what the reports tell, one row for each test on each database, the last report of each.

    Raises:
        NothingToTell: None of them is of a campaign.
    """
    told = [line for line in map(json.loads, filter(str.strip, lines)) if line["profile"] == "campaign"]
    if not told:
        raise NothingToTell("There is no report of a campaign: run `make campaign` first.")
    last = {(line["number"], line["database"]): line for line in told}
    rows = [_row(last[key]) for key in sorted(last, key=lambda key: (_place(key[0]), key[1]))]
    return "\n".join([HEAD, *rows, _sum(list(last.values()))])


def _place(number: str) -> tuple[str, int, str]:
    """Where a number such as F12s stands in the table: by letter, then by number."""
    digits = number[1:].rstrip("abcdefghijklmnopqrstuvwxyz")
    return number[0], int(digits), number


def _row(told: dict[str, Any]) -> str:
    cells = [
        told["number"],
        told["fault"],
        f"{told['times']:,}",
        DATABASES[told["database"]],
        f"{told['records']:,}",
        told["lost"],
        told["doubled"],
        told["breaches"],
        told["result"],
        f"{told['on']}, {told['commit']}",
    ]
    return _joined(cells)


def _sum(told: list[dict[str, Any]]) -> str:
    sums = {name: sum(line[name] for line in told) for name in ("times", "records", "lost", "doubled", "breaches")}
    cells = ["", "**all**", f"{sums['times']:,}", "", f"{sums['records']:,}"]
    return _joined([*cells, sums["lost"], sums["doubled"], sums["breaches"], "", ""])


def _joined(cells: Sequence[object]) -> str:
    return "| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |"


def with_table(page: str, *, lines: Sequence[str]) -> str:
    """
    A page with the table between its markers, in place of what stood there.

    Raises:
        NothingToTell: The page has no markers, or there is no campaign.
    """
    before, begins, rest = page.partition(BEGINS)
    _, ends, after = rest.partition(ENDS)
    if not begins or not ends:
        raise NothingToTell(f"The page has no place for the table: put {BEGINS} and {ENDS} into it.")
    return f"{before}{BEGINS}\n{table(lines)}\n{ENDS}{after}"


def main(*, report: Path = REPORT, readme: Path = README) -> str:
    """Write the table into the README, and return what to say; the exit code is not 0 where that is an error."""
    if not report.exists():
        raise NothingToTell(f"There is no {report}: run `make campaign` first.")
    readme.write_text(with_table(readme.read_text(), lines=report.read_text().splitlines()))
    return f"Wrote the table of faults survived into {readme}."


if __name__ == "__main__":
    try:
        sys.stdout.write(f"{main()}\n")
    except NothingToTell as error:
        sys.exit(str(error))
