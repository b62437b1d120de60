"""The fields of a forecast, read one by one: for rows in numbers, where a serializer would cost more than the writing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from .event_fields import Reader, read_fields, text_of
from .objects import ObjectRow
from .rows import BadRow, RowProblem, problem
from .times import read_instant

LONGEST_NUMBER, UUID_LENGTH = 40, 36
NEEDED = ("prediction", "forecaster", "wording")


@dataclass(frozen=True, slots=True)
class ForecastEntry:
    """
    One forecast as it was sent.

    Attributes:
        index: The row, counted from 0.
        forecaster: The slug.
        wording: What was given of probability, low, high, phrase, lexicon and basis; none to withdraw.
        origin: What it was taken from; empty where that was not said.
    """

    index: int
    prediction: UUID
    forecaster: str
    wording: Mapping[str, Any] | None
    made_at: datetime | None = None
    origin: str = ""


def _uuid(value: object) -> UUID:
    try:
        return UUID(value) if isinstance(value, str) and len(value) == UUID_LENGTH else _no_uuid(value)
    except ValueError:
        return _no_uuid(value)


def _no_uuid(value: object) -> UUID:
    raise ValueError(f"“{str(value)[:40]}” is not a valid UUID.")


def _probability(value: object) -> object:
    if isinstance(value, dict | list) or len(str(value)) > LONGEST_NUMBER:
        raise ValueError("This is no probability. Give a number from 0 to 1, such as 0.7.")
    return value


def _wording(value: object) -> object:
    if value is not None and not isinstance(value, dict):
        raise ValueError("This must be an object with a probability or a phrase, or null to withdraw.")
    return value


FORECAST: Mapping[str, Reader] = {
    "prediction": _uuid,
    "forecaster": text_of(100),
    "wording": _wording,
    "made_at": read_instant,
    "origin": text_of(200),
}
WORDING: Mapping[str, Reader] = {
    **dict.fromkeys(("probability", "low", "high"), _probability),
    "phrase": text_of(200),
    "lexicon": text_of(60),
    "basis": text_of(100_000),
}


def read_forecast(row: ObjectRow) -> ForecastEntry | BadRow:
    """Return the forecast that an object describes, or everything that is wrong with it."""
    fields, problems = read_fields(row.values, readers=FORECAST, line=row.index)
    problems += _missing(row)
    if fields.get("wording") is not None:
        fields["wording"], others = read_fields(fields["wording"], readers=WORDING, line=row.index, within="wording.")
        problems += others
    return BadRow(tuple(problems)) if problems else ForecastEntry(index=row.index, **fields)


def _missing(row: ObjectRow) -> list[RowProblem]:
    return [problem(row.index, name, "This field is required.") for name in NEEDED if name not in row.values]
