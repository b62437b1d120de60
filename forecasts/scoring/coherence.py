"""Do the probabilities of one forecaster fit together? A diagnostic: nobody is scored on it."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.optimize import least_squares

from forecasts.scoring.validation import FloatArray, as_shares

ROUNDING: Final = 1e-9
_STARTS: Final = (0.1, 0.5, 0.9)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """
    What one forecaster said of a condition A and an outcome B; None where they said nothing.

    All in [0, 1]: of A, of B whatever becomes of A, of B if A, and of B if not A.
    """

    condition: float | None = None
    outcome: float | None = None
    if_met: float | None = None
    if_not_met: float | None = None


@dataclass(frozen=True, slots=True)
class Fit:
    """
    How far numbers are from fitting together.

    `gap` is signed where one number follows from the others, else how far it is outside what they allow; `low` and
    `high` are what they allow for the outcome; `distance` is how far all the numbers, taken as one point, have to move.
    """

    gap: float
    low: float
    high: float
    distance: float


def total_probability(stated: Stated) -> Fit | None:
    """
    Return how far the probability of an outcome is from what the conditional ones imply.

    With both conditional probabilities it has to be P(B|A) P(A) + P(B|not A) P(not A). With one, the other may be
    anything from 0 to 1, and so it has to lie between bounds.

    Args:
        stated: What was said.
    Returns:
        The fit; None where too little was said to be wrong.
    Raises:
        ValueError: A number outside [0, 1].
    References:
        Predd et al. (2009), IEEE Transactions on Information Theory 55(10), 4786-4792.
    """
    _check(stated)
    low, high = _bounds(stated)
    if stated.outcome is None or stated.condition is None or (low, high) == (0.0, 1.0):
        return None
    gap = stated.outcome - min(max(stated.outcome, low), high)
    if abs(gap) < ROUNDING:
        return Fit(0.0, low, high, 0.0)
    return Fit(gap, low, high, distance_to_coherence(stated))


def distance_to_coherence(stated: Stated) -> float:
    """
    Return the Euclidean distance from what was said to the nearest numbers that one joint distribution can give.

    Args:
        stated: What was said; what was not is free.
    Returns:
        A distance of at least 0; 0 where everything fits together.
    Raises:
        ValueError: A number outside [0, 1].
    References:
        Predd et al. (2009), IEEE Transactions on Information Theory 55(10), 4786-4792.
    """
    _check(stated)

    def off(joint: FloatArray) -> FloatArray:
        condition, if_met, if_not_met = joint
        given = (condition, condition * if_met + (1 - condition) * if_not_met, if_met, if_not_met)
        said = (stated.condition, stated.outcome, stated.if_met, stated.if_not_met)
        return np.array([0.0 if one is None else value - one for value, one in zip(given, said, strict=True)])

    # Not convex in the probability of the condition: the best of a few starts.
    nearest = min(least_squares(off, _start(stated, one), bounds=(0, 1), xtol=1e-12).cost for one in _STARTS)
    return math.sqrt(2 * nearest)


def falls_with_time(earlier: float, later: float) -> float:
    """
    Return by how much something is called less likely by a later deadline than by an earlier one; at least 0.

    Args:
        earlier: The probability that it happens by the earlier deadline, in [0, 1].
        later: That it happens by the later one, in [0, 1].
    Raises:
        ValueError: A number outside [0, 1].
    References:
        Predd et al. (2009), IEEE Transactions on Information Theory 55(10), 4786-4792.
    """
    first, second = as_shares((earlier, later), name="deadlines").tolist()
    return max(0.0, first - second)


def beyond_whole(parts: Iterable[float]) -> float:
    """
    Return by how much probabilities of cases that exclude one another add up to more than 1; at least 0.

    Args:
        parts: One for each case, in [0, 1].
    Raises:
        ValueError: A number outside [0, 1].
    References:
        Predd et al. (2009), IEEE Transactions on Information Theory 55(10), 4786-4792.
    """
    total = math.fsum(as_shares(list(parts), name="parts").tolist()) - 1
    return total if total > ROUNDING else 0.0


def _bounds(stated: Stated) -> tuple[float, float]:
    """What the others allow for the outcome."""
    if stated.condition is None:
        return 0.0, 1.0
    met = [stated.if_met] if stated.if_met is not None else [0.0, 1.0]
    not_met = [stated.if_not_met] if stated.if_not_met is not None else [0.0, 1.0]
    share = stated.condition
    return share * met[0] + (1 - share) * not_met[0], share * met[-1] + (1 - share) * not_met[-1]


def _start(stated: Stated, condition: float) -> FloatArray:
    said = (
        condition if stated.condition is None else (condition + stated.condition) / 2,
        stated.if_met,
        stated.if_not_met,
    )
    return np.array([0.5 if one is None else one for one in said])


def _check(stated: Stated) -> None:
    said = (stated.condition, stated.outcome, stated.if_met, stated.if_not_met)
    as_shares([one for one in said if one is not None], name="stated")
