"""The one place where arrays from outside become forecasts and outcomes."""

from collections.abc import Hashable, Iterable, Sized
from decimal import Decimal
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
Numbers = Iterable[float] | Iterable[Decimal] | NDArray[np.floating[Any]] | NDArray[np.integer[Any]]


def as_shares(values: Numbers, *, name: str) -> FloatArray:
    """
    Return the values as a new array of numbers in [0, 1], shape (n,).

    Args:
        values: Integers, floats or decimals in one dimension; empty is allowed.
        name: What to call the values in an error.
    Raises:
        ValueError: A truth value, text or anything else that is no number; a value that is not finite or is
            outside [0, 1]; more or fewer dimensions than one.
    """
    if isinstance(values, str | bytes) or not isinstance(values, Iterable):
        raise ValueError(f"{name} must be a sequence of numbers, got {values!r}")
    if isinstance(values, np.ndarray) and values.ndim == 1 and values.dtype.kind in "iuf":
        # An array of numbers needs no look at each: its type has said what they are.
        shares = values.astype(np.float64)
    else:
        shares = _from_objects(values, name=name)
    _require_inside(shares, name=name)
    return shares


def _from_objects(values: Iterable[Any], *, name: str) -> FloatArray:
    listed = list(values)
    for position, value in enumerate(listed):
        _require_number(value, name=name, position=position)
    return np.array([float(value) for value in listed], dtype=np.float64)


def as_pair(fcst: Numbers, obs: Numbers) -> tuple[FloatArray, FloatArray]:
    """
    Return forecasts and outcomes as two arrays of one shape.

    Args:
        fcst: Probabilities in [0, 1], shape (n,).
        obs: Outcomes in [0, 1], shape (n,); 1 occurred, 0 did not, between them in part.
    Raises:
        ValueError: Whatever `as_shares` refuses, or shapes that differ.
    """
    probabilities, outcomes = as_shares(fcst, name="fcst"), as_shares(obs, name="obs")
    require_same_length(probabilities, outcomes, names=("fcst", "obs"))
    return probabilities, outcomes


def as_clusters(clusters: Iterable[Hashable]) -> tuple[Hashable, ...]:
    """
    Return the cluster keys as a tuple.

    Raises:
        ValueError: A key is None, which would join unrelated forecasts into one event.
    """
    keys = tuple(clusters)
    if None in keys:
        raise ValueError(f"clusters[{keys.index(None)}] is None; give a lone forecast a key of its own")
    return keys


def require_same_length(first: Sized, second: Sized, *, names: tuple[str, str]) -> None:
    """Raise ValueError unless both have the same number of values."""
    if len(first) != len(second):
        raise ValueError(f"{names[0]} has {len(first)} values but {names[1]} has {len(second)}")


def _require_number(value: object, *, name: str, position: int) -> None:
    # bool is an int to Python: True would pass for a forecast of 100%.
    if isinstance(value, bool | np.bool_) or not isinstance(value, Real | Decimal):
        raise ValueError(f"{name}[{position}] must be a number, got {value!r}")


def _require_inside(shares: FloatArray, *, name: str) -> None:
    outside = ~((shares >= 0) & (shares <= 1))
    if outside.any():
        position = int(np.argmax(outside))
        raise ValueError(f"{name}[{position}] must be in [0, 1], got {shares[position]}")
