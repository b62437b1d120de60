"""One way of writing a record as bytes: JSON of RFC 8785, without floats of our own and without empty values."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import rfc8785

# Writes text, whole numbers, true and false exactly as RFC 8785 has them, ten times as fast.
_PLAINLY = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode
EMPTY: tuple[object, ...] = (None, "", [], {})


def canonical(value: object) -> bytes:
    """
    Return the bytes of a value as RFC 8785 has them.

    Raises:
        ValueError: A number that is not finite or beyond 2^53, text that is no Unicode, or a key that is no text.
    """
    try:
        return rfc8785.dumps(value)  # type: ignore[arg-type]  # What is no JSON it refuses itself.
    except (rfc8785.CanonicalizationError, UnicodeEncodeError) as error:
        raise ValueError(f"This cannot be written canonically: {error}") from error


def body_of(table: str, columns: Mapping[str, object]) -> bytes:
    """
    Return the bytes that are committed to for one row: its table, and its values without the empty ones.

    A column that is added later, empty in rows that are there, changes none of their bytes.
    """
    row = {name: plain(value) for name, value in columns.items() if value not in EMPTY}
    if not all(_is_plain(value) for value in row.values()):
        return canonical({"row": row, "table": table})
    return _PLAINLY({"row": row, "table": table}).encode()


def _is_plain(value: object) -> bool:
    """Whether a value is written the same by any writer of JSON that sorts names: no fraction, no names of its own to sort."""
    if isinstance(value, list):
        return all(isinstance(one, str) for one in value)
    return not isinstance(value, dict | float)


def plain(value: object) -> Any:
    """
    Return a value of a column as JSON has it: numbers with a fraction, times and identifiers as text.

    Raises:
        TypeError: A kind of value that no column holds.
    """
    match value:
        case bool() | str() | int() | float() | None:
            return value
        case datetime():
            return instant(value)
        case date():
            return value.isoformat()
        case timedelta():
            return f"{value // timedelta(microseconds=1)} us"
        case Decimal():
            return f"{value:f}"
        case UUID():
            return str(value)
        case list() | tuple():
            return [plain(one) for one in value]
        case dict():
            return {name: plain(one) for name, one in value.items()}
    raise TypeError(f"A column of type {type(value).__name__} has no canonical form.")


def instant(value: datetime) -> str:
    """A time as RFC 3339 has it, in UTC, with six digits after the second."""
    return f"{value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='microseconds')}Z"
