"""
The README's table of faults survived: `python -m tests.faults.survived` writes it from `build/reliability.jsonl`.

It tells what campaigns did; what was run at smaller sizes is left out. A row of which the report tells nothing stays as it was,
with its date and commit: a part of a campaign can be run by itself.
"""

import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .report import REPORT, ROOT

README = ROOT / "README.md"
BEGINS, ENDS = "<!-- faults survived: begins -->", "<!-- faults survived: ends -->"
BETWEEN_CELLS, NUMBER = re.compile(r"(?<!\\)\|"), re.compile(r"[A-Z]\d+[a-z]*")
DATABASES = {"postgresql": "PostgreSQL", "sqlite": "SQLite"}
HEAD = (
    "| | fault | times | on | records | lost | doubled | broken invariants | what became of it | date, commit |\n"
    "|---|---|---:|---|---:|---:|---:|---:|---|---|"
)


class NothingToTell(Exception):
    """There is no campaign to make the table from; the message says what to do."""


def table(lines: Sequence[str], *, before: str = "") -> str:
    """
    The table of what the reports tell, one row for each test on each database, the last report of each.

    Args:
        lines: The report.
        before: The table as it was.
    Raises:
        NothingToTell: None of them is of a campaign.
    """
    told = [line for line in map(json.loads, filter(str.strip, lines)) if line["profile"] == "campaign"]
    if not told:
        raise NothingToTell("There is no report of a campaign: run `make campaign` first.")
    last = _rows_of(before) | {(line["number"], DATABASES[line["database"]]): _row(line) for line in told}
    rows = [last[key] for key in sorted(last, key=lambda key: (_place(key[0]), key[1]))]
    return "\n".join([HEAD, *map(_joined, rows), _joined(_sum(rows))])


def _rows_of(before: str) -> dict[tuple[str, str], list[str]]:
    """The cells of each row of a table, by the number of the test and the name of the database."""
    rows = [[cell.strip() for cell in BETWEEN_CELLS.split(line)[1:-1]] for line in before.splitlines()]
    cells = [[cell.replace("\\|", "|") for cell in row] for row in rows if row and NUMBER.fullmatch(row[0])]
    return {(row[0], row[3]): row for row in cells}


def _place(number: str) -> tuple[str, int, str]:
    """Where a number such as F12s stands in the table: by letter, then by number."""
    digits = number[1:].rstrip("abcdefghijklmnopqrstuvwxyz")
    return number[0], int(digits), number


def _row(told: dict[str, Any]) -> list[str]:
    counts = [f"{told[name]:,}" for name in ("records", "lost", "doubled", "breaches")]
    first = [told["number"], told["fault"], f"{told['times']:,}", DATABASES[told["database"]]]
    return [*first, *counts, told["result"], f"{told['on']}, {told['commit']}"]


def _sum(rows: list[list[str]]) -> list[str]:
    """The last row: how many faults, and what became of how many records."""
    times, *counts = (f"{sum(int(row[place].replace(',', '')) for row in rows):,}" for place in (2, 4, 5, 6, 7))
    return ["", "**all**", times, "", *counts, "", ""]


def _joined(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def with_table(page: str, *, lines: Sequence[str]) -> str:
    """
    A page with the table between its markers, in place of what stood there.

    Raises:
        NothingToTell: The page has no markers, or there is no campaign.
    """
    before, begins, rest = page.partition(BEGINS)
    was, ends, after = rest.partition(ENDS)
    if not begins or not ends:
        raise NothingToTell(f"The page has no place for the table: put {BEGINS} and {ENDS} into it.")
    return f"{before}{BEGINS}\n{table(lines, before=was)}\n{ENDS}{after}"


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
