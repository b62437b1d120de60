"""Scores adjusted for difficulty as they are shown: in groups, since nothing compares one group with another."""

from dataclasses import asdict
from typing import Any

from rest_framework import serializers

from forecasts.scoring.difficulty import DIFFICULTY_ADJUSTED, MOST_WITH_ERRORS
from forecasts.scoring.intervals import Interval, IntervalMethod
from forecasts.scoring.measures import POLICY_VERSION
from forecasts.scoring.rules import BRIER
from forecasts.selectors.difficulties import AdjustedLine, Difficulties

from .accuracy import FigureSerializer, SliceSerializer
from .comparisons import Sample, figure

NORMAL, LEVEL = 1.959963984540054, 0.95
ON_THE_SCORECARD = (
    "It stands here for comparison with the adjusted score; its interval is on the forecaster's scorecard."
)
TOO_MANY_FOR_ERRORS = (
    f"Errors take a matrix of all against all: they are worked out for up to {MOST_WITH_ERRORS:,} forecasters."
)


class AdjustedLineSerializer(serializers.Serializer):
    forecaster = serializers.CharField()
    scores = FigureSerializer(
        many=True, help_text="Adjusted, with the interval of the distance from the group's average; and as it is."
    )


class GroupSerializer(serializers.Serializer):
    """Forecasters whom shared predictions connect: only they can be compared."""

    n_forecasters = serializers.IntegerField()
    forecasters = AdjustedLineSerializer(
        many=True, help_text="The lowest adjusted score first; those without one last."
    )


class AdjustedSerializer(serializers.Serializer):
    slice = SliceSerializer()
    policy_version = serializers.CharField(help_text="As of a scorecard.")
    n_forecasters = serializers.IntegerField(help_text="In all groups; at most 500 are listed.")
    missing_reason = serializers.CharField(allow_null=True, help_text="Why there are no groups.")
    missing_text = serializers.CharField(allow_null=True, help_text="The same as a sentence.")
    groups = GroupSerializer(many=True, help_text="The largest first.")


def adjusted_of(found: Difficulties) -> dict[str, Any]:
    """The adjusted scores in the shape of `AdjustedSerializer`."""
    return {
        "slice": asdict(found.slice),
        "policy_version": POLICY_VERSION,
        "n_forecasters": found.n_forecasters,
        "missing_reason": found.absent and found.absent.reason.value,
        "missing_text": found.absent and found.absent.text,
        "groups": [
            {"n_forecasters": group[0].adjusted.n_in_group, "forecasters": [_line(line) for line in group]}
            for group in found.groups
        ],
    }


def _line(line: AdjustedLine) -> dict[str, Any]:
    sample, score = Sample(line.n, line.n_clusters), line.adjusted.score
    interval = _interval(line)
    reason = "" if interval else TOO_MANY_FOR_ERRORS
    shown = figure(DIFFICULTY_ADJUSTED, score, sample=sample, interval=interval, absent=line.absent, no_interval=reason)
    plain = figure(BRIER, line.mean_brier, sample=sample, no_interval=ON_THE_SCORECARD)
    return {"forecaster": line.forecaster, "scores": [shown, plain]}


def _interval(line: AdjustedLine) -> Interval | None:
    score, error = line.adjusted.score, line.adjusted.standard_error
    if error is None:
        return None
    low, high = score - NORMAL * error, score + NORMAL * error
    return Interval(low, high, IntervalMethod.CLUSTER_NORMAL, n=line.n, n_clusters=line.n_clusters, level=LEVEL)
