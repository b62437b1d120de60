"""
How far a calibration curve may stray by chance, and what a record proves all the same.

Both bands take forecasts to be about independent events; where several hang on one event they are too narrow. At a
level that holds less than one forecast's weight, that weight counts as one event.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.optimize import isotonic_regression
from scipy.special import betaincinv

from forecasts.scoring.levels import BASIS_POINTS, WHOLE, Integers, Levels
from forecasts.scoring.thresholds import NOTHING, Absent
from forecasts.scoring.validation import FloatArray

DRAWS: Final = 1_000
# Thousands of levels take thousands of forecasts, whose curve needs fewer draws to be known as well.
MAX_DRAWN_LEVELS: Final = 2_000_000
SEED: Final = 20_160_101
# The honest band looks at every run of levels: above this many it looks at whole percents.
MAX_HONEST_LEVELS: Final = 101
PERCENT: Final = 100
ROUNDING: Final = 1e-12


@dataclass(frozen=True, slots=True)
class Band:
    """A range for the share that happens, low to high, at each of the rising probabilities; coverage as promised."""

    probabilities: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    coverage: float


@dataclass(frozen=True, slots=True)
class Consistency:
    """
    What chance alone does to somebody perfectly calibrated who said the same.

    The curve stays in `band` at each probability with the chance it names, though not at all of them at once.
    `null_miscalibration` is how miscalibrated they would look on average and `null_low` to `null_high` in how many
    draws, as many as the band names; `p_value` how often at least as badly as the record does.
    """

    band: Band
    null_miscalibration: float
    null_low: float
    null_high: float
    p_value: float
    draws: int


def consistency_band(
    levels: Levels, *, coverage: float = 0.9, draws: int = DRAWS, seed: int = SEED
) -> Consistency | Absent:
    """
    Return where the calibration curve would lie if every probability were right, and what that does to miscalibration.

    Outcomes are drawn anew at the same levels and pooled again; the same levels give the same answer.

    Args:
        levels: The resolved forecasts.
        coverage: Of the band at each probability, between 0 and 1.
        draws: How many times, at least 1; fewer are made above 2,000 levels.
        seed: Where the drawing starts.
    Returns:
        The band around the diagonal, the mean miscalibration under chance, and the p-value; or why there are none.
    Raises:
        ValueError: A coverage outside (0, 1), or no draws.
    References:
        Dimitriadis, Gneiting and Jordan (2021), PNAS 118(8), e2016191118; Davison and Hinkley (1997), Bootstrap
        Methods and their Application, 4.2 for the p-value.
    """
    _require_coverage(coverage)
    if draws < 1:
        raise ValueError(f"draws must be at least 1, got {draws}")
    if not len(levels):
        return NOTHING
    draws = min(draws, max(1, MAX_DRAWN_LEVELS // len(levels)))
    trials = np.maximum(levels.weight // WHOLE, 1)
    drawn = np.random.default_rng(seed).binomial(trials, levels.probabilities, size=(draws, len(levels))) / trials
    curves = np.array([_pooled(shares, levels) for shares in drawn])
    chance, own = _miscalibration(drawn, curves, levels), _own_miscalibration(levels)
    ends = [(1 - coverage) / 2, (1 + coverage) / 2]
    low, high = np.quantile(curves, ends, axis=0)
    null_low, null_high = np.quantile(chance, ends)
    as_bad = int(np.count_nonzero(chance >= own - ROUNDING))
    return Consistency(
        _band(levels.probabilities, low, high, coverage=coverage),
        null_miscalibration=max(0.0, float(chance.mean())),
        null_low=max(0.0, float(null_low)),
        null_high=max(0.0, float(null_high)),
        p_value=(1 + as_bad) / (1 + draws),
        draws=draws,
    )


def honest_band(levels: Levels, *, coverage: float = 0.95) -> Band | Absent:
    """
    Return a range for the share that really happens at each probability, right for all of them at once.

    It holds for any number of forecasts and supposes only that a higher probability never means a smaller share. It
    says little until there are hundreds of forecasts. Where `low` is above `high`, no rising curve fits the record.

    Args:
        levels: The resolved forecasts. Above 101 levels the band is given at whole percents, and is a little wider.
        coverage: Of the whole band, between 0 and 1.
    Returns:
        The band at the probabilities used, or why there is none.
    Raises:
        ValueError: A coverage outside (0, 1).
    References:
        Dimitriadis, Dümbgen, Henzi, Puke and Ziegel (2023), Biometrika 110(3), 663-680.
    """
    _require_coverage(coverage)
    if not len(levels):
        return NOTHING
    step = 1 if len(levels) <= MAX_HONEST_LEVELS else PERCENT
    # What is said of one probability holds of every higher one, so rounding up keeps a lower bound true.
    below, above = levels.level // step * step, -(-levels.level // step) * step
    at = np.unique(np.concatenate([below, above]))
    misses = levels.weight * BASIS_POINTS - levels.hits
    low = _lower_bounds(above, levels.hits, levels.weight, at=at, error=1 - coverage)
    mirrored = _lower_bounds(
        BASIS_POINTS - below[::-1], misses[::-1], levels.weight[::-1], at=BASIS_POINTS - at[::-1], error=1 - coverage
    )
    return _band(at / BASIS_POINTS, low, 1 - mirrored[::-1], coverage=coverage)


def proven_range(band: Band, *, within: float) -> tuple[float, float] | None:
    """
    Return the widest range of probabilities that are proven right to within a margin; None where there is none.

    Args:
        band: An honest band.
        within: How far the share that happens may be from the probability, in [0, 1].
    Returns:
        The lowest and highest probability of the range, of those used; the lower range where two are as wide.
    References:
        Dimitriadis, Dümbgen, Henzi, Puke and Ziegel (2023), Biometrika 110(3), 663-680.
    """
    ranges: list[tuple[float, float]] = []
    start: float | None = None
    for probability, low, high in zip(band.probabilities, band.low, band.high, strict=True):
        if max(high - probability, probability - low) > within:
            start = None
            continue
        start = probability if start is None else start
        ranges.append((start, probability))
    return max(ranges, key=lambda found: found[1] - found[0], default=None)


def refuted_at(band: Band) -> tuple[float, ...]:
    """
    Return the probabilities that an honest band proves wrong: those outside their own range.

    References:
        Dimitriadis, Dümbgen, Henzi, Puke and Ziegel (2023), Biometrika 110(3), 663-680.
    """
    points = zip(band.probabilities, band.low, band.high, strict=True)
    return tuple(probability for probability, low, high in points if not low <= probability <= high)


def band_statement(band: Band, *, within: float = 0.1) -> str:
    """
    Return in words what an honest band proves for and against calibration.

    Args:
        band: An honest band.
        within: The margin that counts as calibrated.
    """
    proven, refuted = proven_range(band, within=within), refuted_at(band)
    surety = f"{band.coverage:.0%} confidence, for all probabilities at once"
    if proven is None:
        text = f"Calibration within {within:.2f} is proven at no probability ({surety})."
    else:
        text = f"Calibration within {within:.2f} is proven from {proven[0]:.2f} to {proven[1]:.2f} ({surety})."
    if refuted:
        text += f" Proven wrong: {', '.join(f'{probability:.2f}' for probability in refuted)}."
    return text


def _pooled(shares: FloatArray, levels: Levels) -> FloatArray:
    return isotonic_regression(shares, weights=levels.weights).x


def _miscalibration(shares: FloatArray, curves: FloatArray, levels: Levels) -> FloatArray:
    return ((levels.probabilities - shares) ** 2 - (curves - shares) ** 2) @ levels.weights / levels.n


def _own_miscalibration(levels: Levels) -> float:
    return float(_miscalibration(levels.shares, _pooled(levels.shares, levels), levels))


def _lower_bounds(place: Integers, hits: Integers, weight: Integers, *, at: Integers, error: float) -> FloatArray:
    """Return, at each point, the highest of the lower bounds of all runs of places that end at or below it."""
    places, ends = np.unique(place, return_index=True)
    n_hits = np.append(0, np.add.reduceat(hits, ends).cumsum()) / (WHOLE * BASIS_POINTS)
    n = np.append(0, np.add.reduceat(weight, ends).cumsum()) / WHOLE
    first, last = np.triu_indices(len(places))
    run_hits, run_n = n_hits[last + 1] - n_hits[first], n[last + 1] - n[first]
    bounds = np.zeros(len(places))
    np.maximum.at(bounds, last, _clopper_pearson_low(run_hits, run_n, error=error / (len(places) * (len(places) + 1))))
    highest = np.append(0.0, np.maximum.accumulate(bounds))
    return highest[np.searchsorted(places, at, side="right")]


def _clopper_pearson_low(hits: FloatArray, n: FloatArray, *, error: float) -> FloatArray:
    some = hits > ROUNDING
    return np.where(some, betaincinv(np.where(some, hits, 1.0), n - np.where(some, hits, 0.0) + 1, error), 0.0)


def _band(probabilities: FloatArray, low: FloatArray, high: FloatArray, *, coverage: float) -> Band:
    return Band(tuple(probabilities.tolist()), tuple(low.tolist()), tuple(high.tolist()), coverage)


def _require_coverage(coverage: float) -> None:
    if not 0 < coverage < 1:
        raise ValueError(f"coverage must be between 0 and 1, got {coverage}")
