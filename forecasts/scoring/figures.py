"""What a scorecard says beside its headline: each figure with how to read it, or the reason why it is not there."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from forecasts.scoring.decomposition import Decomposition, decompose_brier
from forecasts.scoring.discrimination import Auc, area_under_curve
from forecasts.scoring.intervals import Interval, IntervalMethod, signed_interval
from forecasts.scoring.levels import WHOLE, Levels
from forecasts.scoring.rules import Direction, Measure
from forecasts.scoring.statistics import Totals
from forecasts.scoring.thresholds import Absent, why_absent

UNIT: Final = "squared probability"
# Means over forecasts, by their name in the sums; and the name of the threshold they share.
MEANS: Final = {
    "points_saved": (
        "points_saved",
        Measure("POINTS_SAVED", "points-saved-1", -1.0, 1.0, Direction.HIGHER_IS_BETTER, UNIT),
    ),
    "bias": ("bias", Measure("BIAS", "bias-1", -1.0, 1.0, Direction.NONE, "probability")),
    "overconfidence": (
        "overconfidence",
        Measure("OVERCONFIDENCE", "overconfidence-1", -1.0, 1.0, Direction.NONE, "probability"),
    ),
    "brier_gap": ("expected_brier_gap", Measure("BRIER_GAP", "brier-gap-1", -1.0, 1.0, Direction.NONE, UNIT)),
}
PARTS: Final = {
    "miscalibration": Measure("MISCALIBRATION", "corp-brier-1", 0.0, 1.0, Direction.LOWER_IS_BETTER, UNIT),
    "discrimination": Measure("DISCRIMINATION", "corp-brier-1", 0.0, 0.25, Direction.HIGHER_IS_BETTER, UNIT),
    "uncertainty": Measure("UNCERTAINTY", "corp-brier-1", 0.0, 0.25, Direction.NONE, UNIT),
}
AUC: Final = Measure("AUC", "auc-1", 0.0, 1.0, Direction.HIGHER_IS_BETTER, "share of pairs")


@dataclass(frozen=True, slots=True)
class Figure:
    """One number with its interval; where it is not shown, `absent` says why."""

    measure: Measure
    value: float | None
    interval: Interval | None
    absent: Absent | None


def figures_of(totals: Totals, levels: Levels) -> tuple[Figure, ...]:
    """
    Return every figure beside the headline.

    Args:
        totals: The sums over independent events.
        levels: The same forecasts by probability.
    """
    return (*_means(totals, levels), *_parts(totals, levels), _auc(totals, levels))


def _means(totals: Totals, levels: Levels) -> Iterator[Figure]:
    for name, (threshold, measure) in MEANS.items():
        absent = why_absent(threshold, levels, n_clusters=totals.clusters)
        if absent:
            yield Figure(measure, None, None, absent)
            continue
        mean = float(totals.mean(name))
        error, n = totals.standard_error(name), round(totals.weight / WHOLE)
        yield Figure(measure, mean, signed_interval(mean, error=error, n=n, n_clusters=totals.clusters), None)


def _parts(totals: Totals, levels: Levels) -> Iterator[Figure]:
    absent = why_absent("decomposition", levels, n_clusters=totals.clusters)
    parts = absent or decompose_brier(levels)
    for name, measure in PARTS.items():
        if isinstance(parts, Decomposition):
            yield Figure(measure, float(getattr(parts, name)), None, None)
        else:
            yield Figure(measure, None, None, parts)


def _auc(totals: Totals, levels: Levels) -> Figure:
    absent = why_absent("auc", levels, n_clusters=totals.clusters)
    found = absent or area_under_curve(levels)
    if not isinstance(found, Auc):
        return Figure(AUC, None, None, found)
    n = round(totals.weight / WHOLE)
    interval = Interval(found.low, found.high, IntervalMethod.DELONG, n=n, n_clusters=n, level=found.coverage)
    return Figure(AUC, found.area, interval, None)
