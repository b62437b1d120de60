"""Which forecasts of a slice count, and how, when its predictions are decided on what was known at another time."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from django.db.models import QuerySet

from forecasts.models import Prediction
from forecasts.scoring.levels import WHOLE

from .counting import Counted, Made, Outcome, counted
from .coverage import coverage_predictions
from .replays import Replayed, replay
from .slices import Slice, Weighting, forecasts_in


class Stated(NamedTuple):
    """
    A forecast of a slice: whether it is a probability, whether of the forecaster's own, and whether it only hedges.

    Then who made it, and the words it was made in, with how they were read.
    """

    pk: UUID
    prediction_id: UUID
    made_at: datetime
    probability: Decimal | None
    is_scored: bool
    is_hedge: bool | None
    forecaster: str
    name: str
    entry: int | None
    phrase: str
    low: float | None
    high: float | None

    @property
    def is_own(self) -> bool:
        """Whether it is a probability of the forecaster's own."""
        return self.is_scored and self.probability is not None

    def was_made_by(self, instant: datetime | None) -> bool:
        """Whether it was made by an instant, if there is one."""
        return instant is None or self.made_at <= instant


STATED = (
    "pk", "prediction", "made_at", "probability", "is_scored", "lexicon_entry__is_hedge", "forecaster__slug",
    "forecaster__name", "lexicon_entry", "phrase", "low", "high",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Recount:
    """
    What the predictions of a slice would have come to, and what counts under that.

    `found` has every prediction that the slice is about; `late` those that were logged after their outcome could be
    known; `in_time` the forecasts that count at all, `rows` those of them that the slice asks for. `predictions` are those
    decided, with their articles and topics, `stated` every forecast of the slice, whenever made.
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
    predictions = list(at_hand(coverage_predictions(chosen)))
    found = replay(predictions=predictions, as_of=as_of, variant=chosen.variant)
    return recount_under(chosen, predictions=predictions, found=found)


def at_hand(predictions: QuerySet[Prediction]) -> QuerySet[Prediction]:
    """The predictions with what is needed of their articles and topics to decide and to tell of them."""
    return predictions.select_related("article", "topic").defer("article__text", "article__note")


def recount_under(chosen: Slice, *, predictions: Sequence[Prediction], found: Mapping[UUID, Replayed]) -> Recount:
    """Count the forecasts of a slice on some predictions, `at_hand`, under what these came to."""
    in_time = counted(_outcomes(found), predictions=predictions)
    stated = tuple(Stated._make(row) for row in forecasts_in(chosen).values_list(*STATED))
    late = _late(predictions, found=found)
    made_at = {one.pk: one.made_at for one in stated}
    return Recount(
        found=found,
        late=late,
        rows=tuple(_of_slice(in_time, chosen=chosen, found=found, late=late, made_at=made_at)),
        in_time=frozenset(row.forecast_id for row in in_time),
        predictions=tuple(predictions),
        stated=stated,
    )


def rows_under(
    chosen: Slice,
    *,
    predictions: Sequence[Prediction],
    found: Mapping[UUID, Replayed],
    made: Mapping[UUID, Sequence[Made]],
) -> list[Counted]:
    """
    Return the forecasts of a slice that count on some predictions under what these came to; nothing is read.

    Args:
        chosen: The slice.
        predictions: With their articles `at_hand`.
        found: What each of them came to.
        made: What `forecasts_made` returns of them, with those of the slice marked.
    """
    made_at = {one.pk: one.made_at for rows in made.values() for one in rows if one.is_among}
    in_time = counted(_outcomes(found), predictions=predictions, made=made)
    late = _late(predictions, found=found)
    return _of_slice(in_time, chosen=chosen, found=found, late=late, made_at=made_at)


def _outcomes(found: Mapping[UUID, Replayed]) -> dict[UUID, Outcome]:
    return {pk: one.outcome for pk, one in found.items() if one.outcome}


def _late(predictions: Iterable[Prediction], *, found: Mapping[UUID, Replayed]) -> frozenset[UUID]:
    return frozenset(one.pk for one in predictions if _is_late(one, found[one.pk]))


def _is_late(prediction: Prediction, one: Replayed) -> bool:
    return one.known_at is not None and prediction.held_since > one.known_at


def _of_slice(
    rows: Iterable[Counted],
    *,
    chosen: Slice,
    found: Mapping[UUID, Replayed],
    late: Collection[UUID],
    made_at: Mapping[UUID, datetime],
) -> list[Counted]:
    """Those of the slice's forecasts, made as long before their outcome, and logged when, it asks."""
    known = {pk: one.known_at for pk, one in found.items()}
    return [
        row
        for row in rows
        if row.forecast_id in made_at
        and (known_at := known[row.prediction_id]) is not None
        and chosen.has_lead(made_at[row.forecast_id], known_at)
        and chosen.retrospective in (None, row.prediction_id in late)
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
