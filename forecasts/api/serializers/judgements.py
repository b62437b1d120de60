"""Questions that rules leave to people, and their answers."""

from rest_framework import serializers

from forecasts.api.fields import CodeField, InstantField, PredictionField, WebAddressField
from forecasts.models import Judgement

from .base import Answer, Body

N_ANSWERS = 1_000_000


class AnswerSerializer(Answer):
    """The answer that counts."""

    class Meta:
        model = Judgement
        fields = ["number", "answer", "reason", "evidence_url", "known_at", "recorded_at"]


class QuestionSerializer(serializers.Serializer):
    """A question of a rule in force."""

    rule_version = serializers.UUIDField(source="rule_version.pk")
    reading = serializers.CharField(source="rule_version.name", help_text="The name of the rule's reading.")
    path = serializers.CharField(help_text="Where the question stands in the rule.")
    question = serializers.CharField()
    rubric = serializers.CharField(help_text="How to judge it; empty where the rule does not say.")
    answer = AnswerSerializer(allow_null=True, help_text="Null while nobody has answered.")
    number = serializers.IntegerField(help_text="Of the last answer, a withdrawn one included; 0 where there is none.")


class NewJudgement(Body):
    """An answer to one question. The verdict that rests on it is proposed, and somebody else confirms it."""

    rule_version_id = serializers.UUIDField(help_text="Of the rule that asks, as `rule_version` says.")
    path = serializers.CharField(max_length=200)
    answer = CodeField(choices=Judgement.Answer.choices)
    reason = serializers.CharField(max_length=5000, help_text="A sentence of at least ten characters; readers see it.")
    known_at = InstantField(required=False, allow_null=True, default=None, help_text="When it could be known.")
    evidence_url = WebAddressField(required=False, allow_blank=True, default="")
    expected_number = serializers.IntegerField(
        required=False,
        allow_null=True,
        default=None,
        min_value=0,
        max_value=N_ANSWERS,
        help_text="The number of the answer you saw, 0 for none: an answer given meanwhile is not replaced.",
    )


class NewJudgementOf(NewJudgement):
    prediction = PredictionField(help_text="Whose rule asks.")
