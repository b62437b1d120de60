"""Predictions and their rules."""

from rest_framework import serializers

from forecasts.api.fields import ArticleField, CodeField, ForecasterField, InstantField, PredictionField, TopicField
from forecasts.models import Prediction, RuleVersion

from .articles import ForecasterNameSerializer
from .base import Answer, Body, LongText, ShortText
from .forecasts import NewWording


class RuleNameSerializer(Answer):
    """Which version of which reading."""

    class Meta:
        model = RuleVersion
        fields = ["id", "variant", "name", "version"]


class RuleSerializer(Answer):
    rule = serializers.DictField(read_only=True, help_text="The criteria; /schema/rules/ describes the language.")

    class Meta:
        model = RuleVersion
        fields = ["id", "prediction", "variant", "name", "version", "description", "rule", "sha256", "recorded_at"]


class PredictionSerializer(Answer):
    holder = ForecasterNameSerializer(read_only=True)
    topic = serializers.CharField(source="topic.path", read_only=True)
    is_conditional = serializers.BooleanField(read_only=True)
    review_reasons = serializers.ListField(child=serializers.CharField(), read_only=True)
    next_check_at = serializers.DateTimeField(
        source="next_try_at",
        read_only=True,
        allow_null=True,
        help_text="When it is looked at next, should nothing that concerns it be recorded before. None where nobody looks by then.",
    )
    rules = RuleNameSerializer(many=True, read_only=True)

    class Meta:
        model = Prediction
        fields = [
            "id",
            "article",
            "holder",
            "topic",
            "title",
            "statement",
            "quote",
            "original_wording",
            "condition",
            "outcome",
            "is_conditional",
            "attribution",
            "deadline_basis",
            "deadline_words",
            "deadline_policy",
            "issued_at",
            "sealed_at",
            "contrasts_with",
            "cluster_key",
            "note",
            "recorded_at",
            "status",
            "verdict",
            "review_reasons",
            "needs_confirmation",
            "next_check_at",
            "checked_at",
            "rules",
        ]


class NewRuleDraft(Body):
    """A rule in one reading."""

    rule = serializers.DictField(help_text="The criteria; /schema/rules/ describes the language.")
    variant = CodeField(choices=RuleVersion.Variant.choices, default=RuleVersion.Variant.CENTRAL)
    name = ShortText(100, help_text="Tells readings apart; the central one is named central.")
    description = LongText(help_text="What this reading means, in words.")


class NewRule(NewRuleDraft):
    """A rule for a recorded prediction: a new reading, or the next version of one."""

    prediction = PredictionField()


class NewPrediction(Body):
    holder = ForecasterField(help_text="Slug of the forecaster whose claim it is.")
    topic = TopicField(help_text="Path of a recorded topic.")
    article = ArticleField(required=False, allow_null=True, default=None)
    title = serializers.CharField(max_length=300)
    statement = serializers.CharField(max_length=5000, help_text="One sentence that can turn out true or false.")
    outcome = serializers.CharField(max_length=5000, help_text="The then-part in words.")
    condition = LongText(help_text="The if-part in words; left out where there is none.")
    quote = LongText(help_text="The words of the article, exactly.")
    original_wording = LongText()
    attribution = CodeField(choices=Prediction.Attribution.choices, default=Prediction.Attribution.AUTHOR)
    deadline_basis = CodeField(
        choices=Prediction.DeadlineBasis.choices,
        default=Prediction.DeadlineBasis.STATED,
        help_text="Whether the deadline is the author's or the editor's.",
    )
    deadline_words = ShortText(
        60,
        help_text="The words that imply the deadline, such as soon: they propose an end where the rule's windows have none, and a range.",
    )
    issued_at = InstantField(required=False, help_text="By default the publication, or now where there is no article.")
    contrasts_with = PredictionField(required=False, allow_null=True, default=None)
    cluster_key = ShortText(help_text="Predictions with the same key hang on the same event.")
    note = LongText()
    is_scored = serializers.BooleanField(default=True, help_text="Off where the number is not the forecaster's own.")
    wording = NewWording(required=False, allow_null=True, default=None)
    # The stubs do not know that many=True makes a list, which has a length.
    rules = NewRuleDraft(many=True, required=False, default=list, max_length=20)  # type: ignore[call-arg]  # The framework takes it with `many`.
