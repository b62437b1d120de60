"""How rules write lengths of time and instants."""

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema
from pydantic_core import PydanticCustomError

LONGEST_DURATION = timedelta(days=36_600)
YEARS = range(1900, 2201)
_DURATION = r"^-?P(\d+D)?(T(\d+H)?(\d+M)?)?$"
_OFFSET = re.compile(r"(Z|[+-]\d\d:?\d\d)$")


def parse_duration(value: Any) -> timedelta:
    """
    Return the length written as ISO 8601 days, hours and minutes: P30D, PT12H, -P1DT30M.

    Args:
        value: The text; a timedelta is handed back as it is.
    Returns:
        The length; negative where the text begins with a minus.
    Raises:
        PydanticCustomError: Not such a text, or longer than 36,600 days.
    """
    if isinstance(value, timedelta):
        return value
    if not isinstance(value, str) or not re.match(_DURATION, value, re.ASCII):
        raise PydanticCustomError("duration", "is not a duration; write days, hours or minutes such as P30D or PT12H")
    numbers = {unit: number for number, unit in re.findall(r"(\d+)([DHM])", value)}
    if any(len(number) > 8 for number in numbers.values()):
        raise PydanticCustomError("duration", "is too long; at most P36600D, a hundred years")
    length = timedelta(
        days=int(numbers.get("D", 0)),
        hours=int(numbers.get("H", 0)),
        minutes=int(numbers.get("M", 0)),
    )
    if length > LONGEST_DURATION:
        raise PydanticCustomError("duration", "is too long; at most P36600D, a hundred years")
    return -length if value.startswith("-") else length


def write_duration(length: timedelta) -> str:
    """
    Return a length the way the language writes it, the inverse of `parse_duration`.

    Args:
        length: A whole number of minutes.
    Returns:
        The shortest text: P30D, PT12H, P1DT30M; P0D for nothing.
    """
    minutes = abs(length) // timedelta(minutes=1)
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    time = (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "")
    date = f"{days}D" if days or not time else ""
    return ("-" if length < timedelta(0) else "") + "P" + date + (f"T{time}" if time else "")


def parse_instant(value: Any) -> datetime:
    """
    Return the instant written as an ISO 8601 date, time and offset.

    Args:
        value: The text; an aware datetime is taken as it is.
    Returns:
        The instant in UTC.
    Raises:
        PydanticCustomError: Not such a text, without an offset, or outside the years 1900 to 2200.
    """
    if isinstance(value, str) and _OFFSET.search(value) and "T" in value:
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            value = None
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise PydanticCustomError("instant", "is not an instant; write date, time and offset: 2024-11-06T00:00:00Z")
    if value.year not in YEARS:
        raise PydanticCustomError("instant", "is out of range; use a year from 1900 to 2200")
    return value.astimezone(UTC)


Duration = Annotated[
    timedelta,
    BeforeValidator(parse_duration),
    PlainSerializer(write_duration, return_type=str),
    WithJsonSchema({"type": "string", "pattern": _DURATION}),
]
Instant = Annotated[
    datetime,
    BeforeValidator(parse_instant),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
