"""Predictions with a condition: how many could be tested, what came of them, and whether they fit together."""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from forecasts.scoring.figures import Figure
from forecasts.scoring.intervals import wilson_interval
from forecasts.scoring.part_figures import absent_part, mean_part, part
from forecasts.scoring.statistics import Cell, Totals, cell_of
from forecasts.scoring.thresholds import NOTHING, Absent, Missing

from .coverage import Coverage
from .fits import MOST_LOOKED_AT, FitLine, Fits, fits_of
from .recounts import Recount, weight_under
from .slices import Slice
from .sums import sums_of

HALF = 0.5
MOST_ADDED_UP = 5_000  # Predictions: the forecasts on more are added up for whoever asks for nothing else.
WARNING = (
    "More than half of the conditions that were decided were not met: what is scored is a sample of the worlds where they "
    "were. Who chooses remote conditions is hardly ever tested."
)


NONE_DECIDED = Absent(Missing.NOTHING_RESOLVED, "No prediction with a condition was decided yet.")
NONE_SAID = Absent(Missing.NOT_COUNTED, "Nobody who made such a prediction said how likely its condition was.")
NOTHING_TO_COMPARE = Absent(Missing.NOT_COUNTED, "Nothing was said that would have to fit together.")
TOO_MANY = Absent(
    Missing.TOO_MANY, f"More than {MOST_LOOKED_AT} predictions or forecasts: too many to compare. Narrow the slice."
)
ASK_FOR_THEM = Absent(
    Missing.TOO_MANY,
    f"More than {MOST_ADDED_UP:,} were resolved: too many to add up beside the rest. Ask with conditional=true.",
)


@dataclass(frozen=True, kw_only=True)
class Conditional:
    """
    The predictions of a slice that have a condition.

    `annulled_share` is of those decided, with Wilson's interval; predictions that hang on one condition share its fate,
    so it is too narrow. `mean_condition` is how probable the conditions were said to be, over those of which the same
    forecaster said it. `brier` is the mean score of the resolved ones; where they are too many to add up beside
    everything else, the slice of the conditional ones alone has it. `largest_gap` and `largest_distance` are the worst of
    `fits`, whichever way.
    """

    n: int
    resolved: int
    annulled: int
    side_happened: int
    side_failed: int
    side_unknown: int
    annulled_share: Figure
    warning: str
    mean_condition: Figure
    brier: Figure
    largest_gap: Figure
    largest_distance: Figure
    fits: tuple[FitLine, ...]
    are_fits_complete: bool


def conditional_of(
    chosen: Slice, *, coverage: Coverage, n_rows: int = 0, recount: Recount | None = None
) -> Conditional:
    """
    Return what there is to say about the predictions of a slice that have a condition.

    Args:
        chosen: The slice.
        coverage: What became of its predictions.
        n_rows: How many forecasts count in it, at least.
        recount: What counts where they are decided anew; by the record otherwise.
    """
    is_small = max(coverage.predictions, n_rows) <= MOST_LOOKED_AT
    fits = fits_of(chosen) if is_small and coverage.predictions else Fits(is_complete=is_small)
    share = _annulled_share(coverage)
    return Conditional(
        n=coverage.conditional,
        resolved=coverage.conditional_resolved,
        annulled=coverage.conditional_annulled,
        side_happened=coverage.side_happened,
        side_failed=coverage.side_failed,
        side_unknown=coverage.side_unknown,
        annulled_share=share,
        warning=WARNING if share.value is not None and share.value > HALF else "",
        mean_condition=_mean_condition(fits),
        brier=_brier(chosen, coverage=coverage, recount=recount),
        largest_gap=_largest("LARGEST_GAP", fits, [abs(one.gap) for one in fits.lines]),
        largest_distance=_largest(
            "LARGEST_DISTANCE", fits, [one.distance for one in fits.lines if one.distance is not None]
        ),
        fits=fits.lines,
        are_fits_complete=fits.is_complete,
    )


def _annulled_share(coverage: Coverage) -> Figure:
    n = coverage.conditional_resolved + coverage.conditional_annulled
    if not n:
        return absent_part("ANNULLED_SHARE", NONE_DECIDED)
    annulled = coverage.conditional_annulled
    return part("ANNULLED_SHARE", annulled / n, n=n, n_clusters=n, interval=wilson_interval(annulled, n))


def _mean_condition(fits: Fits) -> Figure:
    n = len(fits.conditions)
    if not n:
        return absent_part("MEAN_CONDITION", NONE_SAID if fits.is_complete else TOO_MANY)
    return part("MEAN_CONDITION", math.fsum(fits.conditions) / n, n=n, n_clusters=n)


def _largest(name: str, fits: Fits, sizes: Sequence[float]) -> Figure:
    n = len(sizes)
    if not n:
        return absent_part(name, NOTHING_TO_COMPARE if fits.is_complete else TOO_MANY)
    return part(name, max(sizes), n=n, n_clusters=n)


def _brier(chosen: Slice, *, coverage: Coverage, recount: Recount | None) -> Figure:
    if recount is None and coverage.conditional_resolved > MOST_ADDED_UP:
        return absent_part("BRIER", ASK_FOR_THEM)
    if recount is None and not coverage.conditional_resolved:
        return absent_part("BRIER", NOTHING)
    return mean_part("BRIER", _totals(chosen, recount=recount))


def _totals(chosen: Slice, *, recount: Recount | None) -> Totals:
    """The sums of the scored predictions that have a condition."""
    if recount is None:
        return sums_of(replace(chosen, conditional=True)).totals
    conditional = {one.pk for one in recount.predictions if one.is_conditional}
    clusters: dict[str, Cell] = defaultdict(Cell)
    for row in recount.rows:
        weight = weight_under(row, weighting=chosen.weighting)
        if row.prediction_id in conditional and weight:
            clusters[row.cluster] += cell_of(row.level, row.outcome, weight=weight)
    return Totals.of(cell for cell in clusters.values() if cell)
