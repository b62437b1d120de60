"""Times as text: RFC 3339 with an offset, and days with the year first. Nothing else is guessed at."""

import re
from datetime import UTC, date, datetime
from typing import Any

INSTANT = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,6})?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
FIRST_YEAR, LAST_YEAR = 1800, 2200


def read_instant(text: object) -> datetime:
    """
    Read an RFC 3339 time with its offset, as UTC.

    Raises:
        ValueError: It has another shape, names no real time, or lies outside 1800 to 2200.
    """
    if not isinstance(text, str) or not INSTANT.fullmatch(text):
        raise ValueError(f"“{str(text)[:40]}” is no time with an offset, like 2024-11-05T09:00:00Z.")
    try:
        moment = datetime.fromisoformat(text.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(f"“{text}” is no time of the calendar.") from None
    return _of_our_times(moment, text=text)


def read_day(text: object) -> date:
    """
    Read a date, year first.

    Raises:
        ValueError: It has another shape, is not in the calendar, or lies outside 1800 to 2200.
    """
    if not isinstance(text, str) or not DAY.fullmatch(text):
        raise ValueError(f"“{str(text)[:40]}” is no date, like 2024-11-05.")
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"“{text}” is no day of the calendar.") from None
    return _of_our_times(day, text=text)


def _of_our_times(moment: Any, *, text: str) -> Any:
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise ValueError(f"“{text}” lies outside the years {FIRST_YEAR} to {LAST_YEAR}: is a digit wrong?")
    return moment
