"""Any history of verdicts, reversals and forecasts on three predictions of two topics, for tests that draw one."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta

from django.contrib.auth.models import User
from hypothesis import strategies as st

from forecasts.models import Prediction
from forecasts.services.forecasts import record_forecast, wording
from forecasts.services.refusal import Refused
from forecasts.services.settlement import settle_prediction
from forecasts.services.verdicts import record_verdict, reopen
from tests.builders import NOW, PUBLISHED, make_article, make_forecaster, make_prediction, make_topic

WHY = "The ministry's own statement settles it."
Step = tuple[int, str, int]
STEPS = st.lists(
    st.tuples(
        st.integers(0, 2),
        st.sampled_from(["YES", "NO", "ANNULLED", "AMBIGUOUS", "reopen", "forecast", "settle"]),
        st.integers(0, 99),
    ),
    max_size=8,
)


def decide(prediction: Prediction, verdict: str, *, by: str = "editor") -> None:
    actor, _ = User.objects.get_or_create(username=by)
    record_verdict(prediction_id=prediction.pk, verdict=verdict, reason=WHY, actor=actor, now=NOW)


def forecast(prediction: Prediction, probability: str, *, days: int, by: str = "ada-byron") -> None:
    record_forecast(
        prediction=prediction,
        forecaster=make_forecaster(by),
        wording=wording(probability=probability),
        made_at=PUBLISHED + timedelta(days=days),
        now=NOW,
    )


def three_predictions() -> list[Prediction]:
    """On two topics, of two articles of one outlet, without rules."""
    other = make_article(canonical_url="https://example.org/other")
    differing = ({}, {"topic": make_topic("war")}, {"article": other, "probability": "0.25"})
    return [
        make_prediction(rules=[], statement=f"Claim {number}.", title=f"Claim {number}", **fields)
        for number, fields in enumerate(differing)
    ]


def take(step: Step, *, predictions: Sequence[Prediction]) -> None:
    """Do what a step says to one of the predictions, if it can be done."""
    which, what, number = step
    prediction = Prediction.objects.get(pk=predictions[which].pk)
    if what == "settle":
        settle_prediction(prediction_id=prediction.pk, now=NOW)
    elif what == "forecast":
        days, by = 1 + number, ("ada-byron", "bob")[number % 2]
        if not prediction.forecasts.filter(made_at=PUBLISHED + timedelta(days=days)).exists():
            forecast(prediction, f"0.{number:02}", days=days, by=by)
    elif what != "reopen":
        # Nobody confirms what they proposed themselves.
        with suppress(Refused):
            decide(prediction, what, by=("editor", "colleague")[number % 2])
    elif prediction.verdict:
        actor, _ = User.objects.get_or_create(username="editor")
        reopen(prediction_id=prediction.pk, reason=WHY, actor=actor, now=NOW)
