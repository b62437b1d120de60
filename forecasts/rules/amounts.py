"""How much: a number that an event gives exactly, or as a range that surely holds it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeGuard


@dataclass(frozen=True)
class Amount:
    """A number that lies somewhere from `low` to `high`, both included, in a unit if one was given."""

    low: float
    high: float
    unit: str | None = None


def read_amount(value: Any, *, unit: str | None = None) -> Amount | None:
    """
    Return the amount that an attribute states.

    Args:
        value: A number, or a range with `low`, `high` and perhaps `unit`; its `best` decides nothing.
        unit: The unit asked for; None to take the number in whatever unit it is.
    Returns:
        The amount; None where there is none, or not surely one in that unit.
    """
    if is_number(value):
        return None if unit else Amount(value, value)
    if not isinstance(value, Mapping):
        return None
    low, high, given = value.get("low"), value.get("high"), value.get("unit")
    if not (is_number(low) and is_number(high) and low <= high) or (unit and given != unit):
        return None
    return Amount(low, high, given)


def is_number(value: Any) -> TypeGuard[float]:
    """
    Return whether a value is a finite number; True and False are not.

    Args:
        value: Anything.
    Returns:
        Whether it can be ordered and added up.
    """
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
