"""Decided predictions with several forecasters, made through the services."""

from datetime import UTC, datetime, timedelta

from django.contrib.auth.models import User

from forecasts.models import Prediction
from forecasts.services.forecasts import record_forecast, wording
from forecasts.services.verdicts import record_verdict
from tests.builders import NOW, PUBLISHED, make_forecaster, make_prediction

REASON = "The ministry's own statement settles it."
KNOWN = datetime(2025, 3, 1, tzinfo=UTC)


def asked(number: int, *, cluster: str = "", **fields) -> Prediction:
    """A prediction without a rule; each is an event of its own, unless a cluster is named."""
    key = cluster or f"event-{number}"
    return make_prediction(rules=[], statement=f"Claim {number}.", title=f"Claim {number}", cluster_key=key, **fields)


def says(forecaster: str, prediction: Prediction, probability: str | None, *, days: float = 1) -> None:
    """A forecast so many days after publication; without a probability, a withdrawal."""
    record_forecast(
        prediction=prediction,
        forecaster=make_forecaster(forecaster),
        wording=wording(probability=probability) if probability is not None else None,
        made_at=PUBLISHED + timedelta(days=days),
        now=NOW,
    )


def decide(prediction: Prediction, verdict: str = "YES", *, known_at: datetime = KNOWN) -> Prediction:
    """A person's verdict."""
    editor, _ = User.objects.get_or_create(username="editor")
    record_verdict(
        prediction_id=prediction.pk, verdict=verdict, reason=REASON, actor=editor, known_at=known_at, now=NOW
    )
    return prediction


def contest(number: int, verdict: str = "YES", *, cluster: str = "", **said: str) -> Prediction:
    """A decided prediction; `ada="0.7"` is what each said, the holder nothing unless named."""
    prediction = asked(number, cluster=cluster, probability=None)
    for forecaster, probability in said.items():
        says(forecaster, prediction, probability)
    return decide(prediction, verdict)
