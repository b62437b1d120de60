"""The mean score as it stood after each outcome: how a record came to be what it is."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction
from itertools import groupby
from operator import attrgetter
from typing import Final, NamedTuple

from forecasts.scoring.intervals import Interval
from forecasts.scoring.means import mean_brier_interval
from forecasts.scoring.statistics import UNITS, Cell, Totals, cell_of

MIN_EVENTS: Final = 10


class Settled(NamedTuple):
    """A scored forecast: when its outcome could be known, the event it counts for, basis points, weight in millionths."""

    at: datetime
    cluster: str
    level: int
    outcome: int
    weight: int


class Stand(NamedTuple):
    """The mean Brier score of all that was settled up to an instant: of how many forecasts, and its interval if known."""

    at: datetime
    n: int
    brier: float
    interval: Interval | None


def running_brier(settled: Sequence[Settled]) -> tuple[Stand, ...]:
    """
    Return the mean Brier score and its cluster-robust 95% interval after each instant at which outcomes became known.

    Args:
        settled: Every forecast that counts, in any order, each with weight.
    Returns:
        One stand for each instant, the earliest first; the last one is the score as it is.
    References:
        Brier (1950), Monthly Weather Review 78(1), 1-3; Liang and Zeger (1986), Biometrika 73(1), 13-22.
    """
    cells: dict[str, Cell] = defaultdict(Cell)
    stands, n = [], 0
    for at, known in groupby(sorted(settled, key=attrgetter("at")), key=attrgetter("at")):
        for one in known:
            cells[one.cluster] += cell_of(one.level, one.outcome, weight=one.weight)
            n += 1
        totals = Totals.of(cell for cell in cells.values() if cell)
        stands.append(Stand(at, n, float(totals.mean("brier")), mean_brier_interval(totals)))
    return tuple(stands)


def latest_brier(newest: Sequence[Settled], *, totals: Totals, n: int) -> tuple[Stand, ...]:
    """
    Return the mean Brier score after each of the last instants of a long record, without intervals.

    It is worked out backwards from the sums of all, so that what came before has not to be read.

    Args:
        newest: The forecasts that were settled last.
        totals: The sums of all of them.
        n: How many forecasts those are.
    Returns:
        One stand for each instant, the earliest first; the last one is the score as it is.
    """
    stands: list[Stand] = []
    weight, lost = totals.weight, totals.moments["brier"].total
    for at, known in groupby(sorted(newest, key=attrgetter("at"), reverse=True), key=attrgetter("at")):
        if weight <= 0:
            break
        stands.append(Stand(at, n, float(Fraction(lost, weight * UNITS["brier"])), None))
        for one in known:
            weight, n = weight - one.weight, n - 1
            lost -= cell_of(one.level, one.outcome, weight=one.weight).brier
    return tuple(reversed(stands))
