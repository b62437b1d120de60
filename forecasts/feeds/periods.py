"""Days, weeks, months and quarters as half-open intervals in UTC."""

from datetime import UTC, date, datetime, timedelta

DAY, WEEK, MONTH, QUARTER = "DAY", "WEEK", "MONTH", "QUARTER"
PERIODS = (DAY, WEEK, MONTH, QUARTER)


def period(first: date, *, precision: str) -> tuple[datetime, datetime]:
    """
    Return when a day, week, month or quarter begins and the first instant after it.

    Args:
        first: Its first day; a week begins on Monday.
        precision: DAY, WEEK, MONTH or QUARTER.
    Raises:
        ValueError: The precision is another, or the day is not the first of such a period.
    """
    if precision not in PERIODS:
        raise ValueError(f"“{precision[:40]}” is no precision of a day. Choose one of {', '.join(PERIODS)}.")
    begins = _first_day(first, precision)
    if begins != first:
        raise ValueError(f"{first} is not the first day of a {precision.lower()}: give {begins}, or another precision.")
    return _midnight(first), _midnight(_next(first, precision))


def day(on: date, *, until: date | None = None) -> tuple[datetime, datetime]:
    """The half-open interval of a day in UTC, or of the days from one to another, both included."""
    return _midnight(on), _midnight(until or on) + timedelta(days=1)


def is_period(start: datetime, end: datetime, *, precision: str) -> bool:
    """Return whether two instants are the bounds of one such period."""
    try:
        return period(start.date(), precision=precision) == (start, end)
    except ValueError:
        return False


def _first_day(on: date, precision: str) -> date:
    if precision == WEEK:
        return on - timedelta(days=on.weekday())
    if precision == MONTH:
        return on.replace(day=1)
    if precision == QUARTER:
        return on.replace(month=on.month - (on.month - 1) % 3, day=1)
    return on


def _next(first: date, precision: str) -> date:
    if precision in (DAY, WEEK):
        return first + timedelta(days=1 if precision == DAY else 7)
    months = first.month - 1 + (1 if precision == MONTH else 3)
    return first.replace(year=first.year + months // 12, month=months % 12 + 1)


def _midnight(on: date) -> datetime:
    return datetime(on.year, on.month, on.day, tzinfo=UTC)
