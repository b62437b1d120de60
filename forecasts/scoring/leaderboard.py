"""Who is ranked where, how sure that is, and who is not ranked for want of evidence."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import stdtr, stdtrit

from forecasts.scoring.figures import clustered_mean, points_reach
from forecasts.scoring.pooling import DRAWS, Measured, Placed, holm, placed
from forecasts.scoring.statistics import Totals
from forecasts.scoring.thresholds import MIN_SHOWN, Absent, Missing

ERROR_RATE: Final = 0.05
# Ranks are drawn fewer times among very many forecasters, so that the work stays within bounds.
MOST_DRAWN: Final = 2_000_000
FEWEST_DRAWS: Final = 200


@dataclass(frozen=True, slots=True)
class Record:
    """What a forecaster saved on average, its standard error, above 0, and on how many independent events."""

    saved: float
    standard_error: float
    n_clusters: int


def record_of_saved(totals: Totals) -> Record:
    """
    Return what a forecaster saved, with the error that the wider side of its interval stands for.

    That is the cluster-robust one, unless events may well not have shown what would cost or gain more.

    Args:
        totals: The sums, of at least one forecast.
    Raises:
        ValueError: Nothing is counted.
    References:
        `signed_interval`.
    """
    mean, interval = clustered_mean("POINTS_SAVED", totals, reach=points_reach(totals))
    half = max(mean - interval.low, interval.high - mean)
    of_interval = half / float(stdtrit(max(1, totals.clusters - 1), (1 + interval.level) / 2))
    # An interval ends where no mean can be, an error does not.
    return Record(mean, max(of_interval, 100 * totals.standard_error("points_saved")), totals.clusters)


@dataclass(frozen=True, slots=True)
class Seat:
    """
    A place in the ranking.

    `pooled` is what was saved, drawn towards the others; equal values share a rank. `best_rank` and `worst_rank` hold the
    true rank nine times in ten. `p_value` is two-sided and against the reference; `adjusted_p_value` allows for how many
    forecasters are ranked, and decides on `beats_reference`.
    """

    rank: int
    pooled: float
    pooled_error: float
    best_rank: int
    worst_rank: int
    p_value: float
    adjusted_p_value: float
    beats_reference: bool


def seated(records: Sequence[Record]) -> tuple[Seat | Absent, ...]:
    """
    Return the place of each forecaster, or why they have none, in the order of `records`.

    Args:
        records: What each saved against the reference; more is better.
    Raises:
        ValueError: A number that is not finite.
    References:
        Efron and Morris (1975), Journal of the American Statistical Association 70(350), 311-319; Holm (1979), Scandinavian
        Journal of Statistics 6(2), 65-70.
    """
    ranked = [place for place, record in enumerate(records) if why_unranked(record) is None]
    seats = dict(zip(ranked, _seats([records[place] for place in ranked]), strict=True))
    return tuple(why_unranked(record) or seats[place] for place, record in enumerate(records))


def why_unranked(record: Record) -> Absent | None:
    """Return why a forecaster is not ranked; None where they are."""
    least = MIN_SHOWN["rank_interval"].events
    if record.n_clusters >= least:
        return None
    are = "is 1" if record.n_clusters == 1 else f"are {record.n_clusters}"
    return Absent(Missing.TOO_FEW_EVENTS, f"Ranked from {least} independent events on; there {are} so far.")


def _seats(records: Sequence[Record]) -> list[Seat]:
    if not records:
        return []
    draws = min(DRAWS, max(FEWEST_DRAWS, MOST_DRAWN // len(records)))
    places = placed([Measured(one.saved, one.standard_error) for one in records], draws=draws)
    p_values = [_p_value(one) for one in records]
    in_order = np.sort([place.value for place in places])
    above = len(records) - np.searchsorted(in_order, [place.value for place in places], side="right")
    columns = zip(records, places, above.tolist(), p_values, holm(p_values), strict=True)
    return [_seat(*column) for column in columns]


def _seat(record: Record, place: Placed, above: int, p_value: float, adjusted: float) -> Seat:
    rank = above + 1
    return Seat(
        rank=rank,
        pooled=place.value,
        pooled_error=place.spread,
        best_rank=min(rank, place.best_rank),
        worst_rank=max(rank, place.worst_rank),
        p_value=p_value,
        adjusted_p_value=adjusted,
        beats_reference=record.saved > 0 and adjusted < ERROR_RATE,
    )


def _p_value(record: Record) -> float:
    """How often chance alone takes somebody who is no better than the reference as far from it."""
    return min(1.0, 2 * float(stdtr(record.n_clusters - 1, -abs(record.saved / record.standard_error))))
