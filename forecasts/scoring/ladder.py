"""Scores for a scale of words whose ranges follow one another without a gap, such as that of ICD 203."""

from collections.abc import Iterable
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from forecasts.scoring.validation import FloatArray, Numbers, as_pair, as_shares

FEWEST_STEPS: Final = 3


def ladder_cuts(ranges: Iterable[tuple[float, float]]) -> tuple[float, ...]:
    """
    Return where each step of a scale ends and the next begins; nothing where the ranges leave gaps or overlap.

    Args:
        ranges: (low, high) of each phrase; phrases of one step have the same.
    Returns:
        Rising numbers in (0, 1), one fewer than steps; empty unless at least three steps follow one another.
    """
    steps = sorted(set(ranges))
    follow = all(before[1] == after[0] for before, after in pairwise(steps))
    if len(steps) < FEWEST_STEPS or not follow or any(low >= high for low, high in steps):
        return ()
    return tuple(low for low, _ in steps[1:])


def ladder_score(fcst: Numbers, obs: Numbers, *, cuts: Iterable[float]) -> FloatArray:
    """
    Return the loss of choosing a step of a ladder, which is least on average for the step that holds one's belief.

    Each cut is a decision: a claim above cut c that fails costs c, one not above it that comes true costs 1 - c. The
    losses are added with the distance to the neighbouring cuts as weights, and doubled: with finer and finer steps it
    becomes the Brier score. The Brier score of a step's midpoint is no such score: near a cut it can reward the wrong
    step.

    Args:
        fcst: Any number within the step that was chosen, such as its midpoint, shape (n,).
        obs: 1 where the outcome occurred, 0 where it did not, between them in part, shape (n,).
        cuts: Where each step ends and the next begins, rising within (0, 1), at least one.
    Returns:
        Losses in [0, 1], shape (n,); lower is better.
    Raises:
        ValueError: Cuts that do not rise within (0, 1), a value outside its range, or shapes that differ.
    References:
        Mitchell and Ferro (2017), Quarterly Journal of the Royal Meteorological Society 143(705), 1597-1607.
    """
    places = _checked(cuts)
    chosen, outcomes = as_pair(fcst, obs)
    edges = np.concatenate(([0.0], places, [1.0]))
    weights = (edges[2:] - edges[:-2]) / 2
    above = chosen[:, None] > places
    failed = (above * places * weights).sum(axis=1)
    missed = (~above * (1 - places) * weights).sum(axis=1)
    return 2 * ((1 - outcomes) * failed + outcomes * missed)


def _checked(cuts: Iterable[float]) -> NDArray[np.float64]:
    places = as_shares(list(cuts), name="cuts")
    if not len(places) or places[0] <= 0 or places[-1] >= 1 or (np.diff(places) <= 0).any():
        raise ValueError(f"cuts must rise within (0, 1), got {places.tolist()}")
    return places
