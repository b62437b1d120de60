"""Scorecards as they are shown: every score with its n, its interval, its range and its good end."""

from dataclasses import asdict
from typing import Any

from rest_framework import serializers

from forecasts.scoring.measures import POLICY_VERSION
from forecasts.selectors.calls import Call
from forecasts.selectors.scorecards import Scorecard

from .base import Part
from .coverage import CoverageCountsSerializer, coverage_of
from .details import ConditionalSerializer, DeadlinesSerializer, SpreadSerializer, VerbalSerializer, details_of
from .figures import FigureSerializer, figure


class SliceSerializer(Part):
    """What the figures are about; what is empty does not narrow it."""

    forecaster = serializers.CharField()
    topic = serializers.CharField()
    article = serializers.CharField()
    outlet = serializers.CharField()
    issued_from = serializers.DateTimeField(allow_null=True)
    issued_to = serializers.DateTimeField(allow_null=True)
    due_to = serializers.DateTimeField(allow_null=True)
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


class RecordSerializer(Part):
    """What the forecasts implied and what came of it."""

    n = serializers.IntegerField()
    expected = serializers.FloatField()
    observed = serializers.FloatField()
    p_value = serializers.FloatField(allow_null=True)
    text = serializers.CharField()


class CallSerializer(Part):
    """One scored forecast."""

    comes_as_shown = True  # From `call_shown`.

    prediction = serializers.UUIDField()
    title = serializers.CharField()
    topic = serializers.CharField()
    forecaster = serializers.CharField()
    phrase = serializers.CharField(help_text="The words the probability was read from, if it was.")
    probability = serializers.CharField()
    outcome = serializers.FloatField(help_text="1: it happened; 0: it did not; between them: in part.")
    terms = serializers.DictField(child=serializers.FloatField(), help_text="Its own score under each rule.")
    weight = serializers.FloatField(help_text="Its weight in each mean: a forecaster has 1 in all on a prediction.")
    cluster = serializers.CharField(help_text="Calls with the same key hang on the same event.")
    verdict = serializers.CharField()
    state = serializers.CharField()
    is_conditional = serializers.BooleanField()
    is_retrospective = serializers.BooleanField()


def call_shown(call: Call) -> dict[str, Any]:
    """A call as `CallSerializer` shows it."""
    return {
        "prediction": call.prediction_id,
        "title": call.title,
        "topic": call.topic,
        "forecaster": call.forecaster,
        "phrase": call.phrase,
        "probability": f"{call.probability:.4f}",
        "outcome": call.outcome,
        "terms": {"BRIER": call.brier, "LOG": call.log},
        "weight": call.weight,
        "cluster": call.cluster,
        "verdict": call.verdict,
        "state": call.state,
        "is_conditional": call.is_conditional,
        "is_retrospective": call.is_retrospective,
    }


class LexiconVersionSerializer(Part):
    code = serializers.CharField()
    version = serializers.IntegerField()


class SealedCountsSerializer(Part):
    """What the forecaster committed to without showing it."""

    sealed = serializers.IntegerField(help_text="Waits to be revealed.")
    revealed = serializers.IntegerField(help_text="Counts like everything else, from when it was sealed.")
    never_revealed = serializers.IntegerField(help_text="Its date passed without it; whoever has such is not ranked.")
    brier_at_worst = serializers.FloatField(
        allow_null=True,
        help_text="The mean Brier score (0 best, 1 worst), had all that was never revealed been as wrong as can be.",
    )


class SampleSerializer(Part):
    """The slice, and what its size allows to be said."""

    slice = SliceSerializer()
    statement = serializers.CharField(help_text="What goes above every figure.")
    tier = serializers.CharField(help_text="How much a sample of this size supports.")
    missing_reason = serializers.CharField(allow_null=True, help_text="Why there is no score.")
    n = serializers.IntegerField()
    n_clusters = serializers.IntegerField()
    policy_version = serializers.CharField(
        help_text="Of what counts, how it is weighed and compared, and from when it is shown; docs/scores/figures.md has it."
    )
    lexicons = LexiconVersionSerializer(many=True, help_text="What the words of the slice were read by.")
    coverage = CoverageCountsSerializer()
    sealed = SealedCountsSerializer(
        allow_null=True, help_text="Of the forecaster, whatever else the slice is narrowed by; null without one."
    )


class IncludedSerializer(Part):
    """What comes only when it is asked for."""

    calls = CallSerializer(
        many=True, help_text="Those scored last, at most 100; `n_calls` says how many there are, `calls.csv` has all."
    )


class AccuracySerializer(SampleSerializer):
    scores = FigureSerializer(many=True)
    other_scales = FigureSerializer(many=True, help_text="Scores as other sites have them: not recommended.")
    record = RecordSerializer(allow_null=True)
    verbal = VerbalSerializer(allow_null=True)
    conditional = ConditionalSerializer(allow_null=True)
    spread = SpreadSerializer(allow_null=True)
    deadlines = DeadlinesSerializer(allow_null=True)
    n_calls = serializers.IntegerField(help_text="How many forecasts the figures are of.")
    included = IncludedSerializer(required=False, help_text="With `include`, what it names.")


def accuracy_of(card: Scorecard, *, with_calls: bool) -> dict[str, Any]:
    """The scorecard in the shape of `AccuracySerializer`."""
    included = {"included": {"calls": [call_shown(call) for call in card.calls]}} if with_calls else {}
    return sample_of(card) | {
        "scores": [figure(one) for one in card.figures],
        "other_scales": [figure(one) for one in card.others],
        "record": card.summary.record,
        **(
            details_of(card.details)
            if card.details
            else dict.fromkeys(("verbal", "conditional", "spread", "deadlines"))
        ),
        "n_calls": card.n_calls,
        **included,
    }


def sample_of(card: Scorecard) -> dict[str, Any]:
    """What every number of a scorecard rests on, in the shape of `SampleSerializer`."""
    summary = card.summary
    names = ("statement", "missing_reason", "n", "n_clusters")
    return {name: getattr(summary, name) for name in names} | {
        "slice": card.slice,
        "tier": summary.tier.value,
        "policy_version": POLICY_VERSION,
        "lexicons": [name._asdict() for name in card.lexicons],
        "coverage": coverage_of(card.coverage),
        "sealed": _sealed_of(card),
    }


def _sealed_of(card: Scorecard) -> dict[str, Any] | None:
    return {**asdict(card.sealed), "brier_at_worst": card.brier_at_worst} if card.sealed else None
