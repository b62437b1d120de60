"""What rules came to, verdicts and their scores."""

from typing import Any

from rest_framework import serializers

from forecasts.api.fields import CodeField, InstantField, PredictionField, RawProbabilityField, WebAddressField
from forecasts.models import Evaluation, Resolution, Score, Verdict, Witness
from forecasts.scoring.rules import SCORE_VERSIONS, Direction, Measure

from .base import Answer, Body, Part


class ResolutionSerializer(Answer):
    decided_by = serializers.SerializerMethodField(help_text="MACHINE, or PERSON.")
    is_current = serializers.BooleanField(read_only=True, help_text="Nothing supersedes it.")

    class Meta:
        model = Resolution
        fields = [
            "id",
            "prediction",
            "number",
            "supersedes",
            "is_current",
            "verdict",
            "share",
            "state",
            "decided_by",
            "reason_code",
            "reason",
            "evaluation",
            "evidence_url",
            "side_value",
            "happened_at",
            "known_at",
            "recorded_at",
            "finalises_at",
            "is_retrospective",
        ]

    def get_decided_by(self, resolution: Resolution) -> str:
        return "MACHINE" if resolution.actor_id is None else "PERSON"


class EvaluationSerializer(Answer):
    rule = serializers.UUIDField(source="rule_version_id", read_only=True)
    prediction = serializers.UUIDField(source="rule_version.prediction_id", read_only=True)
    review = serializers.ListField(child=serializers.CharField(), read_only=True)

    class Meta:
        model = Evaluation
        fields = [
            "id",
            "rule",
            "prediction",
            "number",
            "as_of",
            "status",
            "reason",
            "side_value",
            "happened_from",
            "happened_until",
            "covered_to",
            "review",
            "may_finalise",
            "explanation",
            "recorded_at",
        ]


class WitnessSerializer(Answer):
    """A fact that a verdict rests on, or that might have decided it."""

    event = serializers.UUIDField(source="event_version.event_id", read_only=True, default=None, allow_null=True)
    version = serializers.IntegerField(source="event_version.version", read_only=True, default=None, allow_null=True)
    observation = serializers.IntegerField(source="observation_id", read_only=True, allow_null=True)
    title = serializers.SerializerMethodField()
    occurred_from = serializers.SerializerMethodField()
    known_at = serializers.SerializerMethodField()
    tier = serializers.CharField(source="event_version.tier", read_only=True, default="")

    class Meta:
        model = Witness
        fields = ["role", "event", "version", "observation", "title", "occurred_from", "known_at", "tier"]

    def get_title(self, witness: Witness) -> str:
        return str(witness.event_version or witness.observation)

    def get_occurred_from(self, witness: Witness) -> str:
        fact = witness.event_version
        return (fact.occurred_from if fact else witness.observation.valid_on).isoformat()  # type: ignore[union-attr]  # A witness has one of the two.

    def get_known_at(self, witness: Witness) -> str:
        fact = witness.event_version
        return (fact.known_at if fact else witness.observation.released_at).isoformat()  # type: ignore[union-attr]  # A witness has one of the two.


class EvaluationWithTraceSerializer(EvaluationSerializer):
    trace = serializers.DictField(read_only=True, help_text="Each clause with its value, window and matches.")
    witnesses = WitnessSerializer(many=True, read_only=True)

    class Meta(EvaluationSerializer.Meta):
        fields = [*EvaluationSerializer.Meta.fields, "trace", "witnesses"]


class ReadingSerializer(serializers.Serializer):
    """A rule in words, and what it came to last."""

    rule = serializers.UUIDField()
    variant = serializers.CharField()
    name = serializers.CharField()
    version = serializers.IntegerField()
    description = serializers.CharField()
    in_words = serializers.CharField()
    evaluation = EvaluationWithTraceSerializer(allow_null=True, help_text="Null before the first check.")


class ExplanationSerializer(serializers.Serializer):
    """Why a prediction stands as it does."""

    prediction = serializers.UUIDField()
    status = serializers.CharField()
    verdict = serializers.CharField(help_text="Empty while it is open.")
    review_reasons = serializers.ListField(child=serializers.CharField())
    resolution = ResolutionSerializer(allow_null=True, help_text="The last word; null before the first.")
    readings = ReadingSerializer(many=True, help_text="Each current rule, the central one first.")
    superseded = ReadingSerializer(
        many=True, help_text="Earlier versions of the central rule, the last one first, with what they came to."
    )


class RangeSerializer(Part):
    low = serializers.FloatField(allow_null=True, help_text="Null: without an end.")
    high = serializers.FloatField(allow_null=True, help_text="Null: without an end.")


class ScoreSerializer(Answer):
    prediction = serializers.UUIDField(source="forecast.prediction_id", read_only=True)
    forecaster = serializers.SlugField(source="forecast.forecaster.slug", read_only=True)
    probability = serializers.DecimalField(
        source="forecast.probability", max_digits=5, decimal_places=4, read_only=True
    )
    verdict = serializers.CharField(source="resolution.verdict", read_only=True)
    is_current = serializers.BooleanField(read_only=True, help_text="Under the last word on the prediction.")
    range = serializers.SerializerMethodField()
    lower_is_better = serializers.SerializerMethodField()

    class Meta:
        model = Score
        fields = [
            "id",
            "forecast",
            "prediction",
            "forecaster",
            "resolution",
            "verdict",
            "is_current",
            "rule",
            "rule_version",
            "probability",
            "outcome",
            "value",
            "range",
            "lower_is_better",
            "recorded_at",
        ]

    def get_range(self, score: Score) -> RangeSerializer:
        return range_of(_measure(score))  # type: ignore[return-value]  # The type is for the description of the API.

    def get_lower_is_better(self, score: Score) -> bool:
        return _measure(score).direction is Direction.LOWER_IS_BETTER


def range_of(measure: Measure) -> dict[str, Any]:
    """Between which ends a score lies."""
    return {"low": measure.low, "high": measure.high}


def _measure(score: Score) -> Measure:
    return next(measure for measure in SCORE_VERSIONS.values() if measure.name == score.rule)


class NewDispute(Body):
    reason = serializers.CharField(max_length=5000, help_text="What speaks against it, in at least ten characters.")
    evidence_url = WebAddressField(required=False, allow_blank=True, default="")


class NewDisputeOf(NewDispute):
    prediction = PredictionField(help_text="Whose verdict it is.")


class NewReopening(Body):
    reason = serializers.CharField(max_length=5000, help_text="Why, in at least ten characters; readers see it.")


class NewReopeningOf(NewReopening):
    prediction = PredictionField(help_text="Whose verdict is withdrawn.")


class NewVerdict(Body):
    verdict = CodeField(choices=Verdict.choices)
    share = RawProbabilityField(
        required=False,
        allow_null=True,
        default=None,
        help_text="For PARTLY: how much came true, such as 0.5 for a tie.",
    )
    reason = serializers.CharField(max_length=5000, help_text="A sentence of at least ten characters; readers see it.")
    happened_at = InstantField(required=False, allow_null=True, default=None)
    known_at = InstantField(required=False, allow_null=True, default=None, help_text="When it could be known.")
    evidence_url = WebAddressField(required=False, allow_blank=True, default="")
    expected_number = serializers.IntegerField(
        required=False,
        allow_null=True,
        default=None,
        min_value=0,
        max_value=1_000_000,
        help_text="The number of the resolution you saw, 0 for none: a record that moved on is not overwritten.",
    )


class NewVerdictOf(NewVerdict):
    prediction = PredictionField(help_text="What it is a verdict on.")
