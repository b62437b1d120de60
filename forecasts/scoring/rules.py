"""
Strictly proper scoring rules for probabilities of events that happen or do not.

An outcome between 0 and 1 stands for a claim that came true in part. It earns the mixture of what a yes and a
no would earn, so a score stays linear in the outcome and honest probabilities stay the best report.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

import numpy as np

from forecasts.scoring.validation import FloatArray, Numbers, as_pair, as_shares

LOG_CLIP: Final = 0.001


class Direction(StrEnum):
    """Which end of a measure's range is the good one."""

    LOWER_IS_BETTER = "LOWER_IS_BETTER"
    HIGHER_IS_BETTER = "HIGHER_IS_BETTER"
    NONE = "NONE"


@dataclass(frozen=True, slots=True)
class Measure:
    """What a reader must know to read a number: its range (an open end is None), its good end, its unit."""

    name: str
    version: str
    low: float | None
    high: float | None
    direction: Direction
    unit: str


BRIER: Final = Measure("BRIER", "brier-1", 0.0, 1.0, Direction.LOWER_IS_BETTER, "squared probability")
LOG: Final = Measure(
    "LOG", "log-clip-0.001-1", -math.log(1 - LOG_CLIP), -math.log(LOG_CLIP), Direction.LOWER_IS_BETTER, "nats"
)

# A stored score names its version: whoever changes a formula or a clip adds a version and keeps the old rows.
SCORE_VERSIONS: Final[Mapping[str, Measure]] = MappingProxyType({measure.version: measure for measure in (BRIER, LOG)})


def brier_score(fcst: Numbers, obs: Numbers) -> FloatArray:
    """
    Return the Brier score of each forecast, (fcst - obs) squared.

    Lower is better: 0 is perfect, 1 is worst, 0.25 is what 0.5 always earns. An outcome in between earns
    obs * (1 - fcst) squared + (1 - obs) * fcst squared.

    Args:
        fcst: Probabilities in [0, 1], shape (n,).
        obs: 1 where the outcome occurred, 0 where it did not, between them in part, shape (n,).
    Returns:
        Scores in [0, 1], shape (n,).
    Raises:
        ValueError: A value outside its range or not finite, or shapes that differ.
    References:
        Brier (1950), Monthly Weather Review 78(1), 1-3. One-sided form; his original is twice as large.
    """
    probabilities, outcomes = as_pair(fcst, obs)
    return outcomes * (1 - probabilities) ** 2 + (1 - outcomes) * probabilities**2


def log_score(fcst: Numbers, obs: Numbers, *, clip: float = LOG_CLIP) -> FloatArray:
    """
    Return the logarithmic score of each forecast in nats, minus the log of the probability given to what happened.

    Lower is better: 0.0010 is best and 6.91 worst at the usual clip, 0.69 is what 0.5 always earns.

    Args:
        fcst: Probabilities in [0, 1], shape (n,).
        obs: 1 where the outcome occurred, 0 where it did not, between them in part, shape (n,).
        clip: Probabilities are moved into [clip, 1 - clip] first, since a certainty that fails costs infinity.
            Between 0 and 0.5, both excluded.
    Returns:
        Scores in [-log(1 - clip), -log(clip)], shape (n,).
    Raises:
        ValueError: A value outside its range or not finite, or shapes that differ.
    References:
        Good (1952), Journal of the Royal Statistical Society B 14(1), 107-114.
    """
    probabilities, outcomes = as_pair(fcst, obs)
    _require_clip(clip)
    clipped = np.clip(probabilities, clip, 1 - clip)
    return -outcomes * np.log(clipped) - (1 - outcomes) * np.log1p(-clipped)


def count_clipped(fcst: Numbers, *, clip: float = LOG_CLIP) -> int:
    """
    Return how many forecasts the log score moves, those below clip or above 1 - clip.

    Args:
        fcst: Probabilities in [0, 1], shape (n,).
        clip: As in `log_score`.
    Raises:
        ValueError: A value outside its range or not finite.
    """
    probabilities = as_shares(fcst, name="fcst")
    _require_clip(clip)
    return int(np.count_nonzero((probabilities < clip) | (probabilities > 1 - clip)))


def count_certain_and_wrong(fcst: Numbers, obs: Numbers) -> int:
    """
    Return how many forecasts of exactly 0 or 1 failed, wholly or in part: an unclipped log score is infinite there.

    Args:
        fcst: Probabilities in [0, 1], shape (n,).
        obs: 1 where the outcome occurred, 0 where it did not, between them in part, shape (n,).
    Raises:
        ValueError: A value outside its range or not finite, or shapes that differ.
    """
    probabilities, outcomes = as_pair(fcst, obs)
    failed = ((probabilities == 0) & (outcomes > 0)) | ((probabilities == 1) & (outcomes < 1))
    return int(np.count_nonzero(failed))


def _require_clip(clip: float) -> None:
    if not 0 < clip < 0.5:
        raise ValueError(f"clip must be between 0 and 0.5, got {clip}")
