"""Records as lines of CSV that are safe to open in a spreadsheet."""

import csv
from collections.abc import Iterable, Iterator
from typing import Final

FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n")


class _Line:
    """Hands back what a writer writes, line by line."""

    def write(self, text: str) -> str:
        return text


def csv_lines(names: Iterable[str], rows: Iterable[Iterable[object]]) -> Iterator[str]:
    """
    Yield a line of names, then one for each row as it comes.

    Args:
        names: Of the columns.
        rows: Their values: texts, numbers, or None for an empty cell.
    """
    writer = csv.writer(_Line())
    yield writer.writerow(names)
    for row in rows:
        yield writer.writerow([inert(value) for value in row])


def inert(value: object) -> object:
    """Return the value, a text that a spreadsheet would run as a formula behind an apostrophe that keeps it text."""
    if isinstance(value, str) and value.lstrip(" ").startswith(FORMULA_STARTS):
        return f"'{value}"
    return value
