"""Predictions with a condition: how many could be tested, what came of them, and whether they fit together."""

import math
from collections import defaultdict
from dataclasses import dataclass, replace

from forecasts.scoring.intervals import Interval, wilson_interval
from forecasts.scoring.means import mean_brier_interval
from forecasts.scoring.statistics import Cell, Totals, cell_of

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


@dataclass(frozen=True, kw_only=True)
class Conditional:
    """
    The predictions of a slice that have a condition.

    `annulled_share` is of those decided, with Wilson's interval; predictions that hang on one condition share its fate,
    so it is too narrow. `mean_condition` is how probable the conditions were said to be, over the `n_condition` of
    which the same forecaster said it. `brier` is the mean score of the resolved ones, None where they are too many to add
    up beside everything else; the slice of the conditional ones alone has it.
    """

    n: int
    resolved: int
    annulled: int
    side_happened: int
    side_failed: int
    side_unknown: int
    annulled_share: float | None
    annulled_interval: Interval | None
    warning: str
    mean_condition: float | None
    n_condition: int
    brier: float | None
    brier_interval: Interval | None
    fits: tuple[FitLine, ...]
    are_fits_complete: bool

    @property
    def largest_gap(self) -> float | None:
        """The largest gap, whichever way; None where there was nothing to compare."""
        return max((abs(one.gap) for one in self.fits), default=None)

    @property
    def largest_distance(self) -> float | None:
        """The largest distance to numbers that fit together; None where there was nothing to compare."""
        return max((one.distance for one in self.fits if one.distance is not None), default=None)


def conditional_of(chosen: Slice, *, coverage: Coverage, recount: Recount | None = None) -> Conditional:
    """
    Return what there is to say about the predictions of a slice that have a condition.

    Args:
        chosen: The slice.
        coverage: What became of its predictions.
        recount: What counts where they are decided anew; by the record otherwise.
    """
    decided = coverage.conditional_resolved + coverage.conditional_annulled
    share = coverage.conditional_annulled / decided if decided else None
    is_small = coverage.predictions <= MOST_LOOKED_AT
    fits = fits_of(chosen) if is_small and coverage.predictions else Fits(is_complete=is_small)
    is_added_up = recount is not None or 0 < coverage.conditional_resolved <= MOST_ADDED_UP
    totals = _totals(chosen, recount=recount) if is_added_up else Totals()
    return Conditional(
        n=coverage.conditional,
        resolved=coverage.conditional_resolved,
        annulled=coverage.conditional_annulled,
        side_happened=coverage.side_happened,
        side_failed=coverage.side_failed,
        side_unknown=coverage.side_unknown,
        annulled_share=share,
        annulled_interval=wilson_interval(coverage.conditional_annulled, decided) if decided else None,
        warning=WARNING if share is not None and share > HALF else "",
        mean_condition=math.fsum(fits.conditions) / len(fits.conditions) if fits.conditions else None,
        n_condition=len(fits.conditions),
        brier=float(totals.mean("brier")) if totals.weight else None,
        brier_interval=mean_brier_interval(totals) if totals.weight else None,
        fits=fits.lines,
        are_fits_complete=fits.is_complete,
    )


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
