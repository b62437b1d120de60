"""Scorecards as they are shown: every score with its n, its interval, its range and its good end."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from rest_framework import serializers

from forecasts.scoring.calibration import Level
from forecasts.scoring.figures import Figure
from forecasts.scoring.intervals import Interval, IntervalMethod
from forecasts.scoring.rules import Direction, Measure
from forecasts.scoring.summary import SCORES, ScoreSummary
from forecasts.selectors.scorecards import Call, Scorecard, Slice

from .coverage import CoverageCountsSerializer, coverage_of
from .resolutions import RangeSerializer, range_of

LEVEL = 0.95


class SliceSerializer(serializers.Serializer):
    """What the figures are about; what is empty does not narrow it."""

    forecaster = serializers.CharField()
    topic = serializers.CharField()
    article = serializers.CharField()
    outlet = serializers.CharField()
    issued_from = serializers.DateTimeField(allow_null=True)
    issued_to = serializers.DateTimeField(allow_null=True)
    lead_days_min = serializers.FloatField(allow_null=True)
    lead_days_max = serializers.FloatField(allow_null=True)
    conditional = serializers.BooleanField(allow_null=True)
    attribution = serializers.CharField()
    retrospective = serializers.BooleanField(allow_null=True)
    verbal = serializers.BooleanField(allow_null=True)
    variant = serializers.CharField()
    weighting = serializers.CharField()
    horizon_days = serializers.FloatField(allow_null=True)
    as_of = serializers.DateTimeField(allow_null=True)
    as_recorded = serializers.DateTimeField(allow_null=True)


class IntervalSerializer(serializers.Serializer):
    low = serializers.FloatField()
    high = serializers.FloatField()
    method = serializers.CharField(help_text="How it was found.")
    level = serializers.FloatField(help_text="0.95: an interval found so holds the true value 19 times in 20.")


class FigureSerializer(serializers.Serializer):
    """One score of the slice."""

    name = serializers.CharField()
    version = serializers.CharField(help_text="Of the formula.")
    value = serializers.FloatField(allow_null=True, help_text="Null where it is not shown; `missing_reason` says why.")
    missing_reason = serializers.CharField(allow_null=True, help_text="Why there is no value.")
    missing_text = serializers.CharField(allow_null=True, help_text="The same as a sentence.")
    unit = serializers.CharField()
    n = serializers.IntegerField(help_text="Forecasts it is made from.")
    n_clusters = serializers.IntegerField(help_text="Independent events among them.")
    interval = IntervalSerializer(allow_null=True)
    range = RangeSerializer()
    lower_is_better = serializers.BooleanField(allow_null=True, help_text="Null where neither end is good.")


class RecordSerializer(serializers.Serializer):
    """What the forecasts implied and what came of it."""

    n = serializers.IntegerField()
    expected = serializers.FloatField()
    observed = serializers.FloatField()
    p_value = serializers.FloatField(allow_null=True)
    text = serializers.CharField()


class CallSerializer(serializers.Serializer):
    """One scored forecast."""

    prediction = serializers.UUIDField(source="prediction_id")
    title = serializers.CharField()
    topic = serializers.CharField()
    forecaster = serializers.CharField()
    phrase = serializers.CharField(help_text="The words the probability was read from, if it was.")
    probability = serializers.SerializerMethodField()
    outcome = serializers.FloatField(help_text="1: it happened; 0: it did not; between them: in part.")
    terms = serializers.SerializerMethodField(help_text="Its own score under each rule.")
    weight = serializers.FloatField(help_text="Its weight in each mean: a forecaster has 1 in all on a prediction.")
    cluster = serializers.CharField(help_text="Calls with the same key hang on the same event.")
    verdict = serializers.CharField()
    state = serializers.CharField()
    is_conditional = serializers.BooleanField()
    is_retrospective = serializers.BooleanField()

    def get_probability(self, call: Call) -> str:
        return f"{call.probability:.4f}"

    def get_terms(self, call: Call) -> dict[str, float]:
        return {"BRIER": call.brier, "LOG": call.log}


class LevelSerializer(serializers.Serializer):
    """One probability that was used, and the share of its forecasts that came about."""

    probability = serializers.CharField()
    n = serializers.IntegerField()
    observed_share = serializers.FloatField()
    interval = IntervalSerializer()


class SampleSerializer(serializers.Serializer):
    """The slice, and what its size allows to be said."""

    slice = SliceSerializer()
    statement = serializers.CharField(help_text="What goes above every figure.")
    tier = serializers.CharField(help_text="How much a sample of this size supports.")
    missing_reason = serializers.CharField(allow_null=True, help_text="Why there is no score.")
    n = serializers.IntegerField()
    n_clusters = serializers.IntegerField()


class AccuracySerializer(SampleSerializer):
    scores = FigureSerializer(many=True)
    record = RecordSerializer(allow_null=True)
    coverage = CoverageCountsSerializer()
    calls = CallSerializer(many=True, help_text="The best ones; `n_calls` says how many there are.")
    n_calls = serializers.IntegerField()


class CalibrationSerializer(SampleSerializer):
    levels = LevelSerializer(many=True)


def accuracy_of(card: Scorecard) -> dict[str, Any]:
    """The scorecard in the shape of `AccuracySerializer`."""
    summary = card.summary
    return _sample(card.slice, summary) | {
        "scores": [*_headlines(summary), *(_beside(one, summary=summary) for one in card.figures)],
        "record": summary.record,
        "coverage": coverage_of(card.coverage),
        "calls": card.calls,
        "n_calls": card.n_calls,
    }


def calibration_of(card: Scorecard) -> dict[str, Any]:
    """The scorecard in the shape of `CalibrationSerializer`."""
    return _sample(card.slice, card.summary) | {"levels": [_level(level) for level in card.summary.levels]}


def _sample(chosen: Slice, summary: ScoreSummary) -> dict[str, Any]:
    names = ("statement", "missing_reason", "n", "n_clusters")
    return {"slice": asdict(chosen), "tier": summary.tier.value} | {name: getattr(summary, name) for name in names}


def _headlines(summary: ScoreSummary) -> Iterator[dict[str, Any]]:
    yield _figure(SCORES["mean_brier"], summary.mean_brier, summary=summary, interval=summary.brier_interval)
    yield _figure(SCORES["mean_log"], summary.mean_log, summary=summary)
    yield _figure(SCORES["n_certain_and_wrong"], summary.n_certain_and_wrong, summary=summary)
    yield _figure(SCORES["n_clipped"], summary.n_clipped, summary=summary)


def _figure(
    measure: Measure, value: float | None, *, summary: ScoreSummary, interval: Interval | None = None
) -> dict[str, Any]:
    is_loss = measure.direction is Direction.LOWER_IS_BETTER
    reason = summary.missing_reason if value is None else None
    return {
        "name": measure.name,
        "version": measure.version,
        "value": value,
        "missing_reason": reason,
        "missing_text": summary.statement if reason else None,
        "unit": measure.unit,
        "n": summary.n,
        "n_clusters": summary.n_clusters,
        "interval": interval,
        "range": range_of(measure),
        "lower_is_better": None if measure.direction is Direction.NONE else is_loss,
    }


def _beside(one: Figure, *, summary: ScoreSummary) -> dict[str, Any]:
    shown = _figure(one.measure, one.value, summary=summary, interval=one.interval)
    absent = one.absent
    return shown | {"missing_reason": absent and absent.reason.value, "missing_text": absent and absent.text}


def _level(level: Level) -> dict[str, Any]:
    interval = {"low": level.low, "high": level.high, "method": IntervalMethod.JEFFREYS, "level": LEVEL}
    return {
        "probability": f"{level.probability:.4f}",
        "n": level.n,
        "observed_share": level.observed_share,
        "interval": interval,
    }
