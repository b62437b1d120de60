"""Events from JSON Lines: an object a line, with the fields of the API."""

from collections.abc import Iterator
from itertools import chain
from typing import IO, Any

from . import strict_json
from .event_fields import EVENT, MAX_REPORTS, REPORT, event_row, read_fields
from .lines import MAX_ROWS, Lines, LineTooLong
from .rows import BadRow, EventRow, FileRefused, RowProblem, problem


def read_json_lines(stream: IO[bytes]) -> Iterator[EventRow | BadRow]:
    """
    Yield each row of a file of events with one JSON object a line; empty lines are skipped.

    Args:
        stream: UTF-8, with or without a byte order mark.
    Returns:
        Rows in the order of the file. Memory does not grow with it.
    Raises:
        FileRefused: Before the first row: the file is empty, or its first line is no JSON object.
    """
    lines = Lines(stream)
    try:
        first = next(line for line in lines if line.strip())
    except StopIteration:
        raise FileRefused("The file is empty.") from None
    except LineTooLong as error:
        raise FileRefused(f"The first line is no JSON object: {error}") from None
    if not first.lstrip().startswith("{"):
        raise FileRefused(
            f"Line {lines.number} is no JSON object, so the file is not JSON Lines. Each line must be one object, "
            "such as {" + '"title": …, "event_type": …' + "}."
        )
    return _rows(first, lines)


def _rows(first: str, lines: Lines) -> Iterator[EventRow | BadRow]:
    yield _row(first, line=lines.number)
    n_rows = 1
    while True:
        try:
            text = next(lines)
        except StopIteration:
            return
        except LineTooLong as error:
            yield BadRow((problem(lines.number, "", str(error)),))
            continue
        if not text.strip():
            continue
        n_rows += 1
        if n_rows > MAX_ROWS:
            message = f"A file may have {MAX_ROWS:,} rows. This one and all after it are not read."
            yield BadRow((problem(lines.number, "", message),))
            return
        yield _row(text, line=lines.number)


def _row(text: str, *, line: int) -> EventRow | BadRow:
    if strict_json.is_unstorable(text):
        return BadRow((problem(line, "", "The line is not UTF-8.", text),))
    try:
        values = strict_json.loads(text)
    except (ValueError, RecursionError) as error:
        return BadRow((problem(line, "", f"The line is no JSON: {str(error).rstrip('.')}.", text.strip()),))
    if not isinstance(values, dict):
        return BadRow((problem(line, "", "The line is no JSON object.", text.strip()),))
    return event_of(values, line=line)


def event_of(values: dict[str, Any], *, line: int) -> EventRow | BadRow:
    """Return the event that an object describes, or everything that is wrong with it; `evidence` is taken out of it."""
    reports, faults = _reports(values.pop("evidence", []), line=line)
    fields, problems = read_fields(values, readers=EVENT, line=line)
    return event_row(fields, reports=reports, problems=problems + faults, line=line)


def _reports(given: Any, *, line: int) -> tuple[tuple[dict[str, str], ...], list[RowProblem]]:
    if not isinstance(given, list) or not all(isinstance(report, dict) for report in given):
        return (), [problem(line, "evidence", "This must be a list of objects with a url or a citation.", given)]
    if len(given) > MAX_REPORTS:
        return (), [problem(line, "evidence", f"These are {len(given)} reports; {MAX_REPORTS} at most.")]
    read = [
        read_fields(report, readers=REPORT, line=line, within=f"evidence.{number}.")
        for number, report in enumerate(given)
    ]
    problems = list(chain.from_iterable(faults for _, faults in read))
    return (() if problems else tuple(fields for fields, _ in read)), problems
