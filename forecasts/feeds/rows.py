"""What a file is read into: rows, or what is wrong with them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

LONGEST_SHOWN = 200


class FileRefused(ValueError):
    """Nothing of the file can be read; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class RowProblem:
    """One thing that is wrong with a row: where, what and what to do, and the value where there is one."""

    line: int
    field: str
    message: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that was not understood, with all that is wrong with it."""

    problems: tuple[RowProblem, ...]


@dataclass(frozen=True, slots=True)
class EventRow:
    """
    One event as a file tells it. What the file leaves out is left out here.

    Attributes:
        line: Where it begins in the file, counted from 1.
        occurred: When, by the names of the fields that say it, such as occurred_on.
        content: The other fields by their names; lists as tuples.
        reports: Where it is reported: each url, citation, owner and quote, as far as given.
        corrects: The id of the recorded event that this is known of now.
        reason: Why it is corrected or retracted.
    """

    line: int
    occurred: Mapping[str, date | datetime]
    content: Mapping[str, Any]
    reports: tuple[Mapping[str, str], ...]
    external_id: str = ""
    known_at: datetime | None = None
    corrects: str = ""
    reason: str = ""


def problem(line: int, field: str, message: str, value: object = "") -> RowProblem:
    """The problem with texts that can be shown anywhere, however broken the value is."""
    shown = str(value)[:LONGEST_SHOWN] if isinstance(value, str | int | float) else ""
    return RowProblem(line, _clean(field), _clean(message), _clean(shown))


def _clean(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\x00")
