"""A leaderboard that does not mistake luck for skill: estimates drawn together, ranks as ranges, errors kept in hand."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.stats import false_discovery_control

from forecasts.scoring.validation import FloatArray, Numbers, as_shares

DRAWS: Final = 4_000
SEED: Final = 20_160_101
# How far forecasters truly differ is looked at in so many places between nothing and any distance.
DISTANCES: Final = 128
# Two values say nothing of how far forecasters differ beyond chance.
MIN_POOLED: Final = 3


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured of one forecaster, and its standard error, above 0."""

    value: float
    standard_error: float


@dataclass(frozen=True, slots=True)
class Placed:
    """
    The value after it is drawn towards the others, and the ranks it may have; rank 1 has the highest value.

    `spread` is how far the truth lies from the value, as a root of a mean square; how far forecasters differ is in doubt too.
    """

    value: float
    spread: float
    best_rank: int
    worst_rank: int


def placed(
    measured: Sequence[Measured], *, coverage: float = 0.9, draws: int = DRAWS, seed: int = SEED
) -> tuple[Placed, ...]:
    """
    Return each forecaster's value drawn towards the mean of all, the more so the less is known, and a range of ranks.

    How far the forecasters truly differ is taken from the measurements themselves. Where chance explains all of the
    differences, everybody gets the same value. Ranks are those of truths drawn as the measurements leave them open, for every
    distance between forecasters that may be the true one, none of which is likelier beforehand.

    Args:
        measured: One for each forecaster; a higher value is better. Ranks mean little below 30 events each.
        coverage: Of each range of ranks, between 0 and 1.
        draws: How many times values are drawn to be ranked, at least 1.
        seed: Where the drawing starts.
    Returns:
        In the order of `measured`.
    Raises:
        ValueError: A coverage outside (0, 1), no draws, a number that is not finite or an error not above 0.
    References:
        DerSimonian and Laird (1986), Controlled Clinical Trials 7(3), 177-188; Efron and Morris (1975), Journal of the
        American Statistical Association 70(350), 311-319; for what is drawn, Gelman et al. (2013), Bayesian Data Analysis,
        section 5.4.
    """
    if not 0 < coverage < 1:
        raise ValueError(f"coverage must be between 0 and 1, got {coverage}")
    if draws < 1:
        raise ValueError(f"draws must be at least 1, got {draws}")
    values, variances = _columns(measured)
    if not len(values):
        return ()
    means = _drawn_together(values, variances)
    drawn = _truths(values, variances, draws=draws, random=np.random.default_rng(seed))
    spreads = np.sqrt(((drawn - means) ** 2).mean(axis=0))
    ranks = 1 + np.argsort(np.argsort(-drawn, axis=1), axis=1)
    tails = [(1 - coverage) / 2, (1 + coverage) / 2]
    best, worst = np.quantile(ranks, tails, axis=0, method="inverted_cdf").astype(int)
    return tuple(map(Placed, means.tolist(), spreads.tolist(), best.tolist(), worst.tolist()))


def holm(p_values: Numbers) -> tuple[float, ...]:
    """
    Return p-values that allow for how many there are: below 0.05, at most 1 in 20 lists has any false claim.

    Args:
        p_values: In [0, 1], shape (n,).
    Returns:
        Adjusted p-values in the same order, none smaller than before.
    Raises:
        ValueError: A value outside its range or not finite.
    References:
        Holm (1979), Scandinavian Journal of Statistics 6(2), 65-70.
    """
    raw = as_shares(p_values, name="p_values")
    order = np.argsort(raw, kind="stable")
    adjusted = np.empty(len(raw))
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(raw[order] * np.arange(len(raw), 0, -1)))
    return tuple(adjusted.tolist())


def benjamini_hochberg(p_values: Numbers) -> tuple[float, ...]:
    """
    Return p-values for a first look: of all that are below 0.05, some 1 in 20 at most is false.

    Args:
        p_values: Of independent tests, in [0, 1], shape (n,).
    Returns:
        Adjusted p-values in the same order, none smaller than before.
    Raises:
        ValueError: A value outside its range or not finite.
    References:
        Benjamini and Hochberg (1995), Journal of the Royal Statistical Society B 57(1), 289-300.
    """
    raw = as_shares(p_values, name="p_values")
    return tuple(false_discovery_control(raw).tolist()) if len(raw) else ()


def _columns(measured: Sequence[Measured]) -> tuple[FloatArray, FloatArray]:
    values = np.array([one.value for one in measured], dtype=np.float64)
    errors = np.array([one.standard_error for one in measured], dtype=np.float64)
    if not (np.isfinite(values).all() and np.isfinite(errors).all() and (errors > 0).all()):
        raise ValueError("every measurement needs a finite value and a standard error above 0")
    return values, errors**2


def _drawn_together(values: FloatArray, variances: FloatArray) -> FloatArray:
    between = _true_variance(values, variances)
    weights = 1 / (variances + between)
    centre = math.fsum(weights * values) / math.fsum(weights)
    return centre + between * weights * (values - centre)


def _truths(values: FloatArray, variances: FloatArray, *, draws: int, random: np.random.Generator) -> FloatArray:
    """What may be true of the forecasters together, shape (draws, n)."""
    noise = random.standard_normal((draws, len(values)))
    if len(values) < MIN_POOLED:
        return values + np.sqrt(variances) * noise
    between, weights, centres, chances = _distances(values, variances)
    place = random.choice(len(between), size=draws, p=chances)
    centre = (centres[place] + random.standard_normal(draws) / np.sqrt(weights[place]))[:, None]
    kept = between[:, None] / (between[:, None] + variances)
    return centre + kept[place] * (values - centre) + np.sqrt(kept * variances)[place] * noise


def _true_variance(values: FloatArray, variances: FloatArray) -> float:
    weights = 1 / variances
    total = math.fsum(weights)
    centre = math.fsum(weights * values) / total
    beyond_chance = math.fsum(weights * (values - centre) ** 2) - (len(values) - 1)
    # As a difference of sums it would come to nothing where one error is far below the others.
    scale = math.fsum(weights * (1 - weights / total))
    return max(0.0, beyond_chance / scale) if len(values) > 1 else 0.0


def _distances(values: FloatArray, variances: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Variances between forecasters, each with the weight and the centre of all under it and its chance; shape (DISTANCES,)."""
    shares = (np.arange(DISTANCES) + 0.5) / DISTANCES
    between = (variances.mean() + values.var()) * (shares / (1 - shares)) ** 2
    found = np.array([_under(one, values, variances) for one in between])
    # Places that are even in the share lie the further apart the larger the distance.
    logs = found[:, 2] - 2 * np.log1p(-shares)
    chances = np.exp(logs - logs.max())
    return between, found[:, 0], found[:, 1], chances / chances.sum()


def _under(between: float, values: FloatArray, variances: FloatArray) -> tuple[float, float, float]:
    """The weight of all, their centre and the logarithm of how likely the values are, where forecasters vary by `between`."""
    weights = 1 / (variances + between)
    total = weights.sum()
    centre = (weights * values).sum() / total
    return total, centre, (np.log(weights).sum() - np.log(total) - (weights * (values - centre) ** 2).sum()) / 2
