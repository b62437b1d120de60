"""
Intervals for means of either sign, such as what was saved against a reference.

With few independent events Student's t is too sure of itself: there the interval comes from flipping signs, which
supposes no more than that an event could as well have gone as far the other way. Either goes by the spread that was seen,
and where hardly anything went wrong that is hardly any: no interval is narrower than what so many events may not have shown.
"""

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
from scipy.special import stdtrit

from forecasts.scoring.intervals import Interval, IntervalMethod, widened
from forecasts.scoring.unseen import Reach, alike_bounds, are_alike
from forecasts.scoring.validation import FloatArray

MIN_CLUSTERS_FOR_T: Final = 15
MAX_FLIPPED: Final = 20  # A million ways to set the signs.


def signed_interval(
    mean: float,
    *,
    error: float,
    n: int,
    n_clusters: int,
    effective_clusters: float,
    span: tuple[float, float],
    reach: Reach | None = None,
    level: float = 0.95,
) -> Interval:
    """
    Return Student's t interval for a mean, nowhere narrower than what events may not have shown.

    Where events all come out alike, or there is one, that is all of `span`; where they differ, what was said is known, and
    what was not met came to `reach` at most.

    Args:
        mean: Of scores or of differences.
        error: Its cluster-robust standard error.
        n: Forecasts behind it.
        n_clusters: Independent events among them.
        effective_clusters: How many events of equal size would say as much.
        span: The least and the greatest mean that can be, both finite.
        reach: The least and the greatest that what was said can come to, whatever happens; None where that is not known.
        level: Nominal coverage, between 0 and 1.
    References:
        Liang and Zeger (1986), Biometrika 73(1), 13-22; `alike_bounds` for what was not met.
    """
    found = t_interval(mean, error=error, n=n, n_clusters=n_clusters, span=span, level=level)
    if found and not are_alike(error, events=effective_clusters, span=span):
        return widened(found, mean, events=effective_clusters, reach=reach)
    low, high = alike_bounds(mean, events=effective_clusters, span=span, level=level)
    return Interval(low, high, IntervalMethod.ALIKE_BOUND, n=n, n_clusters=n_clusters, level=level)


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
    sums: Sequence[float],
    weights: Sequence[float],
    *,
    span: tuple[float, float],
    reach: Reach | None = None,
    level: float = 0.95,
) -> Interval:
    """
    Return the means that flipping the signs of whole events does not rule out; of events all alike, `alike_bounds`.

    A mean m is ruled out where, of all ways to flip the signs of each event's sum less m times its weight, at most
    1 - level give a total as far from 0. A way that flips some events is as far out exactly for the means between
    that of the flipped and that of the others, so the ends are read off and nothing is searched for.

    Args:
        sums: Of each event, the sum of its differences, 2 to 20 events.
        weights: Of each event, its weight in forecasts, above 0.
        span: The least and the greatest mean that can be; the interval ends there where too few ways can rule out more.
        reach: As in `signed_interval`.
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
    method = IntervalMethod.SIGN_FLIP
    if allowed >= 0:
        low = max(low, float(np.sort(np.minimum(some, rest))[allowed]))
        high = min(high, float(np.sort(np.maximum(some, rest))[-1 - allowed]))
        mean, events = total / n, n**2 / float(np.square(weights).sum())
        if are_alike(clustered_error(np.asarray(sums), np.asarray(weights)), events=events, span=span):
            low, high = alike_bounds(mean, events=events, span=span, level=level)
            method = IntervalMethod.ALIKE_BOUND
    found = Interval(low, high, method, n=max(1, round(n)), n_clusters=n_clusters, level=level)
    return widened(found, total / n, events=n**2 / float(np.square(weights).sum()), reach=reach)


def clustered_error(sums: FloatArray, weights: FloatArray) -> float:
    """
    Return the cluster-robust standard error of a mean.

    Args:
        sums: Of each event, the sum of its differences, 2 events or more.
        weights: Of each event, its weight in forecasts, above 0.
    References:
        Liang and Zeger (1986), Biometrika 73(1), 13-22.
    """
    n_clusters, n = len(sums), math.fsum(weights)
    residuals = math.fsum((sums - weights * (math.fsum(sums) / n)) ** 2)
    return math.sqrt(n_clusters / (n_clusters - 1) * residuals) / n
