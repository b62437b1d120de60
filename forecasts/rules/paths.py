"""Hierarchical names: `USA.GOV.POTUS`, `aid/military`, code `1622`, and who belongs to what when."""

from collections.abc import Iterable
from datetime import datetime

from forecasts.rules.facts import Membership
from forecasts.rules.truth import Truth, any_of

# Names under these are not parts of a whole, so their root is two segments long.
COLLECTIONS = frozenset({"person", "grp"})


def path_relation(have: str, want: str, *, separator: str) -> Truth:
    """
    Return whether a name lies at or below another.

    Args:
        have: What an event is coded with.
        want: What a rule asks for.
        separator: Between segments; empty where every prefix is an ancestor, as in codes.
    Returns:
        T at or below, U strictly above (a finer coding could still match), F elsewhere.
    """
    if have == want or have.startswith(want + separator):
        return Truth.T
    return Truth.U if want.startswith(have + separator) else Truth.F


def entity_relation(
    have: str,
    want: str,
    *,
    memberships: Iterable[Membership],
    earliest: datetime,
    latest: datetime,
) -> Truth:
    """
    Return whether an entity is, is part of, or belongs to another at the time of an event.

    Args:
        have: Dotted path on the event.
        want: Dotted path in the rule.
        memberships: Dated edges, closed transitively; parts of a member belong with it.
        earliest: First instant at which the event may have happened.
        latest: Last such instant.
    Returns:
        T where it surely belongs, F where it cannot, U where a finer coding or date decides.
    """
    direct = path_relation(have, want, separator=".")
    edges = tuple(memberships)
    if direct is Truth.T or not edges:
        return direct
    holding = [_edge_holds(edge, earliest=earliest, latest=latest) for edge in edges]
    sure = [edge for edge, holds in zip(edges, holding, strict=True) if holds is Truth.T]
    possible = [edge for edge, holds in zip(edges, holding, strict=True) if holds is not Truth.F]
    if any(path_relation(have, name, separator=".") is Truth.T for name in _within(want, edges=sure)):
        return Truth.T
    # Some name may lie within both, as a member or as a finer coding of the event.
    overlap = any(
        path_relation(one, other, separator=".") is not Truth.F
        or path_relation(other, one, separator=".") is not Truth.F
        for one in _within(have, edges=possible)
        for other in _within(want, edges=possible)
    )
    return Truth.U if overlap else Truth.F


def _within(name: str, *, edges: Iterable[Membership]) -> frozenset[str]:
    """Return the name and every member of it, of its parts, and of those in turn."""
    reached, waiting = {name}, [name]
    while waiting:
        around = waiting.pop()
        for edge in edges:
            belongs = path_relation(edge.group, around, separator=".") is Truth.T
            if belongs and edge.member not in reached:
                reached.add(edge.member)
                waiting.append(edge.member)
    return frozenset(reached)


def _edge_holds(edge: Membership, *, earliest: datetime, latest: datetime) -> Truth:
    begun = edge.start is None or edge.start <= earliest
    lasting = edge.end is None or latest < edge.end
    if begun and lasting:
        return Truth.T
    too_early = edge.start is not None and latest < edge.start
    too_late = edge.end is not None and earliest >= edge.end
    return Truth.F if too_early or too_late else Truth.U


def best_relation(have: Iterable[str], want: Iterable[str], *, separator: str) -> Truth:
    """
    Return the best relation between any name on an event and any name a rule accepts.

    Args:
        have: Names on the event; none at all means it was not coded.
        want: Names the rule accepts.
        separator: As in `path_relation`.
    Returns:
        T, F or U; U for an event without names.
    """
    names = tuple(have)
    if not names:
        return Truth.U
    return any_of(path_relation(one, other, separator=separator) for one in names for other in want)


def roots(names: Iterable[str], *, separator: str) -> frozenset[str]:
    """
    Return the top segments of names, which deeper coding never changes.

    Args:
        names: Paths such as `USA.GOV` or `aid/military`.
        separator: "." for entities, "/" for topics.
    Returns:
        `USA`, `aid`; for persons and groups the first two segments. A name that stops short of its
        root is left out.
    """
    found = set()
    for name in names:
        segments = name.split(separator)
        depth = 2 if separator == "." and segments[0] in COLLECTIONS else 1
        if len(segments) >= depth:
            found.add(separator.join(segments[:depth]))
    return frozenset(found)
