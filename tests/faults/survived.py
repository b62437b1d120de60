"""
The README's tables of what was survived: `python -m tests.faults.survived` writes them from `build/reliability.jsonl`.

One tells what campaigns did to a running service, and leaves out what was run at smaller sizes; one tells the cases that
were tried on parts of it. A row of which the report tells nothing stays as it was, with its date and commit: a part of
a campaign can be run by itself.
"""

import json
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .report import REPORT, ROOT

README = ROOT / "README.md"
BETWEEN_CELLS, NUMBER = re.compile(r"(?<!\\)\|"), re.compile(r"[A-Z]\d+[a-z]*")
DATABASES = {"postgresql": "PostgreSQL", "sqlite": "SQLite", "none": "no database"}
Told = dict[str, Any]


class NothingToTell(Exception):
    """There is no campaign to make a table from; the message says what to do."""


@dataclass(frozen=True, kw_only=True)
class Table:
    """
    A table that is made from the report.

    Attributes:
        name: What its markers call it.
        head: Its first two lines.
        tells: Whether a line of the report is one of its rows.
        first: What such a line calls what was done.
        cells: The cells of a row between the name of its database and its date.
        sums: The columns that are added up in the last row.
    """

    name: str
    head: str
    tells: Callable[[Told], bool]
    first: str
    cells: Callable[[Told], list[str]]
    sums: tuple[int, ...]

    @property
    def begins(self) -> str:
        return f"<!-- {self.name}: begins -->"

    @property
    def ends(self) -> str:
        return f"<!-- {self.name}: ends -->"


FAULTS = Table(
    name="faults survived",
    head="| | fault | times | on | records | lost | doubled | broken invariants | what became of it | date, commit |\n"
    "|---|---|---:|---|---:|---:|---:|---:|---|---|",
    tells=lambda told: told.get("profile") == "campaign",
    first="fault",
    cells=lambda told: [*(f"{told[name]:,}" for name in ("records", "lost", "doubled", "breaches")), told["result"]],
    sums=(2, 4, 5, 6, 7),
)
CASES = Table(
    name="cases tried",
    head="| | what is tried | times | on | otherwise than it should | date, commit |\n|---|---|---:|---|---:|---|",
    tells=lambda told: "tried" in told,
    first="tried",
    cells=lambda told: [f"{told['failed']:,}"],
    sums=(2, 4),
)


def written(table: Table, lines: Sequence[str], *, before: str = "") -> str:
    """
    A table of what the reports tell, one row for each test on each database, the last report of each.

    Args:
        table: Which.
        lines: The report.
        before: The table as it was.
    """
    told = [line for line in map(json.loads, filter(str.strip, lines)) if table.tells(line)]
    last = _rows_of(before) | {(line["number"], DATABASES[line["database"]]): _row(table, line) for line in told}
    rows = [last[key] for key in sorted(last, key=lambda key: (_place(key[0]), key[1]))]
    return "\n".join([table.head, *map(_joined, rows), _joined(_sum(table, rows))])


def _rows_of(before: str) -> dict[tuple[str, str], list[str]]:
    """The cells of each row of a table, by the number of the test and the name of the database."""
    rows = [[cell.strip() for cell in BETWEEN_CELLS.split(line)[1:-1]] for line in before.splitlines()]
    cells = [[cell.replace("\\|", "|") for cell in row] for row in rows if row and NUMBER.fullmatch(row[0])]
    return {(row[0], row[3]): row for row in cells}


def _place(number: str) -> tuple[str, int, str]:
    """Where a number such as F12s stands in the table: by letter, then by number."""
    digits = number[1:].rstrip("abcdefghijklmnopqrstuvwxyz")
    return number[0], int(digits), number


def _row(table: Table, told: Told) -> list[str]:
    first = [told["number"], told[table.first], f"{told['times']:,}", DATABASES[told["database"]]]
    return [*first, *table.cells(told), f"{told['on']}, {told['commit']}"]


def _sum(table: Table, rows: list[list[str]]) -> list[str]:
    """The last row: how much of everything there was."""
    cells = [""] * (table.head.partition("\n")[0].count("|") - 1)
    cells[1] = "**all**"
    for place in table.sums:
        cells[place] = f"{sum(int(row[place].replace(',', '')) for row in rows):,}"
    return cells


def _joined(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def with_tables(page: str, *, lines: Sequence[str]) -> str:
    """
    A page with each table between its markers, in place of what stood there.

    Raises:
        NothingToTell: The page has no markers, or no line is of a campaign.
    """
    if not any(table.tells(told) for told in map(json.loads, filter(str.strip, lines)) for table in (FAULTS, CASES)):
        raise NothingToTell("There is no report of a campaign: run `make campaign` first.")
    for table in (FAULTS, CASES):
        page = _with_table(page, table=table, lines=lines)
    return page


def _with_table(page: str, *, table: Table, lines: Sequence[str]) -> str:
    before, begins, rest = page.partition(table.begins)
    was, ends, after = rest.partition(table.ends)
    if not begins or not ends:
        raise NothingToTell(f"The page has no place for the table: put {table.begins} and {table.ends} into it.")
    return f"{before}{table.begins}\n{written(table, lines, before=was)}\n{table.ends}{after}"


def main(*, report: Path = REPORT, readme: Path = README) -> str:
    """Write the tables into the README, and return what to say; the exit code is not 0 where that is an error."""
    if not report.exists():
        raise NothingToTell(f"There is no {report}: run `make campaign` first.")
    readme.write_text(with_tables(readme.read_text(), lines=report.read_text().splitlines()))
    return f"Wrote what was survived into {readme}."


if __name__ == "__main__":
    try:
        sys.stdout.write(f"{main()}\n")
    except NothingToTell as error:
        sys.exit(str(error))
