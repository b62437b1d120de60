"""Scores against everybody else who forecast the same prediction, as they stood from instant to instant."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from forecasts.scoring.rules import LOG_CLIP, Direction, Measure, log_score
from forecasts.scoring.validation import FloatArray, Numbers, as_shares, require_same_length

Instants = Sequence[float] | FloatArray

_MOST = 100 * math.log((1 - LOG_CLIP) / LOG_CLIP)
_BEST, _WORST = (100 * (1 + math.log2(share)) for share in (1 - LOG_CLIP, LOG_CLIP))
METACULUS_PEER: Final = Measure(
    "METACULUS_PEER", "metaculus-peer-1", -_MOST, _MOST, Direction.HIGHER_IS_BETTER, "percent of nats"
)
METACULUS_BASELINE: Final = Measure(
    "METACULUS_BASELINE", "metaculus-baseline-1", _WORST, _BEST, Direction.HIGHER_IS_BETTER, "percent of bits"
)


@dataclass(frozen=True, slots=True)
class Scheduled:
    """
    When a prediction was open, in seconds from any origin.

    It was issued at `opens` and scheduled to be decided at `closes`, later; nothing counts after `ends`, when its outcome
    could be known.
    """

    opens: float
    closes: float
    ends: float

    def __post_init__(self) -> None:
        if not all(math.isfinite(moment) for moment in (self.opens, self.closes, self.ends)):
            raise ValueError(f"the scheduled time must be finite, got {self}")
        if self.closes <= self.opens:
            raise ValueError(f"the scheduled time is empty: it opens {self.opens} and closes {self.closes}")

    @property
    def last(self) -> float:
        """When it stopped counting: once it could be known, at the latest once it was bound to be."""
        return max(self.opens, min(self.ends, self.closes))


@dataclass(frozen=True, slots=True)
class PeerScores:
    """
    What each forecast earns on one prediction, in percent of nats or of bits; higher is better.

    `peer` is against the others who stood at the same time and adds up to 0, `baseline` against always saying 0.5. Both
    are shares of the scheduled time: `coverage` is how much of it the forecast stood. Each has the shape (n,).
    """

    peer: FloatArray
    baseline: FloatArray
    coverage: FloatArray


def peer_scores(
    fcst: Numbers, outcome: float, *, since: Instants, until: Instants, scheduled: Scheduled, clip: float = LOG_CLIP
) -> PeerScores:
    """
    Return the peer score and the baseline score of each forecast on one prediction, weighed by how long it stood.

    While it stands, a forecast earns 100 (ln p - the mean of ln p of all others that stand), with p the probability given
    to what happened; 0 while it stands alone. The baseline is 100 (1 + log2 p). Both are divided by the whole scheduled
    time, so that an early end lowers the score and nobody gains by waiting.

    The sweep takes as long as sorting the instants: what others earn is read off running sums over time.

    Args:
        fcst: Probabilities in [0, 1], shape (n,). At any instant a forecaster has at most one.
        outcome: 1 where it happened, 0 where it did not, between them in part.
        since: When each was made, in seconds, shape (n,); before the prediction opens it counts from then on.
        until: When each was replaced or withdrawn, infinite where it never was, shape (n,).
        scheduled: When the prediction was open.
        clip: Probabilities are moved into [clip, 1 - clip] first. Between 0 and 0.5, both excluded.
    Raises:
        ValueError: A value outside its range or not a number, shapes that differ, a forecast that ends before it begins.
    References:
        Metaculus, Scores FAQ, metaculus.com/help/scores-faq. Its own unit tests give the same numbers.
    """
    gains = _gains(fcst, outcome, clip=clip)
    begins, ends = _stood(since, until, n=len(gains), scheduled=scheduled)
    coverage = ends - begins
    return PeerScores(
        peer=100 * _against_others(gains, begins, ends),
        baseline=100 * (1 + gains / math.log(2)) * coverage,
        coverage=coverage,
    )


def spot_peer_scores(
    fcst: Numbers, outcome: float, *, since: Instants, until: Instants, at: float, clip: float = LOG_CLIP
) -> FloatArray:
    """
    Return the peer score of each forecast at one instant; 0 for one that did not stand then, or stood alone.

    Args:
        fcst: Probabilities in [0, 1], shape (n,). At any instant a forecaster has at most one.
        outcome: 1 where it happened, 0 where it did not, between them in part.
        since: When each was made, in seconds, shape (n,).
        until: When each was replaced or withdrawn, infinite where it never was, shape (n,).
        at: The instant, in seconds.
        clip: As in `peer_scores`.
    Returns:
        In percent of nats, shape (n,), adding up to 0.
    Raises:
        ValueError: As in `peer_scores`.
    References:
        Metaculus, Scores FAQ, metaculus.com/help/scores-faq.
    """
    gains = _gains(fcst, outcome, clip=clip)
    begins, ends = _instants(since, until, n=len(gains))
    stands = (begins <= at) & (at < ends)
    n = int(np.count_nonzero(stands))
    if n < 2:
        return np.zeros(len(gains))
    total = math.fsum(gains[stands])
    return np.where(stands, 100 * (gains - (total - gains) / (n - 1)), 0.0)


def _gains(fcst: Numbers, outcome: float, *, clip: float) -> FloatArray:
    """The logarithm of the probability that each gave to what happened."""
    probabilities = as_shares(fcst, name="fcst")
    return -log_score(probabilities, np.full(len(probabilities), outcome), clip=clip)


def _instants(since: Instants, until: Instants, *, n: int) -> tuple[FloatArray, FloatArray]:
    begins, ends = (np.asarray(moments, dtype=np.float64) for moments in (since, until))
    require_same_length(range(n), begins, names=("fcst", "since"))
    require_same_length(range(n), ends, names=("fcst", "until"))
    if np.isnan(begins).any() or np.isnan(ends).any():
        raise ValueError("since and until must be numbers")
    if (ends < begins).any():
        place = int(np.argmax(ends < begins))
        raise ValueError(f"until[{place}] is {ends[place]}, before since[{place}], {begins[place]}")
    return begins, ends


def _stood(since: Instants, until: Instants, *, n: int, scheduled: Scheduled) -> tuple[FloatArray, FloatArray]:
    """When each began and ceased to count, as shares of the scheduled time."""
    begins, ends = (
        (np.clip(moments, scheduled.opens, scheduled.last) - scheduled.opens) / (scheduled.closes - scheduled.opens)
        for moments in _instants(since, until, n=n)
    )
    return begins, ends


def _against_others(gains: FloatArray, begins: FloatArray, ends: FloatArray) -> FloatArray:
    """
    The integral over time of the own gain minus the mean of the others.

    With n standing and a total of T, that is x (1 + 1 / (n - 1)) - T / (n - 1) for a gain of x; what stands beside x is
    summed up over time once, for everybody.
    """
    if not len(gains):
        return np.zeros(0)
    # Differences are what counts: around their mean the sums stay small, and equal forecasts earn exactly 0.
    own = gains - gains.mean() if np.ptp(gains) else np.zeros(len(gains))
    order = np.argsort(np.concatenate([begins, ends]))
    widths = np.diff(np.concatenate([begins, ends])[order])
    standing = np.where(order < len(own), 1.0, -1.0).cumsum()
    totals = np.concatenate([own, -own])[order].cumsum()
    with_others = standing > 1.5
    shares = np.divide(1.0, standing - 1, out=np.zeros(len(standing)), where=with_others)
    kept, taken = (_sums_until(widths, heights) for heights in (with_others + shares, shares * totals))
    # Among equal times any place will do: no time passes between them.
    places = np.empty(len(order), dtype=np.intp)
    places[order] = np.arange(len(order))
    first, last = places[: len(own)], places[len(own) :]
    return own * (kept[last] - kept[first]) - (taken[last] - taken[first])


def _sums_until(widths: FloatArray, heights: FloatArray) -> FloatArray:
    """The integral, up to each time, of a step function that has each height from its time on."""
    return np.concatenate([[0.0], np.cumsum(widths * heights[:-1])])
