"""Recording many forecasts with a handful of statements, as each would be recorded by itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from django.contrib.auth.models import User
from django.db import transaction

from forecasts.feeds.forecast_fields import ForecastEntry
from forecasts.models import Among, Forecast, Forecaster, Prediction
from forecasts.selectors.base_rates import UNKNOWN, base_rates

from .batches import Fate, RowResult, refusal
from .bulk import insert_values
from .forecasts import BASE_RATE, takes_none_itself, wording
from .refusal import Problems, Refused, refuse

Identity = tuple[UUID, UUID, datetime]
# What is said: probability, low, high, phrase, lexicon entry and basis.
Said = tuple[Decimal | None, Decimal | None, Decimal | None, str, int | None, str]
WITHDRAWN: Said = (None, None, None, "", None, "")


class _Row(NamedTuple):
    """A forecast that is not stored yet, by the attributes of its table: an object of each takes longer than its storing."""

    id: UUID
    prediction_id: UUID
    forecaster_id: UUID
    made_at: datetime
    probability: Decimal | None
    low: Decimal | None
    high: Decimal | None
    phrase: str
    lexicon_entry_id: int | None
    basis: str
    origin: str
    is_scored: bool
    recorded_at: datetime
    recorded_by_id: int | None


@dataclass(frozen=True)
class _Known:
    """What the rows refer to, and what is recorded of them already."""

    predictions: frozenset[UUID]
    forecasters: Mapping[str, Forecaster]
    recorded: dict[Identity, tuple[UUID, object]]


@transaction.atomic
def record_forecasts(entries: Sequence[ForecastEntry], *, now: datetime, recorded_by: User | None) -> list[RowResult]:
    """
    Record forecasts; one that is recorded already counts as unchanged, and a wrong one stops none of the others.

    Args:
        entries: Made now where they do not say when.
    Returns:
        What became of each, in order.
    Raises:
        IntegrityError: Somebody else recorded one of them at the same moment; nothing is stored.
    """
    known = _known(entries, now=now)
    readings: dict[tuple[Any, ...], Said | Refused] = {}
    rows: list[_Row] = []
    results = []
    for entry in entries:
        try:
            row = _row(entry, known=known, readings=readings, now=now, recorded_by=recorded_by)
            key, is_new = _placed(row, by=entry.forecaster, known=known)
        except Refused as refused:
            results.append(refusal(entry.index, refused))
            continue
        rows += [row] if is_new else []
        results.append(RowResult(entry.index, Fate.RECORDED if is_new else Fate.UNCHANGED, key))
    said = [(row.prediction_id, row.made_at) for row in rows]
    rates = base_rates([one for one, row in zip(said, rows, strict=True) if row.probability is not None])
    values = [(*row, *rates.get(one, UNKNOWN)) for one, row in zip(said, rows, strict=True)]
    insert_values(Forecast, (*_Row._fields, *BASE_RATE), values)
    return results


def _known(entries: Sequence[ForecastEntry], *, now: datetime) -> _Known:
    asked = {entry.prediction for entry in entries}
    slugs = {entry.forecaster for entry in entries}
    made = {entry.made_at or now for entry in entries}
    forecasters = {one.slug: one for one in Forecaster.objects.filter(slug__in=slugs)}
    recorded = Forecast.objects.filter(
        Among("prediction", asked), Among("forecaster", [one.pk for one in forecasters.values()]), made_at__in=made
    ).values_list("prediction_id", "forecaster_id", "made_at", "pk", "probability")
    return _Known(
        predictions=frozenset(Prediction.objects.filter(Among("pk", asked)).values_list("pk", flat=True)),
        forecasters=forecasters,
        recorded={(one, who, when): (pk, probability) for one, who, when, pk, probability in recorded},
    )


def _row(
    entry: ForecastEntry,
    *,
    known: _Known,
    readings: dict[tuple[Any, ...], Said | Refused],
    now: datetime,
    recorded_by: User | None,
) -> _Row:
    """
    Raises:
        Refused: It names what is not recorded, or `record_forecast` refuses the same.
    """
    problems = Problems()
    if entry.prediction not in known.predictions:
        problems.add("prediction", f"There is no prediction {entry.prediction}.")
    forecaster = known.forecasters.get(entry.forecaster)
    if forecaster is None:
        problems.add("forecaster", f"There is no forecaster “{entry.forecaster[:80]}”.")
    elif forecaster.kind == Forecaster.Kind.AGGREGATE:
        problems.add("forecaster", takes_none_itself(forecaster))
    made_at = entry.made_at or now
    if made_at > now:
        problems.add("made_at", f"{made_at:%Y-%m-%d %H:%M} UTC is in the future: record a forecast once it is made.")
    problems.raise_if_any()
    said = _reading(entry.wording, readings=readings)
    key, by = known.forecasters[entry.forecaster].pk, recorded_by.pk if recorded_by else None
    return _Row(uuid4(), entry.prediction, key, made_at, *said, entry.origin, True, now, by)


def _reading(given: Mapping[str, Any] | None, *, readings: dict[tuple[Any, ...], Said | Refused]) -> Said:
    """What was said; the same words are read once."""
    if given is None:
        return WITHDRAWN
    # The type is part of the key: true and 1 are equal, and only one of them is a number.
    key = tuple((name, type(value), value) for name, value in sorted(given.items()))
    if key not in readings:
        readings[key] = _read(given)
    found = readings[key]
    if isinstance(found, Refused):
        raise found
    return found


def _read(given: Mapping[str, Any]) -> Said | Refused:
    try:
        words = wording(**given)
    except Refused as refused:
        return Refused({f"wording.{name}": messages for name, messages in refused.message_dict.items()})
    entry = words.lexicon_entry.pk if words.lexicon_entry else None
    return words.probability, words.low, words.high, words.phrase, entry, words.basis


def _placed(row: _Row, *, by: str, known: _Known) -> tuple[UUID, bool]:
    """
    What a forecast is found by, and whether it is new.

    Raises:
        Refused: Another probability is recorded for that instant.
    """
    identity = (row.prediction_id, row.forecaster_id, row.made_at)
    if identity not in known.recorded:
        known.recorded[identity] = (row.id, row.probability)
        return row.id, True
    key, probability = known.recorded[identity]
    if probability != row.probability:
        raise refuse(
            "made_at",
            f"A forecast of {probability} by {known.forecasters[by]} at that instant is recorded; it cannot be changed. "
            "Record a later one.",
        )
    return key, False
