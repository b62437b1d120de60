"""Do things that were called 70% happen 70% of the time? Exact at every probability used, without bins."""

import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from scipy.special import ndtr
from scipy.stats import poisson_binom

from forecasts.scoring.intervals import jeffreys_bounds
from forecasts.scoring.levels import BASIS_POINTS, WHOLE, Integers, Levels
from forecasts.scoring.validation import FloatArray, Numbers, as_pair, as_shares

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
    return levels_of(Levels.of(fcst, obs))


def levels_of(histogram: Levels) -> tuple[Level, ...]:
    """
    Return one `Level` for each probability of a histogram, in rising order.

    Args:
        histogram: Forecasts by probability; their intervals go by weight, their n counts forecasts.
    References:
        Brown, Cai and DasGupta (2001), Statistical Science 16(2), 101-133, for Jeffreys' intervals.
    """
    return tuple(Level(*row) for row in zip(*level_columns(histogram), strict=True))


def level_columns(histogram: Levels) -> tuple[list[Any], ...]:
    """
    Return what `levels_of` has of each probability, one list for each field of `Level`.

    Args:
        histogram: Forecasts by probability.
    """
    n = histogram.weight / WHOLE
    # Rounded, all of a weight that is not whole can come to a little more than itself.
    hits = np.minimum(histogram.hits / (WHOLE * BASIS_POINTS), n)
    bounds = [jeffreys_bounds(*share) for share in zip(hits.tolist(), n.tolist(), strict=True)]
    columns = (column.tolist() for column in (histogram.level / BASIS_POINTS, histogram.rows, hits / n))
    return (*columns, [low for low, _ in bounds], [high for _, high in bounds])


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
    counted = bool(np.isin(outcomes, (0.0, 1.0)).all())
    return _told(
        len(probabilities),
        expected=expected_hits(probabilities),
        observed=math.fsum(outcomes),
        used=np.unique(probabilities, return_counts=True) if counted else None,
    )


def record_of(histogram: Levels) -> RecordStatement:
    """
    Return the record of forecasts that are given by probability.

    Where forecasts have a part of the weight only, nothing is counted and there is no p-value.

    Args:
        histogram: Forecasts by probability, at least one.
    References:
        Hong (2013), Computational Statistics and Data Analysis 59, 41-51, for the number of hits.
    """
    n = max(1, round(histogram.n))
    expected, observed = math.fsum((histogram.probabilities * histogram.weights).tolist()), histogram.n_happened
    whole = WHOLE * BASIS_POINTS
    counted = not (histogram.weight % WHOLE).any() and not (histogram.hits % whole).any()
    used = (histogram.probabilities, histogram.weight // WHOLE) if counted else None
    return _told(n, expected=expected, observed=observed, used=used)


def _told(n: int, *, expected: float, observed: float, used: tuple[FloatArray, Integers] | None) -> RecordStatement:
    p_value = None if used is None else _two_sided_p(*used, hits=round(observed))
    text = f"Own probabilities implied {expected:.1f} hits; {observed:.10g} occurred"
    if p_value is not None:
        text += f" (p {_p_text(p_value)})"
    return RecordStatement(n, expected, observed, p_value, f"{text}.")


def _two_sided_p(probabilities: FloatArray, times: Integers, *, hits: int) -> float:
    """From the probabilities that were used, in rising order, and how often; the same bits however they are ordered."""
    is_small = times.sum() <= MAX_N_FOR_EXACT_TAIL
    tails = (
        _exact_tails(np.repeat(probabilities, times), hits=hits)
        if is_small
        else _normal_tails(probabilities, times, hits=hits)
    )
    return min(1.0, max(0.0, 2 * min(tails)))


def _exact_tails(probabilities: FloatArray, *, hits: int) -> tuple[float, float]:
    chances = poisson_binom.pmf(np.arange(len(probabilities) + 1), probabilities)
    return math.fsum(chances[: hits + 1]), math.fsum(chances[hits:])


def _normal_tails(probabilities: FloatArray, times: Integers, *, hits: int) -> tuple[float, float]:
    mean = math.fsum((probabilities * times).tolist())
    spread = math.sqrt(math.fsum((probabilities * (1 - probabilities) * times).tolist()))
    if spread == 0:
        return float(hits >= mean), float(hits <= mean)
    return float(ndtr((hits + 0.5 - mean) / spread)), float(ndtr((mean - hits + 0.5) / spread))


def _p_text(p_value: float) -> str:
    if p_value < 0.005:
        return "< .005"
    return f"= {p_value:.2f}".replace("0.", ".", 1)
