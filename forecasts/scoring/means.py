"""The mean Brier score of a part of a slice, with its interval."""

from forecasts.scoring.intervals import Interval, share_interval
from forecasts.scoring.levels import WHOLE
from forecasts.scoring.statistics import Totals


def mean_brier_interval(totals: Totals) -> Interval:
    """
    Return the interval of a mean Brier score from sums over independent events, as `share_interval` describes it.

    Args:
        totals: The sums, of at least one forecast.
    Raises:
        ValueError: Nothing is counted.
    References:
        Liang and Zeger (1986), Biometrika 73(1), 13-22; Brown, Cai and DasGupta (2001), Statistical Science
        16(2), 101-133 for the Beta quantiles.
    """
    return share_interval(
        float(totals.mean("brier")),
        error=totals.standard_error("brier"),
        n=max(1, round(totals.weight / WHOLE)),
        n_clusters=totals.clusters,
        effective_clusters=totals.effective_clusters,
    )
