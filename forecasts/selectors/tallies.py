"""What forecasters scored, added up by event or by prediction: what they are compared by."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import NamedTuple
from uuid import UUID

from django.db.models import BigIntegerField, Count, F, QuerySet, Sum
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast

from forecasts.models import Forecast, Forecaster, Posting
from forecasts.scoring.levels import BASIS_POINTS, WHOLE

from .counting import Counted
from .opinions import MADE_OF_OTHERS
from .recorded_coverage import standing_postings
from .recounts import as_of_when, recount, weight_under
from .slices import Slice, Weighting, weight_of

SQUARES = BASIS_POINTS**2
# Scores are added up in two parts: whole, those of ninety thousand forecasts on one event outgrow 64 bits.
PARTS = BASIS_POINTS


class EventTally(NamedTuple):
    """
    The sums of a forecaster over one independent event, all integers.

    `weight` in millionths; `brier` and `saved` (the reference's Brier score less the own) weighted, in 1e-14.
    """

    forecaster: str
    cluster: str
    weight: int
    brier: int
    saved: int
    predictions: int


class PredictionTally(NamedTuple):
    """The sums of a forecaster over one prediction: `weight` in millionths, `brier` weighted, in 1e-14."""

    forecaster: str
    prediction_id: UUID
    cluster: str
    weight: int
    brier: int
    forecasts: int

    @property
    def mean_brier(self) -> float:
        """The weighted mean of the Brier scores."""
        return self.brier / (self.weight * SQUARES)


def tallies_by_event(chosen: Slice, *, now: datetime | None = None) -> Iterator[EventTally]:
    """
    Return the sums of every forecaster of a slice over each event, those without weight left out.

    Args:
        chosen: The slice.
        now: The knowledge time of another reading where the slice names none.
    """
    moment = as_of_when(chosen, now=now)
    if moment is not None:
        yield from _events_recounted(chosen, as_of=moment)
        return
    rows = standing_postings(chosen).order_by().values_list("forecast__forecaster_id", "cluster")
    weight, slugs = weight_of(chosen.weighting), _slugs()
    summed = rows.annotate(
        total=Sum(F("sign") * weight),
        **_in_parts("own", _brier("level"), weight=weight),
        **_in_parts("other", _brier("reference"), weight=weight),
        asked=Count("resolution__prediction", distinct=True),
    )
    for who, cluster, total, own, own_rest, other, other_rest, asked in summed.iterator():
        brier, against = own * PARTS + own_rest, other * PARTS + other_rest
        if total:
            yield EventTally(slugs[who], cluster, total, brier, against - brier, asked)


def tallies_by_prediction(
    chosen: Slice, *, forecasters: Collection[str], now: datetime | None = None
) -> list[PredictionTally]:
    """
    Return the sums of some forecasters over each prediction of a slice, those without weight left out.

    Args:
        chosen: The slice, whoever it is about.
        forecasters: Their slugs.
        now: As in `tallies_by_event`.
    """
    about = replace(chosen, forecaster="", aggregates=True)
    moment = as_of_when(chosen, now=now)
    if moment is not None:
        return [one for one in _predictions_recounted(about, as_of=moment) if one.forecaster in forecasters]
    named = Forecaster.objects.filter(slug__in=forecasters).values("pk")
    return list(_by_prediction(standing_postings(about).filter(forecast__forecaster__in=named), chosen=chosen))


def tallies_of_everybody(chosen: Slice, *, most: int, now: datetime | None = None) -> list[PredictionTally]:
    """
    Return the sums of every forecaster of a slice over each prediction, those without weight left out.

    Args:
        chosen: The slice.
        most: No more than so many.
        now: As in `tallies_by_event`.
    """
    about = replace(chosen, aggregates=True)
    moment = as_of_when(chosen, now=now)
    if moment is not None:
        return list(islice(_predictions_recounted(about, as_of=moment), most))
    return list(islice(_by_prediction(standing_postings(about), chosen=chosen), most))


def tallies_with_peers(chosen: Slice, *, forecaster: str, now: datetime | None = None) -> list[PredictionTally]:
    """
    Return the sums of a forecaster over each prediction of a slice, and those of everybody else who forecast the same.

    Crowds and markets are nobody's peers.

    Args:
        chosen: The slice, whoever it is about.
        forecaster: Their slug.
        now: As in `tallies_by_event`.
    """
    about = replace(chosen, forecaster="", aggregates=True)
    barred = Forecaster.objects.filter(kind__in=MADE_OF_OTHERS).exclude(slug=forecaster)
    moment = as_of_when(chosen, now=now)
    if moment is None:
        own = standing_postings(replace(chosen, forecaster=forecaster)).values("resolution__prediction")
        shared = standing_postings(about).filter(resolution__prediction__in=own)
        return list(_by_prediction(shared.exclude(forecast__forecaster__in=barred.values("pk")), chosen=chosen))
    found = list(_predictions_recounted(about, as_of=moment))
    asked = {one.prediction_id for one in found if one.forecaster == forecaster}
    slugs = set(barred.values_list("slug", flat=True))
    return [one for one in found if one.prediction_id in asked and one.forecaster not in slugs]


def _by_prediction(rows: QuerySet[Posting], *, chosen: Slice) -> Iterator[PredictionTally]:
    alike = rows.order_by().values_list("forecast__forecaster_id", "resolution__prediction_id", "cluster")
    weight, slugs = weight_of(chosen.weighting), _slugs()
    summed = alike.annotate(
        total=Sum(F("sign") * weight),
        **_in_parts("own", _brier("level"), weight=weight),
        number=Count("pk"),
    )
    for who, prediction, cluster, total, own, rest, number in summed.iterator():
        if total:
            yield PredictionTally(slugs[who], prediction, cluster, total, own * PARTS + rest, number)


def _slugs() -> dict[UUID, str]:
    """By the keys of forecasters: grouped by a name, the database would look each posting up among all of them."""
    return dict(Forecaster.objects.values_list("pk", "slug"))


def _whole(column: str) -> Combinable:
    """A column as a number whose products do not overflow."""
    return Cast(column, BigIntegerField())


def _in_parts(name: str, score: Combinable, *, weight: Combinable) -> dict[str, Sum]:
    """The sum of weighted scores as a multiple of `PARTS`, and what is left."""
    signed = _whole("sign") * weight
    return {name: Sum(signed * (score / PARTS)), f"{name}_rest": Sum(signed * (score % PARTS))}


def _brier(column: str) -> Combinable:
    """The Brier score of a probability in basis points, in 1e-8: y (1 - p)² + (1 - y) p² is p² - 2 p y + y."""
    level = _whole(column)
    return level * level - 2 * level * _whole("outcome") + BASIS_POINTS * _whole("outcome")


def _events_recounted(chosen: Slice, *, as_of: datetime) -> Iterator[EventTally]:
    sums: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    asked: dict[tuple[str, str], set[UUID]] = defaultdict(set)
    for forecaster, row in _recounted(chosen, as_of=as_of):
        weight, own = _weight(row, chosen), brier_of(row.level, row.outcome)
        key = forecaster, row.cluster
        for place, term in enumerate((1, own, brier_of(row.reference, row.outcome) - own)):
            sums[key][place] += weight * term
        asked[key].add(row.prediction_id)
    for key, (weight, brier, saved) in sums.items():
        if weight:
            yield EventTally(*key, weight, brier, saved, len(asked[key]))


def _predictions_recounted(chosen: Slice, *, as_of: datetime) -> Iterator[PredictionTally]:
    sums: dict[tuple[str, UUID, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    for forecaster, row in _recounted(chosen, as_of=as_of):
        weight = _weight(row, chosen)
        terms = (weight, weight * brier_of(row.level, row.outcome), 1)
        for place, term in enumerate(terms):
            sums[forecaster, row.prediction_id, row.cluster][place] += term
    for key, (weight, brier, forecasts) in sums.items():
        if weight:
            yield PredictionTally(*key, weight, brier, forecasts)


def _recounted(chosen: Slice, *, as_of: datetime) -> Iterable[tuple[str, Counted]]:
    rows = recount(chosen, as_of=as_of).rows
    predictions = {row.prediction_id for row in rows}
    made_by = Forecast.objects.filter(prediction__in=predictions).values_list("pk", "forecaster__slug")
    names = dict(made_by)
    return ((names[row.forecast_id], row) for row in rows)


def _weight(row: Counted, chosen: Slice) -> int:
    return WHOLE if chosen.weighting is Weighting.AT_HORIZON else weight_under(row, weighting=chosen.weighting)


def brier_of(level: int, outcome: int) -> int:
    """The Brier score of a probability and an outcome in basis points, in 1e-8."""
    return level**2 - 2 * level * outcome + BASIS_POINTS * outcome
