"""Everything the first scorecard says about one set of resolved forecasts."""

import math
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from forecasts.scoring.calibration import Level, RecordStatement, levels, record_statement
from forecasts.scoring.intervals import Interval, mean_interval
from forecasts.scoring.rules import (
    BRIER,
    LOG,
    Direction,
    Measure,
    brier_score,
    count_certain_and_wrong,
    count_clipped,
    log_score,
)
from forecasts.scoring.tiers import Tier, sample_statement, tier_at
from forecasts.scoring.validation import FloatArray, Numbers, as_clusters, as_pair, require_same_length

NOTHING_RESOLVED: Final = "NOTHING_RESOLVED"


def _count(name: str) -> Measure:
    return Measure(name, "count-1", 0.0, None, Direction.NONE, "forecasts")


# How to read each number of a `ScoreSummary`, by field.
SCORES: Final[Mapping[str, Measure]] = MappingProxyType(
    {
        "n": _count("N"),
        "n_clusters": Measure("N_CLUSTERS", "count-1", 0.0, None, Direction.NONE, "independent events"),
        "mean_brier": BRIER,
        "brier_interval": BRIER,
        "mean_log": LOG,
        "n_clipped": _count("N_CLIPPED"),
        "n_certain_and_wrong": Measure(
            "N_CERTAIN_AND_WRONG", "count-1", 0.0, None, Direction.LOWER_IS_BETTER, "forecasts"
        ),
        "record.expected": Measure("EXPECTED", "sum-1", 0.0, None, Direction.NONE, "outcomes"),
        "record.observed": Measure("OBSERVED", "sum-1", 0.0, None, Direction.NONE, "outcomes"),
        "record.p_value": Measure("P_VALUE", "poisson-binomial-1", 0.0, 1.0, Direction.NONE, "probability"),
        "levels": Measure("OBSERVED_SHARE", "levels-1", 0.0, 1.0, Direction.NONE, "share"),
    }
)


@dataclass(frozen=True, slots=True)
class ScoreSummary:
    """
    The scores of one set of resolved forecasts, and what its size allows to be said.

    Where nothing is resolved the means, the interval and the record are None and `missing_reason` says why; a
    mean of 0.0 is a perfect score.
    """

    n: int
    n_clusters: int
    mean_brier: float | None
    brier_interval: Interval | None
    mean_log: float | None
    n_clipped: int
    n_certain_and_wrong: int
    record: RecordStatement | None
    levels: tuple[Level, ...]
    tier: Tier
    statement: str
    missing_reason: str | None


def summarise(fcst: Numbers, obs: Numbers, clusters: Iterable[Hashable]) -> ScoreSummary:
    """
    Return every number of the scorecard for one set of resolved forecasts.

    The order of the forecasts changes no bit of the result.

    Args:
        fcst: Probabilities in [0, 1], shape (n,); n may be 0.
        obs: 1 where the outcome occurred, 0 where it did not, between them in part, shape (n,).
        clusters: A key for each forecast; forecasts with equal keys hang on the same event.
    Raises:
        ValueError: A value outside its range or not finite, lengths that differ, or a key that is None.
    """
    probabilities, outcomes = as_pair(fcst, obs)
    keys = as_clusters(clusters)
    require_same_length(probabilities, keys, names=("fcst", "clusters"))
    if len(probabilities) == 0:
        return _nothing_resolved()
    scores = brier_score(probabilities, outcomes)
    record, n_clusters = record_statement(probabilities, outcomes), len(set(keys))
    return ScoreSummary(
        n=len(probabilities),
        n_clusters=n_clusters,
        mean_brier=_mean(scores),
        brier_interval=mean_interval(scores, keys),
        mean_log=_mean(log_score(probabilities, outcomes)),
        n_clipped=count_clipped(probabilities),
        n_certain_and_wrong=count_certain_and_wrong(probabilities, outcomes),
        record=record,
        levels=levels(probabilities, outcomes),
        tier=tier_at(n_clusters),
        statement=sample_statement(n=len(probabilities), n_clusters=n_clusters, record=record),
        missing_reason=None,
    )


def _nothing_resolved() -> ScoreSummary:
    return ScoreSummary(
        n=0,
        n_clusters=0,
        mean_brier=None,
        brier_interval=None,
        mean_log=None,
        n_clipped=0,
        n_certain_and_wrong=0,
        record=None,
        levels=(),
        tier=tier_at(0),
        statement=sample_statement(n=0, n_clusters=0, record=None),
        missing_reason=NOTHING_RESOLVED,
    )


def _mean(scores: FloatArray) -> float:
    # fsum rounds once, whatever the order: numpy's pairwise sum does not.
    return math.fsum(scores) / len(scores)
