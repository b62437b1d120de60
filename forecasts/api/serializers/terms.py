"""The terms of scores: what a headline is worked out from."""

from typing import Any

from rest_framework import serializers

from forecasts.models import Forecast, Posting, Score
from forecasts.scoring.levels import BASIS_POINTS, WHOLE
from forecasts.scoring.rules import BRIER, LOG, LOG_CLIP, brier_score
from forecasts.selectors.terms import PLACES, ForecastScores

from .resolutions import RangeSerializer, range_of

MEASURES = {Score.Rule.BRIER: BRIER, Score.Rule.LOG: LOG}


class TermsSerializer(serializers.Serializer):
    """What a forecast adds to means: under each weighting, weight times value over the sum of weights."""

    probability = serializers.CharField()
    level = serializers.IntegerField(help_text="The probability in basis points: what is added up is exact.")
    outcome = serializers.FloatField(help_text="1: it happened; 0: it did not; between them: in part.")
    reference = serializers.FloatField(help_text="The probability it is compared with.")
    reference_kind = serializers.CharField(
        help_text="MARKET or CROWD of the time; else BASE_RATE of the topic; else IGNORANCE: one half."
    )
    reference_cases = serializers.IntegerField(
        allow_null=True, help_text="Of how many earlier claims the base rate is; null for any other reference."
    )
    reference_topic = serializers.CharField(
        allow_blank=True, help_text="The path of the topic whose base rate it is; empty for any other reference."
    )
    points_saved = serializers.FloatField(help_text="100 times the reference's Brier score minus the own.")
    weight = serializers.FloatField(help_text="Its equal share of the forecaster's unit on the prediction.")
    horizon_weight = serializers.FloatField(help_text="Its share of the scheduled time, for TIME_WEIGHTED.")
    is_first = serializers.BooleanField()
    is_last = serializers.BooleanField()
    cluster = serializers.CharField(help_text="Forecasts with the same key hang on the same event.")
    resolution = serializers.UUIDField(help_text="The verdict it counts under.")
    is_retrospective = serializers.BooleanField()


class GivenScoreSerializer(serializers.Serializer):
    """One rule applied to the forecast under one verdict."""

    rule = serializers.CharField()
    version = serializers.CharField(help_text="Of the formula.")
    value = serializers.FloatField()
    outcome = serializers.FloatField()
    clip = serializers.FloatField(allow_null=True, help_text="Probabilities are moved into [clip, 1 - clip] first.")
    resolution = serializers.UUIDField()
    verdict = serializers.CharField()
    is_current = serializers.BooleanField(help_text="Under the last word on the prediction.")
    range = RangeSerializer()
    lower_is_better = serializers.BooleanField()


class ForecastScoresSerializer(serializers.Serializer):
    forecast = serializers.UUIDField()
    prediction = serializers.UUIDField()
    terms = TermsSerializer(allow_null=True, help_text="Null where it does not count; `missing_text` says why.")
    missing_text = serializers.CharField(allow_null=True)
    scores = GivenScoreSerializer(many=True, help_text="All that were ever given, the last ones first.")


def forecast_scores_of(found: ForecastScores) -> dict[str, Any]:
    """The scores of a forecast in the shape of `ForecastScoresSerializer`."""
    return {
        "forecast": found.forecast.pk,
        "prediction": found.forecast.prediction_id,
        "terms": found.posting and _terms(found.posting, forecast=found.forecast),
        "missing_text": found.why_not or None,
        "scores": [_given(score, standing=found.posting) for score in found.scores],
    }


def _terms(posting: Posting, *, forecast: Forecast) -> dict[str, Any]:
    said, came_true, against = (x / BASIS_POINTS for x in (posting.level, posting.outcome, posting.reference))
    own, other = brier_score([said, against], [came_true, came_true]).tolist()
    of_topic = posting.reference_kind == Posting.Reference.BASE_RATE
    return {
        "probability": f"{said:.4f}",
        "level": posting.level,
        "outcome": came_true,
        "reference": against,
        "reference_kind": posting.reference_kind,
        "reference_cases": forecast.base_rate_cases if of_topic else None,
        "reference_topic": forecast.base_rate_topic if of_topic else "",
        "points_saved": round(100 * (other - own), PLACES - 2),
        "weight": posting.weight / WHOLE,
        "horizon_weight": posting.horizon_weight / WHOLE,
        "is_first": posting.is_first,
        "is_last": posting.is_last,
        "cluster": posting.cluster,
        "resolution": posting.resolution_id,
        "is_retrospective": posting.resolution.is_retrospective,
    }


def _given(score: Score, *, standing: Posting | None) -> dict[str, Any]:
    measure = MEASURES[Score.Rule(score.rule)]
    return {
        "rule": score.rule,
        "version": measure.version,
        "value": score.value,
        "outcome": score.outcome,
        "clip": LOG_CLIP if measure is LOG else None,
        "resolution": score.resolution_id,
        "verdict": score.resolution.verdict,
        "is_current": standing is not None and score.resolution_id == standing.resolution_id,
        "range": range_of(measure),
        "lower_is_better": True,
    }
