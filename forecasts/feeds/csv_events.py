"""Events from CSV: comma-separated, with a header that names the columns."""

import re
from collections.abc import Iterator
from typing import IO, Any

from . import strict_json
from .csv_records import Record, other_separator, read_header, read_records
from .event_fields import EVENT, LISTS, OCCURRED, REPORT, Reader, event_row, read_fields
from .lines import Lines
from .magnitudes import magnitude
from .rows import BadRow, EventRow, FileRefused, RowProblem, problem

MAGNITUDES, POINT = ("attr", "low", "best", "high", "unit"), ("lat", "lon")
NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?", re.ASCII)
LARGEST_NUMBER = 10**18
READERS: dict[str, Reader] = {**EVENT, **REPORT, **dict.fromkeys((*MAGNITUDES, *POINT), str)}
NEEDED = ("title", "event_type")
GDELT_COLUMNS = (57, 58, 61)


def read_csv(stream: IO[bytes]) -> Iterator[EventRow | BadRow]:
    """
    Yield each row of a CSV file of events.

    Args:
        stream: UTF-8, with or without a byte order mark. The first line names the columns; lists are split at
            semicolons, `attributes` is a JSON object, and empty cells are left out.
    Returns:
        Rows in the order of the file. Memory does not grow with it.
    Raises:
        FileRefused: Before the first row: the file is empty, or its first line is no header of known columns.
    """
    lines = Lines(stream)
    first, columns = read_header(lines)
    if not set(columns) & set(READERS):
        # What tabs separate may be an export of GDELT.
        raise FileRefused(_no_header(first) if "\t" in first else other_separator(first) or _no_header(first))
    _check_columns(columns)
    return (row if isinstance(row, BadRow) else _row(row) for row in read_records(lines, columns=columns))


def _no_header(line: str) -> str:
    n_columns = line.count("\t") + 1
    exported = ", as in an export of GDELT" if n_columns in GDELT_COLUMNS else ""
    looks = f" It has {n_columns} columns separated by tabs{exported}." if n_columns > 1 else ""
    return (
        f"The first line is no header: none of the columns known here is in it.{looks} A file without a header is not "
        f"read, since its columns could be mistaken. Known: {', '.join(READERS)}; separated by commas."
    )


def _check_columns(names: list[str]) -> None:
    """
    Raises:
        FileRefused: A column is unknown, comes twice or is missing.
    """
    if unknown := [name for name in names if name not in READERS]:
        shown = ", ".join(f"“{name[:40]}”" for name in unknown[:10])
        raise FileRefused(problem(1, "", f"The header names {shown}. Known: {', '.join(READERS)}.").message)
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise FileRefused(f"The header names {', '.join(twice)} twice.")
    if {"status", "reason"} <= set(names):
        return  # A file of retractions alone says only which and why; each other row must still have all it needs.
    if missing := [name for name in NEEDED if name not in names]:
        raise FileRefused(f"The header lacks {', '.join(missing)}.")
    if not set(names) & set(OCCURRED):
        raise FileRefused(f"The header says nowhere when it occurred: add {' or '.join(OCCURRED)}.")
    if not {"url", "citation"} & set(names):
        raise FileRefused("The header says nowhere where an event is reported: add url or citation.")


def _row(record: Record) -> EventRow | BadRow:
    line, values = record.line, dict[str, Any](record.cells)
    for name in LISTS:
        if name in values:
            values[name] = [word for word in map(str.strip, values[name].split(";")) if word]
    if "attributes" in values:
        try:
            values["attributes"] = strict_json.loads(values["attributes"])
        except (ValueError, RecursionError) as error:
            return BadRow((problem(line, "attributes", f"This is no JSON object: {error}.", values["attributes"]),))
    problems = _join_cells(values, line=line)
    fields, others = read_fields(values, readers=READERS, line=line)
    problems += others
    report = {name: fields.pop(name) for name in REPORT if name in fields}
    return event_row(fields, reports=(report,) if report else (), problems=problems, line=line)


def _join_cells(values: dict[str, Any], *, line: int) -> list[RowProblem]:
    """Make attributes of the cells that give ranges, and a place of its name and degrees; what is wrong with them."""
    problems = []
    if any(name in values for name in MAGNITUDES):
        cells = {name: values.pop(name).split(";") if name in values else [] for name in MAGNITUDES}
        try:
            values["attributes"] = _with_ranges(values.get("attributes", {}), cells)
        except ValueError as error:
            problems.append(problem(line, "attr", str(error)))
    if any(name in values for name in (*POINT, "place")):
        try:
            point = {name: _number(values.pop(name), name) for name in POINT if name in values}
            values["place"] = ({"name": values["place"].strip()} if "place" in values else {}) | point
        except ValueError as error:
            problems.append(problem(line, "place", str(error)))
    return problems


def _with_ranges(attributes: Any, cells: dict[str, list[str]]) -> dict[str, Any]:
    if not isinstance(attributes, dict):
        raise ValueError("The column attributes must be an object of names and values.")
    names = [name.strip() for name in cells["attr"]]
    if uneven := [part for part in MAGNITUDES[1:] if len(cells[part]) > len(names)]:
        raise ValueError(f"{uneven[0]} has more parts than attr has names; separate both by semicolons.")
    ranges: dict[str, Any] = {}
    for place, name in enumerate(names):
        parts = {part: cells[part][place].strip() if place < len(cells[part]) else "" for part in MAGNITUDES[1:]}
        if name in ranges or name in attributes:
            raise ValueError(f"“{name[:40]}” is given twice.")
        numbers = {part: _number(parts[part], part) if parts[part] else None for part in ("low", "best", "high")}
        try:
            ranges[name] = magnitude(**numbers, unit=parts["unit"])
        except ValueError as error:
            raise ValueError(f"{name[:40]}: {error}") from None
    return {**attributes, **ranges}


def _number(text: str, name: str) -> float:
    text = text.strip()
    if not NUMBER.fullmatch(text) or abs(float(text)) > LARGEST_NUMBER:
        raise ValueError(f"{name}: “{text[:40]}” is no number, like 12 or -1.5.")
    return int(text) if text.lstrip("+-").isdigit() else float(text)
