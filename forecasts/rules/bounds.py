"""What can be said of a time expression before anything has happened."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from forecasts.rules.language import Anchored, EarliestOf, LatestOf, TimeExpr

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Moment(NamedTuple):
    """A distance from an anchor; from a fixed instant where the base is empty."""

    base: str
    offset: timedelta


def lower_bounds(expression: TimeExpr, *, known: Mapping[str, datetime]) -> tuple[Moment, ...]:
    """
    Return moments that the expression is surely not before.

    Args:
        expression: Any time expression.
        known: Anchors whose instant is known already.
    Returns:
        Moments; moments of different bases cannot be compared.
    """
    return _bounds(expression, known=known, all_of=LatestOf)


def upper_bounds(expression: TimeExpr, *, known: Mapping[str, datetime]) -> tuple[Moment, ...]:
    """
    Return moments that the expression is surely not after.

    Args:
        expression: Any time expression.
        known: Anchors whose instant is known already.
    Returns:
        Moments; moments of different bases cannot be compared.
    """
    return _bounds(expression, known=known, all_of=EarliestOf)


def _bounds(expression: TimeExpr, *, known: Mapping[str, datetime], all_of: type) -> tuple[Moment, ...]:
    match expression:
        case datetime():
            return (Moment("", expression - _EPOCH),)
        case Anchored():
            instant = known.get(expression.anchor)
            if instant is None:
                return (Moment(expression.anchor, expression.offset),)
            return (Moment("", instant - _EPOCH + expression.offset),)
        case LatestOf():
            parts = expression.max
        case EarliestOf():
            parts = expression.min
        case _:
            raise TypeError(f"{expression!r} is not a time expression.")
    bounds = [_bounds(part, known=known, all_of=all_of) for part in parts]
    # The latest of several is not before any of them, but may be after each.
    return sum(bounds, ()) if isinstance(expression, all_of) or len(parts) == 1 else ()


def not_before(expression: TimeExpr, *, known: Mapping[str, datetime]) -> datetime | None:
    """
    Return the latest instant that the expression is surely not before.

    Args:
        expression: Any time expression.
        known: Anchors whose instant is known already.
    Returns:
        An instant, or None where it hangs on what is not known.
    """
    return _instant(max, lower_bounds(expression, known=known))


def not_after(expression: TimeExpr, *, known: Mapping[str, datetime]) -> datetime | None:
    """
    Return the earliest instant that the expression is surely not after.

    Args:
        expression: Any time expression.
        known: Anchors whose instant is known already.
    Returns:
        An instant, or None where it hangs on what is not known.
    """
    return _instant(min, upper_bounds(expression, known=known))


def _instant(pick: Callable[..., timedelta], moments: tuple[Moment, ...]) -> datetime | None:
    fixed = [moment.offset for moment in moments if not moment.base]
    try:
        return _EPOCH + pick(fixed) if fixed else None
    except OverflowError:  # Beyond the calendar is no bound.
        return None
