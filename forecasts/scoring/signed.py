"""
Intervals for means of either sign, such as what was saved against a reference.

With few independent events Student's t is too sure of itself: there the interval comes from flipping signs, which
supposes no more than that an event could as well have gone as far the other way.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from scipy.special import stdtrit

from forecasts.scoring.intervals import Interval, IntervalMethod

MIN_CLUSTERS_FOR_T: Final = 15
MAX_FLIPPED: Final = 20  # A million ways to set the signs.


def t_interval(
    mean: float,
    *,
    error: float,
    n: int,
    n_clusters: int,
    span: tuple[float | None, float | None] = (None, None),
    level: float = 0.95,
) -> Interval | None:
    """
    Return Student's t interval for a mean, with its cluster-robust error and one degree of freedom less than events.

    Args:
        mean: Of scores or of differences.
        error: Its standard error.
        n: Forecasts behind it.
        n_clusters: Independent events among them.
        span: The least and the greatest mean that can be; the interval ends there. None where there is no end.
        level: Nominal coverage, between 0 and 1.
    Returns:
        The interval; None below two events, where no spread can be measured.
    References:
        Liang and Zeger (1986), Biometrika 73(1), 13-22.
    """
    if n_clusters < 2:
        return None
    half = float(stdtrit(n_clusters - 1, (1 + level) / 2)) * error
    low, high = mean - half, mean + half
    low, high = low if span[0] is None else max(low, span[0]), high if span[1] is None else min(high, span[1])
    return Interval(low, high, IntervalMethod.CLUSTER_T, n=n, n_clusters=n_clusters, level=level)


def sign_flip_interval(
    sums: Sequence[float], weights: Sequence[float], *, span: tuple[float, float], level: float = 0.95
) -> Interval:
    """
    Return the means that flipping the signs of whole events does not rule out.

    A mean m is ruled out where, of all ways to flip the signs of each event's sum less m times its weight, at most
    1 - level give a total as far from 0. A way that flips some events is as far out exactly for the means between
    that of the flipped and that of the others, so the ends are read off and nothing is searched for.

    Args:
        sums: Of each event, the sum of its differences, 2 to 20 events.
        weights: Of each event, its weight in forecasts, above 0.
        span: The least and the greatest mean that can be; the interval ends there where too few ways can rule out more.
        level: Coverage, between 0 and 1: exact where events are symmetric around their mean.
    Raises:
        ValueError: Fewer than 2 events or more than 20, or lengths that differ.
    References:
        Fisher (1935), The Design of Experiments, section 21; Tritchler (1984), Journal of the American Statistical
        Association 79(385), 200-207 for turning the test into an interval.
    """
    n_clusters = len(sums)
    if not 2 <= n_clusters <= MAX_FLIPPED or len(weights) != n_clusters:
        raise ValueError(
            f"signs are flipped for 2 to {MAX_FLIPPED} events, got {n_clusters} and {len(weights)} weights"
        )
    total, n, flipped, weight = float(np.sum(sums)), float(np.sum(weights)), np.zeros(1), np.zeros(1)
    for one, size in zip(sums, weights, strict=True):
        flipped, weight = np.concatenate([flipped, flipped + one]), np.concatenate([weight, weight + size])
    # The first way flips none and the last flips all: both are as far out whatever the mean.
    some, rest = flipped[1:-1] / weight[1:-1], (total - flipped[1:-1]) / (n - weight[1:-1])
    allowed = int((1 - level) * len(flipped)) - 2
    low, high = span
    if allowed >= 0:
        low = max(low, float(np.sort(np.minimum(some, rest))[allowed]))
        high = min(high, float(np.sort(np.maximum(some, rest))[-1 - allowed]))
    return Interval(low, high, IntervalMethod.SIGN_FLIP, n=max(1, round(n)), n_clusters=n_clusters, level=level)
