"""Everything the first scorecard says about one set of resolved forecasts."""

import math
from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from forecasts.scoring.calibration import Level, RecordStatement, levels_of, record_of
from forecasts.scoring.intervals import Interval, share_interval
from forecasts.scoring.levels import BASIS_POINTS, WHOLE, Levels
from forecasts.scoring.rules import BRIER, LOG, LOG_CLIP, Direction, Measure
from forecasts.scoring.statistics import Cell, Totals, cell_of
from forecasts.scoring.tiers import Tier, sample_statement, tier_at
from forecasts.scoring.validation import Numbers, as_clusters, as_pair, require_same_length

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
    histogram: Levels
    tier: Tier
    statement: str
    missing_reason: str | None

    @property
    def levels(self) -> tuple[Level, ...]:
        """Each probability that was used with what came of it; worked out when it is asked for."""
        return levels_of(self.histogram)


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
    cells: defaultdict[Hashable, Cell] = defaultdict(Cell)
    for probability, outcome, key in zip(probabilities.tolist(), outcomes.tolist(), keys, strict=True):
        cells[key] += cell_of(round(probability * BASIS_POINTS), round(outcome * BASIS_POINTS))
    return summarise_sums(Totals.of(cells.values()), Levels.of(probabilities, outcomes))


def summarise_sums(totals: Totals, histogram: Levels) -> ScoreSummary:
    """
    Return every number of the scorecard from sums, whatever number of forecasts they are of.

    Args:
        totals: The sums over independent events.
        histogram: The same forecasts by probability.
    """
    if totals.weight == 0:
        return _nothing_resolved()
    mean = float(totals.mean("brier"))
    n = max(1, round(totals.weight / WHOLE))
    n_clusters = min(totals.clusters, n)
    record = record_of(histogram)
    interval = share_interval(
        mean,
        error=totals.standard_error("brier"),
        n=n,
        n_clusters=totals.clusters,
        effective_clusters=totals.effective_clusters,
    )
    return ScoreSummary(
        n=n,
        n_clusters=totals.clusters,
        mean_brier=mean,
        brier_interval=interval,
        mean_log=float(totals.mean("log")),
        n_clipped=_rows(histogram, (histogram.probabilities < LOG_CLIP) | (histogram.probabilities > 1 - LOG_CLIP)),
        n_certain_and_wrong=_certain_and_wrong(histogram),
        record=record,
        histogram=histogram,
        tier=tier_at(totals.clusters),
        statement=sample_statement(n=n, n_clusters=n_clusters, record=record, brier=mean, interval=interval),
        missing_reason=None,
    )


def _rows(histogram: Levels, chosen: NDArray[np.bool_]) -> int:
    return int(histogram.rows[chosen].sum())


def _certain_and_wrong(histogram: Levels) -> int:
    """Forecasts of 0 that came true and of 1 that did not, in part or in whole, by weight."""
    never, always = histogram.level == 0, histogram.level == BASIS_POINTS
    wrong = histogram.happened[never].sum() + histogram.failed[always].sum()
    return math.ceil(wrong)


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
        histogram=Levels.empty(),
        tier=tier_at(0),
        statement=sample_statement(n=0, n_clusters=0, record=None, brier=None, interval=None),
        missing_reason=NOTHING_RESOLVED,
    )
