"""One probability out of many: fixed formulas, so that nothing is fitted to what is known only later."""

import math
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType
from typing import Final

import numpy as np
from scipy.special import expit, logit

from forecasts.scoring.validation import FloatArray, Numbers, as_shares

# A certainty would outweigh any number of other opinions.
ODDS_CLIP: Final = 0.01


class Method(StrEnum):
    """How opinions are put together."""

    MEDIAN = "MEDIAN"
    MEAN = "MEAN"
    ODDS = "ODDS"
    EXTREMISED = "EXTREMISED"
    RECENT = "RECENT"


def aggregate(fcst: Numbers, *, method: Method) -> float:
    """
    Return one probability out of several.

    Args:
        fcst: Probabilities in [0, 1], at least one; the most recent last.
        method: How.
    Raises:
        ValueError: No probability, or one outside its range.
    """
    return FORMULAS[method](fcst)


def median(fcst: Numbers) -> float:
    """
    Return the median; of an even number, the mean of the middle two.

    Args:
        fcst: Probabilities in [0, 1], at least one.
    Raises:
        ValueError: No probability, or one outside its range.
    References:
        Galton (1907), Nature 75, 450-451.
    """
    return float(np.median(_opinions(fcst)))


def mean(fcst: Numbers) -> float:
    """
    Return the arithmetic mean.

    Args:
        fcst: Probabilities in [0, 1], at least one.
    Raises:
        ValueError: No probability, or one outside its range.
    References:
        Stone (1961), Annals of Mathematical Statistics 32(4), 1339-1342.
    """
    opinions = _opinions(fcst)
    return math.fsum(opinions) / len(opinions)


def geometric_mean_of_odds(fcst: Numbers) -> float:
    """
    Return the probability whose odds are the geometric mean of the odds, each moved into [0.01, 0.99] first.

    Args:
        fcst: Probabilities in [0, 1], at least one.
    Raises:
        ValueError: No probability, or one outside its range.
    References:
        Satopää, Baron, Foster, Mellers, Tetlock and Ungar (2014), International Journal of Forecasting 30(2), 344-356.
    """
    return float(expit(_mean_log_odds(_opinions(fcst))))


def extremised_odds(fcst: Numbers) -> float:
    """
    Return the geometric mean of odds, moved away from 0.5 by a factor that depends on the number of opinions alone.

    Whoever holds one opinion knows only part of what all of them know together.

    Args:
        fcst: Probabilities in [0, 1], at least one.
    Raises:
        ValueError: No probability, or one outside its range.
    References:
        Neyman and Roughgarden (2022), Proceedings of the 23rd ACM Conference on Economics and Computation.
    """
    opinions = _opinions(fcst)
    return float(expit(extremising_factor(len(opinions)) * _mean_log_odds(opinions)))


def extremising_factor(n: int) -> float:
    """
    Return by how much n opinions move their mean log-odds: 1 of a single one, nearly 1.73 of very many.

    Args:
        n: Opinions, at least 1.
    Raises:
        ValueError: n below 1.
    References:
        Neyman and Roughgarden (2022), Proceedings of the 23rd ACM Conference on Economics and Computation.
    """
    if n < 1:
        raise ValueError(f"n must be at least 1, got {n}")
    return n * (math.sqrt(3 * n * n - 3 * n + 1) - 2) / (n * n - n - 1)


def recency_median(fcst: Numbers) -> float:
    """
    Return the median weighted by recency: the i-th of N, the oldest first, weighs exp(√i - √N).

    Args:
        fcst: Probabilities in [0, 1], at least one; the most recent last.
    Raises:
        ValueError: No probability, or one outside its range.
    References:
        Metaculus, metaculus.com/faq: how the community prediction is made.
    """
    opinions = _opinions(fcst)
    weights = np.exp(np.sqrt(np.arange(1, len(opinions) + 1)) - math.sqrt(len(opinions)))
    order = np.argsort(opinions, kind="stable")
    below, half = weights[order].cumsum(), math.fsum(weights) / 2
    place = int(np.searchsorted(below, half * (1 - 1e-12)))
    # Where half of the weight ends at an opinion, the middle lies between it and the next one.
    beyond = place + 1 if math.isclose(below[place], half) else place
    return float((opinions[order][place] + opinions[order][min(beyond, len(opinions) - 1)]) / 2)


FORMULAS: Final[Mapping[Method, Callable[[Numbers], float]]] = MappingProxyType(
    {
        Method.MEDIAN: median,
        Method.MEAN: mean,
        Method.ODDS: geometric_mean_of_odds,
        Method.EXTREMISED: extremised_odds,
        Method.RECENT: recency_median,
    }
)


def one_of_each_origin(fcst: Numbers, origins: Iterable[Hashable]) -> FloatArray:
    """
    Return the probabilities with those of one origin made into one, their geometric mean of odds.

    Three texts that repeat one source are one opinion. Where only one has an origin it stays as it is.

    Args:
        fcst: Probabilities in [0, 1], shape (n,); the most recent last.
        origins: What each was taken from, shape (n,).
    Returns:
        In the order of the most recent of each origin.
    Raises:
        ValueError: A value outside its range, or lengths that differ.
    """
    opinions, keys = as_shares(fcst, name="fcst"), list(origins)
    if len(opinions) != len(keys):
        raise ValueError(f"fcst has {len(opinions)} values but origins has {len(keys)}")
    members: dict[Hashable, list[float]] = {}
    for opinion, key in zip(opinions.tolist(), keys, strict=True):
        # Taken out and put back, so that the order is that of the latest.
        members[key] = [*members.pop(key, []), opinion]
    return np.array([_together(held) for held in members.values()], dtype=np.float64)


def _together(held: Sequence[float]) -> float:
    return held[0] if len(held) == 1 else geometric_mean_of_odds(held)


def _opinions(fcst: Numbers) -> FloatArray:
    opinions = as_shares(fcst, name="fcst")
    if not len(opinions):
        raise ValueError("fcst is empty; an aggregate needs at least one opinion")
    return opinions


def _mean_log_odds(opinions: FloatArray) -> float:
    return math.fsum(logit(np.clip(opinions, ODDS_CLIP, 1 - ODDS_CLIP))) / len(opinions)
