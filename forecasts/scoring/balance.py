"""Whether the Brier score came out as the probabilities themselves implied."""

import math
from dataclasses import dataclass

from scipy.special import ndtr

from forecasts.scoring.levels import Levels
from forecasts.scoring.thresholds import NOTHING, Absent, Missing


@dataclass(frozen=True, slots=True)
class BrierBalance:
    """
    The mean Brier score, what the probabilities implied it would be, and how surprising the difference is.

    A score above the expected one means that the forecasts claim to know more than they do.
    """

    mean_score: float
    expected_score: float
    z: float
    p_value: float


def brier_balance(levels: Levels) -> BrierBalance | Absent:
    """
    Return Spiegelhalter's test of calibration.

    Calls of 0.5 play no part in it: they score the same whatever happens. It takes calls to be independent; for those
    that hang together `Totals.standard_error` has the error of the difference.

    Args:
        levels: The resolved forecasts.
    Returns:
        Scores in [0, 1], z and its two-sided p-value. Or why there are none: also where only 0, 0.5 and 1 were said,
        since then nothing can come out otherwise than implied by chance.
    References:
        Spiegelhalter (1986), Statistics in Medicine 5(5), 421-433.
    """
    if not len(levels):
        return NOTHING
    p, weights = levels.probabilities, levels.weights
    spread = math.fsum(weights * (1 - 2 * p) ** 2 * p * (1 - p))
    if spread == 0:
        return Absent(Missing.NOT_COUNTED, "Only 0, 0.5 and 1 were said: chance leaves their score no room.")
    expected = math.fsum(weights * p * (1 - p))
    gap = math.fsum((levels.happened - weights * p) * (1 - 2 * p))
    z = gap / math.sqrt(spread)
    return BrierBalance((expected + gap) / levels.n, expected / levels.n, z, 2 * float(ndtr(-abs(z))))
