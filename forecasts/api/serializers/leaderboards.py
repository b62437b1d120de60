"""Leaderboards as they are shown: each figure with its sample, its interval and how to read it."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from rest_framework import serializers

from forecasts.scoring.leaderboard import Seat
from forecasts.scoring.measures import MEASURES, POLICY_VERSION
from forecasts.scoring.rules import BRIER
from forecasts.scoring.thresholds import MIN_SHOWN, Absent
from forecasts.selectors.leaderboards import Leaderboard, Line
from forecasts.selectors.seatings import ReadThrough

from .accuracy import SliceSerializer
from .comparisons import Sample, figure, why_few
from .figures import FigureSerializer, MissingSerializer, missing

RANKS_LEVEL = 0.9
COLUMNS = (
    "forecaster", "name", "kind", "rank", "best_rank", "worst_rank", "pooled", "pooled_standard_error", "p_value",
    "adjusted_p_value", "beats_reference", "points_saved", "points_saved_low", "points_saved_high", "mean_brier", "brier_low",
    "brier_high", "n", "n_clusters", "n_predictions", "n_asked", "policy_version", "why_unranked",
)  # fmt: skip


class PooledSerializer(serializers.Serializer):
    """What was saved, drawn towards the others the more so the less is known."""

    value = serializers.FloatField()
    standard_error = serializers.FloatField()


class RankRangeSerializer(serializers.Serializer):
    best = serializers.IntegerField()
    worst = serializers.IntegerField()
    level = serializers.FloatField(help_text="How often a range found so holds the true rank.")


class RankUnderSerializer(serializers.Serializer):
    """The rank were words read through a lexicon."""

    lexicon = serializers.CharField()
    rank = serializers.IntegerField(allow_null=True, help_text="Null where it leaves no rank.")
    rank_range = RankRangeSerializer(allow_null=True)
    is_beyond = serializers.BooleanField(help_text="Outside the range of ranks as it is: the lexicon decides.")


class LineSerializer(serializers.Serializer):
    """A forecaster with what they saved; whoever is not ranked has the reason in place of a rank."""

    forecaster = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.CharField()
    rank = serializers.IntegerField(allow_null=True, help_text="Equal values share a rank.")
    rank_range = RankRangeSerializer(allow_null=True)
    read_through = RankUnderSerializer(many=True, help_text="Under each lexicon that knows words of the slice.")
    pooled = PooledSerializer(allow_null=True, help_text="What the ranking goes by.")
    p_value = serializers.FloatField(allow_null=True, help_text="Two-sided, against the reference.")
    adjusted_p_value = serializers.FloatField(allow_null=True, help_text="Holm's, for all who are ranked.")
    beats_reference = serializers.BooleanField(allow_null=True)
    missing_reason = serializers.CharField(allow_null=True, help_text="Why there is no rank.")
    missing_text = serializers.CharField(allow_null=True, help_text="The same as a sentence.")
    scores = FigureSerializer(many=True)
    n_predictions = serializers.IntegerField(help_text="Predictions that came to an outcome.")
    n_asked = serializers.IntegerField(help_text="Predictions of the slice that were forecast, decided or not.")
    coverage = serializers.FloatField(allow_null=True, help_text="The share of them that came to an outcome.")


class ReadThroughSerializer(serializers.Serializer):
    """How ranks hang on a lexicon: everybody ranked anew, with words read through it."""

    lexicon = serializers.CharField()
    version = serializers.IntegerField(help_text="The newest.")
    n_read = serializers.IntegerField(help_text="Forecasts in words that it knows.")
    n_changed = serializers.IntegerField(help_text="Those of them that it reads otherwise.")
    beyond = serializers.ListField(
        child=serializers.CharField(), help_text="Whose rank leaves the range of ranks that it has as it is."
    )


class LeaderboardSerializer(MissingSerializer):
    slice = SliceSerializer()
    policy_version = serializers.CharField(help_text="As of a scorecard.")
    lexicons = ReadThroughSerializer(
        many=True, help_text="Under other lexicons; empty where nothing was said in words, or for the `missing_text`."
    )
    min_clusters = serializers.IntegerField(help_text="Fewest independent events to be ranked.")
    n_ranked = serializers.IntegerField()
    n_unranked = serializers.IntegerField()
    ranked = LineSerializer(many=True, help_text="The best first; at most 500.")
    unranked = LineSerializer(many=True, help_text="Most events first; at most 500.")


def leaderboard_of(board: Leaderboard) -> dict[str, Any]:
    """The leaderboard in the shape of `LeaderboardSerializer`."""
    return missing(board.lexicons) | {
        "slice": asdict(board.slice),
        "policy_version": POLICY_VERSION,
        "lexicons": [_read_through(one) for one in _lexicons(board)],
        "min_clusters": MIN_SHOWN["rank_interval"].events,
        "n_ranked": board.n_ranked,
        "n_unranked": board.n_unranked,
        "ranked": [_line(line, lexicons=_lexicons(board)) for line in board.ranked],
        "unranked": [_line(line, lexicons=()) for line in board.unranked],
    }


def _lexicons(board: Leaderboard) -> tuple[ReadThrough, ...]:
    return () if isinstance(board.lexicons, Absent) else board.lexicons


def _read_through(one: ReadThrough) -> dict[str, Any]:
    book = one.lexicon
    counts = {"n_read": one.n_read, "n_changed": one.n_changed}
    return {"lexicon": book.code, "version": book.version, **counts, "beyond": list(one.beyond)}


def _rank_under(slug: str, one: ReadThrough) -> dict[str, Any]:
    seat = one.seats[slug]
    return {
        "lexicon": one.lexicon.code,
        "rank": seat.rank if isinstance(seat, Seat) else None,
        "rank_range": _range(seat),
        "is_beyond": slug in one.beyond,
    }


def _range(seat: Seat | Absent) -> dict[str, Any] | None:
    if isinstance(seat, Absent):
        return None
    return {"best": seat.best_rank, "worst": seat.worst_rank, "level": RANKS_LEVEL}


def _line(line: Line, *, lexicons: tuple[ReadThrough, ...]) -> dict[str, Any]:
    seat = line.seat if isinstance(line.seat, Seat) else None
    absent = line.seat if isinstance(line.seat, Absent) else None
    sample = Sample(round(line.n), line.n_clusters)
    saved = why_few("points_saved", n_clusters=line.n_clusters)
    return {
        "forecaster": line.slug,
        "name": line.name,
        "kind": line.kind,
        "rank": seat and seat.rank,
        "rank_range": _range(line.seat),
        "read_through": [_rank_under(line.slug, one) for one in lexicons],
        "pooled": seat and {"value": seat.pooled, "standard_error": seat.pooled_error},
        "p_value": seat and seat.p_value,
        "adjusted_p_value": seat and seat.adjusted_p_value,
        "beats_reference": seat and seat.beats_reference,
        "missing_reason": absent and absent.reason.value,
        "missing_text": absent and absent.text,
        "scores": [
            figure(MEASURES["POINTS_SAVED"], line.points_saved, interval=line.interval, absent=saved, sample=sample),
            figure(BRIER, line.mean_brier, interval=line.brier_interval, sample=sample),
        ],
        "n_predictions": line.n_predictions,
        "n_asked": line.n_asked,
        "coverage": line.n_predictions / line.n_asked if line.n_asked else None,
    }


def leaderboard_rows(board: Leaderboard) -> Iterator[tuple[object, ...]]:
    """The ranked and then the others, in the columns of `COLUMNS`; a figure that is too small to show is empty."""
    for line in (*board.ranked, *board.unranked):
        yield (line.slug, line.name, line.kind, *_seat_cells(line.seat), *_saved_cells(line), *_brier_cells(line))


def _seat_cells(seat: Seat | Absent) -> tuple[object, ...]:
    if isinstance(seat, Absent):
        return (None,) * 8
    ranks = (seat.rank, seat.best_rank, seat.worst_rank)
    return (*ranks, seat.pooled, seat.pooled_error, seat.p_value, seat.adjusted_p_value, int(seat.beats_reference))


def _saved_cells(line: Line) -> tuple[object, ...]:
    if why_few("points_saved", n_clusters=line.n_clusters):
        return (None,) * 3
    return line.points_saved, line.interval.low, line.interval.high


def _brier_cells(line: Line) -> tuple[object, ...]:
    score = (line.mean_brier, line.brier_interval.low, line.brier_interval.high)
    counts = (line.n, line.n_clusters, line.n_predictions, line.n_asked)
    return (*score, *counts, POLICY_VERSION, line.seat.text if isinstance(line.seat, Absent) else None)
