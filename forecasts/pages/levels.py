"""The table beside the reliability diagram: each probability that was used, with everything the diagram draws of it."""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass

from forecasts.scoring.bands import Band
from forecasts.scoring.calibration import Level
from forecasts.scoring.reliability import curve_of
from forecasts.scoring.thresholds import Absent
from forecasts.selectors.scorecards import Scorecard

Reach = tuple[float, float]


@dataclass(frozen=True)
class LevelLine:
    """
    One probability that was used.

    `curve` is the share that the curve takes to happen there, `chance` where the curve of somebody perfectly calibrated
    would lie, `proven` where the true share lies; None where it is not shown.
    """

    level: Level
    curve: float | None
    chance: Reach | None
    proven: Reach | None


def level_lines(card: Scorecard) -> tuple[LevelLine, ...]:
    """The rows of the table, lowest probability first."""
    curve = curve_of(card.sample.levels, n_clusters=card.summary.n_clusters)
    steps = () if isinstance(curve, Absent) else curve
    chance, proven = shown_bands(card)
    return tuple(
        LevelLine(
            level,
            next((step.observed_share for step in steps if step.low <= level.probability <= step.high), None),
            _reach(chance, at=level.probability),
            _reach(proven, at=level.probability),
        )
        for level in card.summary.levels
    )


def shown_bands(card: Scorecard) -> tuple[Band | None, Band | None]:
    """The band of chance and that of what is proven; None for each that is not shown."""
    if card.bands is None:
        return None, None
    chance, proven = card.bands.around_diagonal, card.bands.honest
    return None if isinstance(chance, Absent) else chance, None if isinstance(proven, Absent) else proven


def _reach(band: Band | None, *, at: float) -> Reach | None:
    """The ends of a band at a probability: a lower bound holds for all higher probabilities, an upper one for all lower."""
    if band is None:
        return None
    below, above = bisect_right(band.probabilities, at) - 1, bisect_left(band.probabilities, at)
    low = band.low[below] if below >= 0 else 0.0
    return low, band.high[above] if above < len(band.high) else 1.0
