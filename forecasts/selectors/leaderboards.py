"""Forecasters ranked by what they saved against the reference."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Count

from forecasts.models import Forecaster
from forecasts.scoring.figures import clustered_mean, points_reach
from forecasts.scoring.intervals import Interval
from forecasts.scoring.leaderboard import Seat
from forecasts.scoring.levels import WHOLE
from forecasts.scoring.means import mean_brier_interval
from forecasts.scoring.statistics import Totals
from forecasts.scoring.thresholds import Absent

from .counting import scored_forecasts
from .rereadings import Event, rereadings
from .sealed import who_never_revealed
from .seatings import ForecasterSums, ReadThrough, Seats, seats_of, seats_read_through
from .slices import Slice, forecasts_in
from .tallies import EventTally, tallies_by_event

MAX_LISTED = 500


@dataclass(frozen=True, kw_only=True)
class Line:
    """
    One forecaster on a leaderboard.

    `n_predictions` came to an outcome, of the `n_asked` that they forecast; `n_clusters` are the independent events among
    them. `seat` is the place, or why there is none.
    """

    slug: str
    name: str
    kind: str
    n: float
    n_clusters: int
    n_predictions: int
    n_asked: int
    mean_brier: float
    brier_interval: Interval
    points_saved: float
    interval: Interval
    seat: Seat | Absent


@dataclass(frozen=True, kw_only=True)
class Leaderboard:
    """
    Those who are ranked, the best first, and those who are not, with most events first; of each as many as asked for.

    `lexicons` has the places of everybody with words read through each lexicon, or why that was not looked at.
    """

    slice: Slice
    ranked: tuple[Line, ...]
    unranked: tuple[Line, ...]
    n_ranked: int
    n_unranked: int
    lexicons: tuple[ReadThrough, ...] | Absent = ()


def leaderboard(chosen: Slice, *, now: datetime | None = None, most: int = MAX_LISTED) -> Leaderboard:
    """
    Return the forecasters of a slice, ranked by what they saved against the reference, drawn towards each other.

    The number of queries does not depend on how many forecasters there are.

    Args:
        chosen: The slice.
        now: The knowledge time of another reading where the slice names none.
        most: How many are listed, of the ranked and of the others.
    """
    everybody = replace(chosen, aggregates=True)
    lexicons = rereadings(everybody)
    read = () if isinstance(lexicons, Absent) else lexicons
    sums, events = _added_up(everybody, changed={event for one in read for event in one.shifts}, now=now)
    totals = {slug: found.totals() for slug, found in sums.items()}
    seats = seats_of(totals, kept_back=who_never_revealed(as_recorded=chosen.as_recorded))
    ranked, unranked = _in_order(seats, totals=totals)
    listed = [*ranked[:most], *unranked[:most]]
    people, asked = _people(listed), _asked(everybody)
    lines = {
        slug: _line(people[slug], totals=totals[slug], sums=sums[slug], seat=seats[slug], n_asked=asked.get(slug, 0))
        for slug in listed
    }
    return Leaderboard(
        slice=chosen,
        ranked=tuple(lines[slug] for slug in ranked[:most]),
        unranked=tuple(lines[slug] for slug in unranked[:most]),
        n_ranked=len(ranked),
        n_unranked=len(unranked),
        lexicons=lexicons
        if isinstance(lexicons, Absent)
        else seats_read_through(lexicons, seats=seats, sums=sums, events=events),
    )


def _added_up(
    everybody: Slice, *, changed: Collection[Event], now: datetime | None
) -> tuple[dict[str, ForecasterSums], dict[Event, EventTally]]:
    """The sums of every forecaster, and the events that another lexicon changes something in."""
    sums: dict[str, ForecasterSums] = defaultdict(ForecasterSums)
    events: dict[Event, EventTally] = {}
    for one in tallies_by_event(everybody, now=now):
        sums[one.forecaster].add(one)
        if (one.forecaster, one.cluster) in changed:
            events[one.forecaster, one.cluster] = one
    return sums, events


def _in_order(seats: Seats, *, totals: Mapping[str, Totals]) -> tuple[list[str], list[str]]:
    """Who is ranked, the best first; who is not, with most events first."""
    ranked = [slug for slug, seat in seats.items() if isinstance(seat, Seat)]
    unranked = sorted(seats.keys() - set(ranked), key=lambda slug: (-totals[slug].clusters, slug))
    return sorted(ranked, key=lambda slug: (_rank(seats[slug]), slug)), unranked


def _rank(seat: Seat | Absent) -> float:
    return seat.rank if isinstance(seat, Seat) else float("inf")


def _line(person: Forecaster, *, totals: Totals, sums: ForecasterSums, seat: Seat | Absent, n_asked: int) -> Line:
    saved, interval = clustered_mean("POINTS_SAVED", totals, reach=points_reach(totals))
    return Line(
        slug=person.slug,
        name=person.name,
        kind=person.kind,
        n=totals.weight / WHOLE,
        n_clusters=totals.clusters,
        n_predictions=sums.predictions,
        n_asked=n_asked,
        mean_brier=float(totals.mean("brier")),
        brier_interval=mean_brier_interval(totals),
        points_saved=saved,
        interval=interval,
        seat=seat,
    )


def _people(slugs: Iterable[str]) -> dict[str, Forecaster]:
    return {one.slug: one for one in Forecaster.objects.filter(slug__in=list(slugs))}


def _asked(chosen: Slice) -> dict[str, int]:
    """How many predictions of the slice each forecaster gave a probability for, decided or not."""
    given = (forecasts_in(chosen) & scored_forecasts()).exclude(probability=None)
    counted = given.order_by().values("forecaster__slug").annotate(n=Count("prediction", distinct=True))
    return dict(counted.values_list("forecaster__slug", "n"))
