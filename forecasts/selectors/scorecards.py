"""One selector and one frozen dataclass behind every figure on accuracy."""

from collections import Counter
from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from forecasts.models import Forecast, Prediction, Resolution, Score, Verdict
from forecasts.scoring.summary import ScoreSummary, summarise

SETTLED = (Verdict.YES, Verdict.NO)


@dataclass(frozen=True, kw_only=True)
class Slice:
    """Which forecasts a scorecard is about; what is left empty does not narrow it."""

    forecaster: str = ""
    article: str = ""
    outlet: str = ""
    topic: str = ""


@dataclass(frozen=True, kw_only=True)
class Call:
    """One scored forecast: what was said, what happened, and the score for it."""

    prediction_id: str
    title: str
    topic: str
    forecaster: str
    phrase: str
    probability: float
    happened: bool
    brier: float
    log: float
    cluster: str
    verdict: str
    state: str
    is_conditional: bool
    is_retrospective: bool


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """How many of the slice's predictions ended how; the parts add up to `predictions`."""

    predictions: int
    resolved: int
    pending: int
    annulled: int
    ambiguous: int
    not_scored: int
    provisional: int
    retrospective: int
    reported: int


@dataclass(frozen=True, kw_only=True)
class Scorecard:
    """All metrics for one slice, as they stand now."""

    slice: Slice
    coverage: Coverage
    summary: ScoreSummary
    calls: tuple[Call, ...]


def scorecard(chosen: Slice) -> Scorecard:
    """
    Return how accurate the forecasts of a slice were.

    Each forecaster's last forecast on a prediction that was made before the outcome could be known counts once.
    Beliefs that an article reports of others count for those who hold them.
    """
    forecasts = _forecasts(chosen)
    calls = _calls(forecasts)
    summary = summarise(
        [call.probability for call in calls], [int(call.happened) for call in calls], [call.cluster for call in calls]
    )
    return Scorecard(
        slice=chosen, coverage=_coverage(chosen, forecasts=forecasts, calls=calls), summary=summary, calls=calls
    )


def _forecasts(chosen: Slice) -> QuerySet[Forecast]:
    forecasts = Forecast.objects.all()
    if chosen.forecaster:
        forecasts = forecasts.filter(forecaster__slug=chosen.forecaster)
    return forecasts.filter(prediction__in=_predictions(chosen))


def _predictions(chosen: Slice) -> QuerySet[Prediction]:
    predictions = Prediction.objects.all()
    if chosen.article:
        predictions = predictions.filter(article__pk=UUID(chosen.article))
    if chosen.outlet:
        predictions = predictions.filter(article__outlet__slug=chosen.outlet)
    if chosen.topic:
        predictions = predictions.under_topic(chosen.topic)
    return predictions


def _calls(forecasts: QuerySet[Forecast]) -> tuple[Call, ...]:
    scores = Score.objects.current().filter(forecast__in=forecasts)
    related = ("forecast__prediction__topic", "forecast__forecaster", "resolution")
    found: dict[tuple, dict[str, Score]] = {}
    for score in scores.select_related(*related).order_by("forecast__made_at", "forecast__pk"):
        last = found.setdefault((score.forecast.prediction_id, score.forecast.forecaster_id), {})
        last[score.rule] = score
    calls = [_call(by_rule) for by_rule in found.values()]
    return tuple(sorted(calls, key=lambda call: (call.brier, call.title)))


def _call(by_rule: dict[str, Score]) -> Call:
    score = by_rule[Score.Rule.BRIER]
    forecast, resolution = score.forecast, score.resolution
    prediction = forecast.prediction
    return Call(
        prediction_id=str(prediction.pk),
        title=prediction.title,
        topic=prediction.topic.path,
        forecaster=forecast.forecaster.slug,
        phrase=forecast.phrase,
        probability=forecast.value,
        happened=score.outcome == 1,
        brier=float(score.value),
        log=float(by_rule[Score.Rule.LOG].value),
        cluster=prediction.cluster_key,
        verdict=resolution.verdict,
        state=resolution.state,
        is_conditional=prediction.is_conditional,
        is_retrospective=resolution.is_retrospective,
    )


def _coverage(chosen: Slice, *, forecasts: QuerySet[Forecast], calls: tuple[Call, ...]) -> Coverage:
    scored = forecasts.filter(is_scored=True).exclude(probability=None)
    forecast_on = Prediction.objects.filter(pk__in=scored.values("prediction"))
    counts = Counter(forecast_on.values_list("verdict", flat=True))
    resolved = sum(counts[verdict] for verdict in SETTLED)
    held = _predictions(chosen)
    if chosen.forecaster:
        held = held.filter(holder__slug=chosen.forecaster)
    unscored = held.exclude(pk__in=scored.values("prediction"))
    return Coverage(
        predictions=sum(counts.values()) + unscored.count(),
        resolved=resolved,
        pending=counts[""],
        annulled=counts[Verdict.ANNULLED],
        ambiguous=counts[Verdict.AMBIGUOUS],
        not_scored=unscored.count(),
        provisional=sum(call.state != Resolution.State.FINAL for call in calls),
        retrospective=sum(call.is_retrospective for call in calls),
        reported=_reported(chosen),
    )


def _reported(chosen: Slice) -> int:
    """Beliefs of others that the forecaster's articles report: kept apart, counted here."""
    predictions = _predictions(chosen).filter(attribution=Prediction.Attribution.REPORTED)
    if chosen.forecaster:
        predictions = predictions.filter(article__authors__slug=chosen.forecaster).exclude(
            holder__slug=chosen.forecaster
        )
    return predictions.distinct().count()
