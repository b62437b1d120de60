"""Whether an event meets a pattern: surely, possibly, or not at all."""

import math
import operator
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from forecasts.rules.facts import Membership, Occurrence
from forecasts.rules.language import Pattern, Where
from forecasts.rules.paths import best_relation, entity_relation
from forecasts.rules.truth import Truth, all_of, any_of, negate, truth_of

ORDERINGS: Mapping[str, Callable[[float, float], bool]] = {
    ">=": operator.ge,
    ">": operator.gt,
    "<=": operator.le,
    "<": operator.lt,
}


def match_pattern(occurrence: Occurrence, *, pattern: Pattern, memberships: Iterable[Membership]) -> Truth:
    """
    Return whether an event meets every criterion of a pattern.

    Args:
        occurrence: The event as it was known.
        pattern: Criteria; those left out or empty are not asked.
        memberships: Who belongs to what, for actors, recipients and places.
    Returns:
        T for a match, F where one criterion surely fails, U where a finer coding, a better source
        or an undisputed report could still make it match.
    """
    matched = all_of(_criteria(occurrence, pattern=pattern, memberships=tuple(memberships)))
    doubtful = occurrence.contested or occurrence.tier > min(pattern.min_tier or "C", "C")
    return Truth.U if matched is Truth.T and doubtful else matched


def _criteria(event: Occurrence, *, pattern: Pattern, memberships: tuple[Membership, ...]) -> Iterator[Truth]:
    codes = (event.action_code,) if event.action_code else ()
    yield _among((event.modality,) if event.modality else (), pattern.modality)
    yield _among((event.event_type,) if event.event_type else (), pattern.type)
    if pattern.code:
        yield best_relation(codes, pattern.code, separator="")
    if pattern.topic_any:
        yield best_relation(event.topics, pattern.topic_any, separator="/")
    yield _among(event.modes, pattern.mode_any)
    yield _among(event.contexts, pattern.context_any)
    entities = (
        (event.actors, pattern.actor),
        (event.recipients, pattern.recipient),
        (event.locations, pattern.location),
    )
    for have, want in entities:
        yield _entities(event, have=have, want=want, memberships=memberships)
    for where in pattern.where:
        yield match_where(event.attributes, where=where)


def _among(have: tuple[str, ...], want: tuple[str, ...] | None) -> Truth:
    if not want:
        return Truth.T
    return truth_of(not set(have).isdisjoint(want)) if have else Truth.U


def _entities(
    event: Occurrence,
    *,
    have: tuple[str, ...],
    want: tuple[str, ...] | None,
    memberships: tuple[Membership, ...],
) -> Truth:
    if not want:
        return Truth.T
    if not have:
        return Truth.U
    return any_of(
        entity_relation(one, other, memberships=memberships, earliest=event.earliest, latest=event.latest)
        for one in have
        for other in want
    )


def match_where(attributes: Mapping[str, Any], *, where: Where) -> Truth:
    """
    Return whether an attribute satisfies a comparison.

    Args:
        attributes: Of the event.
        where: Name, comparison and value; order is defined for numbers only.
    Returns:
        U where the attribute is missing or of another kind than the value; it never raises.
    """
    if where.attr not in attributes:
        return Truth.U
    have = attributes[where.attr]
    if where.op == "in":
        choices = where.value if isinstance(where.value, list | tuple) else (where.value,)
        return any_of(_equal(have, choice) for choice in choices)
    if where.op in ("==", "!="):
        same = _equal(have, where.value)
        return same if where.op == "==" else negate(same)
    if not (is_number(have) and is_number(where.value)):
        return Truth.U
    return truth_of(ORDERINGS[where.op](have, where.value))


def _equal(have: Any, want: Any) -> Truth:
    comparable = (
        (is_number(have) and is_number(want))
        or (isinstance(have, str) and isinstance(want, str))
        or (isinstance(have, bool) and isinstance(want, bool))
    )
    return truth_of(have == want) if comparable else Truth.U


def is_number(value: Any) -> bool:
    """
    Return whether a value is a finite number; True and False are not.

    Args:
        value: Anything.
    Returns:
        Whether it can be ordered and added up.
    """
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
