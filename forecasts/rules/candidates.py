"""The events that a clause may count: matched, in the window, and through every guard."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from forecasts.rules.facts import Knowledge, Occurrence
from forecasts.rules.language import Guard, Pattern
from forecasts.rules.matching import match_pattern
from forecasts.rules.paths import roots
from forecasts.rules.truth import Truth, all_of, any_of, negate, truth_of
from forecasts.rules.windows import FOREVER, TICK, Horizon, Span, WindowSpan, in_window, span_of

_SEPARATORS = {"actors": ".", "recipients": ".", "topics": "/"}


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """
    An event that surely (T) or possibly (U) counts, with its date on the basis asked for.

    `rests_on` are events that its guards needed. `waits_for` is the instant up to which the sources
    must be complete before its guards can be decided; None where only better facts can decide it.
    `undecided_to` are such instants of single guards: even a doubtful match may yet fail one.
    """

    occurrence: Occurrence
    value: Truth
    span: Span
    rests_on: tuple[str, ...] = ()
    waits_for: datetime | None = None
    undecided_to: tuple[datetime, ...] = ()


def find_candidates(
    *,
    pattern: Pattern,
    window: WindowSpan,
    guards: Sequence[Guard] = (),
    knowledge: Knowledge,
    horizon: Horizon,
) -> tuple[Candidate, ...]:
    """
    Return every known event that is or may be a match of a clause.

    Args:
        pattern: What to look for.
        window: Where in time.
        guards: What else must hold around each match.
        knowledge: All events known.
        horizon: How far absence can be trusted.
    Returns:
        Candidates in the order in which they surely had happened.
    """
    matches = find_matches(pattern=pattern, window=window, knowledge=knowledge)
    checked = [_through_guards(one, guards=guards, knowledge=knowledge, horizon=horizon) for one in matches]
    found = (one for one in checked if one.value is not Truth.F)
    return tuple(sorted(found, key=lambda one: (one.span.hi, one.occurrence.id)))


def find_matches(*, pattern: Pattern, window: WindowSpan, knowledge: Knowledge) -> Iterator[Candidate]:
    """
    Yield every known event that is or may be what a pattern means and in a window.

    Args:
        pattern: What to look for, and which date of it counts.
        window: Where in time.
        knowledge: All events known.
    Returns:
        Candidates in the order of the knowledge; one without the date may lie anywhere.
    """
    for event in knowledge.occurrences:
        placed = in_window(event, window=window, basis=pattern.basis)
        if placed is Truth.F:
            continue
        matched = match_pattern(event, pattern=pattern, memberships=knowledge.memberships)
        value = all_of((placed, matched))
        if value is not Truth.F:
            yield Candidate(occurrence=event, value=value, span=span_of(event, basis=pattern.basis) or FOREVER)


def _through_guards(match: Candidate, *, guards: Sequence[Guard], knowledge: Knowledge, horizon: Horizon) -> Candidate:
    if not guards:
        return match
    value = match.value
    checked = [check_guard(guard, match=match, knowledge=knowledge, horizon=horizon) for guard in guards]
    settled = all_of([value, *(one.value for one in checked)])
    waits = [one.waits_for for one in checked if one.waits_for is not None]
    # Time helps only where nothing but time is missing.
    only_waiting = value is Truth.T and all(one.value is Truth.T or one.waits_for is not None for one in checked)
    return replace(
        match,
        value=settled,
        rests_on=tuple(name for one in checked for name in one.rests_on),
        waits_for=max(waits) if waits and only_waiting and settled is Truth.U else None,
        undecided_to=tuple(waits) if settled is Truth.U else (),
    )


@dataclass(frozen=True, kw_only=True)
class GuardCheck:
    """What a guard comes to at one event, on what, and how far sources must reach to decide it."""

    value: Truth
    rests_on: tuple[str, ...] = ()
    waits_for: datetime | None = None


def check_guard(guard: Guard, *, match: Candidate, knowledge: Knowledge, horizon: Horizon) -> GuardCheck:
    """
    Return whether a guard holds at an event.

    A guard looks at the time strictly after (or before) the event, up to and including `within`;
    each event is placed by the date that its own pattern goes by. With `same`, the other event
    shares a root in that field: a country, a person, a topic.

    Args:
        guard: What must or must not be near the event.
        match: The match that is guarded.
        knowledge: All events known.
        horizon: How far absence can be trusted.
    Returns:
        T or F where every reading of the dates agrees, else U; U too where the match has no date.
    """
    event, span = match.occurrence, match.span
    if span == FOREVER:
        return GuardCheck(value=Truth.U)
    after = guard.kind.endswith("followed_by")
    others = [other for other in knowledge.occurrences if other.id != event.id]
    values = [(other, _near(other, guard=guard, span=span, after=after)) for other in others]
    held = [
        (other, all_of((near, _guard_match(other, guard=guard, event=event, knowledge=knowledge))))
        for other, near in values
        if near is not Truth.F
    ]
    found = any_of(value for _, value in held)
    complete_to = span.hi + guard.within + TICK if after else span.hi
    waits_for = None
    if found is Truth.F and not horizon.is_closed(complete_to):
        found, waits_for = Truth.U, complete_to
    negative = guard.kind.startswith("not_")
    return GuardCheck(
        value=negate(found) if negative else found,
        rests_on=tuple(other.id for other, value in held if value is Truth.T),
        waits_for=waits_for,
    )


def _near(other: Occurrence, *, guard: Guard, span: Span, after: bool) -> Truth:
    near, reach = span_of(other, basis=guard.pattern.basis), guard.within
    if near is None:
        return Truth.U
    if after:
        surely = near.lo > span.hi and near.hi <= span.lo + reach
        possibly = near.hi > span.lo and near.lo <= span.hi + reach
    else:
        surely = near.hi < span.lo and near.lo >= span.hi - reach
        possibly = near.lo < span.hi and near.hi >= span.lo - reach
    return Truth.T if surely else Truth.U if possibly else Truth.F


def _guard_match(other: Occurrence, *, guard: Guard, event: Occurrence, knowledge: Knowledge) -> Truth:
    matched = match_pattern(other, pattern=guard.pattern, memberships=knowledge.memberships)
    shared = (
        _share_root(getattr(event, name), getattr(other, name), separator=_SEPARATORS[name]) for name in guard.same
    )
    return all_of((matched, *shared))


def _share_root(have: Iterable[str], other: Iterable[str], *, separator: str) -> Truth:
    ours, theirs = roots(have, separator=separator), roots(other, separator=separator)
    if not ours or not theirs:
        return Truth.U
    return truth_of(not ours.isdisjoint(theirs))
