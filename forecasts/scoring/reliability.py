"""The calibration of one set of forecasts in full: counts, curve, bands, and the losses of everybody who acts on them."""

from dataclasses import dataclass
from typing import Final, NamedTuple

from forecasts.scoring.bands import Band, Consistency, band_statement, consistency_band, honest_band
from forecasts.scoring.curves import Step, calibration_steps, elementary_scores
from forecasts.scoring.levels import Levels
from forecasts.scoring.thresholds import Absent, why_absent

# Every twentieth: the loss is a line between two probabilities that were said, so more points show little more.
THRESHOLDS: Final = tuple(place / 20 for place in range(1, 20))


class Loss(NamedTuple):
    """What acting on every probability above `threshold` lost on average, and what always saying the same would."""

    threshold: float
    loss: float
    always_base_rate: float


@dataclass(frozen=True, slots=True)
class Bands:
    """
    Where the curve may lie by chance (`consistency`), what the record proves (`honest`), and the latter in words.

    Below 100 independent events neither band is shown; `consistency` is there from 20 on for what chance does to the
    miscalibration. Whatever is not shown has its reason in its place.
    """

    consistency: Consistency | Absent
    around_diagonal: Band | Absent
    honest: Band | Absent
    text: str


def bands_of(levels: Levels, *, n_clusters: int) -> Bands:
    """
    Return the bands around the diagonal and around the record, as far as the sample allows them to be shown.

    It takes some tens of milliseconds: 1,000 draws of the outcomes, from a fixed seed.

    Args:
        levels: The resolved forecasts.
        n_clusters: Independent events among them.
    """
    consistency = why_absent("miscalibration_p_value", levels, n_clusters=n_clusters) or consistency_band(levels)
    absent = why_absent("calibration_curve", levels, n_clusters=n_clusters)
    honest = absent or honest_band(levels)
    around = absent or (consistency if isinstance(consistency, Absent) else consistency.band)
    return Bands(consistency, around, honest, honest.text if isinstance(honest, Absent) else band_statement(honest))


def curve_of(levels: Levels, *, n_clusters: int) -> tuple[Step, ...] | Absent:
    """
    Return the calibration curve in steps, or why it is not shown.

    Args:
        levels: The resolved forecasts.
        n_clusters: Independent events among them.
    References:
        Dimitriadis, Gneiting and Jordan (2021), PNAS 118(8), e2016191118.
    """
    return why_absent("calibration_curve", levels, n_clusters=n_clusters) or calibration_steps(levels)


def losses_of(levels: Levels, *, n_clusters: int) -> tuple[Loss, ...] | Absent:
    """
    Return the Murphy diagram: the elementary score at each of `THRESHOLDS`, beside that of always saying the base rate.

    Args:
        levels: The resolved forecasts.
        n_clusters: Independent events among them.
    Returns:
        One loss for each threshold, lower is better; or why there are none.
    References:
        Ehm, Gneiting, Jordan and Krüger (2016), Journal of the Royal Statistical Society B 78(3), 505-562.
    """
    absent = why_absent("elementary_scores", levels, n_clusters=n_clusters)
    losses = absent or elementary_scores(levels, thresholds=THRESHOLDS)
    if isinstance(losses, Absent):
        return losses
    base = levels.n_happened / levels.n
    found = []
    for threshold, loss in zip(THRESHOLDS, losses, strict=True):
        # Acting always or never, whichever the base rate advises.
        constant = threshold * (1 - base) if base > threshold else (1 - threshold) * base
        found.append(Loss(threshold, loss, constant))
    return tuple(found)
