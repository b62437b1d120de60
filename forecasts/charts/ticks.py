"""Dates written out, and which of them to put on an axis."""

from datetime import UTC, datetime, timedelta
from typing import Final

MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

_STEPS_IN_DAYS: Final = (1, 2, 7, 14)
_STEPS_IN_MONTHS: Final = (1, 2, 4, 6, 12, 24, 60, 120, 600, 1200)


def day(at: datetime) -> str:
    """Return the UTC date as `20 Jan 2025`, in any locale."""
    moment = at.astimezone(UTC)
    return f"{moment.day} {MONTHS[moment.month - 1]} {moment.year}"


def axis_ticks(start: datetime, end: datetime, *, at_most: int = 6) -> tuple[tuple[datetime, str], ...]:
    """
    Return round dates in [start, end] with a label each, rising.

    Args:
        start: Aware.
        end: Aware, after start.
        at_most: How many; the step is the smallest that keeps to it.
    """
    start, end = start.astimezone(UTC), end.astimezone(UTC)
    for step in _STEPS_IN_DAYS:
        if (end - start) / timedelta(days=step) <= at_most - 1:
            return _days(start, end, step=step)
    for step in _STEPS_IN_MONTHS:
        if (end - start) / timedelta(days=step * 30) <= at_most - 1:
            break
    return _months(start, end, step=step)


def _days(start: datetime, end: datetime, *, step: int) -> tuple[tuple[datetime, str], ...]:
    at, ticks = start.replace(hour=0, minute=0, second=0, microsecond=0), []
    if at < start:
        at += timedelta(days=1)
    while at <= end:
        ticks.append((at, f"{at.day} {MONTHS[at.month - 1]}"))
        at += timedelta(days=step)
    return tuple(ticks)


def _months(start: datetime, end: datetime, *, step: int) -> tuple[tuple[datetime, str], ...]:
    ticks, count = [], -(-(start.year * 12 + start.month - 1) // step) * step
    while (year := count // 12) <= end.year:
        at = datetime(year, count % 12 + 1, 1, tzinfo=UTC)
        if start <= at <= end:
            ticks.append((at, f"{MONTHS[at.month - 1]} {year}" if step < 12 else str(year)))
        count += step
    return tuple(ticks)
