"""What words of probability were worth: scored as readers take them, and read as the outcomes of one author tell."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from scipy.special import betaincinv

from forecasts.scoring.lexicon import BrierEnvelope, Reading, brier_envelope
from forecasts.scoring.rules import brier_score
from forecasts.scoring.thresholds import MIN_SHOWN, NOTHING, Absent, Missing

# Between the tenth and the ninetieth percentile of a normal distribution lie so many standard deviations.
WIDTH_IN_SDS: Final = 2.5631
# No survey tells readings apart by less, and none puts all readers at an end.
LEAST_SPREAD: Final = 0.01


@dataclass(frozen=True, slots=True)
class Said:
    """
    Forecasts in the same words, read alike, that came out alike.

    `spread` is the standard deviation of readers in [0, 0.5], `obs` the share that came true, `weight` in forecasts.
    """

    reading: Reading
    spread: float
    obs: float
    weight: float


@dataclass(frozen=True, slots=True)
class WordsScore:
    """
    The score of forecasts in words.

    `brier` at the point of each reading; `envelope` over every choice of a number in each range; `reader_variance` is
    what the Brier score of a reader exceeds that at the point by, on average over readers: the price of vagueness.
    """

    n: float
    brier: float
    envelope: BrierEnvelope
    reader_variance: float


@dataclass(frozen=True, slots=True)
class Meaning:
    """
    What a phrase of one author came to mean: a probability with its interval.

    `prior_hits` and `prior_misses` are how many outcomes the survey of readers counts for.
    """

    probability: float
    low: float
    high: float
    coverage: float
    prior_hits: float
    prior_misses: float


def score_words(said: Sequence[Said]) -> WordsScore | Absent:
    """
    Return the Brier score of forecasts in words at the point readings, its bounds, and how much readers differ.

    No proper score exists for a range of probabilities, so three numbers are given in place of one. Lower is better.

    Args:
        said: The resolved forecasts; those of weight 0 count for nothing.
    Returns:
        Means in [0, 1], the variance in [0, 0.25]; or why there is none.
    References:
        Seidenfeld, Schervish and Kadane (2012), International Journal of Approximate Reasoning 53(8), 1248-1261.
    """
    total = math.fsum(one.weight for one in said)
    if total <= 0:
        return NOTHING
    weights, outcomes = [one.weight for one in said], [one.obs for one in said]
    scores = brier_score([one.reading.point for one in said], outcomes)
    return WordsScore(
        n=total,
        brier=math.fsum(weight * score for weight, score in zip(weights, scores.tolist(), strict=True)) / total,
        envelope=brier_envelope([one.reading for one in said], outcomes, weights=weights),
        reader_variance=math.fsum(one.weight * one.spread**2 for one in said) / total,
    )


def spread_of_range(low: float, high: float) -> float:
    """
    Return the standard deviation that a range from the tenth to the ninetieth percentile of readers suggests.

    It is exact for a normal distribution, and within 0.015 of the surveys for most phrases. Use it where the survey's
    own is not known.

    Args:
        low: The tenth percentile, in [0, 1].
        high: The ninetieth percentile, in [low, 1].
    Raises:
        ValueError: Unless 0 <= low <= high <= 1.
    """
    if not 0 <= low <= high <= 1:
        raise ValueError(f"a range needs 0 <= low <= high <= 1, got {low} to {high}")
    return (high - low) / WIDTH_IN_SDS


def readers_as_outcomes(mean: float, spread: float) -> tuple[float, float]:
    """
    Return how many hits and misses the readers of a phrase count for: the Beta distribution with their mean and spread.

    Means are taken within 0.01 and 0.99 and spreads as at least 0.01, since no survey tells more; a spread too large
    for any Beta distribution counts for nearly nothing.

    Args:
        mean: Of readers, in [0, 1].
        spread: Their standard deviation, at least 0.
    Returns:
        Two positive numbers.
    Raises:
        ValueError: A mean outside [0, 1] or a negative spread.
    """
    if not 0 <= mean <= 1 or spread < 0:
        raise ValueError(f"readers need a mean in [0, 1] and a spread of at least 0, got {mean} and {spread}")
    centre = min(max(mean, LEAST_SPREAD), 1 - LEAST_SPREAD)
    variance = max(spread, LEAST_SPREAD) ** 2
    total = max(centre * (1 - centre) / variance - 1, LEAST_SPREAD)
    return centre * total, (1 - centre) * total


def effective_meaning(
    happened: float, failed: float, *, n_clusters: int, mean: float, spread: float, coverage: float = 0.95
) -> Meaning | Absent:
    """
    Return what a phrase of one author means, by what came of it, starting from what readers take it to mean.

    Readers are counted as outcomes of their own, and the author's are added: a Beta distribution. With few uses it
    stays near the readers, with many it is the share that happened. It takes the outcomes to be independent.

    Args:
        happened: How many times what was said so came true; fractions are allowed.
        failed: How many times it did not.
        n_clusters: Independent events among these times.
        mean: Of readers, in [0, 1].
        spread: Their standard deviation.
        coverage: Of the interval, between 0 and 1.
    Returns:
        The meaning, or why there is none: below three independent events.
    Raises:
        ValueError: A negative count, a mean or a spread that `readers_as_outcomes` refuses, a coverage outside (0, 1).
    """
    if happened < 0 or failed < 0 or not 0 < coverage < 1:
        raise ValueError(f"counts must be at least 0 and coverage in (0, 1), got {happened}, {failed}, {coverage}")
    hits, misses = readers_as_outcomes(mean, spread)
    least = MIN_SHOWN["verbal.meaning"].events
    if n_clusters < least:
        told = (
            f"Shown from {least} independent events on; there {'is' if n_clusters == 1 else 'are'} {n_clusters} so far."
        )
        return Absent(Missing.TOO_FEW_EVENTS, told)
    above, below = hits + happened, misses + failed
    low, high = (float(betaincinv(above, below, (1 + side * coverage) / 2)) for side in (-1, 1))
    return Meaning(above / (above + below), low, high, coverage, hits, misses)


def meaning_statement(author: str, phrase: str, *, happened: float, failed: float, mean: float, found: Meaning) -> str:
    """
    Return what a phrase of an author came to mean, in words.

    Args:
        author: Who used it.
        phrase: The words.
        happened: How many times it came true.
        failed: How many times it did not.
        mean: Of readers.
        found: What `effective_meaning` returned for these.
    """
    return (
        f"When {author} writes “{phrase}”, it happened {happened:.3g} of {happened + failed:.3g} times; readers hear "
        f"{mean:.0%}; effective meaning {found.probability:.0%} [{found.low * 100:.0f}–{found.high * 100:.0f}]."
    )
