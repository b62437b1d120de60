"""
Intervals for mean scores and for shares.

Forecasts about one event share its surprises, so a mean is only as certain as its number of independent events
(clusters), however many forecasts there are.
"""

import math
from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from typing import Final

from scipy.special import expit, logit, ndtri, stdtrit
from scipy.special.cython_special import betaincinv

from forecasts.scoring.unseen import Reach, alike_bounds, either_way
from forecasts.scoring.validation import Numbers, as_clusters, as_shares, require_same_length

MIN_CLUSTERS_FOR_T: Final = 20
# So many shares whose ends are remembered take some 5 MB.
REMEMBERED: Final = 16_384


class IntervalMethod(StrEnum):
    """How an interval was found; shown beside it."""

    CLUSTER_LOGIT_T = "CLUSTER_LOGIT_T"
    CLUSTER_T = "CLUSTER_T"
    CLUSTER_NORMAL = "CLUSTER_NORMAL"
    BETA_BOUND = "BETA_BOUND"
    SIGN_FLIP = "SIGN_FLIP"
    ALIKE_BOUND = "ALIKE_BOUND"
    CLUSTER_DELTA = "CLUSTER_DELTA"
    DELONG = "DELONG"
    WALD = "WALD"
    RESAMPLED = "RESAMPLED"
    CLOPPER_PEARSON = "CLOPPER_PEARSON"
    WILSON = "WILSON"
    JEFFREYS = "JEFFREYS"
    BETA_POSTERIOR = "BETA_POSTERIOR"


@dataclass(frozen=True, slots=True)
class Interval:
    """A range, how it was found, and the sample behind it."""

    low: float
    high: float
    method: IntervalMethod
    n: int
    n_clusters: int
    level: float

    def holding(self, low: float, high: float) -> "Interval":
        """Return it reaching from `low` to `high` at least; `ALIKE_BOUND` where neither end is its own any more."""
        method = IntervalMethod.ALIKE_BOUND if low < self.low and high > self.high else self.method
        return replace(self, low=min(low, self.low), high=max(high, self.high), method=method)


def mean_interval(scores: Numbers, clusters: Iterable[Hashable], *, level: float = 0.95) -> Interval:
    """
    Return an interval for the mean of scores that lie in [0, 1].

    From 20 clusters on it is Student's t on the logit of the mean, with the cluster-robust standard error, nowhere
    narrower than what so many clusters may not have shown. Below 20, or where every cluster scores the same and no
    spread can be measured, it is a deliberately wide Beta bound that treats each score as if it were a share of hits.

    Args:
        scores: Scores in [0, 1], shape (n,), n at least 1.
        clusters: A key for each score; scores with equal keys hang on the same event.
        level: Nominal coverage, between 0 and 1.
    Raises:
        ValueError: No score, a score outside [0, 1] or not finite, lengths that differ, a key that is None.
    References:
        Liang and Zeger (1986), Biometrika 73(1), 13-22; Brown, Cai and DasGupta (2001), Statistical Science
        16(2), 101-133 for the Beta quantiles; `alike_bounds` for what was not met.
    """
    values, keys = as_shares(scores, name="scores"), as_clusters(clusters)
    require_same_length(values, keys, names=("scores", "clusters"))
    _require_level(level)
    if len(values) == 0:
        raise ValueError("scores is empty; a mean needs at least one score")
    mean = math.fsum(values) / len(values)
    members = _members_by_cluster(values.tolist(), keys)
    return share_interval(
        mean,
        error=_clustered_error(members, mean=mean),
        n=len(values),
        n_clusters=len(members),
        effective_clusters=_effective_clusters(members),
        level=level,
    )


def share_interval(
    mean: float, *, error: float, n: int, n_clusters: int, effective_clusters: float, level: float = 0.95
) -> Interval:
    """
    Return an interval for a mean in [0, 1] from its cluster-robust error, as `mean_interval` describes it.

    Args:
        mean: Of scores in [0, 1].
        error: Its standard error; 0 where no spread can be measured.
        n: Forecasts behind it.
        n_clusters: Independent events among them.
        effective_clusters: How many events of equal size would say as much.
        level: Nominal coverage, between 0 and 1.
    References:
        Liang and Zeger (1986), Biometrika 73(1), 13-22; Brown, Cai and DasGupta (2001), Statistical Science
        16(2), 101-133 for the Beta quantiles; `alike_bounds` for what was not met.
    """
    if n_clusters >= MIN_CLUSTERS_FOR_T and error > 0:
        low, high = _logit_t_bounds(mean, error=error, freedom=n_clusters - 1, level=level)
        found = Interval(low, high, IntervalMethod.CLUSTER_LOGIT_T, n=n, n_clusters=n_clusters, level=level)
        return widened(found, mean, events=effective_clusters, reach=either_way(mean))
    low, high = _beta_bounds(mean, weight=effective_clusters, level=level)
    return Interval(low, high, IntervalMethod.BETA_BOUND, n=n, n_clusters=n_clusters, level=level)


def widened(found: Interval, mean: float, *, events: float, reach: Reach | None) -> Interval:
    """
    Return an interval that holds what `alike_bounds` has too.

    Args:
        found: The interval by the spread that was seen.
        mean: What it is of.
        events: How many events of equal size would say as much, above 0.
        reach: The least and the greatest that can come, around the mean; None leaves the interval as it is.
    References:
        Clopper and Pearson (1934), Biometrika 26(4), 404-413.
    """
    return found if reach is None else found.holding(*alike_bounds(mean, events=events, span=reach, level=found.level))


def wilson_interval(hits: float, n: int, *, level: float = 0.95) -> Interval:
    """
    Return Wilson's interval for a share of n independent trials.

    Args:
        hits: How many succeeded, in [0, n]; fractions are allowed.
        n: Trials, at least 1.
        level: Nominal coverage, between 0 and 1.
    Raises:
        ValueError: n below 1, or hits outside [0, n].
    References:
        Wilson (1927), Journal of the American Statistical Association 22(158), 209-212.
    """
    _require_count(hits, n)
    _require_level(level)
    share, z = hits / n, float(ndtri((1 + level) / 2))
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    low = 0.0 if hits == 0 else centre - half
    high = 1.0 if hits == n else centre + half
    return Interval(low, high, IntervalMethod.WILSON, n=n, n_clusters=n, level=level)


def jeffreys_interval(hits: float, n: float, *, level: float = 0.95) -> Interval:
    """
    Return Jeffreys' interval for a share of n independent trials, the quantiles of Beta(hits + 1/2, misses + 1/2).

    It starts at 0 where nothing succeeded and ends at 1 where all did.

    Args:
        hits: How many succeeded, in [0, n]; fractions are allowed.
        n: Trials, at least 1.
        level: Nominal coverage, between 0 and 1.
    Raises:
        ValueError: n below 1, or hits outside [0, n].
    References:
        Brown, Cai and DasGupta (2001), Statistical Science 16(2), 101-133.
    """
    low, high = jeffreys_bounds(hits, n, level=level)
    return Interval(low, high, IntervalMethod.JEFFREYS, n=max(1, round(n)), n_clusters=max(1, round(n)), level=level)


@lru_cache(maxsize=REMEMBERED)
def jeffreys_bounds(hits: float, n: float, *, level: float = 0.95) -> tuple[float, float]:
    """
    Return the ends of `jeffreys_interval`, which are remembered.

    Of the levels of a slice a verdict changes a few, and many were used once or twice.

    Args:
        hits: How many succeeded, in [0, n]; fractions are allowed.
        n: Trials, above 0.
        level: Nominal coverage, between 0 and 1.
    Raises:
        ValueError: n not above 0, or hits outside [0, n].
    References:
        Brown, Cai and DasGupta (2001), Statistical Science 16(2), 101-133.
    """
    _require_count(hits, n)
    _require_level(level)
    return _beta_bounds(hits / n, weight=n, level=level)


def _members_by_cluster(values: list[float], keys: tuple[Hashable, ...]) -> list[list[float]]:
    members: defaultdict[Hashable, list[float]] = defaultdict(list)
    for key, value in zip(keys, values, strict=True):
        members[key].append(value)
    return list(members.values())


def _clustered_error(members: list[list[float]], *, mean: float) -> float:
    n_clusters, n = len(members), sum(map(len, members))
    if n_clusters < 2 or all(value == members[0][0] for cluster in members for value in cluster):
        return 0.0
    # Sums of residuals, not of squares: nothing large is subtracted. fsum makes the order irrelevant to the bit.
    residuals = (math.fsum([*cluster, *[-mean] * len(cluster)]) for cluster in members)
    total = math.fsum(residual**2 for residual in residuals)
    return math.sqrt(n_clusters / (n_clusters - 1) * total) / n


def _effective_clusters(members: list[list[float]]) -> float:
    sizes = [len(cluster) for cluster in members]
    return sum(sizes) ** 2 / sum(size**2 for size in sizes)


def _logit_t_bounds(mean: float, *, error: float, freedom: int, level: float) -> tuple[float, float]:
    half = float(stdtrit(freedom, (1 + level) / 2)) * error / (mean * (1 - mean))
    return float(expit(logit(mean) - half)), float(expit(logit(mean) + half))


def _beta_bounds(share: float, *, weight: float, level: float) -> tuple[float, float]:
    # The function for one number: the same bits, without what that for arrays takes to begin.
    above, below = share * weight + 0.5, (1 - share) * weight + 0.5
    low = 0.0 if share == 0 else float(betaincinv(above, below, (1 - level) / 2))
    high = 1.0 if share == 1 else float(betaincinv(above, below, (1 + level) / 2))
    return min(low, share), max(high, share)


def _require_count(hits: float, n: float) -> None:
    if n <= 0 or not 0 <= hits <= n:
        raise ValueError(f"hits must be in [0, n] and n above 0, got {hits} of {n}")


def _require_level(level: float) -> None:
    if not 0 < level < 1:
        raise ValueError(f"level must be between 0 and 1, got {level}")
