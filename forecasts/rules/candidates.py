"""The events that a clause may count: matched, in the window, and through every guard."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from forecasts.rules.facts import Knowledge, Occurrence
from forecasts.rules.language import Guard, Pattern
from forecasts.rules.matching import match_pattern
from forecasts.rules.paths import roots
from forecasts.rules.truth import Truth, all_of, any_of, negate, truth_of
from forecasts.rules.windows import TICK, Horizon, WindowSpan, in_window

_SEPARATORS = {"actors": ".", "recipients": ".", "topics": "/"}


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """
    An event that surely (T) or possibly (U) counts.

    `rests_on` are events that its guards needed. `waits_for` is the instant up to which the sources
    must be complete before its guards can be decided; None where only better facts can decide it.
    `undecided_to` are such instants of single guards: even a doubtful match may yet fail one.
    """

    occurrence: Occurrence
    value: Truth
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
    found = []
    for event in knowledge.occurrences:
        placed = in_window(event, window=window)
        if placed is Truth.F:
            continue
        matched = match_pattern(event, pattern=pattern, memberships=knowledge.memberships)
        if matched is Truth.F:
            continue
        candidate = _through_guards(
            event, all_of((placed, matched)), guards=guards, knowledge=knowledge, horizon=horizon
        )
        if candidate.value is not Truth.F:
            found.append(candidate)
    return tuple(sorted(found, key=lambda one: (one.occurrence.latest, one.occurrence.id)))


def _through_guards(
    event: Occurrence,
    value: Truth,
    *,
    guards: Sequence[Guard],
    knowledge: Knowledge,
    horizon: Horizon,
) -> Candidate:
    checked = [check_guard(guard, event=event, knowledge=knowledge, horizon=horizon) for guard in guards]
    settled = all_of([value, *(one.value for one in checked)])
    waits = [one.waits_for for one in checked if one.waits_for is not None]
    # Time helps only where nothing but time is missing.
    only_waiting = value is Truth.T and all(one.value is Truth.T or one.waits_for is not None for one in checked)
    return Candidate(
        occurrence=event,
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


def check_guard(guard: Guard, *, event: Occurrence, knowledge: Knowledge, horizon: Horizon) -> GuardCheck:
    """
    Return whether a guard holds at an event.

    A guard looks at the time strictly after (or before) the event, up to and including `within`.
    With `same`, the other event shares a root in that field: a country, a person, a topic.

    Args:
        guard: What must or must not be near the event.
        event: The match that is guarded.
        knowledge: All events known.
        horizon: How far absence can be trusted.
    Returns:
        T or F where every reading of the dates agrees, else U.
    """
    after = guard.kind.endswith("followed_by")
    others = [other for other in knowledge.occurrences if other.id != event.id]
    values = [(other, _near(other, guard=guard, event=event, after=after)) for other in others]
    held = [
        (other, all_of((near, _guard_match(other, guard=guard, event=event, knowledge=knowledge))))
        for other, near in values
        if near is not Truth.F
    ]
    found = any_of(value for _, value in held)
    complete_to = event.latest + guard.within + TICK if after else event.latest
    waits_for = None
    if found is Truth.F and not horizon.is_closed(complete_to):
        found, waits_for = Truth.U, complete_to
    negative = guard.kind.startswith("not_")
    return GuardCheck(
        value=negate(found) if negative else found,
        rests_on=tuple(other.id for other, value in held if value is Truth.T),
        waits_for=waits_for,
    )


def _near(other: Occurrence, *, guard: Guard, event: Occurrence, after: bool) -> Truth:
    reach = guard.within
    if after:
        surely = other.earliest > event.latest and other.latest <= event.earliest + reach
        possibly = other.latest > event.earliest and other.earliest <= event.latest + reach
    else:
        surely = other.latest < event.earliest and other.earliest >= event.latest - reach
        possibly = other.earliest < event.latest and other.latest >= event.earliest - reach
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
