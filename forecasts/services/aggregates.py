"""Crowds as forecasters: what others said put together, recorded like the forecast of anybody else."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import islice
from typing import Final
from uuid import UUID

from django.db import transaction

from forecasts.models import Forecast, Forecaster, Prediction
from forecasts.scoring.aggregates import Method
from forecasts.scoring.crowds import Stand, stand_at, stands
from forecasts.selectors.opinions import Crowd, crowded_predictions, crowds_on, last_aggregates, undecided_among

from .forecasts import keep_base_rates
from .refusal import Refused

BATCH: Final = 200
# Longer than any pause between two runs, so that a missed one is made good.
LOOK_BACK: Final = timedelta(days=7)
GRID: Final = Decimal("0.0001")

NAMES: Final[Mapping[Method, tuple[str, str, str]]] = {
    Method.MEDIAN: ("aggregate-median", "Median of all", "The median of the forecasts that stand."),
    Method.MEAN: ("aggregate-mean", "Mean of all", "The mean of the forecasts that stand."),
    Method.ODDS: ("aggregate-odds", "Mean odds of all", "The geometric mean of the odds of the forecasts that stand."),
    Method.EXTREMISED: (
        "aggregate-extremised",
        "Extremised odds of all",
        "The geometric mean of odds, moved away from one half by a factor of how many there are.",
    ),
    Method.RECENT: (
        "aggregate-recent",
        "Recent median of all",
        "The median of the forecasts that stand, the recent ones weighing more.",
    ),
}


def record_aggregates(*, now: datetime, since: timedelta | None = LOOK_BACK) -> int:
    """
    Record what crowds say on predictions that were forecast lately; running it again records nothing.

    An aggregate speaks at each instant where one of its opinions changed, from the first at which two stood, and never
    once the outcome came about or could be known. What it said stays: an opinion that is logged later than one made after
    it counts from now on. It falls silent, by a withdrawal, where fewer than two opinions are left.

    Args:
        now: Of recording.
        since: How far back forecasts were recorded; None for all.
    Returns:
        How many forecasts of aggregates were recorded.
    Raises:
        Refused: Somebody else has the name of an aggregate.
    """
    waiting = iter(crowded_predictions(since=None if since is None else now - since))
    recorded = 0
    while batch := list(islice(waiting, BATCH)):
        recorded += _record(batch, now=now)
    return recorded


@transaction.atomic
def _record(predictions: Sequence[UUID], *, now: datetime) -> int:
    # Two runs at once would each say what the other says: one waits here, and finds it said.
    list(Prediction.objects.select_for_update().filter(pk__in=predictions).order_by("pk").values_list("pk"))
    forecasters = _forecasters(now=now)
    crowds, last = crowds_on(predictions=predictions, now=now), last_aggregates(predictions=predictions)
    undecided = undecided_among(predictions=predictions)
    rows = []
    for pk, crowd in crowds.items():
        for method, forecaster in forecasters.items():
            said = _said(crowd, method=method, last=last.get((pk, forecaster.pk)), now=now, is_open=pk in undecided)
            rows += [_row(pk, forecaster, at, stand, method, now=now) for at, stand in said]
    keep_base_rates(rows)
    Forecast.objects.bulk_create(rows)
    return len(rows)


def _said(
    crowd: Crowd, *, method: Method, last: Forecast | None, now: datetime, is_open: bool
) -> Iterator[tuple[datetime, Stand]]:
    """What an aggregate has to say that it did not say yet, and when."""
    standing = last.probability if last else None
    for stand in _stands(crowd, last=last, now=now, is_open=is_open):
        probability = _probability(stand, method)
        if probability != standing:
            yield stand.at, stand
            standing = probability


def _stands(crowd: Crowd, *, last: Forecast | None, now: datetime, is_open: bool) -> Iterator[Stand]:
    yield from stands(crowd.opinions, before=crowd.before, after=last.made_at if last else None)
    # An opinion that was logged behind the back of what had been said is heard from now on.
    if last and is_open and last.made_at < now:
        yield stand_at(crowd.opinions, at=now)


def _probability(stand: Stand, method: Method) -> Decimal | None:
    found = stand.probabilities.get(method)
    return None if found is None else Decimal(repr(found)).quantize(GRID)


def _row(
    prediction: UUID, forecaster: Forecaster, at: datetime, stand: Stand, method: Method, *, now: datetime
) -> Forecast:
    return Forecast(
        prediction_id=prediction,
        forecaster=forecaster,
        probability=_probability(stand, method),
        basis=f"Worked out from {stand.n_opinions} opinions.",
        made_at=at,
        recorded_at=now,
    )


def _forecasters(*, now: datetime) -> Mapping[Method, Forecaster]:
    return {method: _forecaster(method, now=now) for method in Method}


def _forecaster(method: Method, *, now: datetime) -> Forecaster:
    slug, name, description = NAMES[method]
    found, _ = Forecaster.objects.get_or_create(
        slug=slug,
        defaults={
            "name": name,
            "kind": Forecaster.Kind.AGGREGATE,
            "description": description,
            "recorded_at": now,
        },
    )
    if found.kind != Forecaster.Kind.AGGREGATE:
        raise Refused({"slug": [f"The forecaster {slug} is no aggregate: nothing is recorded until it is renamed."]})
    return found
