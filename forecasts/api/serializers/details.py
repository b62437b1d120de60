"""What a scorecard says of words, of conditions and of readings, as it is shown."""

from typing import Any

from rest_framework import serializers

from forecasts.selectors.conditions import Conditional
from forecasts.selectors.deadlines import Deadlines
from forecasts.selectors.details import Details
from forecasts.selectors.fits import FitLine
from forecasts.selectors.spoken import Hedges
from forecasts.selectors.spreads import Spread, SpreadLine
from forecasts.selectors.wordings import LadderLine, PhraseLine, Verbal

from .base import Part
from .figures import FigureSerializer, figure


def _number(help_text: str, *, may_miss: bool = True) -> serializers.FloatField:
    return serializers.FloatField(allow_null=may_miss, help_text=help_text)


class PhraseSerializer(Part):
    """A phrase of one forecaster."""

    forecaster = serializers.CharField()
    phrase = serializers.CharField()
    lexicon = serializers.CharField(help_text="Code and version; empty where an editor read the words.")
    point = _number("How readers take it, on average.", may_miss=False)
    low = _number("The low end of the range of readers.", may_miss=False)
    high = _number("The high end.", may_miss=False)
    n = _number("How many times it was used on what is settled, by weight.", may_miss=False)
    n_clusters = serializers.IntegerField(help_text="Independent events among them.")
    happened = _number("How many of them happened.", may_miss=False)
    meaning = FigureSerializer(
        help_text="What it came to mean: the readers and the outcomes taken together. From three independent events on."
    )
    text = serializers.CharField(help_text="The same as a sentence, or why there is no meaning.")


class LadderSerializer(Part):
    """A scale of words without gaps."""

    lexicon = serializers.CharField()
    n = serializers.FloatField()
    score = FigureSerializer(help_text="Proper: least on average for the step that holds one's belief. 0 is best.")
    midpoint_brier = FigureSerializer(help_text="For comparison; it rewards the wrong step near a cut.")


class HedgesSerializer(Part):
    """Words that say only that something can happen; in no score."""

    n = serializers.IntegerField(allow_null=True, help_text="Forecasts; null where they are too many to look through.")
    n_settled = serializers.IntegerField(allow_null=True)
    happened = serializers.FloatField()
    share = FigureSerializer(help_text="Of the settled, the share that happened.")
    brier = FigureSerializer(help_text="At the lexicon's point: apart from every other score.")


class VerbalSerializer(Part):
    """The forecasts in words: three numbers, since no proper score exists for a range."""

    n = _number("Null where they are too many to look through.")
    n_clusters = serializers.IntegerField(allow_null=True)
    brier = FigureSerializer(help_text="The mean Brier score at the points of the lexicons.")
    best = FigureSerializer(help_text="The least mean that any choice within the ranges earns.")
    worst = FigureSerializer(help_text="The greatest.")
    reader_variance = FigureSerializer(help_text="What vagueness costs readers on average.")
    discrimination = FigureSerializer(
        help_text="What telling cases apart earned; only the order of the phrases matters."
    )
    auc = FigureSerializer(help_text="How often what happened was called likelier. Only the order matters.")
    phrases = PhraseSerializer(many=True, help_text="The most used ones.")
    n_phrases = serializers.IntegerField()
    ladders = LadderSerializer(many=True)
    hedges = HedgesSerializer()


class FitSerializer(Part):
    """Probabilities of one forecaster that have to fit together."""

    kind = serializers.CharField(
        help_text="TOTAL: an outcome and its cases. CASES: they exclude each other. DEADLINES."
    )
    forecaster = serializers.CharField()
    predictions = serializers.ListField(child=serializers.UUIDField())
    gap = serializers.FloatField(help_text="By how much they do not; 0 where they do.")
    distance = _number("How far all numbers together have to move; a diagnostic, never a score.")
    text = serializers.CharField()


class ConditionalSerializer(Part):
    """The predictions with a condition."""

    n = serializers.IntegerField()
    resolved = serializers.IntegerField()
    annulled = serializers.IntegerField()
    side_happened = serializers.IntegerField(help_text="Of the annulled: the outcome happened all the same.")
    side_failed = serializers.IntegerField(help_text="Of the annulled: it did not happen either.")
    side_unknown = serializers.IntegerField()
    annulled_share = FigureSerializer(help_text="Of those decided.")
    warning = serializers.CharField(help_text="Where more than half were annulled; else empty.")
    mean_condition = FigureSerializer(
        help_text="How probable the conditions were said to be, where the same forecaster said it."
    )
    brier = FigureSerializer(
        help_text="Mean Brier score of the resolved ones; above 5,000 of them only with `conditional=true`."
    )
    largest_gap = FigureSerializer(help_text="The largest of `fits`, whichever way.")
    largest_distance = FigureSerializer()
    fits = FitSerializer(many=True)
    are_fits_complete = serializers.BooleanField(help_text="False for a slice too large to compare within.")


class SpreadLineSerializer(Part):
    """The score under another reading."""

    name = serializers.CharField(help_text="The lexicon's code, or the variant.")
    version = serializers.IntegerField(allow_null=True, help_text="Of the lexicon, its newest; null for a variant.")
    n_read = serializers.IntegerField(help_text="Forecasts, or predictions, that it has a reading of.")
    n_changed = serializers.IntegerField()
    n = serializers.FloatField()
    n_clusters = serializers.IntegerField()
    brier = FigureSerializer(help_text="Mean Brier score.")
    difference = FigureSerializer(help_text="From the score as it is, each event paired with itself.")
    tier = serializers.CharField()
    is_outside = serializers.BooleanField(help_text="Outside the interval of the score as it is.")
    text = serializers.CharField()


class SpreadSerializer(Part):
    """How much the score hangs on readings."""

    brier = FigureSerializer(help_text="The score as it is.")
    tier = serializers.CharField()
    lexicons = SpreadLineSerializer(many=True)
    variants = SpreadLineSerializer(many=True)
    variants_missing = serializers.CharField(help_text="Why other readings of rules are not shown; else empty.")


class DeadlinesSerializer(serializers.Serializer):
    """What rests on deadlines that editors set, since the words give none."""

    n = serializers.IntegerField(help_text="Predictions of the slice with such a deadline.")
    share = FigureSerializer(help_text="Of the weight that is scored, what rests on them.")
    n_ranged = serializers.IntegerField(help_text="Those with another end on record.")
    early = SpreadLineSerializer(allow_null=True, help_text="The score with each held to its earliest end.")
    late = SpreadLineSerializer(allow_null=True, help_text="The score with each held to its latest end.")
    n_late = serializers.IntegerField(
        help_text="Failed by the deadline, true by the latest end; scored by the deadline."
    )
    missing_text = serializers.CharField(help_text="Why ends are not looked at; else empty.")


def details_of(details: Details) -> dict[str, Any]:
    """The details by name, in the shape of the serializers above."""
    return {
        "verbal": _verbal(details.verbal),
        "conditional": _conditional(details.conditional),
        "spread": _spread(details.spread),
        "deadlines": _deadlines(details.deadlines),
    }


def _fields(source: object, *names: str) -> dict[str, Any]:
    return {name: getattr(source, name) for name in names}


def _figures(source: object, *names: str) -> dict[str, Any]:
    return {name: figure(getattr(source, name)) for name in names}


def _verbal(verbal: Verbal) -> dict[str, Any]:
    return {
        **_fields(verbal, "n", "n_clusters", "n_phrases"),
        **_figures(verbal.score, "brier", "best", "worst", "reader_variance"),
        **_figures(verbal, "discrimination", "auc"),
        "phrases": [phrase_of(line) for line in verbal.phrases],
        "ladders": [_ladder(line) for line in verbal.ladders],
        "hedges": _hedges(verbal.hedges),
    }


def phrase_of(line: PhraseLine) -> dict[str, Any]:
    """A phrase in the shape of `PhraseSerializer`."""
    names = ("forecaster", "phrase", "lexicon", "point", "low", "high", "n", "n_clusters", "happened", "text")
    return {**_fields(line, *names), **_figures(line, "meaning")}


def _ladder(line: LadderLine) -> dict[str, Any]:
    return {**_fields(line, "lexicon", "n"), **_figures(line, "score", "midpoint_brier")}


def _hedges(hedges: Hedges) -> dict[str, Any]:
    return {**_fields(hedges, "n", "n_settled", "happened"), **_figures(hedges, "share", "brier")}


def _conditional(conditional: Conditional) -> dict[str, Any]:
    names = (
        "n", "resolved", "annulled", "side_happened", "side_failed", "side_unknown", "warning", "are_fits_complete",
    )  # fmt: skip
    figures = ("annulled_share", "mean_condition", "brier", "largest_gap", "largest_distance")
    return {
        **_fields(conditional, *names),
        **_figures(conditional, *figures),
        "fits": [_fit(line) for line in conditional.fits],
    }


def _fit(line: FitLine) -> dict[str, Any]:
    return _fields(line, "kind", "forecaster", "predictions", "gap", "distance", "text")


def _spread(spread: Spread) -> dict[str, Any]:
    return {
        **_figures(spread, "brier"),
        "tier": spread.tier.value,
        "variants_missing": spread.variants_missing,
        "lexicons": [_spread_line(line) for line in spread.lexicons],
        "variants": [_spread_line(line) for line in spread.variants],
    }


def _deadlines(found: Deadlines) -> dict[str, Any]:
    lines = {name: line and _spread_line(line) for name, line in (("early", found.early), ("late", found.late))}
    return {**_fields(found, "n", "n_ranged", "n_late"), **_figures(found, "share"), **lines, "missing_text": found.missing}  # fmt: skip


def _spread_line(line: SpreadLine) -> dict[str, Any]:
    names = ("name", "version", "n_read", "n_changed", "n", "n_clusters", "is_outside", "text")
    return {**_fields(line, *names), **_figures(line, "brier", "difference"), "tier": line.tier.value}
