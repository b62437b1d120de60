"""What became of the predictions of a slice, as it is shown."""

from typing import Any

from rest_framework import serializers

from forecasts.selectors.coverage import PARTS, Coverage

from .base import Part

MEANINGS = {
    "predictions": "All of the slice. The parts `resolved` to `not_scored` add up to it.",
    "resolved": "Settled, and with a forecast that counts.",
    "pending": "No verdict yet, and it may still come.",
    "annulled": "The condition was not met, or the question fell away: never scored.",
    "ambiguous": "A person found that it cannot be decided: never scored.",
    "unresolvable": "No verdict, and without any deadline none can ever say no.",
    "excluded_leakage": "Settled, but every forecast was made when the outcome could be known.",
    "hedged": "All that was said is that it may happen: counted in `verbal`, never scored.",
    "not_scored": "Without a probability of the forecaster's own.",
    "annulled_void": "Of `annulled`: there was no condition, the question fell away.",
    "provisional": "Of `resolved`: the verdict is not final.",
    "retrospective": "Of `resolved`: logged after the outcome could be known.",
    "unweighted": "Of `resolved`: without weight under the weighting asked for.",
    "implied_deadline": "Of all: the deadline is the editor's, since the words give none.",
    "reported": "Beliefs of others in the forecaster's articles; they count for those who hold them.",
    "forecasts_excluded": "Forecasts, not predictions: made when the outcome could be known, on whatever is settled.",
    "against_market": "Forecasts, not predictions: scored, and compared with the market at the time they were made.",
    "against_crowd": "The same, compared with the crowd.",
    "against_base_rate": "The same, compared with the base rate of the topic: there was no market and no crowd.",
    "against_one_half": "The same, compared with one half: too few claims on the topic had been decided for a base rate.",
}


class SharesSerializer(Part):
    """Each part as a share of all; null where there is none."""

    def get_fields(self) -> dict[str, serializers.Field]:
        return {name: serializers.FloatField(allow_null=True) for name in PARTS}


class CoverageCountsSerializer(Part):
    """How many predictions of the slice ended how."""

    def get_fields(self) -> dict[str, serializers.Field]:
        counts = {name: serializers.IntegerField(help_text=told) for name, told in MEANINGS.items()}
        return {**counts, "shares": SharesSerializer(help_text="The parts as shares of `predictions`.")}


def coverage_of(coverage: Coverage) -> dict[str, Any]:
    """The counts in the shape of `CoverageCountsSerializer`."""
    counts = {name: getattr(coverage, name) for name in MEANINGS}
    return {**counts, "shares": {name: coverage.share(name) for name in PARTS}}
