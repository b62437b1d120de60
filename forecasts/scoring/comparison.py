"""
Was one forecaster better than another on the predictions both made?

Differences are taken prediction by prediction and added up by event, so that what was hard was hard for both.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import stdtr

from forecasts.scoring.intervals import Interval, IntervalMethod
from forecasts.scoring.rules import Direction, Measure
from forecasts.scoring.signed import (
    MIN_CLUSTERS_FOR_T,
    clustered_error,
    sign_flip_interval,
    signed_interval,
)
from forecasts.scoring.thresholds import NOTHING, Absent, Missing
from forecasts.scoring.unseen import Reach, alike_bounds, alike_p, are_alike
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


@dataclass(frozen=True, slots=True)
class SharedEvent:
    """
    What two forecasters scored on one event: the sum of first minus second over `n` shared forecasts.

    `least` and `most` are what that sum could have come to with what both said; None where that is not known.
    """

    difference: float
    n: float
    least: float | None = None
    most: float | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """
    The mean of first minus second over shared forecasts, where it may lie, and how often chance does as much.

    Of a score where lower is better, below 0 the first one was better. `method` is that of the interval and the p-value.
    """

    difference: float
    low: float
    high: float
    p_value: float
    method: IntervalMethod
    n_clusters: int
    coverage: float


def compare(events: Sequence[SharedEvent], *, span: Reach = (-1.0, 1.0), coverage: float = 0.95) -> Comparison | Absent:
    """
    Return the mean difference of two scores on shared forecasts, with an interval and a two-sided p-value.

    From 15 events on both are Student's t on sums by event, which for one forecast an event is the paired t-test. Below,
    both come from flipping the signs of events: the p-value is the share of all ways that give a difference as large, the
    interval has every difference that is not ruled out so, which with a handful of events is all of `span`. Of six events
    and more neither is surer than what so many may not have shown allows: with all of `span` where all differ alike, else
    with what both said, had outcomes gone the other way (`alike_bounds`).

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
    if len(differences) < 2:
        return TOO_FEW if len(differences) else NOTHING
    interval, p_value = _tested(differences, sizes, span=span, reach=_reach(events), level=coverage)
    return Comparison(
        difference=math.fsum(differences) / math.fsum(sizes),
        low=interval.low,
        high=interval.high,
        p_value=p_value,
        method=interval.method,
        n_clusters=len(differences),
        coverage=coverage,
    )


def _tested(
    differences: FloatArray, sizes: FloatArray, *, span: Reach, reach: Reach | None, level: float
) -> tuple[Interval, float]:
    """The interval, and the p-value that goes with it."""
    n_clusters, n, error = len(differences), math.fsum(sizes), clustered_error(differences, sizes)
    mean, effective = math.fsum(differences) / n, n**2 / math.fsum(sizes**2)
    if n_clusters < MIN_CLUSTERS_FOR_T:
        interval = sign_flip_interval(differences.tolist(), sizes.tolist(), span=span, reach=reach, level=level)
    else:
        interval = signed_interval(
            mean,
            error=error,
            n=max(1, round(n)),
            n_clusters=n_clusters,
            effective_clusters=effective,
            span=span,
            reach=reach,
            level=level,
        )
    if are_alike(error, events=effective, span=span) and interval.method is IntervalMethod.ALIKE_BOUND:
        return interval, alike_p(mean, events=effective, span=span)
    rules_out = (interval.low, interval.high) != span
    unmet = alike_p(mean, events=effective, span=reach) if reach and rules_out else 0.0
    if n_clusters < MIN_CLUSTERS_FOR_T:
        return interval, max(_sign_flip_p(differences), unmet)
    return interval, max(2 * float(stdtr(n_clusters - 1, -abs(mean / error))), unmet)


def _reach(events: Sequence[SharedEvent]) -> Reach | None:
    """The least and the greatest mean difference that what both said can come to; None where that is not known."""
    n = math.fsum(event.n for event in events)
    ends = [(event.least, event.most) for event in events if event.least is not None and event.most is not None]
    if len(ends) < len(events):
        return None
    return math.fsum(least for least, _ in ends) / n, math.fsum(most for _, most in ends) / n


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
    total: float,
    squares: float,
    span: Reach = (-1.0, 1.0),
    reach: Reach | None = None,
    coverage: float = 0.95,
) -> AlwaysValid | Absent:
    """
    Return a range for a mean difference that holds at all times at once, however often the scorecard is looked at.

    A usual interval that is looked at after each event excludes the truth sooner or later. This one is wider, tightest
    near 200 events, and right in the long run for independent events. While all events are alike it is that of
    `alike_bounds`, which holds at all times as it is: a share that was not met by then was met at no time before.
    Afterwards it is nowhere narrower than that with what was said.

    Args:
        n_clusters: Events so far.
        total: The sum of their differences.
        squares: The sum of the squares of their differences.
        span: The least and the greatest difference that can be, both finite; the range ends there.
        reach: The least and the greatest mean that what both said can come to; None where that is not known.
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
    mean = total / n_clusters
    variance = squares / n_clusters - mean**2
    if variance < 0 and not math.isclose(squares / n_clusters, mean**2, rel_tol=1e-9):
        raise ValueError(f"squares must be at least total**2 / n_clusters, got {squares} for a total of {total}")
    spread = math.sqrt(max(0.0, variance))
    if are_alike(spread / math.sqrt(n_clusters), events=n_clusters, span=span):
        low, high = alike_bounds(mean, events=n_clusters, span=span, level=coverage)
        return AlwaysValid(mean, low, high, n_clusters, coverage)
    half = spread * _reach_at_all_times(n_clusters, error=1 - coverage)
    least, most = alike_bounds(mean, events=n_clusters, span=reach or (mean, mean), level=coverage)
    low, high = min(least, mean - half), max(most, mean + half)
    return AlwaysValid(mean, max(span[0], low), min(span[1], high), n_clusters, coverage)


def _reach_at_all_times(n_clusters: int, *, error: float) -> float:
    """Half the width of the range, in standard deviations of an event."""
    tuning = (-2 * math.log(error) + math.log1p(-2 * math.log(error))) / TUNED_TO
    steps = n_clusters * tuning + 1
    return math.sqrt(2 * steps / (n_clusters**2 * tuning) * math.log(math.sqrt(steps) / error))


def _columns(events: Sequence[SharedEvent]) -> tuple[FloatArray, FloatArray]:
    differences = np.array([event.difference for event in events], dtype=np.float64)
    sizes = np.array([event.n for event in events], dtype=np.float64)
    if not (np.isfinite(differences).all() and np.isfinite(sizes).all() and (sizes > 0).all()):
        raise ValueError("every event needs a finite difference and an n above 0")
    return differences, sizes


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
