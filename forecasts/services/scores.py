"""Scoring the forecasts of resolved predictions."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

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
    return score_resolutions(resolutions=[resolution], now=now)


def score_resolutions(*, resolutions: Collection[Resolution], now: datetime) -> list[Score]:
    """Record the scores of several resolutions; the number of queries does not depend on how many they are."""
    decided = {one.prediction_id: one for one in resolutions if one.verdict in OUTCOMES}
    pairs = [(forecast, decided[forecast.prediction_id]) for forecast in _scoreable(resolutions=decided)]
    if not pairs:
        return []
    scores = Score.objects.filter(resolution__in=decided.values())
    recorded = {(one.forecast_id, one.resolution_id, one.rule, one.rule_version): one for one in scores}
    found = [recorded.get(_identity(score), score) for score in _scores(pairs, now=now)]
    Score.objects.bulk_create([score for score in found if score.pk is None])
    return found


def _scoreable(*, resolutions: dict[UUID, Resolution]) -> list[Forecast]:
    """Forecasts that are the forecaster's own and were made before the outcome came about and could be known."""
    if not resolutions:
        return []
    forecasts = Forecast.objects.filter(prediction__in=list(resolutions), is_scored=True).exclude(probability=None)
    return [
        forecast
        for forecast in forecasts.order_by("prediction", "made_at", "pk")
        if all(forecast.made_at < moment for moment in _known_moments(resolutions[forecast.prediction_id]))
    ]


def _known_moments(resolution: Resolution) -> list[datetime]:
    return [moment for moment in (resolution.happened_at, resolution.known_at) if moment is not None]


def _scores(pairs: Sequence[tuple[Forecast, Resolution]], *, now: datetime) -> list[Score]:
    """Scores that are not recorded yet, those of one forecast together."""
    fcst = [forecast.value for forecast, _ in pairs]
    obs = [OUTCOMES[Verdict(resolution.verdict)] for _, resolution in pairs]
    found: dict[int, list[Score]] = defaultdict(list)
    for rule, (version, score) in RULES.items():
        for place, value in enumerate(score(fcst, obs)):
            forecast, resolution = pairs[place]
            row = Score(
                forecast=forecast,
                resolution=resolution,
                rule=rule,
                rule_version=version,
                outcome=obs[place],
                value=Decimal(repr(float(value))).quantize(PLACES),
                recorded_at=now,
            )
            found[place].append(row)
    return [row for place in sorted(found) for row in found[place]]


def _identity(score: Score) -> tuple:
    return score.forecast_id, score.resolution_id, score.rule, score.rule_version
