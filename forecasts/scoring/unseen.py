"""
What so many events may not have shown: the exact counterpart to errors, which only know what was met.

Somebody who is nearly sure is nearly always right, so thirty events may well have gone without the one that costs most; their
spread then says next to nothing of it. How rare it must be is known exactly, and how much it would cost follows from what was said.
"""

import math
from typing import Final

import numpy as np

from forecasts.scoring.levels import Levels
from forecasts.scoring.rules import LOG_CLIP

# The least and the greatest mean that can come.
Reach = tuple[float, float]
# Of the range of a mean: about what rounding a probability to a basis point makes of a score. Less is no spread.
ALIKE: Final = 1e-4


def are_alike(error: float, *, events: float, span: Reach) -> bool:
    """
    Return whether events differ by no more than rounding does, so that their spread says nothing of what else may come.

    Args:
        error: The standard error of their mean.
        events: How many events of equal size would say as much.
        span: The least and the greatest mean that can be.
    """
    return error * math.sqrt(events) <= ALIKE * (span[1] - span[0])


def alike_bounds(mean: float, *, events: float, span: Reach, level: float = 0.95) -> tuple[float, float]:
    """
    Return the means that are left possible by events that all came out alike.

    Some share of what may come goes as far as it can either way and was never met. Had it been above
    1 - ((1 - level) / 2) ** (1 / events), so many events would rarely all have missed it: the exact upper end for a share
    of which none was seen. The interval has every mean that a smaller share leads to, and supposes nothing else.

    Args:
        mean: What every event came to.
        events: How many events of equal size would say as much, above 0.
        span: The least and the greatest that can come, both finite.
        level: Coverage, between 0 and 1; at least that for independent events, however often one looks.
    References:
        Clopper and Pearson (1934), Biometrika 26(4), 404-413 for a share of which none was seen; Hanley and
        Lippman-Hand (1983), JAMA 249(13), 1743-1745 for reading it.
    """
    unseen = _unseen(events, level=level)
    return mean - unseen * (mean - span[0]), mean + unseen * (span[1] - mean)


def alike_skill_bounds(
    own: float,
    reference: float,
    *,
    events: float,
    owns: Reach = (0.0, 1.0),
    references: Reach = (0.0, 1.0),
    level: float = 0.95,
) -> tuple[float, float]:
    """
    Return the skills, 1 - own / reference, that are left possible by events that all saved the same share.

    As `alike_bounds` has it, with what was never met at worst the most that can be lost where the reference lost the least,
    and at best the other way round.

    Args:
        own: The mean Brier score.
        reference: That of the reference, above 0.
        events: How many events of equal size would say as much, above 0.
        owns: The least and the greatest Brier score that can come.
        references: Those of the reference.
        level: Coverage, between 0 and 1.
    References:
        Clopper and Pearson (1934), Biometrika 26(4), 404-413.
    """
    unseen = _unseen(events, level=level)
    seen = 1 - unseen
    lost, won = (seen * own + unseen * far for far in reversed(owns))
    least, most = (seen * reference + unseen * far for far in references)
    return 1 - lost / least, 1 - won / most


def _unseen(events: float, *, level: float) -> float:
    """The share that so many events can at most all have missed."""
    return -math.expm1(math.log((1 - level) / 2) / events)


def alike_p(mean: float, *, events: float, span: Reach) -> float:
    """
    Return how often so many events would all come out alike, and as far from 0, though they come to 0 on average.

    It is at most 1 - level exactly where 0 is outside `alike_bounds`, and 0 where nothing that can come is on its other side.

    Args:
        mean: What every event came to.
        events: How many events of equal size would say as much, above 0.
        span: The least and the greatest that can come.
    References:
        Clopper and Pearson (1934), Biometrika 26(4), 404-413.
    """
    far = max(0.0, -span[0] if mean > 0 else span[1])
    if far == 0:
        return float(mean == 0)
    return min(1.0, 2 * (far / (far + abs(mean))) ** events)


def other_way(score: float) -> float:
    """
    Return what a Brier score would at least be, had every outcome been the other way: (1 - root of the score) squared.

    It is just that for one forecast; a mean of several would come to more.

    Args:
        score: In [0, 1].
    References:
        Brier (1950), Monthly Weather Review 78(1), 1-3.
    """
    return (1 - math.sqrt(score)) ** 2


def either_way(score: float) -> Reach:
    """
    Return a Brier score and what it would at least be with every outcome the other way, the smaller one first.

    Args:
        score: In [0, 1].
    References:
        `other_way`.
    """
    return min(score, other_way(score)), max(score, other_way(score))


def reach_of_saved(own: float, reference: float) -> Reach:
    """
    Return about what is saved against a reference where outcomes go the other way for either.

    As though each mean were the score of one forecast: of several, what is lost the other way can be more on either side.

    Args:
        own: The mean Brier score.
        reference: That of the reference.
    References:
        `other_way`.
    """
    owns, references = either_way(own), either_way(reference)
    return references[0] - owns[1], references[1] - owns[0]


def reach_of_levels(name: str, levels: Levels) -> Reach:
    """
    Return the least and the greatest that a mean can come to with probabilities as they were stated, whatever happens.

    Args:
        name: LOG, BIAS, OVERCONFIDENCE or BRIER_GAP.
        levels: The forecasts, at least one.
    Raises:
        ValueError: Another name.
    """
    said, weights = levels.probabilities, levels.weights
    sure = np.maximum(said, 1 - said)
    match name:
        case "LOG":
            clipped = np.minimum(sure, 1 - LOG_CLIP)
            ends = -np.log(clipped), -np.log1p(-clipped)
        case "BIAS":
            ends = said - 1, said
        case "OVERCONFIDENCE":
            # One half is called neither way, and half right.
            ends = np.where(said == 0.5, 0.0, sure - 1), np.where(said == 0.5, 0.0, sure)
        case "BRIER_GAP":
            ends = (1 - sure) * (1 - 2 * sure), sure * (2 * sure - 1)
        case _:
            raise ValueError(f"no reach is known for {name}")
    low, high = (float(np.average(end, weights=weights)) for end in ends)
    return low, high
