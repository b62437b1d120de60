"""The records of a CSV file one at a time, each with the line it begins on."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from .lines import MAX_ROWS, Lines, LineTooLong
from .rows import BadRow, FileRefused, problem

# What a file begins with that is no text in UTF-8, as its bytes come out of `Lines`.
OTHER_FILES = (
    ("PK\x03\x04", "This is a workbook or an archive, not CSV: save its sheet as CSV in UTF-8."),
    ("\udcd0\udccf\x11", "This is a workbook, not CSV: save its sheet as CSV in UTF-8."),
    ("\x1f\udc8b", "This is compressed: send the CSV in it."),
    ("%PDF", "This is a PDF, not CSV."),
    ("\udcff\udcfe", "This file is in UTF-16: save it as CSV in UTF-8."),
    ("\udcfe\udcff", "This file is in UTF-16: save it as CSV in UTF-8."),
)
SEPARATORS = {";": "Semicolons", "\t": "Tabs", "|": "Vertical bars"}


@dataclass(frozen=True, slots=True)
class Record:
    """The cells of one row by the names of their columns; empty ones are left out."""

    line: int
    cells: Mapping[str, str]


def read_header(lines: Lines) -> tuple[str, list[str]]:
    """
    Read the first line: as it is, and as names of columns.

    Raises:
        FileRefused: The file is empty, or its first line is no CSV.
    """
    try:
        first = next(lines)
        _refuse_others(first)
        return first, [name.strip() for name in next(csv.reader([first], strict=True), [])]
    except StopIteration:
        raise FileRefused("The file is empty.") from None
    except (csv.Error, LineTooLong) as error:
        raise FileRefused(f"The first line is no header of a CSV file: {error}.") from None


def _refuse_others(first: str) -> None:
    for beginning, message in OTHER_FILES:
        if first.startswith(beginning):
            raise FileRefused(message)


def other_separator(first: str) -> str:
    """Return what to do about a first line whose columns something else than commas separates; empty where it is none."""
    for separator, name in SEPARATORS.items():
        if "," not in first and first.count(separator) > 1:
            return (
                f"{name} separate its columns. Save it as CSV with commas between them, and points in decimal numbers."
            )
    return ""


def read_records(lines: Lines, *, columns: Sequence[str]) -> Iterator[Record | BadRow]:
    """Yield each row after the header; what is no row of so many cells is told."""
    records = csv.reader(lines, strict=True)
    n_rows = 0
    while True:
        line = lines.number + 1
        try:
            cells = next(records)
        except StopIteration:
            return
        except (csv.Error, LineTooLong) as error:
            yield _bad(line, _broken(str(error).rstrip("."), line=line, last=lines.number))
            continue
        if not cells:
            continue
        n_rows += 1
        if n_rows > MAX_ROWS:
            yield _bad(line, f"A file may have {MAX_ROWS:,} rows. This one and all after it are not read.")
            return
        if len(cells) == len(columns):
            yield Record(line, {name: cell for name, cell in zip(columns, cells, strict=True) if cell.strip()})
        else:
            yield _bad(line, f"The row has {len(cells)} cells; the header names {len(columns)} columns.")


def _bad(line: int, message: str) -> BadRow:
    return BadRow((problem(line, "", message),))


def _broken(error: str, *, line: int, last: int) -> str:
    if last > line:
        return f"Is a quotation mark not closed? Lines {line} to {last} are not read: {error}."
    return f"The line is no CSV: {error}."
