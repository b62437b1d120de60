"""Three truth values and how they combine (strong Kleene logic)."""

from collections.abc import Iterable
from enum import StrEnum


class Truth(StrEnum):
    """What is known of a statement: true, false, or not known yet."""

    T = "T"
    F = "F"
    U = "U"


def all_of(values: Iterable[Truth]) -> Truth:
    """
    Return the conjunction: F if any value is F, else U if any is U, else T.

    Args:
        values: Any number of truth values; none at all gives T.
    Returns:
        The strong Kleene conjunction.
    """
    result = Truth.T
    for value in values:
        if value is Truth.F:
            return Truth.F
        if value is Truth.U:
            result = Truth.U
    return result


def any_of(values: Iterable[Truth]) -> Truth:
    """
    Return the disjunction: T if any value is T, else U if any is U, else F.

    Args:
        values: Any number of truth values; none at all gives F.
    Returns:
        The strong Kleene disjunction.
    """
    result = Truth.F
    for value in values:
        if value is Truth.T:
            return Truth.T
        if value is Truth.U:
            result = Truth.U
    return result


def negate(value: Truth) -> Truth:
    """
    Return the opposite value; what is not known stays not known.

    Args:
        value: T, F or U.
    Returns:
        F, T or U.
    """
    return {Truth.T: Truth.F, Truth.F: Truth.T, Truth.U: Truth.U}[value]


def truth_of(flag: bool) -> Truth:
    """
    Return T or F for a Python bool.

    Args:
        flag: A statement that is surely true or surely false.
    Returns:
        T or F, never U.
    """
    return Truth.T if flag else Truth.F
