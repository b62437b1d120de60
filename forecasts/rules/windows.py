"""Instants that are known only as intervals, the windows they bound, and when a window is closed."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from forecasts.rules.facts import Knowledge, Occurrence
from forecasts.rules.language import Anchored, Basis, EarliestOf, LatestOf, Policy, TimeExpr, Window
from forecasts.rules.truth import Truth

BEGINNING_OF_TIME = datetime.min.replace(tzinfo=UTC)
END_OF_TIME = datetime.max.replace(tzinfo=UTC)
TICK = timedelta(microseconds=1)


@dataclass(frozen=True)
class Span:
    """An instant that lies somewhere from `lo` to `hi`, both included."""

    lo: datetime
    hi: datetime

    def __post_init__(self) -> None:
        if self.hi < self.lo:
            raise ValueError(f"A span cannot end ({self.hi}) before it begins ({self.lo}).")


FOREVER = Span(BEGINNING_OF_TIME, END_OF_TIME)


@dataclass(frozen=True)
class WindowSpan:
    """A window whose start (included) and end (excluded) may each be known only as a span."""

    start: Span
    end: Span


@dataclass(frozen=True, kw_only=True)
class Horizon:
    """How far knowledge reaches: the present, the watermark of the groups it rests on, the grace period."""

    as_of: datetime
    covered_to: datetime | None
    grace: timedelta
    groups: tuple[str, ...] = ()

    def closes_at(self, end: datetime) -> datetime:
        """Return when, by the clock alone, nothing before `end` may still come in."""
        return end + self.grace

    def is_covered(self, end: datetime) -> bool:
        """Return whether the sources are complete up to `end`."""
        return self.covered_to is not None and self.covered_to >= end

    def is_closed(self, end: datetime) -> bool:
        """Return whether no event before `end` can still be unseen."""
        return self.is_covered(end) and self.as_of >= self.closes_at(end)

    def unseen_from(self, start: datetime) -> datetime:
        """Return the earliest instant from `start` on at which an unseen event could lie."""
        return start if self.covered_to is None else max(start, self.covered_to)


def horizon_of(*, policy: Policy, knowledge: Knowledge) -> Horizon:
    """
    Return how far the sources that a policy names reach.

    Args:
        policy: Names the coverage groups; mode "all" takes the slowest, "any" the fastest.
        knowledge: Holds the watermark of each group. A group without one covers nothing.
    Returns:
        The horizon. A watermark in the future promises nothing and is cut to `as_of`.
    """
    marks = [knowledge.complete_to[name] for name in policy.coverage if name in knowledge.complete_to]
    usable = marks if policy.coverage_mode == "any" or len(marks) == len(policy.coverage) else []
    pick = max if policy.coverage_mode == "any" else min
    covered_to = min(pick(usable), knowledge.as_of) if usable else None
    return Horizon(as_of=knowledge.as_of, covered_to=covered_to, grace=policy.grace, groups=policy.coverage)


Anchors = Callable[[str], Span | None]


def resolve_time(expression: TimeExpr, *, anchors: Anchors) -> Span | None:
    """
    Return the instant that a time expression means.

    Args:
        expression: An instant, an anchor with an offset, or the latest or earliest of several.
        anchors: Says what an anchor stands for; None where it is not known.
    Returns:
        The span it lies in, or None where an anchor in it is not known.
    """
    match expression:
        case datetime():
            return Span(expression, expression)
        case Anchored():
            span = anchors(expression.anchor)
            return span and Span(span.lo + expression.offset, span.hi + expression.offset)
        case LatestOf():
            return _pick(expression.max, anchors=anchors, latest=True)
        case EarliestOf():
            return _pick(expression.min, anchors=anchors, latest=False)
    raise TypeError(f"{expression!r} is not a time expression.")


def _pick(parts: tuple[TimeExpr, ...], *, anchors: Anchors, latest: bool) -> Span | None:
    spans = [resolve_time(part, anchors=anchors) for part in parts]
    known = [span for span in spans if span is not None]
    if len(known) < len(spans):
        return None
    pick = max if latest else min
    return Span(pick(span.lo for span in known), pick(span.hi for span in known))


def resolve_window(window: Window, *, anchors: Anchors) -> WindowSpan | None:
    """
    Return the window with both ends worked out.

    Args:
        window: Start and end as the rule writes them.
        anchors: Says what an anchor stands for.
    Returns:
        The window, or None where either end is not known.
    """
    start = resolve_time(window.start, anchors=anchors)
    end = resolve_time(window.end, anchors=anchors)
    return None if start is None or end is None else WindowSpan(start, end)


def span_of(occurrence: Occurrence, *, basis: Basis) -> Span | None:
    """
    Return when an event occurred, was announced or took effect.

    Args:
        occurrence: The event as it was known.
        basis: Which of the three is asked for.
    Returns:
        The span that holds the instant, or None where nothing is known of it.
    """
    match basis:
        case "occurred":
            return Span(occurrence.earliest, occurrence.latest)
        case "announced":
            bounds = occurrence.announced
        case "effective":
            bounds = occurrence.effective
        case _:
            raise ValueError(f"{basis!r} is no basis; expected occurred, announced or effective.")
    return bounds and Span(*bounds)


def in_window(occurrence: Occurrence, *, window: WindowSpan, basis: Basis = "occurred") -> Truth:
    """
    Return whether an event lies inside a window.

    Args:
        occurrence: Its dates are known from an earliest to a latest instant, both included.
        window: Includes its start, excludes its end.
        basis: Which date counts.
    Returns:
        T or F where every reading of the date agrees, else U; U too where the date is not known.
    """
    span = span_of(occurrence, basis=basis)
    return Truth.U if span is None else span_in_window(span, window=window)


def span_in_window(span: Span, *, window: WindowSpan) -> Truth:
    """
    Return whether an instant known as a span lies inside a window.

    Args:
        span: Where the instant lies.
        window: Includes its start, excludes its end.
    Returns:
        T or F where every reading agrees, else U.
    """
    if span.lo >= window.start.hi and span.hi < window.end.lo:
        return Truth.T
    if span.hi < window.start.lo or span.lo >= window.end.hi:
        return Truth.F
    return Truth.U
