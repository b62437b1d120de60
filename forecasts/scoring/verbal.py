"""What words of probability were worth: scored as readers take them, and read as the outcomes of one author tell."""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from scipy.special import betaincinv

from forecasts.scoring.figures import Figure
from forecasts.scoring.intervals import Interval, IntervalMethod
from forecasts.scoring.levels import WHOLE
from forecasts.scoring.lexicon import Reading, envelope_losses
from forecasts.scoring.part_figures import absent_part, loss_totals, mean_part, part
from forecasts.scoring.rules import brier_score
from forecasts.scoring.thresholds import Absent, too_few

# Between the tenth and the ninetieth percentile of a normal distribution lie so many standard deviations.
WIDTH_IN_SDS: Final = 2.5631
# No survey tells readings apart by less, and none puts all readers at an end.
LEAST_SPREAD: Final = 0.01


@dataclass(frozen=True, slots=True)
class Said:
    """
    Forecasts in the same words, read alike, that came out alike on one event.

    `spread` is the standard deviation of readers in [0, 0.5], `obs` the share that came true, `weight` in forecasts;
    those with equal `cluster` hang on the same event.
    """

    reading: Reading
    spread: float
    obs: float
    weight: float
    cluster: Hashable


@dataclass(frozen=True, slots=True)
class WordsScore:
    """
    The score of forecasts in words, each number with its interval or the reason why it is not shown.

    `brier` at the point of each reading; `best` and `worst` over every choice of a number in each range;
    `reader_variance` is what the Brier score of a reader exceeds that at the point by, on average over readers: the
    price of vagueness.
    """

    brier: Figure
    best: Figure
    worst: Figure
    reader_variance: Figure


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


def score_words(said: Sequence[Said]) -> WordsScore:
    """
    Return the Brier score of forecasts in words at the point readings, its bounds, and how much readers differ.

    No proper score exists for a range of probabilities, so three numbers are given in place of one. Lower is better.

    Args:
        said: The resolved forecasts; those of weight 0 count for nothing.
    Returns:
        Means in [0, 1], the variance in [0, 0.25]; below five independent events the reason why there are none.
    References:
        Seidenfeld, Schervish and Kadane (2012), International Journal of Approximate Reasoning 53(8), 1248-1261.
    """
    counting = [one for one in said if one.weight > 0]
    readings, outcomes = [one.reading for one in counting], [one.obs for one in counting]
    best, worst = envelope_losses(readings, outcomes) if counting else ((), ())
    losses = {
        "BRIER": brier_score([one.point for one in readings], outcomes),
        "WORDS_BEST": best,
        "WORDS_WORST": worst,
        "READER_VARIANCE": [one.spread**2 for one in counting],
    }
    return WordsScore(*(_mean(name, counting, values) for name, values in losses.items()))


def _mean(name: str, said: Sequence[Said], losses: Iterable[float]) -> Figure:
    weighed = zip(said, losses, strict=True)
    totals = loss_totals((one.cluster, float(loss), round(one.weight * WHOLE)) for one, loss in weighed)
    key = "verbal.point" if name == "BRIER" else "verbal.envelope"
    return mean_part(name, totals, absent=too_few(key, n_clusters=totals.clusters) if said else None)


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
    References:
        Mosteller (1946), Annals of Mathematical Statistics 17(4), 377-408, for spreads from quantiles.
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
    References:
        Johnson, Kotz and Balakrishnan (1995), Continuous Univariate Distributions 2, chapter 25, for the moments.
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
    References:
        Gelman et al. (2013), Bayesian Data Analysis, section 2.4.
    """
    if happened < 0 or failed < 0 or not 0 < coverage < 1:
        raise ValueError(f"counts must be at least 0 and coverage in (0, 1), got {happened}, {failed}, {coverage}")
    hits, misses = readers_as_outcomes(mean, spread)
    if few := too_few("verbal.meaning", n_clusters=n_clusters):
        return few
    above, below = hits + happened, misses + failed
    low, high = (float(betaincinv(above, below, (1 + side * coverage) / 2)) for side in (-1, 1))
    return Meaning(above / (above + below), low, high, coverage, hits, misses)


def meaning_figure(found: Meaning | Absent, *, n: float, n_clusters: int) -> Figure:
    """
    Return what a phrase came to mean as a number of a scorecard.

    Args:
        found: What `effective_meaning` returned.
        n: How many times the phrase was used, by weight.
        n_clusters: Independent events among these times.
    """
    times = max(1, round(n))
    if isinstance(found, Absent):
        return absent_part("MEANING", found, n=times, n_clusters=n_clusters)
    interval = Interval(
        found.low, found.high, IntervalMethod.BETA_POSTERIOR, n=times, n_clusters=times, level=found.coverage
    )
    return part("MEANING", found.probability, n=times, n_clusters=n_clusters, interval=interval)


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
