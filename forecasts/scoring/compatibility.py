"""
Scores that other sites use, so that their numbers can be checked. None of them is recommended here.

Each says what is wrong with it; `docs/scores/other-scales.md` says what to read instead.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

import numpy as np

from forecasts.scoring.decomposition import bins, mean_brier
from forecasts.scoring.levels import BASIS_POINTS, Levels
from forecasts.scoring.rules import LOG_CLIP
from forecasts.scoring.thresholds import NOTHING, Absent

ECE_BINS: Final = 10
HALF: Final = BASIS_POINTS // 2


class Better(StrEnum):
    """Which end of a score's range is the good one."""

    LOWER = "LOWER"
    HIGHER = "HIGHER"


@dataclass(frozen=True, slots=True)
class OtherScore:
    """How a score of another site is worked out, its range and good end, and why it is not recommended."""

    formula: Callable[[Levels], float]
    low: float
    high: float
    better: Better
    caution: str


def other_score(name: str, levels: Levels) -> float | Absent:
    """
    Return one of the scores that other sites use.

    Args:
        name: One of `OTHER_SCORES`.
        levels: The resolved forecasts.
    Raises:
        ValueError: A name that is not in the table.
    """
    if name not in OTHER_SCORES:
        raise ValueError(f"no score named {name!r}; the names are {', '.join(OTHER_SCORES)}")
    return OTHER_SCORES[name].formula(levels) if len(levels) else NOTHING


def gjp_brier(levels: Levels) -> float:
    """
    Return Brier's original score over both outcomes, twice the mean Brier score, in [0, 2].

    Args:
        levels: The resolved forecasts, at least one.
    References:
        Brier (1950), Monthly Weather Review 78(1), 1-3.
    """
    return 2 * mean_brier(levels, levels.probabilities)


def brier_index(levels: Levels) -> float:
    """
    Return 100 (1 - root of the mean Brier score), 0 to 100; 50 is what always saying 0.5 earns.

    Args:
        levels: The resolved forecasts, at least one.
    References:
        ForecastBench, forecastbench.org.
    """
    return 100 * (1 - math.sqrt(mean_brier(levels, levels.probabilities)))


def hit_rate(levels: Levels) -> float:
    """
    Return the share of forecasts on the right side of 0.5, in [0, 1]; 0.5 itself counts half.

    Args:
        levels: The resolved forecasts, at least one.
    References:
        Finley (1884), American Meteorological Journal 1, 85-88, and what it taught: Murphy (1996), Weather and
        Forecasting 11(1), 3-20.
    """
    right = np.where(levels.level > HALF, levels.happened, levels.failed)
    return math.fsum(np.where(levels.level == HALF, levels.weights / 2, right).tolist()) / levels.n


def ece10(levels: Levels) -> float:
    """
    Return the expected calibration error in ten bins of equal width, in [0, 1].

    Args:
        levels: The resolved forecasts, at least one.
    References:
        Naeini, Cooper and Hauskrecht (2015), AAAI 29(1).
    """
    off = levels.weights * levels.probabilities - levels.happened
    return math.fsum(np.abs(np.bincount(bins(levels, n_bins=ECE_BINS), weights=off)).tolist()) / levels.n


def ecce_mad(levels: Levels) -> float:
    """
    Return the largest cumulative difference between outcomes and probabilities, lowest probability first, in [0, 1].

    Args:
        levels: The resolved forecasts, at least one.
    References:
        Arrieta-Ibarra, Gujral, Tannen, Tygert and Xu (2022), Journal of Machine Learning Research 23(351).
    """
    off = levels.happened - levels.weights * levels.probabilities
    return float(np.abs(off.cumsum()).max()) / levels.n


def spherical(levels: Levels) -> float:
    """
    Return the mean spherical score, the probability of what happened over the length of (p, 1 - p), in [0, 1].

    Args:
        levels: The resolved forecasts, at least one.
    References:
        Gneiting and Raftery (2007), Journal of the American Statistical Association 102(477), 359-378.
    """
    p = levels.probabilities
    return math.fsum(((levels.happened * p + levels.failed * (1 - p)) / np.hypot(p, 1 - p)).tolist()) / levels.n


def metaculus_baseline(levels: Levels) -> float:
    """
    Return the mean of 100 (1 + log2 of the probability of what happened); 0 is always 0.5, 100 is perfect.

    Probabilities are moved into [0.001, 0.999], the range that can be entered there. Standing time is not weighed in.

    Args:
        levels: The resolved forecasts, at least one.
    References:
        Metaculus, Scores FAQ, metaculus.com/help/scores-faq.
    """
    p = np.clip(levels.probabilities, LOG_CLIP, 1 - LOG_CLIP)
    return 100 * (1 + math.fsum((levels.happened * np.log2(p) + levels.failed * np.log2(1 - p)).tolist()) / levels.n)


_WORST_BASELINE: Final = 100 * (1 + math.log2(LOG_CLIP))
_BEST_BASELINE: Final = 100 * (1 + math.log2(1 - LOG_CLIP))

OTHER_SCORES: Final[Mapping[str, OtherScore]] = MappingProxyType(
    {
        "gjp_brier": OtherScore(gjp_brier, 0, 2, Better.LOWER, "Twice the Brier score: compare only like with like."),
        "brier_index": OtherScore(brier_index, 0, 100, Better.HIGHER, "Bends the Brier score: never average it."),
        "hit_rate": OtherScore(hit_rate, 0, 1, Better.HIGHER, "Improper: 0.51 earns as much as 0.99."),
        "ece10": OtherScore(ece10, 0, 1, Better.LOWER, "Depends on the bins, and is large by chance in small samples."),
        "ecce_mad": OtherScore(ecce_mad, 0, 1, Better.LOWER, "Large by chance in small samples; blind to discernment."),
        "spherical": OtherScore(spherical, 0, 1, Better.HIGHER, "Proper, but says nothing the Brier score does not."),
        "metaculus_baseline": OtherScore(
            metaculus_baseline, _WORST_BASELINE, _BEST_BASELINE, Better.HIGHER, "One certain miss outweighs ten hits."
        ),
    }
)
