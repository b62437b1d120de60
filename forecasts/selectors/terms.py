"""Every term of every call that counts, so that any headline can be worked out again by hand."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from forecasts.models import Forecast, Posting, Resolution, Score, Verdict
from forecasts.scoring.levels import BASIS_POINTS, WHOLE
from forecasts.scoring.measures import POLICY_VERSION
from forecasts.scoring.rules import BRIER, LOG, LOG_CLIP, brier_score, log_score

from .counting import Counted
from .recorded_coverage import standing_postings
from .recounts import Recount, as_of_when, recount, weight_under
from .slices import Slice, Weighting, forecasts_in, weight_of

PLACES = 10
ROWS = 2_000
# What a slice asks of verdicts and weights, beside what it asks of forecasts and their predictions.
OF_VERDICTS = frozenset(
    ("lead_days_min", "lead_days_max", "retrospective", "variant", "weighting", "horizon_days", "as_of", "as_recorded")
)
RELATED = ("prediction__topic", "forecaster", "lexicon_entry__lexicon")


@dataclass(frozen=True, kw_only=True)
class Terms:
    """
    What one call adds to the means of a slice.

    A mean is the sum of weight times value over the sum of weights; calls with the same cluster hang on one event.
    """

    forecast: str
    prediction: str
    title: str
    topic: str
    forecaster: str
    made_at: datetime
    known_at: datetime | None
    phrase: str
    lexicon: str
    probability: float
    outcome: float
    reference: float
    reference_kind: str
    reference_cases: int | None
    reference_topic: str
    weight: float
    cluster: str
    brier: float
    brier_version: str
    log: float
    log_version: str
    log_clip: float
    points_saved: float
    policy_version: str
    is_conditional: bool
    is_retrospective: bool


def terms_of(chosen: Slice, *, now: datetime | None = None) -> Iterator[Terms]:
    """
    Yield the terms of every call of a slice, read in batches, so that memory does not grow with their number.

    Args:
        chosen: The slice.
        now: The knowledge time of another reading where the slice names none.
    """
    moment = as_of_when(chosen, now=now)
    if moment is None:
        yield from _recorded(chosen)
    else:
        yield from _recounted(recount(chosen, as_of=moment), weighting=chosen.weighting)


def forecasts_of(chosen: Slice, *, now: datetime) -> Iterator[QuerySet[Forecast]]:
    """
    Yield the forecasts that the scorecard of a slice is about, in parts.

    These are all of them, decided or not, while the slice asks nothing of verdicts and weights; else those that count.
    """
    if not OF_VERDICTS & chosen.is_narrowed_by():
        yield forecasts_in(chosen)
        return
    moment = as_of_when(chosen, now=now)
    if moment is None:
        yield Forecast.objects.filter(pk__in=_weighing(chosen).values("forecast"))
        return
    rows = recount(chosen, as_of=moment).rows
    keys = sorted(row.forecast_id for row in rows if weight_under(row, weighting=chosen.weighting) > 0)
    for start in range(0, len(keys), ROWS):
        yield Forecast.objects.filter(pk__in=keys[start : start + ROWS])


def _weighing(chosen: Slice) -> Any:
    return standing_postings(chosen).annotate(now_weighs=weight_of(chosen.weighting)).filter(now_weighs__gt=0)


def _recorded(chosen: Slice) -> Iterator[Terms]:
    related = (f"forecast__{name}" for name in RELATED)
    for row in _weighing(chosen).select_related("resolution", *related).order_by("pk").iterator(ROWS):
        last = row.resolution
        yield _terms(row.forecast, row, weight=row.now_weighs, known_at=last.known_at, is_late=last.is_retrospective)


def _recounted(found: Recount, *, weighting: Weighting) -> Iterator[Terms]:
    weighted = [row for row in found.rows if weight_under(row, weighting=weighting) > 0]
    for start in range(0, len(weighted), ROWS):
        part = weighted[start : start + ROWS]
        forecasts = Forecast.objects.select_related(*RELATED).in_bulk([row.forecast_id for row in part])
        for row in part:
            known_at, is_late = found.found[row.prediction_id].known_at, row.prediction_id in found.late
            weight = weight_under(row, weighting=weighting)
            yield _terms(forecasts[row.forecast_id], row, weight=weight, known_at=known_at, is_late=is_late)


def _terms(
    forecast: Forecast, row: Posting | Counted, *, weight: int, known_at: datetime | None, is_late: bool
) -> Terms:
    said, came_true, against = (share / BASIS_POINTS for share in (row.level, row.outcome, row.reference))
    brier, entry = _brier(said, came_true), forecast.lexicon_entry
    of_topic = row.reference_kind == Posting.Reference.BASE_RATE
    return Terms(
        forecast=str(forecast.pk),
        prediction=str(forecast.prediction_id),
        title=forecast.prediction.title,
        topic=forecast.prediction.topic.path,
        forecaster=forecast.forecaster.slug,
        made_at=forecast.made_at,
        known_at=known_at,
        phrase=forecast.phrase,
        lexicon=f"{entry.lexicon.code} v{entry.lexicon.version}" if entry else "",
        probability=said,
        outcome=came_true,
        reference=against,
        reference_kind=row.reference_kind,
        reference_cases=forecast.base_rate_cases if of_topic else None,
        reference_topic=forecast.base_rate_topic if of_topic else "",
        weight=weight / WHOLE,
        cluster=row.cluster,
        brier=brier,
        brier_version=BRIER.version,
        log=round(float(log_score([said], [came_true])[0]), PLACES),
        log_version=LOG.version,
        log_clip=LOG_CLIP,
        points_saved=round(100 * (_brier(against, came_true) - brier), PLACES - 2),
        policy_version=POLICY_VERSION,
        is_conditional=forecast.prediction.is_conditional,
        is_retrospective=is_late,
    )


def _brier(said: float, came_true: float) -> float:
    return round(float(brier_score([said], [came_true])[0]), PLACES)


@dataclass(frozen=True, kw_only=True)
class ForecastScores:
    """
    What one forecast counts for.

    `posting` holds its terms under the verdict that stands; None where it does not count, and `why_not` says why.
    `scores` are all that were ever given for it, the last ones first.
    """

    forecast: Forecast
    posting: Posting | None
    why_not: str
    scores: tuple[Score, ...]


def forecast_scores(forecast: Forecast) -> ForecastScores:
    """The scores of a forecast with their terms."""
    posting = Posting.objects.net().filter(forecast=forecast).select_related("resolution").first()
    scores = (
        Score.objects.filter(forecast=forecast).select_related("resolution").order_by("-resolution__number", "rule")
    )
    return ForecastScores(
        forecast=forecast, posting=posting, why_not="" if posting else _why_not(forecast), scores=tuple(scores)
    )


def _why_not(forecast: Forecast) -> str:
    if forecast.probability is None:
        return "It is a withdrawal: from then on nothing was said."
    if not forecast.is_scored:
        return "The number was not the forecaster's own."
    last = Resolution.objects.current().filter(prediction=forecast.prediction_id).first()
    if last is None:
        return "The prediction has no verdict yet."
    if last.verdict == Verdict.ANNULLED:
        return "The prediction is annulled: the condition was not met, or the question fell away."
    if last.verdict == Verdict.AMBIGUOUS:
        return "The prediction was found to be undecidable."
    return "It was made when the outcome could be known already, or says too little to be scored."
