"""A rule tried out before it is recorded."""

from rest_framework import serializers

from forecasts.api.fields import InstantField

from .base import Body, ShortText


class NewRuleCheck(Body):
    """A rule, and when the prediction was issued that it would decide."""

    rule = serializers.DictField(help_text="The criteria; /schema/rules/ describes the language.")
    publication = InstantField(help_text="Windows can count from it.")
    deadline_words = ShortText(
        60, help_text="The words that imply its deadline: they propose the ends that it leaves out."
    )


class MatchSerializer(serializers.Serializer):
    event = serializers.UUIDField(source="event_id")
    title = serializers.CharField()
    occurred_from = serializers.DateTimeField()
    occurred_until = serializers.DateTimeField()
    tier = serializers.CharField()
    status = serializers.CharField()


class CheckedClauseSerializer(serializers.Serializer):
    path = serializers.CharField(help_text="Where the clause stands in the rule.")
    words = serializers.CharField()
    value = serializers.CharField(help_text="T, F or U.")
    why = serializers.CharField()
    decisive = MatchSerializer(many=True, help_text="Events that decide it.")
    doubtful = MatchSerializer(many=True, help_text="Events in its window that might be meant.")
    elsewhere = MatchSerializer(many=True, help_text="Events it means that happened outside its window.")


class RuleCheckSerializer(serializers.Serializer):
    words = serializers.CharField(help_text="The rule as a sentence.")
    status = serializers.CharField(help_text="What it would come to now.")
    explanation = serializers.CharField()
    clauses = CheckedClauseSerializer(many=True)
    n_values = serializers.IntegerField(help_text="How many values of series the answer rests on.")
    is_without_events = serializers.BooleanField(
        help_text="No recorded event is meant: a code or topic may be misspelt."
    )
