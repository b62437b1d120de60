"""How findings speak of dates, numbers and windows."""

from datetime import datetime

from forecasts.rules.language import Count
from forecasts.rules.windows import Span, WindowSpan

_NEEDS = {
    ">=": "at least {n} needed",
    ">": "more than {n} needed",
    "<=": "at most {n} allowed",
    "<": "fewer than {n} allowed",
    "==": "exactly {n} needed",
}


def format_instant(instant: datetime) -> str:
    """
    Return an instant as a date, with the time only where it is not midnight.

    Args:
        instant: Aware, in UTC.
    Returns:
        2025-01-20 or 2025-01-20 17:00Z.
    """
    if (instant.hour, instant.minute, instant.second) == (0, 0, 0):
        return f"{instant:%Y-%m-%d}"
    return f"{instant:%Y-%m-%d %H:%M}Z"


def format_span(span: Span | None) -> str:
    """
    Return when something happened, no more exactly than it is known.

    Args:
        span: Where the instant lies, or None where that is not known.
    Returns:
        One date where both ends fall on the same day, else both with "to" between them.
    """
    if span is None:
        return "an unknown date"
    if span.lo == span.hi:
        return format_instant(span.lo)
    if span.lo.date() == span.hi.date():
        return f"{span.lo:%Y-%m-%d}"
    return f"{span.lo:%Y-%m-%d} to {span.hi:%Y-%m-%d}"


def format_window(window: WindowSpan) -> str:
    """
    Return a window as a half-open interval.

    Args:
        window: Its ends may be known only as spans.
    Returns:
        [2025-01-20, 2025-02-19).
    """
    return f"[{format_span(window.start)}, {format_span(window.end)})"


def format_number(value: float) -> str:
    """
    Return a number in full, without a needless fraction.

    Args:
        value: Any finite number.
    Returns:
        80, 0.05 or 2000000000.
    """
    return str(int(value)) if float(value).is_integer() else repr(float(value))


def n_matches(sure: int, possible: int) -> str:
    """
    Return how many matches there are.

    Args:
        sure: Those that surely count.
        possible: Those that may count.
    Returns:
        "no match", "1 match", "2 matches and 1 possible".
    """
    words = "no match" if sure == 0 else "1 match" if sure == 1 else f"{sure} matches"
    return f"{words} and {possible} possible" if possible else words


def count_needed(clause: Count) -> str:
    """
    Return what number a count asks for.

    Args:
        clause: The comparison and the number.
    Returns:
        "at least 3 needed", "at most 2 allowed".
    """
    return _NEEDS[clause.op].format(n=clause.n)
