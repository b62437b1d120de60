"""Runs of successive values in a numeric series."""

import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from forecasts.rules.facts import SeriesValue
from forecasts.rules.findings import ReasonCode, Settled
from forecasts.rules.language import Series
from forecasts.rules.truth import Truth
from forecasts.rules.windows import Horizon, Span, WindowSpan, span_in_window

COMPARISONS: Mapping[str, Callable[[float, float], bool]] = {
    ">=": operator.ge,
    ">": operator.gt,
    "<=": operator.le,
    "<": operator.lt,
    "==": operator.eq,
    "!=": operator.ne,
    "in": operator.eq,
}


@dataclass(frozen=True, kw_only=True)
class Run:
    """What a series clause comes to and the values that make it so."""

    settled: Settled
    values: tuple[SeriesValue, ...]
    longest: int
    hole: tuple[datetime, datetime] | None


def find_run(*, clause: Series, window: WindowSpan, values: Iterable[SeriesValue], horizon: Horizon) -> Run:
    """
    Return whether a series had the run of values that a clause asks for.

    Values come in the order of their dates: what lies between two released values is not expected
    to arrive later. A gap longer than `max_gap` breaks a run, and inside the window it also keeps
    the answer from being No, for a value may be missing there.

    Args:
        clause: Series, comparison, length of the run, vintage.
        window: Where in time the values must lie.
        values: Released values of any series.
        horizon: How far absence can be trusted.
    Returns:
        The run with its values; it came about on the date of the last of them.
    """
    points = _vintage(clause, values=values)
    inside = [(one, span_in_window(Span(one.valid_on, one.valid_on), window=window)) for one in points]
    surely = _runs(clause, [one for one, placed in inside if placed is Truth.T])
    maybe = _runs(clause, [one for one, placed in inside if placed is not Truth.F])
    length = max(clause.consecutive, 1)
    sure_run = next((run[:length] for run in surely if len(run) >= length), None)
    maybe_run = next((run[:length] for run in maybe if len(run) >= length), None)
    longest = max((len(run) for run in surely), default=0)
    hole = _first_hole(clause, points=points, window=window)
    if sure_run and maybe_run:
        at = Span(min(maybe_run[-1].valid_on, sure_run[-1].valid_on), sure_run[-1].valid_on)
        settled = Settled(value=Truth.T, at=at, soonest=at.lo, reason=ReasonCode.WITNESS)
        return Run(settled=settled, values=tuple(sure_run), longest=longest, hole=hole)
    settled = _without_run(window=window, horizon=horizon, doubtful=bool(maybe_run), hole=hole)
    return Run(settled=settled, values=(), longest=longest, hole=hole)


def _without_run(
    *,
    window: WindowSpan,
    horizon: Horizon,
    doubtful: bool,
    hole: tuple[datetime, datetime] | None,
) -> Settled:
    end = window.end
    if horizon.is_closed(end.hi) and not doubtful and hole is None:
        return Settled(value=Truth.F, at=end, soonest=end.lo, reason=ReasonCode.WINDOW_CLOSED)
    reason = ReasonCode.AWAITING_COVERAGE
    if horizon.as_of < horizon.closes_at(end.hi):
        reason = ReasonCode.WINDOW_OPEN
    elif doubtful:
        reason = ReasonCode.POSSIBLE_MATCH
    # Anchors can turn a window round: then it ends, and fails, before it begins.
    return Settled(value=Truth.U, at=None, soonest=min(window.start.lo, end.lo), reason=reason)


def _vintage(clause: Series, *, values: Iterable[SeriesValue]) -> list[SeriesValue]:
    """Return one value a date, the first or the latest released, in the order of dates."""
    chosen: dict[datetime, SeriesValue] = {}
    ours = (one for one in values if one.series == clause.series)
    for one in sorted(ours, key=lambda each: (each.released_at, each.id)):
        if clause.vintage == "latest" or one.valid_on not in chosen:
            chosen[one.valid_on] = one
    return [chosen[date] for date in sorted(chosen)]


def _runs(clause: Series, points: Sequence[SeriesValue]) -> list[list[SeriesValue]]:
    """Return the stretches of successive values that satisfy the comparison."""
    satisfies = COMPARISONS[clause.op]
    runs: list[list[SeriesValue]] = []
    previous: SeriesValue | None = None
    for point in points:
        if satisfies(point.value, clause.value):
            continues = (
                previous is not None
                and satisfies(previous.value, clause.value)
                and point.valid_on - previous.valid_on <= clause.max_gap
            )
            if continues:
                runs[-1].append(point)
            else:
                runs.append([point])
        previous = point
    return runs


def _first_hole(
    clause: Series, *, points: Sequence[SeriesValue], window: WindowSpan
) -> tuple[datetime, datetime] | None:
    """Return the first stretch of the window, longer than `max_gap`, that has no value."""
    start, end = window.start.lo, window.end.hi
    dates = [point.valid_on for point in points]
    if not dates or dates[-1] < end - clause.max_gap:
        return (max([start, *dates]), end)
    before = [date for date in dates if date <= start]
    edges = [max(before, default=start), *(date for date in dates if date > start), end]
    for left, right in pairwise(edges):
        if right > start and left < end and right - left > clause.max_gap:
            return (left, right)
        if right >= end:
            return None
    return None
