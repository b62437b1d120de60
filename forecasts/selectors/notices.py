"""What webhooks tell of changes: the lifecycle event that a change is, whom it concerns, and the facts of it."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from forecasts.models import Among, Change, Forecast, Prediction, Resolution, Score, Webhook

from .changes import name_of


@dataclass(frozen=True, kw_only=True)
class Notice:
    """That something happened to a prediction, for those who want to be told."""

    change: Change
    event: str
    topic: str
    forecasters: frozenset[UUID] = field(default_factory=frozenset)
    facts: dict[str, Any] = field(default_factory=dict)

    def concerns(self, webhook: Webhook) -> bool:
        """Whether a webhook is to be told of it."""
        is_below = webhook.topic is None or f"{self.topic}/".startswith(f"{webhook.topic.path}/")
        is_theirs = webhook.forecaster_id is None or webhook.forecaster_id in self.forecasters
        return self.event in webhook.events and is_below and is_theirs


def notices_of(changes: Sequence[Change]) -> list[Notice]:
    """
    Return what there is to tell of these changes, in their order.

    The status and the verdict of a prediction are those of now, when the notice is written.
    """
    told = {
        Change.Kind.PREDICTION: _predictions,
        Change.Kind.FORECAST: _forecasts,
        Change.Kind.RESOLUTION: _resolutions,
        Change.Kind.SCORE: _scores,
    }
    by_kind: dict[Callable[[list[str]], dict[str, Any]], list[Change]] = {}
    for change in changes:
        reader = told.get(Change.Kind(change.kind))
        if reader and change.action == Change.Action.RECORDED:
            by_kind.setdefault(reader, []).append(change)
    found = []
    for read, ours in by_kind.items():
        rows = read([name_of(change) for change in ours])
        found += [_notice(change, **rows[name_of(change)]) for change in ours]
    places = {change.pk: place for place, change in enumerate(changes)}
    return sorted(found, key=lambda notice: places[notice.change.pk])


def message(*, event: str, at: datetime, facts: dict[str, Any]) -> str:
    """The text that is sent: what happened, when it was recorded, and the facts."""
    told = {"type": event, "timestamp": at.isoformat().replace("+00:00", "Z"), "data": facts}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def _notice(
    change: Change, *, event: str, prediction: Prediction, whose: Iterable[UUID], facts: dict[str, Any]
) -> Notice:
    about = {"prediction": str(prediction.pk), "title": prediction.title, "topic": prediction.topic.path}
    return Notice(
        change=change, event=event, topic=prediction.topic.path, forecasters=frozenset(whose), facts=about | facts
    )


def _predictions(keys: list[str]) -> dict[str, Any]:
    rows = list(Prediction.objects.filter(Among("pk", map(UUID, set(keys)))).select_related("topic", "holder"))
    whose = _forecasters_of(rows)
    return {
        str(row.pk): {
            "event": Webhook.Event.PREDICTION_LOGGED,
            "prediction": row,
            "whose": whose[row.pk],
            "facts": {"holder": row.holder.slug, "status": row.status, "verdict": row.verdict},
        }
        for row in rows
    }


def _forecasts(keys: list[str]) -> dict[str, Any]:
    rows = Forecast.objects.filter(Among("pk", map(UUID, keys)))
    return {
        str(row.pk): {
            "event": Webhook.Event.FORECAST_RECORDED,
            "prediction": row.prediction,
            "whose": [row.forecaster_id],
            "facts": {
                "forecast": str(row.pk),
                "forecaster": row.forecaster.slug,
                "probability": None if row.probability is None else str(row.probability),
                "made_at": row.made_at.isoformat(),
            },
        }
        for row in rows.select_related("prediction__topic", "forecaster")
    }


def _resolutions(keys: list[str]) -> dict[str, Any]:
    found = Resolution.objects.filter(Among("pk", map(UUID, keys))).select_related("prediction__topic")
    rows = list(found)
    whose = _forecasters_of([row.prediction for row in rows])
    return {
        str(row.pk): {
            "event": f"resolution.{row.state.lower()}",
            "prediction": row.prediction,
            "whose": whose[row.prediction_id],
            "facts": {
                "resolution": str(row.pk),
                "state": row.state,
                "verdict": row.verdict,
                "share": None if row.share is None else str(row.share),
                "reason_code": row.reason_code,
                "reason": row.reason,
            },
        }
        for row in rows
    }


def _scores(keys: list[str]) -> dict[str, Any]:
    rows = Score.objects.filter(pk__in=[int(key) for key in keys])
    return {
        str(row.pk): {
            "event": Webhook.Event.SCORE_RECORDED,
            "prediction": row.forecast.prediction,
            "whose": [row.forecast.forecaster_id],
            "facts": {
                "score": row.pk,
                "forecast": str(row.forecast_id),
                "forecaster": row.forecast.forecaster.slug,
                "resolution": str(row.resolution_id),
                "rule": row.rule,
                "value": str(row.value),
                "outcome": str(row.outcome),
            },
        }
        for row in rows.select_related("forecast__prediction__topic", "forecast__forecaster")
    }


def _forecasters_of(predictions: Sequence[Prediction]) -> dict[UUID, set[UUID]]:
    """Whom predictions concern: their holders, and everybody who has forecast them."""
    whose = {prediction.pk: {prediction.holder_id} for prediction in predictions}
    forecasts = Forecast.objects.filter(Among("prediction", list(whose)))
    for prediction, forecaster in forecasts.values_list("prediction", "forecaster").distinct():
        whose[prediction].add(forecaster)
    return whose
