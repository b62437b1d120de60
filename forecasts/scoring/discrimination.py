"""Did what happened get higher probabilities than what did not? Calibration plays no part in the answer."""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import ndtri

from forecasts.scoring.levels import Levels
from forecasts.scoring.thresholds import NOTHING, Absent, Missing
from forecasts.scoring.validation import FloatArray

ONE_OUTCOME: Final = Absent(
    Missing.ONE_OUTCOME, "Everything came out alike: there is nothing to tell apart, whatever the probabilities."
)


@dataclass(frozen=True, slots=True)
class Auc:
    """
    The area under the ROC curve, its standard error, and an interval for independent forecasts.

    0.5 is no better than chance, 1 tells everything apart, below 0.5 tells it apart the wrong way round.
    """

    area: float
    standard_error: float | None
    low: float
    high: float
    coverage: float


@dataclass(frozen=True, slots=True)
class RocPoint:
    """Acting on every probability of `threshold` and more: the share of what happened and of what did not."""

    threshold: float
    hit_rate: float
    false_alarm_rate: float


def area_under_curve(levels: Levels, *, coverage: float = 0.95) -> Auc | Absent:
    """
    Return the chance that something that happened had a higher probability than something that did not.

    Ties count half. Only the order of the probabilities matters. Over several topics it also rewards knowing which
    topic has the higher base rate. The error takes forecasts to be independent, an outcome in part to be part of a
    forecast; with fewer than two of either outcome it cannot be told and the interval is 0 to 1.

    Args:
        levels: The resolved forecasts.
        coverage: Of the interval, between 0 and 1.
    Returns:
        Numbers in [0, 1], or why there are none.
    Raises:
        ValueError: A coverage outside (0, 1).
    References:
        DeLong, DeLong and Clarke-Pearson (1988), Biometrics 44(3), 837-845.
    """
    if not 0 < coverage < 1:
        raise ValueError(f"coverage must be between 0 and 1, got {coverage}")
    absent = _why_absent(levels)
    if absent:
        return absent
    happened, failed = levels.happened, levels.failed
    beaten_below = (failed.cumsum() - failed / 2) / levels.n_failed
    beaten_above = (happened[::-1].cumsum()[::-1] - happened / 2) / levels.n_happened
    area = min(1.0, math.fsum((happened * beaten_below).tolist()) / levels.n_happened)
    if min(levels.n_happened, levels.n_failed) < 2:
        return Auc(area, None, 0.0, 1.0, coverage)
    error = math.sqrt(_share_of_variance(beaten_below, happened, area) + _share_of_variance(beaten_above, failed, area))
    half = float(ndtri((1 + coverage) / 2)) * error
    return Auc(area, error, max(0.0, area - half), min(1.0, area + half), coverage)


def roc_curve(levels: Levels) -> tuple[RocPoint, ...] | Absent:
    """
    Return the points of the ROC curve, one for each probability used, from the highest threshold down.

    Args:
        levels: The resolved forecasts.
    Returns:
        Points whose rates never fall, ending at 1 and 1; the curve starts at 0 and 0. Or why there is none.
    References:
        Fawcett (2006), Pattern Recognition Letters 27(8), 861-874.
    """
    absent = _why_absent(levels)
    if absent:
        return absent
    hit_rates = np.minimum(1.0, levels.happened[::-1].cumsum() / levels.n_happened)
    alarm_rates = np.minimum(1.0, levels.failed[::-1].cumsum() / levels.n_failed)
    points = zip(levels.probabilities[::-1].tolist(), hit_rates.tolist(), alarm_rates.tolist(), strict=True)
    return tuple(RocPoint(*point) for point in points)


def _why_absent(levels: Levels) -> Absent | None:
    if not len(levels):
        return NOTHING
    return ONE_OUTCOME if min(levels.n_happened, levels.n_failed) == 0 else None


def _share_of_variance(placements: FloatArray, weights: FloatArray, area: float) -> float:
    n = math.fsum(weights.tolist())
    return math.fsum((weights * (placements - area) ** 2).tolist()) / (n - 1) / n
