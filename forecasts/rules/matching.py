"""Whether an event meets a pattern: surely, possibly, or not at all."""

import operator
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from forecasts.rules.amounts import Amount, is_number, read_amount
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
        attributes: Of the event; an amount may be a range.
        where: Name, comparison, value and perhaps a unit; order is defined for numbers only.
    Returns:
        T or F where every number in a range agrees. U where they differ, and where the attribute is
        missing, of another kind than the value or not in the unit; it never raises.
    """
    have = attributes.get(where.attr)
    if where.unit is not None and read_amount(have, unit=where.unit) is None:
        return Truth.U
    if where.op == "in":
        choices = where.value if isinstance(where.value, list | tuple) else (where.value,)
        return any_of(_equal(have, choice) for choice in choices)
    if where.op in ("==", "!="):
        same = _equal(have, where.value)
        return same if where.op == "==" else negate(same)
    amount = read_amount(have)
    if amount is None or not is_number(where.value):
        return Truth.U
    return _agreed(ORDERINGS[where.op](number, where.value) for number in (amount.low, amount.high))


def _agreed(answers: Iterable[bool]) -> Truth:
    """Return what both ends of a range say; what lies between them says the same."""
    said = set(answers)
    return truth_of(said.pop()) if len(said) == 1 else Truth.U


def _equal(have: Any, want: Any) -> Truth:
    amount = read_amount(have)
    if amount is not None and is_number(want):
        return _is_amount(amount, want)
    comparable = any(isinstance(have, kind) and isinstance(want, kind) for kind in (str, bool))
    return truth_of(have == want) if comparable else Truth.U


def _is_amount(amount: Amount, want: float) -> Truth:
    if not amount.low <= want <= amount.high:
        return Truth.F
    return Truth.T if amount.low == amount.high else Truth.U
