"""Which forecasts of a slice count, and how, when its predictions are decided on what was known at another time."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from forecasts.models import Prediction
from forecasts.scoring.levels import WHOLE

from .counting import Counted, counted
from .coverage import coverage_predictions
from .replays import Replayed, replay
from .slices import Slice, Weighting, forecasts_in


class Stated(NamedTuple):
    """A forecast of a slice: whether it is a probability, whether of the forecaster's own, and whether it only hedges."""

    pk: UUID
    prediction_id: UUID
    made_at: datetime
    probability: Decimal | None
    is_scored: bool
    is_hedge: bool | None


STATED = ("pk", "prediction", "made_at", "probability", "is_scored", "lexicon_entry__is_hedge")


@dataclass(frozen=True, kw_only=True)
class Recount:
    """
    What the predictions of a slice would have come to, and what counts under that.

    `found` has every prediction that the slice is about; `late` those that were logged after their outcome could be
    known; `in_time` the forecasts that count at all, `rows` those of them that the slice asks for. `predictions` are those
    decided, `stated` every forecast of the slice, whenever made.
    """

    found: Mapping[UUID, Replayed]
    late: frozenset[UUID]
    rows: tuple[Counted, ...]
    in_time: frozenset[UUID]
    predictions: tuple[Prediction, ...]
    stated: tuple[Stated, ...]


def as_of_when(chosen: Slice, *, now: datetime | None) -> datetime | None:
    """
    The knowledge time on which the rules have to be evaluated again; None where the verdicts on record count.

    Raises:
        ValueError: Another reading than the central one is asked for, and no instant is given.
    """
    if not chosen.is_replayed:
        return None
    moment = chosen.as_of or now
    if moment is None:
        raise ValueError("another reading is evaluated as of an instant: give now")
    return moment


def recount(chosen: Slice, *, as_of: datetime) -> Recount:
    """Decide the predictions of a slice by the rules, or by people, on what was known at an instant."""
    predictions = list(coverage_predictions(chosen).distinct())
    return recount_of(chosen, predictions=predictions, as_of=as_of, variant=chosen.variant)


def recount_of(chosen: Slice, *, predictions: Sequence[Prediction], as_of: datetime, variant: str) -> Recount:
    """Decide some predictions of a slice by one reading of their rules, on what was known at an instant."""
    return recount_under(
        chosen, predictions=predictions, found=replay(predictions=predictions, as_of=as_of, variant=variant)
    )


def recount_under(chosen: Slice, *, predictions: Sequence[Prediction], found: Mapping[UUID, Replayed]) -> Recount:
    """Count the forecasts of a slice on some predictions under what these came to."""
    in_time = counted({pk: one.outcome for pk, one in found.items() if one.outcome})
    stated = tuple(Stated._make(row) for row in forecasts_in(chosen).values_list(*STATED))
    rows = _of_slice(in_time, chosen=chosen, found=found, stated=stated)
    late = frozenset(one.pk for one in predictions if _is_late(one, found[one.pk]))
    if chosen.retrospective is not None:
        rows = [row for row in rows if (row.prediction_id in late) is chosen.retrospective]
    reached = frozenset(row.forecast_id for row in in_time)
    return Recount(
        found=found, late=late, rows=tuple(rows), in_time=reached, predictions=tuple(predictions), stated=stated
    )


def _is_late(prediction: Prediction, one: Replayed) -> bool:
    return one.known_at is not None and prediction.held_since > one.known_at


def _of_slice(
    rows: Iterable[Counted], *, chosen: Slice, found: Mapping[UUID, Replayed], stated: Iterable[Stated]
) -> list[Counted]:
    """Those of the slice's forecasts, made as long before their outcome as it asks."""
    made = {one.pk: one.made_at for one in stated}
    known = {pk: one.known_at for pk, one in found.items()}
    return [
        row
        for row in rows
        if row.forecast_id in made
        and (known_at := known[row.prediction_id]) is not None
        and chosen.has_lead(made[row.forecast_id], known_at)
    ]


def weight_under(row: Counted, *, weighting: Weighting) -> int:
    """
    The weight of a forecast, in millionths.

    Raises:
        ValueError: The weighting needs the database.
    """
    match weighting:
        case Weighting.PER_PREDICTION:
            return row.weight
        case Weighting.TIME_WEIGHTED:
            return row.horizon_weight
        case Weighting.FIRST:
            return WHOLE * row.is_first
        case Weighting.LAST:
            return WHOLE * row.is_last
    raise ValueError(f"{weighting} is not weighted one by one")
