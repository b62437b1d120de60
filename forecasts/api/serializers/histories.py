"""Everything that was recorded about a prediction."""

from rest_framework import serializers

from forecasts.api.fields import CodeField
from forecasts.selectors.histories import MACHINE, PERSON, Step


class EntrySerializer(serializers.Serializer):
    """One thing that was recorded about a prediction, with the clocks that tell when."""

    step = CodeField(choices=[(step.value, step.value.capitalize()) for step in Step])
    id = serializers.UUIDField(help_text="Of the row, as its own resource has it; a dispute is a resolution.")
    number = serializers.IntegerField(help_text="Counts within its step; the version of a rule.")
    value = serializers.CharField(
        help_text="A probability, a verdict with its state, an answer; empty where there is none."
    )
    said = serializers.CharField(help_text="The claim, the explanation or the reason.")
    actor = CodeField(choices=[(MACHINE, "The machine"), (PERSON, "A person, or a program with a token")])
    happened_at = serializers.DateTimeField(allow_null=True, help_text="When it happened; a forecast when it was made.")
    known_at = serializers.DateTimeField(allow_null=True, help_text="When it could be known.")
    recorded_at = serializers.DateTimeField(help_text="When it was recorded here.")


class HistorySerializer(serializers.Serializer):
    """A page of what was recorded about a prediction."""

    next = serializers.URLField(allow_null=True, help_text="The next page; null on the last.")
    results = EntrySerializer(many=True)
