"""Forecasters ranked by what they saved against the reference."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.db.models import Count

from forecasts.models import Forecaster
from forecasts.scoring.figures import MEANS
from forecasts.scoring.intervals import Interval
from forecasts.scoring.leaderboard import Record, Seat, seated
from forecasts.scoring.levels import BASIS_POINTS, WHOLE
from forecasts.scoring.signed import t_interval
from forecasts.scoring.statistics import Moments, Totals
from forecasts.scoring.thresholds import Absent

from .counting import scored_forecasts
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
    points_saved: float
    interval: Interval | None
    seat: Seat | Absent


@dataclass(frozen=True, kw_only=True)
class Leaderboard:
    """Those who are ranked, the best first, and those who are not, with most events first; `MAX_LISTED` of each at most."""

    slice: Slice
    ranked: tuple[Line, ...]
    unranked: tuple[Line, ...]
    n_ranked: int
    n_unranked: int


@dataclass(slots=True)
class _Sums:
    """The sums of one forecaster, event by event."""

    predictions: int = 0
    terms: list[int] = field(default_factory=lambda: [0] * 7)

    def add(self, one: EventTally) -> None:
        terms = (
            1,
            one.weight,
            one.weight**2,
            one.brier,
            one.saved,
            one.weight * one.saved,
            one.saved**2,
        )
        self.terms = [known + term for known, term in zip(self.terms, terms, strict=True)]
        self.predictions += one.predictions

    def totals(self) -> Totals:
        """In the units of the totals that are kept, which count one basis point more."""
        clusters, weight, squares, brier, saved, with_weight, saved_squares = self.terms
        scale = BASIS_POINTS
        moments = {
            "brier": Moments(total=brier * scale),
            "points_saved": Moments(saved * scale, with_weight * scale, saved_squares * scale**2),
        }
        return Totals(clusters, weight, squares, moments)


def leaderboard(chosen: Slice, *, now: datetime | None = None) -> Leaderboard:
    """
    Return the forecasters of a slice, ranked by what they saved against the reference, drawn towards each other.

    The number of queries does not depend on how many forecasters there are.

    Args:
        chosen: The slice.
        now: The knowledge time of another reading where the slice names none.
    """
    everybody = replace(chosen, aggregates=True)
    sums: dict[str, _Sums] = defaultdict(_Sums)
    for one in tallies_by_event(everybody, now=now):
        sums[one.forecaster].add(one)
    totals = {slug: found.totals() for slug, found in sums.items()}
    seats = dict(zip(totals, seated([_record(one) for one in totals.values()]), strict=True))
    ranked = sorted(
        (slug for slug in seats if isinstance(seats[slug], Seat)), key=lambda slug: (_rank(seats[slug]), slug)
    )
    unranked = sorted(seats.keys() - set(ranked), key=lambda slug: (-totals[slug].clusters, slug))
    listed = [*ranked[:MAX_LISTED], *unranked[:MAX_LISTED]]
    people, asked = _people(listed), _asked(everybody)
    lines = {
        slug: _line(people[slug], totals=totals[slug], sums=sums[slug], seat=seats[slug], n_asked=asked.get(slug, 0))
        for slug in listed
    }
    return Leaderboard(
        slice=chosen,
        ranked=tuple(lines[slug] for slug in ranked[:MAX_LISTED]),
        unranked=tuple(lines[slug] for slug in unranked[:MAX_LISTED]),
        n_ranked=len(ranked),
        n_unranked=len(unranked),
    )


def _record(totals: Totals) -> Record:
    return Record(*_saved(totals), totals.clusters)


def _saved(totals: Totals) -> tuple[float, float]:
    """What was saved on average, and the error of it, as scorecards tell it."""
    sums, factor = MEANS["POINTS_SAVED"]
    return float(totals.mean(sums)) * factor, totals.standard_error(sums) * factor


def _rank(seat: Seat | Absent) -> float:
    return seat.rank if isinstance(seat, Seat) else float("inf")


def _line(person: Forecaster, *, totals: Totals, sums: _Sums, seat: Seat | Absent, n_asked: int) -> Line:
    (saved, error), n = _saved(totals), totals.weight / WHOLE
    return Line(
        slug=person.slug,
        name=person.name,
        kind=person.kind,
        n=n,
        n_clusters=totals.clusters,
        n_predictions=sums.predictions,
        n_asked=n_asked,
        mean_brier=float(totals.mean("brier")),
        points_saved=saved,
        interval=t_interval(saved, error=error, n=round(n), n_clusters=totals.clusters),
        seat=seat,
    )


def _people(slugs: Iterable[str]) -> dict[str, Forecaster]:
    return {one.slug: one for one in Forecaster.objects.filter(slug__in=list(slugs))}


def _asked(chosen: Slice) -> dict[str, int]:
    """How many predictions of the slice each forecaster gave a probability for, decided or not."""
    given = (forecasts_in(chosen) & scored_forecasts()).exclude(probability=None)
    counted = given.order_by().values("forecaster__slug").annotate(n=Count("prediction", distinct=True))
    return dict(counted.values_list("forecaster__slug", "n"))
