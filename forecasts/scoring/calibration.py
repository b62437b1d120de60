"""Do things that were called 70% happen 70% of the time? Exact at every probability used, without bins."""

import math
from collections import defaultdict
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import ndtr
from scipy.stats import poisson_binom

from forecasts.scoring.intervals import jeffreys_interval
from forecasts.scoring.validation import FloatArray, Numbers, as_pair, as_shares

BASIS_POINTS: Final = 10_000
# The exact tail costs the square of n; far above this the normal curve agrees with it to three digits.
MAX_N_FOR_EXACT_TAIL: Final = 2_000


@dataclass(frozen=True, slots=True)
class Level:
    """One probability that was used, how often, the share that happened, and Jeffreys' 95% interval for it."""

    probability: float
    n: int
    observed_share: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class RecordStatement:
    """
    What a set of forecasts implied and what came of it.

    `p_value` is the chance, had the probabilities been right and the events independent, of a count at least as
    far out as the observed one, doubled for two sides. None where an outcome is fractional and nothing is counted.
    """

    n: int
    expected: float
    observed: float
    p_value: float | None
    text: str


def levels(fcst: Numbers, obs: Numbers) -> tuple[Level, ...]:
    """
    Return one `Level` for each distinct probability, in rising order.

    Probabilities are told apart to a basis point (0.0001). The intervals take the events to be independent.

    Args:
        fcst: Probabilities in [0, 1], shape (n,).
        obs: 1 where the outcome occurred, 0 where it did not, between them in part, shape (n,).
    Returns:
        Levels whose n add up to n; empty where there is no forecast.
    Raises:
        ValueError: A value outside its range or not finite, or shapes that differ.
    """
    probabilities, outcomes = as_pair(fcst, obs)
    outcomes_at: defaultdict[int, list[float]] = defaultdict(list)
    for probability, outcome in zip(probabilities.tolist(), outcomes.tolist(), strict=True):
        outcomes_at[round(probability * BASIS_POINTS)].append(outcome)
    return tuple(_level(points, outcomes_at[points]) for points in sorted(outcomes_at))


def expected_hits(fcst: Numbers) -> float:
    """
    Return how many of the outcomes the probabilities imply, their sum.

    Args:
        fcst: Probabilities in [0, 1], shape (n,).
    Returns:
        A number in [0, n]; 0 where there is no forecast.
    Raises:
        ValueError: A value outside its range or not finite.
    """
    return math.fsum(as_shares(fcst, name="fcst"))


def record_statement(fcst: Numbers, obs: Numbers) -> RecordStatement:
    """
    Return how many outcomes the probabilities implied, how many occurred, and how surprising that is.

    Up to 2,000 forecasts the p-value is the exact Poisson-binomial tail, above that a normal approximation with
    continuity correction. It takes the events to be independent: where they are not, it is too small.

    Args:
        fcst: Probabilities in [0, 1], shape (n,), n at least 1.
        obs: 1 where the outcome occurred, 0 where it did not, between them in part, shape (n,).
    Raises:
        ValueError: No forecast, a value outside its range or not finite, or shapes that differ.
    References:
        Hong (2013), Computational Statistics and Data Analysis 59, 41-51.
    """
    probabilities, outcomes = as_pair(fcst, obs)
    if len(probabilities) == 0:
        raise ValueError("fcst is empty; a record needs at least one forecast")
    expected, observed = expected_hits(probabilities), math.fsum(outcomes)
    counted = bool(np.isin(outcomes, (0.0, 1.0)).all())
    p_value = _two_sided_p(probabilities, hits=round(observed)) if counted else None
    text = f"Own probabilities implied {expected:.1f} to happen; {observed:.10g} did"
    if p_value is not None:
        text += f" (p {_p_text(p_value)})"
    return RecordStatement(len(probabilities), expected, observed, p_value, f"{text}.")


def _level(points: int, outcomes: list[float]) -> Level:
    n, hits = len(outcomes), math.fsum(outcomes)
    interval = jeffreys_interval(hits, n)
    return Level(points / BASIS_POINTS, n, hits / n, interval.low, interval.high)


def _two_sided_p(probabilities: FloatArray, *, hits: int) -> float:
    # Sorted, so that the same forecasts in another order give the same bits.
    ordered = np.sort(probabilities)
    tails = _exact_tails if len(ordered) <= MAX_N_FOR_EXACT_TAIL else _normal_tails
    return min(1.0, max(0.0, 2 * min(tails(ordered, hits=hits))))


def _exact_tails(probabilities: FloatArray, *, hits: int) -> tuple[float, float]:
    chances = poisson_binom.pmf(np.arange(len(probabilities) + 1), probabilities)
    return math.fsum(chances[: hits + 1]), math.fsum(chances[hits:])


def _normal_tails(probabilities: FloatArray, *, hits: int) -> tuple[float, float]:
    mean, spread = math.fsum(probabilities), math.sqrt(math.fsum(probabilities * (1 - probabilities)))
    if spread == 0:
        return float(hits >= mean), float(hits <= mean)
    return float(ndtr((hits + 0.5 - mean) / spread)), float(ndtr((mean - hits + 0.5) / spread))


def _p_text(p_value: float) -> str:
    if p_value < 0.005:
        return "< .005"
    return f"= {p_value:.2f}".replace("0.", ".", 1)
