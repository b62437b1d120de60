"""One number of a scorecard as it is shown: with its sample, its interval, its range, its good end and its limits."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from rest_framework import serializers

from forecasts.scoring.figures import Figure
from forecasts.scoring.intervals import Interval
from forecasts.scoring.measures import POLICY_VERSION
from forecasts.scoring.rules import Direction, Measure
from forecasts.scoring.thresholds import Absent
from forecasts.selectors.scorecards import Scorecard

from .base import Part
from .resolutions import RangeSerializer, range_of

# The counts of `Coverage` that a number cannot be read without.
COUNTS = ("resolved", "pending", "annulled", "unresolvable", "excluded_leakage")
FIGURE_COLUMNS = (
    "part", "about", "name", "version", "value", "unit", "n", "n_clusters", "low", "high", "interval_method",
    "interval_level", "range_low", "range_high", "lower_is_better", "why_no_interval", "missing_reason", "missing_text",
    "note", "policy_version", "lexicons", "as_of", "as_recorded", *COUNTS,
)  # fmt: skip


class IntervalSerializer(Part):
    low = serializers.FloatField()
    high = serializers.FloatField()
    method = serializers.CharField(help_text="How it was found; docs/scores.md has each.")
    level = serializers.FloatField(help_text="0.95: an interval found so holds the true value 19 times in 20.")
    n_clusters = serializers.IntegerField(help_text="How many events it takes to be independent of each other.")


class MissingSerializer(Part):
    """Why something is not shown."""

    missing_reason = serializers.CharField(allow_null=True, help_text="Why it is not shown; null where it is.")
    missing_text = serializers.CharField(allow_null=True, help_text="The same as a sentence.")


class FigureSerializer(MissingSerializer):
    """One score of the slice."""

    comes_as_shown = True  # From `figure`.

    name = serializers.CharField()
    version = serializers.CharField(help_text="Of the formula.")
    value = serializers.FloatField(allow_null=True, help_text="Null where it is not shown; `missing_reason` says why.")
    unit = serializers.CharField()
    n = serializers.IntegerField(help_text="Forecasts it is made from.")
    n_clusters = serializers.IntegerField(help_text="Independent events among them.")
    interval = IntervalSerializer(
        allow_null=True, help_text="Null where none can be told; `interval_missing_text` says why."
    )
    interval_missing_text = serializers.CharField(
        allow_null=True, help_text="Why a number that is shown has no interval; null where it has."
    )
    range = RangeSerializer()
    lower_is_better = serializers.BooleanField(allow_null=True, help_text="Null where neither end is good.")
    note = serializers.CharField(help_text="What it does not say; may be empty.")


def figure(one: Figure) -> dict[str, Any]:
    """A figure as `FigureSerializer` shows it."""
    measure, absent = one.measure, one.absent
    span, is_loss = _how_to_read(measure)
    return {
        "missing_reason": absent and absent.reason.value,
        "missing_text": absent and absent.text,
        "name": measure.name,
        "version": measure.version,
        "value": None if one.value is None else float(one.value),
        "unit": measure.unit,
        "n": one.n,
        "n_clusters": one.n_clusters,
        "interval": one.interval and _interval(one.interval),
        "interval_missing_text": one.no_interval or None,
        "range": span,
        "lower_is_better": is_loss,
        "note": one.note,
    }


@cache
def _how_to_read(measure: Measure) -> tuple[dict[str, float | None], bool | None]:
    """Between which ends a number lies, and whether the lower one is the good one."""
    span = {name: None if end is None else float(end) for name, end in range_of(measure).items()}
    return span, None if measure.direction is Direction.NONE else measure.direction is Direction.LOWER_IS_BETTER


def _interval(one: Interval) -> dict[str, Any]:
    return {
        "low": float(one.low),
        "high": float(one.high),
        "method": one.method.value,
        "level": one.level,
        "n_clusters": one.n_clusters,
    }


def figure_rows(card: Scorecard) -> Iterator[tuple[object, ...]]:
    """Every number of a scorecard, as a line under `FIGURE_COLUMNS`."""
    chosen, counts = card.slice, card.coverage
    asked = tuple(at and at.isoformat() for at in (chosen.as_of, chosen.as_recorded))
    words = " ".join(f"{name.code} v{name.version}" for name in card.lexicons)
    of_all = (POLICY_VERSION, words, *asked, *(getattr(counts, name) for name in COUNTS))
    for part, about, one in card.every_figure():
        measure, interval, absent = one.measure, one.interval, one.absent
        is_loss = {Direction.LOWER_IS_BETTER: 1, Direction.HIGHER_IS_BETTER: 0}.get(measure.direction)
        reach = (interval.low, interval.high, interval.method.value, interval.level) if interval else (None,) * 4
        told = (one.no_interval or None, absent and absent.reason.value, absent and absent.text, one.note or None)
        named = (part, about or None, measure.name, measure.version, one.value, measure.unit, one.n, one.n_clusters)
        yield *named, *reach, measure.low, measure.high, is_loss, *told, *of_all


def missing(absent: object) -> dict[str, Any]:
    """Why something is not shown, in the shape of `MissingSerializer`."""
    if not isinstance(absent, Absent):
        return {"missing_reason": None, "missing_text": None}
    return {"missing_reason": absent.reason.value, "missing_text": absent.text}
