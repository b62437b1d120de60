"""Scoring the forecasts of a resolved prediction."""

from datetime import datetime
from decimal import Decimal

from forecasts.models import Forecast, Resolution, Score, Verdict
from forecasts.scoring.rules import brier_score, log_score

RULES = {Score.Rule.BRIER: (1, brier_score), Score.Rule.LOG: (1, log_score)}
OUTCOMES = {Verdict.YES: 1, Verdict.NO: 0}
PLACES = Decimal("0.0000000001")


def score_resolution(*, resolution: Resolution, now: datetime) -> list[Score]:
    """
    Record the scores of every forecast that was made before the outcome could be known.

    A resolution without a yes or no has none. Running it again adds nothing.
    """
    outcome = OUTCOMES.get(Verdict(resolution.verdict)) if resolution.verdict else None
    if outcome is None:
        return []
    return [
        score
        for forecast in scoreable_forecasts(resolution=resolution)
        for score in _scores(forecast, resolution, outcome, now)
    ]


def scoreable_forecasts(*, resolution: Resolution) -> list[Forecast]:
    """Forecasts that are the forecaster's own and were made before the outcome came about and could be known."""
    cutoffs = [moment for moment in (resolution.happened_at, resolution.known_at) if moment is not None]
    forecasts = Forecast.objects.filter(prediction=resolution.prediction_id, is_scored=True).exclude(probability=None)
    if cutoffs:
        forecasts = forecasts.filter(made_at__lt=min(cutoffs))
    return list(forecasts.order_by("made_at", "pk"))


def _scores(forecast: Forecast, resolution: Resolution, outcome: int, now: datetime) -> list[Score]:
    found = []
    for rule, (version, score) in RULES.items():
        value = Decimal(repr(float(score([forecast.value], [outcome])[0]))).quantize(PLACES)
        row, _ = Score.objects.get_or_create(
            forecast=forecast,
            resolution=resolution,
            rule=rule,
            rule_version=version,
            defaults={"outcome": outcome, "value": value, "recorded_at": now},
        )
        found.append(row)
    return found
