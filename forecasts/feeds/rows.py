"""What a file is read into: rows, or what is wrong with them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who asks a question or forecasts on it, by a short name; `kind` is a code such as PERSON or MARKET."""

    slug: str
    name: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastRow:
    """
    One forecast as a file tells it, with its question and with what that came to.

    Attributes:
        line: Where it begins in the file, counted from 1.
        asker: Who asks the question; with the statement it tells questions apart.
        probability: On the grid of 0.0001; None withdraws the forecast before.
        given: The probability as the file has it, where it was rounded.
        opens_at: When the question was issued; None for when the forecast was made.
        cluster: Questions with the same key hang on the same event.
        verdict: Empty while the question is open.
        share: How much came true, of PARTLY.
        known_at: When the outcome could be known.
        reason: Why that is the verdict, as a sentence.
        topic: Empty for that of the file.
    """

    line: int
    asker: Person
    forecaster: Person
    statement: str
    title: str
    probability: Decimal | None
    made_at: datetime
    cluster: str
    given: str = ""
    condition: str = ""
    topic: str = ""
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    verdict: str = ""
    share: Decimal | None = None
    happened_at: datetime | None = None
    known_at: datetime | None = None
    reason: str = ""
    evidence_url: str = ""


def problem(line: int, field: str, message: str, value: object = "") -> RowProblem:
    """The problem with texts that can be shown anywhere, however broken the value is."""
    shown = str(value)[:LONGEST_SHOWN] if isinstance(value, str | int | float) else ""
    return RowProblem(line, _clean(field), _clean(message), _clean(shown))


def _clean(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\x00")
