"""The feed of changes."""

from rest_framework import serializers
from rest_framework.reverse import reverse

from forecasts.api.fields import CodeField
from forecasts.models import Change
from forecasts.selectors.changes import name_of

# Where a row of each kind is read; those without an address of their own at what they belong to.
ADDRESSES: dict[str, tuple[str, str]] = {
    Change.Kind.ARTICLE: ("articles-detail", "pk"),
    Change.Kind.FORECASTER: ("forecasters-detail", "slug"),
    Change.Kind.TOPIC: ("topics-detail", "path"),
    Change.Kind.PREDICTION: ("predictions-detail", "pk"),
    Change.Kind.RULE: ("rules-detail", "pk"),
    Change.Kind.LEXICON: ("lexicons-detail", "code"),
    Change.Kind.FORECAST: ("forecasts-detail", "pk"),
    Change.Kind.SOURCE: ("sources-detail", "slug"),
    Change.Kind.COVERAGE: ("sources-detail", "slug"),
    Change.Kind.ENTITY: ("entities-detail", "path"),
    Change.Kind.MEMBERSHIP: ("entities-detail", "path"),
    Change.Kind.MILESTONE: ("milestones-detail", "key"),
    Change.Kind.EVENT: ("events-detail", "id"),
    Change.Kind.EVIDENCE: ("events-detail", "id"),
    Change.Kind.MERGE: ("events-detail", "id"),
    Change.Kind.OBSERVATION: ("observations-detail", "pk"),
    Change.Kind.EVALUATION: ("evaluations-detail", "pk"),
    Change.Kind.JUDGEMENT: ("predictions-judgements", "pk"),
    Change.Kind.RESOLUTION: ("resolutions-detail", "pk"),
    Change.Kind.SCORE: ("scores-detail", "pk"),
    Change.Kind.SEALED: ("sealed-detail", "commitment"),
    Change.Kind.REDACTION: ("ledger-receipt", "key"),
    Change.Kind.UNSEALING: ("sealed-detail", "commitment"),
}


class ChangeSerializer(serializers.Serializer):
    """That something was recorded, or that its state changed."""

    kind = CodeField(choices=Change.Kind.choices)
    action = CodeField(choices=Change.Action.choices)
    id = serializers.SerializerMethodField(help_text="Of the row, or of what it belongs to: `url` is where to read it.")
    url = serializers.SerializerMethodField()
    noted_at = serializers.DateTimeField(help_text="By the clock of the database.")

    def get_id(self, change: Change) -> str:
        return name_of(change)

    def get_url(self, change: Change) -> str:
        route, keyword = ADDRESSES[change.kind]
        place = {keyword: name_of(change)} | ({"kind": change.kind} if route == "ledger-receipt" else {})
        return reverse(f"api:{route}", kwargs=place, request=self.context.get("request"))


class ChangesSerializer(serializers.Serializer):
    """A stretch of the feed."""

    next = serializers.URLField(help_text="Where to go on, now or later: keep it.")
    has_more = serializers.BooleanField(help_text="Whether more is there already.")
    results = ChangeSerializer(many=True, help_text="The earliest first.")
