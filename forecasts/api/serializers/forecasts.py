"""Forecasts and the lexicons that words are read through."""

from rest_framework import serializers

from forecasts.api.fields import ForecasterField, InstantField, PredictionField, RawProbabilityField
from forecasts.models import Forecast, Lexicon, LexiconEntry

from .base import Answer, Body, LongText, ShortText


class LexiconNameSerializer(Answer):
    class Meta:
        model = Lexicon
        fields = ["code", "version"]


class ForecastSerializer(Answer):
    forecaster = serializers.SlugField(source="forecaster.slug", read_only=True)
    lexicon = LexiconNameSerializer(source="lexicon_entry.lexicon", read_only=True, default=None, allow_null=True)

    class Meta:
        model = Forecast
        fields = [
            "id",
            "prediction",
            "forecaster",
            "probability",
            "low",
            "high",
            "phrase",
            "lexicon",
            "origin",
            "basis",
            "is_scored",
            "made_at",
            "recorded_at",
            "base_rate",
            "base_rate_cases",
            "base_rate_topic",
        ]


class LexiconSerializer(Answer):
    class Meta:
        model = Lexicon
        fields = ["code", "version", "title", "source", "recorded_at"]


class LexiconEntrySerializer(Answer):
    class Meta:
        model = LexiconEntry
        fields = ["phrase", "point", "low", "high", "spread", "is_hedge", "source"]


class LexiconWithEntriesSerializer(LexiconSerializer):
    entries = LexiconEntrySerializer(many=True, read_only=True)

    class Meta(LexiconSerializer.Meta):
        fields = [*LexiconSerializer.Meta.fields, "entries"]


class NewWording(Body):
    """A number; or words, read through a lexicon; or words with an editor's number and its basis."""

    probability = RawProbabilityField(required=False, allow_null=True, default=None)
    low = RawProbabilityField(required=False, allow_null=True, default=None)
    high = RawProbabilityField(required=False, allow_null=True, default=None)
    phrase = ShortText(help_text="The words, as written.")
    lexicon = ShortText(60, help_text="Code of the lexicon to read the phrase through.")
    basis = LongText(help_text="How the phrase was read as this number.")


class NewForecast(Body):
    """A forecast from now on; without a wording the forecaster withdraws the last one."""

    prediction = PredictionField()
    forecaster = ForecasterField(help_text="Slug; the forecaster that the token is for.")
    wording = NewWording(allow_null=True, help_text="Null to withdraw.")
    origin = ShortText(
        200,
        help_text="What it was taken from, such as an agency: forecasts of one origin are one opinion in aggregates.",
    )
    made_at = InstantField(required=False, help_text="Only with the scope admin; otherwise it is made now.")


class NewLexiconEntry(Body):
    """A phrase and the probability that readers take it for; without a point it is listed and read as none."""

    phrase = serializers.CharField(max_length=120)
    point = RawProbabilityField(required=False, allow_null=True, default=None)
    low = RawProbabilityField(required=False, allow_null=True, default=None)
    high = RawProbabilityField(required=False, allow_null=True, default=None)
    spread = RawProbabilityField(
        required=False, allow_null=True, default=None, help_text="The standard deviation of readers, where it is known."
    )
    is_hedge = serializers.BooleanField(
        required=False, default=False, help_text="It says that something can happen, and not how likely it is."
    )
    source = LongText()  # type: ignore[assignment]  # A field of that name; the framework has something else under it.


class NewLexicon(Body):
    """A table of phrases; another table of the same code is its next version, and the earlier ones stay."""

    code = serializers.RegexField(
        r"^[a-z0-9][a-z0-9_-]*\Z",
        max_length=60,
        help_text="Lowercase letters, digits, hyphens and underlines: icd_203.",
    )
    title = serializers.CharField(max_length=200)
    source = serializers.CharField(max_length=10_000, help_text="Where it was published.")  # type: ignore[assignment]  # A field of that name; the framework has something else under it.
    entries = serializers.ListField(child=NewLexiconEntry(), min_length=1, max_length=1000)
