"""The same record read otherwise: what another reading makes of the mean score, event by event."""

import math
from collections.abc import Sequence
from fractions import Fraction

from forecasts.scoring.figures import Figure
from forecasts.scoring.part_figures import absent_part, forecasts_in, part
from forecasts.scoring.signed import signed_interval
from forecasts.scoring.statistics import UNITS, Cell, Totals
from forecasts.scoring.thresholds import NOTHING, too_few

Changed = tuple[Cell, Cell]


def reread(totals: Totals, changed: Sequence[Changed]) -> Totals:
    """
    Return the sums of Brier scores after some events were read otherwise; only their weights and scores are sound.

    Args:
        totals: Before.
        changed: The sums of each of those events before and after, empty where nothing counts.
    """
    for before, after in changed:
        totals = totals.replace_cell(*(Cell(weight=one.weight, brier=one.brier) for one in (before, after)))
    return totals


def brier_difference(before: Totals, after: Totals, changed: Sequence[Changed]) -> Figure:
    """
    Return by how much another reading changes the mean Brier score, with an interval that pairs each event with itself.

    The interval is Student's t by event, from 20 of them on, for the difference of two ratios of sums that share their
    events, to first order. Where another reading leaves events out, both means count in it.

    Args:
        before: The sums as they are.
        after: What `reread` returned.
        changed: What it was given.
    References:
        Cochran (1977), Sampling Techniques, 6.4.
    """
    n_clusters = before.clusters + sum(not one and bool(other) for one, other in changed)
    n = forecasts_in(after)
    if not before.weight or not after.weight:
        return absent_part("BRIER_DIFFERENCE", NOTHING, n=n, n_clusters=n_clusters)
    value = float(after.mean("brier") - before.mean("brier"))
    few = too_few("bias", n_clusters=n_clusters)
    if few:
        return part("BRIER_DIFFERENCE", value, n=n, n_clusters=n_clusters, no_interval=few.text)
    error = _paired_error(before, after, changed, n_clusters=n_clusters)
    # What nothing reads otherwise differs by nothing, for certain.
    span = (-1.0, 1.0) if changed else (value, value)
    interval = signed_interval(
        value,
        error=error,
        n=n,
        n_clusters=n_clusters,
        effective_clusters=after.effective_clusters,
        span=span,
    )
    return part("BRIER_DIFFERENCE", value, n=n, n_clusters=n_clusters, interval=interval)


def _paired_error(before: Totals, after: Totals, changed: Sequence[Changed], *, n_clusters: int) -> float:
    """The error of the difference of two means, from what each event adds to either."""
    unit = UNITS["brier"]
    sizes = before.weight, after.weight
    means = tuple(Fraction(one.moments["brier"].total, one.weight) for one in (before, after))
    same = reread(before, [(one, Cell()) for one, _ in changed])
    # An event that both read alike adds s (1/N' - 1/N) - n (m'/N' - m/N).
    score = Fraction(1, sizes[1]) - Fraction(1, sizes[0])
    weight = means[1] / sizes[1] - means[0] / sizes[0]
    known = same.moments["brier"]
    squares = score**2 * known.squares - 2 * score * weight * known.with_weight + weight**2 * same.weight_squares
    for one, other in changed:
        early, late = (
            (cell.brier - mean * cell.weight) / size
            for cell, mean, size in zip((one, other), means, sizes, strict=True)
        )
        squares += (late - early) ** 2
    # Never negative, unless parts of the sums were read while others were recorded.
    return math.sqrt(Fraction(n_clusters, n_clusters - 1) * max(squares, Fraction())) / unit
