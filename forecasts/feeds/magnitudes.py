"""Attributes of an event: texts, flags, numbers, and ranges of numbers with a unit."""

import json
import math
from collections.abc import Iterator, Mapping
from typing import Any

MAX_ATTRIBUTES, MAX_BYTES, LONGEST_NAME, LONGEST_UNIT = 50, 65_536, 100, 32
PARTS = ("low", "best", "high", "unit")


def attribute_faults(attributes: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is wrong with the attributes of an event: too many, too long, or a range out of order."""
    if not attributes:
        return
    if len(attributes) > MAX_ATTRIBUTES:
        yield f"{len(attributes)} attributes are too many; {MAX_ATTRIBUTES} at most."
        return
    size = len(json.dumps(attributes, ensure_ascii=False).encode("utf-8", "backslashreplace"))
    if size > MAX_BYTES:
        yield f"The attributes have {size:,} bytes; {MAX_BYTES:,} at most."
        return
    for name, value in attributes.items():
        if not name.strip() or len(name) > LONGEST_NAME:
            yield f"“{name[:40]}” is no name of an attribute: 1 to {LONGEST_NAME} characters."
        elif isinstance(value, Mapping) and (fault := range_fault(value)):
            yield f"{name}: {fault}"


def range_fault(value: Mapping[str, Any]) -> str:
    """Return what is wrong with a range of numbers; empty where nothing is."""
    if unknown := [name for name in value if name not in PARTS]:
        return f"“{unknown[0][:40]}” is no part of a range. A range has low and high, and perhaps best and unit."
    numbers = {name: value[name] for name in ("low", "best", "high") if name in value}
    if missing := [name for name in ("low", "high") if name not in numbers]:
        return f"The range lacks {' and '.join(missing)}."
    for name, number in numbers.items():
        if isinstance(number, bool) or not isinstance(number, int | float) or not math.isfinite(number):
            return f"{name} is no finite number."
    ordered = list(numbers.values())
    if ordered != sorted(ordered):
        return f"{' ≤ '.join(numbers)} does not hold: {', '.join(f'{one:g}' for one in ordered)}."
    unit = value.get("unit", "x")
    if not isinstance(unit, str) or not unit.strip() or len(unit) > LONGEST_UNIT:
        return f"The unit must be a text of 1 to {LONGEST_UNIT} characters."
    return ""


def is_range(value: object) -> bool:
    """Return whether a value is a range of numbers."""
    return isinstance(value, Mapping) and not range_fault(value)


def magnitude(*, low: float | None, best: float | None, high: float | None, unit: str) -> object:
    """
    Return the value of an attribute from its parts; a number alone where only that is known.

    Raises:
        ValueError: No number is given, or a range that is no range.
    """
    if best is not None and low is None and high is None:
        if not unit:
            return best
        low = high = best
    if best is None and low is not None and low == high and not unit:
        return low
    given = {"low": low, "best": best, "high": high, "unit": unit or None}
    value = {name: part for name, part in given.items() if part is not None}
    if fault := range_fault(value):
        raise ValueError(fault)
    return value


def in_words(value: object) -> str:
    """Return how an attribute is shown to a reader."""
    if not (isinstance(value, Mapping) and is_range(value)):
        return str(value)
    low, high, best = value["low"], value["high"], value.get("best")
    words = f"{low:,}" if low == high else f"{low:,} to {high:,}"
    words += f" {value['unit']}" if "unit" in value else ""
    return f"{words}, best guess {best:,}" if best is not None and low != high else words
