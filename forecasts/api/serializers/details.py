"""What a scorecard says of words, of conditions and of readings, as it is shown."""

from dataclasses import asdict
from typing import Any

from rest_framework import serializers

from forecasts.scoring.intervals import Interval
from forecasts.scoring.thresholds import Absent
from forecasts.scoring.verbal import Meaning, WordsScore
from forecasts.selectors.conditions import Conditional
from forecasts.selectors.deadlines import Deadlines
from forecasts.selectors.details import Details
from forecasts.selectors.fits import FitLine
from forecasts.selectors.spreads import Spread, SpreadLine
from forecasts.selectors.wordings import PhraseLine, Verbal

from .base import Part
from .figures import IntervalSerializer

UNSHOWN = "Null where it is not shown."


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
    meaning = _number(
        "What it came to mean: the readers and the outcomes taken together. From three independent events on."
    )
    meaning_low = _number("The low end of its 95% interval.")
    meaning_high = _number("The high end.")
    text = serializers.CharField(help_text="The same as a sentence, or why there is no meaning.")


class LadderSerializer(Part):
    """A scale of words without gaps."""

    lexicon = serializers.CharField()
    n = serializers.FloatField()
    score = serializers.FloatField(
        help_text="Proper: least on average for the step that holds one's belief. 0 is best."
    )
    midpoint_brier = serializers.FloatField(help_text="For comparison; it rewards the wrong step near a cut.")


class HedgesSerializer(Part):
    """Words that say only that something can happen; in no score."""

    n = serializers.IntegerField(help_text="Forecasts.")
    n_settled = serializers.IntegerField()
    happened = serializers.FloatField()
    share = _number("Of the settled, the share that happened.")
    brier = _number("At the lexicon's point: apart from every other score.")


class VerbalSerializer(Part):
    """The forecasts in words: three numbers, since no proper score exists for a range."""

    n = _number("Null where they are too many to look through; `missing_text` says so.")
    n_clusters = serializers.IntegerField(allow_null=True)
    brier = _number(f"Mean Brier score at the points of the lexicons, 0 to 1; lower is better. {UNSHOWN}")
    interval = IntervalSerializer(allow_null=True)
    best = _number("The least mean that any choice within the ranges earns.")
    worst = _number("The greatest.")
    reader_variance = _number("What vagueness costs readers on average, 0 to 0.25.")
    missing_text = serializers.CharField(allow_null=True, help_text="Why there are no scores.")
    discrimination = _number("What telling cases apart earned, 0 to 0.25; only the order of the phrases matters.")
    auc = _number("How often what happened was called likelier; 0.5 is chance. Only the order matters.")
    order_missing_text = serializers.CharField(allow_null=True, help_text="Why these two are not shown.")
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
    annulled_share = _number("Of those decided.")
    annulled_interval = IntervalSerializer(allow_null=True)
    warning = serializers.CharField(help_text="Where more than half were annulled; else empty.")
    mean_condition = _number("How probable the conditions were said to be.")
    n_condition = serializers.IntegerField(help_text="Over how many of which the same forecaster said it.")
    brier = _number("Mean Brier score of the resolved ones; above 5,000 of them only with `conditional=true`.")
    brier_interval = IntervalSerializer(allow_null=True)
    largest_gap = _number("Whichever way; null where there is nothing to compare.")
    largest_distance = _number("Null where there is nothing to compare.")
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
    brier = _number("Mean Brier score.")
    difference = _number("From the score as it is.")
    tier = serializers.CharField()
    is_outside = serializers.BooleanField(help_text="Outside the interval of the score as it is.")
    text = serializers.CharField()


class SpreadSerializer(Part):
    """How much the score hangs on readings."""

    brier = _number("The score as it is.")
    interval = IntervalSerializer(allow_null=True)
    tier = serializers.CharField()
    lexicons = SpreadLineSerializer(many=True)
    variants = SpreadLineSerializer(many=True)
    variants_missing = serializers.CharField(help_text="Why other readings of rules are not shown; else empty.")


class DeadlinesSerializer(serializers.Serializer):
    """What rests on deadlines that editors set, since the words give none."""

    n = serializers.IntegerField(help_text="Predictions of the slice with such a deadline.")
    share = _number("Of the weight that is scored, what rests on them.")
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


def _bounds(interval: Interval | None) -> dict[str, Any] | None:
    return (
        None
        if interval is None
        else {**_fields(interval, "low", "high", "level", "n_clusters"), "method": interval.method.value}
    )


def _fields(source: object, *names: str) -> dict[str, Any]:
    return {name: getattr(source, name) for name in names}


def _verbal(verbal: Verbal) -> dict[str, Any]:
    parts, auc = verbal.discrimination, verbal.auc
    score = verbal.score if isinstance(verbal.score, WordsScore) else None
    return {
        **_fields(verbal, "n", "n_clusters", "n_phrases"),
        "brier": score.brier if score else None,
        "interval": _bounds(verbal.interval),
        "best": score.envelope.best if score else None,
        "worst": score.envelope.worst if score else None,
        "reader_variance": score.reader_variance if score else None,
        "missing_text": verbal.score.text if isinstance(verbal.score, Absent) else None,
        "discrimination": None if isinstance(parts, Absent) else parts.discrimination,
        "auc": None if isinstance(auc, Absent) else auc.area,
        "order_missing_text": auc.text if isinstance(auc, Absent) else None,
        "phrases": [phrase_of(line) for line in verbal.phrases],
        "ladders": [asdict(line) for line in verbal.ladders],
        "hedges": _fields(verbal.hedges, "n", "n_settled", "happened", "share", "brier"),
    }


def phrase_of(line: PhraseLine) -> dict[str, Any]:
    """A phrase in the shape of `PhraseSerializer`."""
    found = line.meaning if isinstance(line.meaning, Meaning) else None
    return {
        **_fields(
            line, "forecaster", "phrase", "lexicon", "point", "low", "high", "n", "n_clusters", "happened", "text"
        ),
        "meaning": found and found.probability,
        "meaning_low": found and found.low,
        "meaning_high": found and found.high,
    }


def _conditional(conditional: Conditional) -> dict[str, Any]:
    names = (
        "n", "resolved", "annulled", "side_happened", "side_failed", "side_unknown", "annulled_share", "warning",
        "mean_condition", "n_condition", "brier", "largest_gap", "largest_distance", "are_fits_complete",
    )  # fmt: skip
    return {
        **_fields(conditional, *names),
        "annulled_interval": _bounds(conditional.annulled_interval),
        "brier_interval": _bounds(conditional.brier_interval),
        "fits": [_fit(line) for line in conditional.fits],
    }


def _fit(line: FitLine) -> dict[str, Any]:
    return _fields(line, "kind", "forecaster", "predictions", "gap", "distance", "text")


def _spread(spread: Spread) -> dict[str, Any]:
    return {
        **_fields(spread, "brier", "variants_missing"),
        "interval": _bounds(spread.interval),
        "tier": spread.tier.value,
        "lexicons": [_spread_line(line) for line in spread.lexicons],
        "variants": [_spread_line(line) for line in spread.variants],
    }


def _deadlines(found: Deadlines) -> dict[str, Any]:
    lines = {name: line and _spread_line(line) for name, line in (("early", found.early), ("late", found.late))}
    return {**_fields(found, "n", "share", "n_ranged", "n_late"), **lines, "missing_text": found.missing}


def _spread_line(line: SpreadLine) -> dict[str, Any]:
    return {**asdict(line), "tier": line.tier.value}
