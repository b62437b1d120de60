"""The calibration curve in steps without bins, and whether some decision-maker would have preferred another forecaster."""

import math
from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from forecasts.scoring.levels import Levels
from forecasts.scoring.thresholds import NOTHING, Absent


class Step(NamedTuple):
    """A run of probabilities, `low` to `high`, over which the share that happened is taken to be the same."""

    low: float
    high: float
    observed_share: float
    n: float


def calibration_steps(levels: Levels) -> tuple[Step, ...]:
    """
    Return the calibration curve: rising steps, each pooling as many neighbouring probabilities as it takes.

    With few forecasts it overfits: read it inside `consistency_band`.

    Args:
        levels: The resolved forecasts; none is allowed.
    Returns:
        Steps in rising order whose n add up to n; empty where there is no forecast.
    References:
        Dimitriadis, Gneiting and Jordan (2021), PNAS 118(8), e2016191118.
    """
    if not len(levels):
        return ()
    probabilities, weights = levels.probabilities, levels.weights
    return tuple(
        Step(
            float(probabilities[first]),
            float(probabilities[end - 1]),
            float(levels.pooled.shares[first]),
            math.fsum(weights[first:end].tolist()),
        )
        for first, end in pairwise(levels.pooled.bounds)
    )


def elementary_score(levels: Levels, *, threshold: float) -> float | Absent:
    """
    Return the mean loss of somebody who acts on every probability above a threshold.

    A needless act costs `threshold`, a missed one 1 - `threshold`. Lower is better. The mean Brier score is twice the
    integral over all thresholds, so a forecaster who is better at every threshold is better under every proper score.

    Args:
        levels: The resolved forecasts.
        threshold: The ratio of cost to loss at which acting begins to pay, in [0, 1].
    Returns:
        A loss in [0, 1], or why there is none.
    Raises:
        ValueError: A threshold outside [0, 1].
    References:
        Ehm, Gneiting, Jordan and Krüger (2016), Journal of the Royal Statistical Society B 78(3), 505-562.
    """
    losses = elementary_scores(levels, thresholds=(threshold,))
    return losses if isinstance(losses, Absent) else losses[0]


def elementary_scores(levels: Levels, *, thresholds: Sequence[float]) -> tuple[float, ...] | Absent:
    """
    Return what `elementary_score` returns at each of many thresholds.

    Args:
        levels: The resolved forecasts.
        thresholds: Each as there.
    Returns:
        Losses in [0, 1], or why there are none.
    Raises:
        ValueError: A threshold outside [0, 1].
    References:
        Ehm, Gneiting, Jordan and Krüger (2016), Journal of the Royal Statistical Society B 78(3), 505-562.
    """
    for threshold in thresholds:
        if not 0 <= threshold <= 1:
            raise ValueError(f"threshold must be in [0, 1], got {threshold}")
    if not len(levels):
        return NOTHING
    probabilities, failed, happened = (
        column.tolist() for column in (levels.probabilities, levels.failed, levels.happened)
    )
    losses = []
    for threshold in thresholds:
        # Levels rise: whoever acts above the threshold acts on all from a place on.
        place = bisect_right(probabilities, threshold)
        needless, missed = math.fsum(failed[place:]), math.fsum(happened[:place])
        losses.append((threshold * needless + (1 - threshold) * missed) / levels.n)
    return tuple(losses)
