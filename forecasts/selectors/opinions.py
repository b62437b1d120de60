"""What a crowd is made of: the forecasts of those who forecast themselves."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, QuerySet

from forecasts.models import Forecast, Forecaster, Prediction, Resolution
from forecasts.scoring.crowds import MIN_OPINIONS, Opinion

from .counting import outcomes_of, scored_forecasts

# Opinions of others put together: nobody's peers, and no part of a crowd.
MADE_OF_OTHERS = (Forecaster.Kind.CROWD, Forecaster.Kind.MARKET, Forecaster.Kind.AGGREGATE)


@dataclass(frozen=True, kw_only=True)
class Crowd:
    """The opinions on one prediction; `before` are the moments when its outcome came about and could be known."""

    opinions: tuple[Opinion, ...]
    before: tuple[datetime, ...]


def own_forecasts() -> QuerySet[Forecast]:
    """Forecasts that count, of those who forecast themselves."""
    return scored_forecasts().exclude(forecaster__kind__in=MADE_OF_OTHERS)


def crowded_predictions(*, since: datetime | None) -> list[UUID]:
    """
    The predictions that enough people forecast to make a crowd, in a fixed order.

    Args:
        since: Only those on which somebody's forecast was recorded at this instant or later.
    """
    forecasts = own_forecasts()
    if since is not None:
        lately = Forecast.objects.filter(recorded_at__gte=since).values("prediction")
        forecasts = forecasts.filter(prediction__in=lately)
    by_prediction = forecasts.order_by().values("prediction").annotate(n=Count("forecaster", distinct=True))
    return sorted(by_prediction.filter(n__gte=MIN_OPINIONS).values_list("prediction", flat=True))


def crowds_on(*, predictions: Collection[UUID], now: datetime) -> Mapping[UUID, Crowd]:
    """The crowd of each prediction by now; those that nobody forecast are left out."""
    outcomes = outcomes_of(Resolution.objects.current().filter(prediction__in=predictions))
    opinions: dict[UUID, list[Opinion]] = defaultdict(list)
    rows = own_forecasts().filter(prediction__in=predictions, made_at__lte=now).order_by("made_at", "pk")
    columns = ("prediction_id", "forecaster_id", "made_at", "probability", "origin")
    for pk, forecaster, made_at, probability, origin in rows.values_list(*columns):
        number = None if probability is None else float(probability)
        opinions[pk].append(Opinion(forecaster, made_at, number, origin))
    return {
        pk: Crowd(
            opinions=tuple(found),
            before=outcomes[pk].moments if pk in outcomes else (),
        )
        for pk, found in opinions.items()
    }


def last_aggregates(*, predictions: Collection[UUID]) -> Mapping[tuple[UUID, UUID], Forecast]:
    """The latest forecast of each aggregate, by prediction and forecaster."""
    rows = Forecast.objects.filter(prediction__in=predictions, forecaster__kind=Forecaster.Kind.AGGREGATE)
    return {(one.prediction_id, one.forecaster_id): one for one in rows.order_by("made_at", "pk")}


def undecided_among(*, predictions: Collection[UUID]) -> set[UUID]:
    """Those of which the outcome is not known yet."""
    return set(Prediction.objects.filter(pk__in=predictions, verdict="").values_list("pk", flat=True))
