"""
Was one forecaster better than another on the predictions both made?

Differences are taken prediction by prediction and added up by event, so that what was hard was hard for both.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Final

import numpy as np
from scipy.special import stdtr, stdtrit

from forecasts.scoring.rules import Direction, Measure
from forecasts.scoring.signed import MIN_CLUSTERS_FOR_T, sign_flip_interval
from forecasts.scoring.thresholds import NOTHING, Absent, Missing
from forecasts.scoring.validation import FloatArray

# The number of events the sequence is tuned to be tightest at.
TUNED_TO: Final = 200
MIN_CLUSTERS_FOR_SEQUENCE: Final = 30

BRIER_DIFFERENCE: Final = Measure(
    "BRIER_DIFFERENCE", "brier-difference-1", -1.0, 1.0, Direction.LOWER_IS_BETTER, "squared probability"
)
PEER: Final = Measure("PEER", "peer-1", -1.0, 1.0, Direction.HIGHER_IS_BETTER, "squared probability")

TOO_FEW: Final = Absent(Missing.TOO_FEW_EVENTS, "One shared event cannot tell skill from luck.")
TOO_FEW_FOR_SEQUENCE: Final = Absent(
    Missing.TOO_FEW_EVENTS, f"Shown from {MIN_CLUSTERS_FOR_SEQUENCE} independent shared events on."
)


class ComparisonMethod(StrEnum):
    """How a difference was tested."""

    CLUSTER_T = "CLUSTER_T"
    SIGN_FLIP = "SIGN_FLIP"


@dataclass(frozen=True, slots=True)
class SharedEvent:
    """What two forecasters scored on one event: the sum of first minus second over `n` shared forecasts."""

    difference: float
    n: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """
    The mean of first minus second over shared forecasts, where it may lie, and how often chance does as much.

    Of a score where lower is better, below 0 the first one was better.
    """

    difference: float
    low: float
    high: float
    p_value: float
    method: ComparisonMethod
    n_clusters: int
    coverage: float


def compare(
    events: Sequence[SharedEvent], *, span: tuple[float, float] = (-1.0, 1.0), coverage: float = 0.95
) -> Comparison | Absent:
    """
    Return the mean difference of two scores on shared forecasts, with an interval and a two-sided p-value.

    From 15 events on both are Student's t on sums by event, which for one forecast an event is the paired t-test. Below,
    both come from flipping the signs of events: the p-value is the share of all ways that give a difference as large, the
    interval has every difference that is not ruled out so, which with a handful of events is all of `span`.

    Args:
        events: One for each independent event, n above 0.
        span: The least and the greatest difference that can be.
        coverage: Of the interval, between 0 and 1.
    Returns:
        The comparison; or why there is none, with fewer than two events.
    Raises:
        ValueError: A coverage outside (0, 1), an n not above 0, or a number that is not finite.
    References:
        Diebold and Mariano (1995), Journal of Business and Economic Statistics 13(3), 253-263; Fisher (1935), The Design
        of Experiments, section 21, for the signs.
    """
    _require_coverage(coverage)
    differences, sizes = _columns(events)
    n_clusters = len(differences)
    if n_clusters < 2:
        return TOO_FEW if n_clusters else NOTHING
    n = math.fsum(sizes)
    mean = math.fsum(differences) / n
    error = _clustered_error(differences, sizes, mean=mean)
    if n_clusters < MIN_CLUSTERS_FOR_T:
        flipped = sign_flip_interval(differences.tolist(), sizes.tolist(), span=span, level=coverage)
        low, high = flipped.low, flipped.high
        method, p_value = ComparisonMethod.SIGN_FLIP, _sign_flip_p(differences)
    else:
        half = float(stdtrit(n_clusters - 1, (1 + coverage) / 2)) * error
        low, high = max(span[0], mean - half), min(span[1], mean + half)
        method, p_value = ComparisonMethod.CLUSTER_T, _t_p(mean, error=error, freedom=n_clusters - 1)
    return Comparison(
        difference=mean,
        low=low,
        high=high,
        p_value=p_value,
        method=method,
        n_clusters=n_clusters,
        coverage=coverage,
    )


@dataclass(frozen=True, slots=True)
class AlwaysValid:
    """The mean of a difference and a range that may be looked at after every event without ever being too sure."""

    difference: float
    low: float
    high: float
    n_clusters: int
    coverage: float


def confidence_sequence(
    *,
    n_clusters: int,
    total: Fraction | float,
    squares: Fraction | float,
    span: tuple[float, float] = (-math.inf, math.inf),
    coverage: float = 0.95,
) -> AlwaysValid | Absent:
    """
    Return a range for a mean difference that holds at all times at once, however often the scorecard is looked at.

    A usual interval that is looked at after each event excludes the truth sooner or later. This one is wider, tightest
    near 200 events, and right in the long run for independent events.

    Args:
        n_clusters: Events so far.
        total: The sum of their differences.
        squares: The sum of the squares of their differences.
        span: The least and the greatest mean that can be; the range ends there.
        coverage: Of all ranges over time together, between 0 and 1.
    Returns:
        The range; or why there is none, below 30 events.
    Raises:
        ValueError: A coverage outside (0, 1), or squares that no differences of that total have.
    References:
        Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas (2024), Annals of Statistics 52(6), 2613-2640.
    """
    _require_coverage(coverage)
    if n_clusters < MIN_CLUSTERS_FOR_SEQUENCE:
        return TOO_FEW_FOR_SEQUENCE
    # Exact until the root: a difference of large floats would leave noise.
    mean = Fraction(total) / n_clusters
    variance = Fraction(squares) / n_clusters - mean**2
    if variance < 0 and not math.isclose(squares / n_clusters, mean**2, rel_tol=1e-9):
        raise ValueError(f"squares must be at least total**2 / n_clusters, got {squares} for a total of {total}")
    error = 1 - coverage
    tuning = (-2 * math.log(error) + math.log1p(-2 * math.log(error))) / TUNED_TO
    steps = n_clusters * tuning + 1
    reach = 2 * max(0.0, float(variance)) * steps / (n_clusters**2 * tuning) * math.log(math.sqrt(steps) / error)
    half = math.sqrt(reach)
    low, high = max(span[0], float(mean) - half), min(span[1], float(mean) + half)
    return AlwaysValid(float(mean), low, high, n_clusters, coverage)


def _columns(events: Sequence[SharedEvent]) -> tuple[FloatArray, FloatArray]:
    differences = np.array([event.difference for event in events], dtype=np.float64)
    sizes = np.array([event.n for event in events], dtype=np.float64)
    if not (np.isfinite(differences).all() and np.isfinite(sizes).all() and (sizes > 0).all()):
        raise ValueError("every event needs a finite difference and an n above 0")
    return differences, sizes


def _clustered_error(differences: FloatArray, sizes: FloatArray, *, mean: float) -> float:
    n_clusters = len(differences)
    residuals = math.fsum((differences - sizes * mean) ** 2)
    return math.sqrt(n_clusters / (n_clusters - 1) * residuals) / math.fsum(sizes)


def _t_p(mean: float, *, error: float, freedom: int) -> float:
    if error == 0:
        # Events that are all alike: as often as chance gives all of them the same sign.
        return 1.0 if mean == 0 else 0.5**freedom
    return 2 * float(stdtr(freedom, -abs(mean / error)))


def _sign_flip_p(differences: FloatArray) -> float:
    sums = np.zeros(1)
    for difference in differences:
        sums = np.concatenate([sums + difference, sums - difference])
    # Ties are ties however the sums were rounded.
    least = abs(math.fsum(differences)) - 1e-12 * float(np.abs(differences).sum())
    return float(np.count_nonzero(np.abs(sums) >= least)) / len(sums)


def _require_coverage(coverage: float) -> None:
    if not 0 < coverage < 1:
        raise ValueError(f"coverage must be between 0 and 1, got {coverage}")
