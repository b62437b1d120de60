"""
The three parts of a mean score: what miscalibration costs, what telling cases apart earns, and how open the cases were.

The mean score is always miscalibration - discrimination + uncertainty.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import xlogy

from forecasts.scoring.levels import BASIS_POINTS, Integers, Levels
from forecasts.scoring.rules import LOG_CLIP
from forecasts.scoring.thresholds import NOTHING, Absent
from forecasts.scoring.validation import FloatArray

MAX_BINS: Final = 100


@dataclass(frozen=True, slots=True)
class Decomposition:
    """A mean score and its parts: score = miscalibration - discrimination + uncertainty."""

    mean_score: float
    miscalibration: float
    discrimination: float
    uncertainty: float


@dataclass(frozen=True, slots=True)
class BinnedDecomposition:
    """
    A mean Brier score and its five parts in bins.

    score = miscalibration - discrimination + uncertainty + within_variance - within_covariance. The last two are what
    three terms leave out when different probabilities share a bin.
    """

    mean_score: float
    miscalibration: float
    discrimination: float
    uncertainty: float
    within_variance: float
    within_covariance: float

    @property
    def generalised_discrimination(self) -> float:
        """Discrimination with the variation inside the bins put back."""
        return self.discrimination - self.within_variance + self.within_covariance


def recalibrated(levels: Levels) -> FloatArray:
    """
    Return the share that happened at each level, made to rise with the probability by pooling neighbours (PAV).

    It is the best that any relabelling which keeps the order could have said, under every proper score.

    Args:
        levels: The resolved forecasts; none is allowed.
    Returns:
        Shares in [0, 1] that never fall, shape (n_levels,).
    References:
        Ayer et al. (1955), Annals of Mathematical Statistics 26(4), 641-647.
    """
    return levels.pooled.shares


def decompose_brier(levels: Levels) -> Decomposition | Absent:
    """
    Return the parts of the mean Brier score, without bins (CORP).

    No part is ever negative. Lower is better for miscalibration, higher for discrimination; uncertainty is a matter of
    what was asked. A small sample looks miscalibrated by chance alone: read it beside `null_miscalibration`.

    Args:
        levels: The resolved forecasts.
    Returns:
        Parts in [0, 1], or why there are none.
    References:
        Dimitriadis, Gneiting and Jordan (2021), PNAS 118(8), e2016191118.
    """
    return _corp(levels, score=mean_brier, stated=levels.probabilities)


def decompose_log(levels: Levels, *, clip: float = LOG_CLIP) -> Decomposition | Absent:
    """
    Return the parts of the mean log score in nats, without bins (CORP).

    Args:
        levels: The resolved forecasts.
        clip: Stated probabilities are moved into [clip, 1 - clip]; the recalibrated ones need no clip.
    Returns:
        Parts from 0 up; uncertainty at most log 2. Or why there are none.
    Raises:
        ValueError: A clip outside (0, 0.5).
    References:
        Dimitriadis, Gneiting and Jordan (2021), PNAS 118(8), e2016191118.
    """
    if not 0 < clip < 0.5:
        raise ValueError(f"clip must be between 0 and 0.5, got {clip}")
    return _corp(levels, score=mean_log, stated=np.clip(levels.probabilities, clip, 1 - clip))


def decompose_brier_by_level(levels: Levels) -> Decomposition | Absent:
    """
    Return Murphy's parts of the mean Brier score, each distinct probability a bin of its own, so that they are exact.

    With many distinct probabilities each part grows without meaning; `decompose_brier` does not.

    Args:
        levels: The resolved forecasts.
    Returns:
        Parts in [0, 1], or why there are none.
    References:
        Murphy (1973), Journal of Applied Meteorology 12(4), 595-600.
    """
    if not len(levels):
        return NOTHING
    base = levels.n_happened / levels.n
    return Decomposition(
        mean_score=mean_brier(levels, levels.probabilities),
        miscalibration=_mean(levels, (levels.probabilities - levels.shares) ** 2),
        discrimination=_mean(levels, (levels.shares - base) ** 2),
        uncertainty=base * (1 - base),
    )


def decompose_brier_in_bins(levels: Levels, *, n_bins: int) -> BinnedDecomposition | Absent:
    """
    Return the five parts of the mean Brier score in bins of equal width, each with its lower edge and without its upper.

    Args:
        levels: The resolved forecasts.
        n_bins: From 1 to 100; the last bin includes 1.
    Returns:
        Parts that add up for any number of bins, or why there are none. Only the covariance can be negative.
    Raises:
        ValueError: A number of bins outside 1 to 100.
    References:
        Stephenson, Coelho and Jolliffe (2008), Weather and Forecasting 23(4), 752-757.
    """
    if not len(levels):
        return NOTHING
    places = bins(levels, n_bins=n_bins)
    stated, observed = _bin_means(levels, levels.probabilities, places), _bin_means(levels, levels.shares, places)
    base, off = levels.n_happened / levels.n, levels.probabilities - stated
    return BinnedDecomposition(
        mean_score=mean_brier(levels, levels.probabilities),
        miscalibration=_mean(levels, (stated - observed) ** 2),
        discrimination=_mean(levels, (observed - base) ** 2),
        uncertainty=base * (1 - base),
        within_variance=_mean(levels, off**2),
        within_covariance=2 * _mean(levels, off * (levels.shares - observed)),
    )


def bins(levels: Levels, *, n_bins: int) -> Integers:
    """
    Return the number of the bin of each level, bins of equal width counted from 0.

    Args:
        levels: The resolved forecasts.
        n_bins: From 1 to 100. A bin includes its lower edge and not its upper; the last one includes 1.
    Raises:
        ValueError: A number of bins outside 1 to 100.
    """
    if not 1 <= n_bins <= MAX_BINS:
        raise ValueError(f"n_bins must be from 1 to {MAX_BINS}, got {n_bins}")
    return np.minimum(levels.level * n_bins // BASIS_POINTS, n_bins - 1)


def mean_brier(levels: Levels, values: FloatArray) -> float:
    """
    Return the mean Brier score, had each level said another value.

    Args:
        levels: The resolved forecasts, at least one.
        values: What each level says instead, in [0, 1], shape (n_levels,).
    References:
        Brier (1950), Monthly Weather Review 78(1), 1-3.
    """
    return math.fsum((levels.happened * (1 - values) ** 2 + levels.failed * values**2).tolist()) / levels.n


def mean_log(levels: Levels, values: FloatArray) -> float:
    """
    Return the mean log score in nats, had each level said another value; infinite where a certainty failed.

    Args:
        levels: The resolved forecasts, at least one.
        values: What each level says instead, in [0, 1], shape (n_levels,).
    References:
        Good (1952), Journal of the Royal Statistical Society B 14(1), 107-114.
    """
    return -math.fsum((xlogy(levels.happened, values) + xlogy(levels.failed, 1 - values)).tolist()) / levels.n


def _corp(
    levels: Levels, *, score: Callable[[Levels, FloatArray], float], stated: FloatArray
) -> Decomposition | Absent:
    if not len(levels):
        return NOTHING
    own, best = score(levels, stated), score(levels, recalibrated(levels))
    constant = score(levels, np.full(len(levels), levels.n_happened / levels.n))
    # Both differences are at least 0 but for the last bit.
    return Decomposition(own, max(0.0, own - best), max(0.0, constant - best), constant)


def _mean(levels: Levels, values: FloatArray) -> float:
    return math.fsum((levels.weights * values).tolist()) / levels.n


def _bin_means(levels: Levels, values: FloatArray, places: Integers) -> FloatArray:
    weight = np.bincount(places, weights=levels.weights)
    return (np.bincount(places, weights=levels.weights * values)[places]) / weight[places]
