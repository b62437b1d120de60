"""The numbers of a scorecard's parts: of words, of conditions, of other readings. Each is a figure like every other."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from types import MappingProxyType
from typing import Final

from forecasts.scoring.decomposition import decompose_brier
from forecasts.scoring.figures import Figure, area_found, figure_found
from forecasts.scoring.intervals import Interval
from forecasts.scoring.levels import WHOLE, Levels
from forecasts.scoring.means import mean_brier_interval
from forecasts.scoring.measures import COUNTED, INDEPENDENT, LOWER, MEASURES, NEITHER, UNIT
from forecasts.scoring.rules import Measure
from forecasts.scoring.statistics import Cell, Totals, cell_of_loss
from forecasts.scoring.thresholds import NOTHING, Absent, why_absent

SURVEYED: Final = "It is what the surveys behind the lexicon found, not an estimate from outcomes."
SHARE: Final = "share"
_ALL: Final = (
    MEASURES["BRIER"],
    Measure("WORDS_BEST", "brier-envelope-1", 0.0, 1.0, LOWER, UNIT),
    Measure("WORDS_WORST", "brier-envelope-1", 0.0, 1.0, LOWER, UNIT),
    Measure("READER_VARIANCE", "reader-variance-1", 0.0, 0.25, LOWER, UNIT),
    Measure("MEANING", "beta-meaning-1", 0.0, 1.0, NEITHER, "probability"),
    Measure("LADDER", "ladder-1", 0.0, 1.0, LOWER, "squared probability, in steps"),
    Measure("MIDPOINT_BRIER", "brier-1", 0.0, 1.0, LOWER, UNIT),
    Measure("HEDGES_HAPPENED", "share-1", 0.0, 1.0, NEITHER, SHARE),
    Measure("HEDGES_BRIER", "brier-1", 0.0, 1.0, LOWER, UNIT),
    Measure("ANNULLED_SHARE", "share-1", 0.0, 1.0, NEITHER, SHARE),
    Measure("MEAN_CONDITION", "mean-1", 0.0, 1.0, NEITHER, "probability"),
    Measure("LARGEST_GAP", "coherence-gap-1", 0.0, 1.0, LOWER, "probability"),
    Measure("LARGEST_DISTANCE", "coherence-distance-1", 0.0, 2.0, LOWER, "probability"),
    Measure("BRIER_DIFFERENCE", "brier-difference-1", -1.0, 1.0, NEITHER, UNIT),
    Measure("IMPLIED_SHARE", "share-1", 0.0, 1.0, NEITHER, "share of the weight"),
)
PART_MEASURES: Final[Mapping[str, Measure]] = MappingProxyType({measure.name: measure for measure in _ALL})

NO_PART_INTERVAL: Final[Mapping[str, str]] = MappingProxyType(
    {
        "READER_VARIANCE": SURVEYED,
        "MEAN_CONDITION": COUNTED,
        "LARGEST_GAP": COUNTED,
        "LARGEST_DISTANCE": COUNTED,
        "IMPLIED_SHARE": COUNTED,
    }
)
PART_NOTES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "MEANING": INDEPENDENT,
        "MIDPOINT_BRIER": "Not proper for a scale of steps: read the ladder's score instead.",
        "HEDGES_BRIER": "At the lexicon's point, and in no score: its author asserted nothing.",
        "ANNULLED_SHARE": "Takes conditions to be independent: too sure where several predictions hang on one.",
        "LARGEST_GAP": "A diagnostic: nobody is scored on it.",
        "LARGEST_DISTANCE": "A diagnostic: nobody is scored on it.",
    }
)


def part(
    name: str, value: float, *, n: int, n_clusters: int, interval: Interval | None = None, no_interval: str = ""
) -> Figure:
    """
    Return a number of a part that is shown.

    Args:
        name: In `PART_MEASURES`.
        value: The number.
        n: What it is made from: forecasts or predictions.
        n_clusters: Independent events among them.
        interval: Where it has one.
        no_interval: Why it has none; what `NO_PART_INTERVAL` says by default.
    """
    why = "" if interval else no_interval or NO_PART_INTERVAL[name]
    return Figure(PART_MEASURES[name], value, interval, None, n, n_clusters, PART_NOTES.get(name, ""), why)


def absent_part(name: str, why: Absent, *, n: int = 0, n_clusters: int = 0) -> Figure:
    """
    Return the reason in place of a number of a part.

    Args:
        name: In `PART_MEASURES`.
        why: The reason.
        n: What it would be made from: forecasts or predictions.
        n_clusters: Independent events among them.
    """
    return Figure(PART_MEASURES[name], None, None, why, n, n_clusters, PART_NOTES.get(name, ""))


def mean_part(name: str, totals: Totals, *, absent: Absent | None = None) -> Figure:
    """
    Return the mean of losses in [0, 1] with its interval, as the headline has it.

    Args:
        name: In `PART_MEASURES`.
        totals: Their sums over independent events; the losses stand where Brier scores do.
        absent: Why it is not shown.
    """
    n = forecasts_in(totals)
    if absent or not n:
        return absent_part(name, absent or NOTHING, n=n, n_clusters=totals.clusters)
    mean, interval = float(totals.mean("brier")), mean_brier_interval(totals)
    if name in NO_PART_INTERVAL:
        return part(name, mean, n=n, n_clusters=totals.clusters)
    return part(name, mean, n=n, n_clusters=totals.clusters, interval=interval)


def forecasts_in(totals: Totals) -> int:
    """
    Return how many forecasts sums are made from, by weight: at least 1 where there is any.

    Args:
        totals: The sums.
    """
    return max(1, round(totals.weight / WHOLE)) if totals.weight else 0


def loss_totals(losses: Iterable[tuple[Hashable, float, int]]) -> Totals:
    """
    Return the sums of losses over independent events.

    Args:
        losses: Of each forecast its event, its loss in [0, 1] and its weight in millionths.
    """
    cells: defaultdict[Hashable, Cell] = defaultdict(Cell)
    for cluster, loss, weight in losses:
        cells[cluster] += cell_of_loss(loss, weight=weight)
    return Totals.of(cell for cell in cells.values() if cell)


def order_parts(levels: Levels, *, n: int, n_clusters: int) -> tuple[Figure, Figure]:
    """
    Return how well cases are told apart: discrimination, and the area under the curve. Only the order matters.

    Args:
        levels: The forecasts.
        n: How many they are, by weight.
        n_clusters: Independent events among them.
    References:
        Dimitriadis, Gneiting and Jordan (2021), PNAS 118(8), e2016191118; DeLong, DeLong and Clarke-Pearson (1988),
        Biometrics 44(3), 837-845.
    """
    sample = {"n": n, "n_clusters": n_clusters}
    parts = why_absent("decomposition", levels, n_clusters=n_clusters) or decompose_brier(levels)
    told = parts if isinstance(parts, Absent) else (parts.discrimination, None)
    return figure_found("DISCRIMINATION", told, **sample), figure_found("AUC", area_found(levels, **sample), **sample)
