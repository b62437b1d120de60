"""Comparisons as they are shown: each figure with its sample, its interval and how to read it."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any, NamedTuple

from rest_framework import serializers

from forecasts.scoring.comparison import BRIER_DIFFERENCE, PEER, AlwaysValid, Comparison
from forecasts.scoring.figures import Figure
from forecasts.scoring.intervals import Interval
from forecasts.scoring.measures import POLICY_VERSION
from forecasts.scoring.rules import BRIER, Measure
from forecasts.scoring.thresholds import MIN_SHOWN, Absent, Missing
from forecasts.selectors.comparisons import SharedCall, Versus

from .accuracy import SliceSerializer
from .figures import FigureSerializer
from .figures import figure as told

CALL_COLUMNS = ("prediction", "title", "cluster", "weight", "a", "b", "difference", "n_peers")


class Sample(NamedTuple):
    """What a figure is made from: forecasts, and independent events among them."""

    n: int
    n_clusters: int


class SharedCallSerializer(serializers.Serializer):
    """One prediction that both made: what is compared is a's mean Brier score on it minus b's."""

    prediction = serializers.UUIDField(source="prediction_id")
    title = serializers.CharField()
    cluster = serializers.CharField(help_text="Calls with the same key hang on the same event.")
    weight = serializers.FloatField(help_text="What it counts for in the mean.")
    a = serializers.FloatField(source="first_brier")
    b = serializers.FloatField(source="second_brier")
    difference = serializers.FloatField(help_text="a minus b: below 0, a was better.")
    n_peers = serializers.IntegerField(help_text="Forecasters that b is the mean of.")


class LeftOutSerializer(serializers.Serializer):
    """What only one of them scored on."""

    n = serializers.IntegerField()
    mean_brier = serializers.FloatField(allow_null=True)


class SequenceSerializer(serializers.Serializer):
    """A range that may be looked at after every event; null where it is not shown."""

    value = serializers.FloatField(allow_null=True, help_text="The mean over events of their mean differences.")
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)
    level = serializers.FloatField(allow_null=True, help_text="Of all ranges over time together.")
    n_clusters = serializers.IntegerField()
    missing_reason = serializers.CharField(allow_null=True)
    missing_text = serializers.CharField(allow_null=True)


class OwnScoreSerializer(serializers.Serializer):
    """The mean Brier score of each on what both made."""

    a = FigureSerializer()
    b = FigureSerializer()


class VersusSerializer(serializers.Serializer):
    slice = SliceSerializer()
    policy_version = serializers.CharField(help_text="As of a scorecard.")
    a = serializers.CharField()
    b = serializers.CharField(allow_null=True, help_text="Null: everybody else who forecast the same predictions.")
    n_shared = serializers.IntegerField(help_text="Predictions that both made and that came to an outcome.")
    n_clusters = serializers.IntegerField(help_text="Independent events among them.")
    scores = FigureSerializer(many=True)
    p_value = serializers.FloatField(allow_null=True, help_text="Two-sided; of equally good forecasters.")
    test = serializers.CharField(allow_null=True, help_text="How the p-value was found.")
    watched = SequenceSerializer(help_text="For claims that are looked at again and again.")
    own = OwnScoreSerializer()
    only_a = LeftOutSerializer()
    only_b = LeftOutSerializer(help_text="Of everybody else, nothing is left out.")
    calls = SharedCallSerializer(many=True, help_text="Those that decide most, at most 100; `calls.csv` has all.")


def versus_of(versus: Versus) -> dict[str, Any]:
    """The comparison in the shape of `VersusSerializer`."""
    found = versus.comparison if isinstance(versus.comparison, Comparison) else None
    return {
        "slice": asdict(versus.slice),
        "policy_version": POLICY_VERSION,
        "a": versus.first,
        "b": versus.second or None,
        "n_shared": versus.n_shared,
        "n_clusters": versus.n_clusters,
        "scores": [_difference(versus), *([] if versus.second else [_peer(versus)])],
        "p_value": found and found.p_value,
        "test": found and found.method.value,
        "watched": _watched(versus),
        "own": {"a": _own(versus, versus.first_brier), "b": _own(versus, versus.second_brier)},
        "only_a": versus.only_first,
        "only_b": versus.only_second,
        "calls": versus.calls,
    }


def _difference(versus: Versus) -> dict[str, Any]:
    sample = Sample(versus.n_shared, versus.n_clusters)
    match versus.comparison:
        case Comparison() as found:
            return figure(
                BRIER_DIFFERENCE, found.difference, interval=_interval(found, n=versus.n_shared), sample=sample
            )
        case Absent() as absent:
            return figure(BRIER_DIFFERENCE, None, absent=absent, sample=sample)


def _peer(versus: Versus) -> dict[str, Any]:
    """The same from the other side: what the others scored more."""
    sample = Sample(versus.n_shared, versus.n_clusters)
    found = versus.comparison
    if isinstance(found, Absent):
        return figure(PEER, None, absent=found, sample=sample)
    interval = _interval(found, n=versus.n_shared)
    turned = Interval(
        -interval.high,
        -interval.low,
        interval.method,
        n=interval.n,
        n_clusters=interval.n_clusters,
        level=interval.level,
    )
    absent = why_few("peer", n_clusters=versus.n_clusters)
    return figure(PEER, -found.difference, interval=turned, absent=absent, sample=sample)


def _interval(found: Comparison, *, n: int) -> Interval:
    return Interval(found.low, found.high, found.method, n=n, n_clusters=found.n_clusters, level=found.coverage)


def _own(versus: Versus, mean: float | None) -> dict[str, Any]:
    absent = versus.comparison if mean is None and isinstance(versus.comparison, Absent) else None
    return figure(
        BRIER,
        mean,
        sample=Sample(versus.n_shared, versus.n_clusters),
        absent=absent,
        no_interval="Shared predictions are compared pairwise: the interval is that of the difference.",
    )


def _watched(versus: Versus) -> dict[str, Any]:
    found = versus.sequence if isinstance(versus.sequence, AlwaysValid) else None
    absent = versus.sequence if isinstance(versus.sequence, Absent) else None
    return {
        "value": found and found.difference,
        "low": found and found.low,
        "high": found and found.high,
        "level": found and found.coverage,
        "n_clusters": versus.n_clusters,
        "missing_reason": absent and absent.reason.value,
        "missing_text": absent and absent.text,
    }


def why_few(key: str, *, n_clusters: int) -> Absent | None:
    """Why a figure is not shown of so few events; None where it is."""
    least = MIN_SHOWN[key].events
    if n_clusters >= least:
        return None
    are = "is 1" if n_clusters == 1 else f"are {n_clusters}"
    return Absent(Missing.TOO_FEW_EVENTS, f"Shown from {least} independent events on; there {are} so far.")


def figure(
    measure: Measure,
    value: float | None,
    *,
    sample: Sample,
    interval: Interval | None = None,
    absent: Absent | None = None,
    no_interval: str = "",
) -> dict[str, Any]:
    """A number in the shape of `FigureSerializer`; with a reason for its absence, without its value."""
    if absent:
        return told(Figure(measure, None, None, absent, sample.n, sample.n_clusters))
    return told(Figure(measure, value, interval, None, sample.n, sample.n_clusters, no_interval=no_interval))


def call_rows(calls: Iterable[SharedCall]) -> Iterator[tuple[object, ...]]:
    """Shared calls in the columns of `CALL_COLUMNS`."""
    for call in calls:
        scores = (call.first_brier, call.second_brier, call.difference)
        yield (str(call.prediction_id), call.title, call.cluster, call.weight, *scores, call.n_peers)
