"""Actors that could stand for one another by membership, for routing."""

from collections.abc import Iterable, Mapping

from forecasts.rules.facts import Membership
from forecasts.rules.keys import ACTOR
from forecasts.rules.paths import roots

Steps = Mapping[str, frozenset[str]]


class Relations:
    """Which keys could announce the same events, given who belongs to whom, whenever."""

    def __init__(self, memberships: Iterable[Membership]) -> None:
        edges = {(_root(edge.member), _root(edge.group)) for edge in memberships}
        self._down, self._up = _steps((group, member) for member, group in edges), _steps(edges)
        self._known: dict[str, frozenset[str]] = {}

    def related(self, keys: Iterable[str]) -> frozenset[str]:
        """
        Return keys with those of every actor that could stand for theirs.

        Two actors are related when something can belong to both. Being related works both ways: it
        does not matter whether an event's keys are widened or a rule's.

        Args:
            keys: Of events or rules.
        Returns:
            The keys and the related ones.
        """
        return frozenset().union(*(self._related(key) for key in keys))

    def _related(self, key: str) -> frozenset[str]:
        if key not in self._known:
            first, _, root = key.partition(ACTOR)
            below = _reached({root}, steps=self._down)
            others = _reached(below, steps=self._up) if root else below
            self._known[key] = frozenset({key, *(f"{first}{ACTOR}{other}" for other in others if other)})
        return self._known[key]


def _root(name: str) -> str:
    return next(iter(roots((name,), separator=".")), name)


def _steps(edges: Iterable[tuple[str, str]]) -> Steps:
    steps: dict[str, set[str]] = {}
    for start, end in edges:
        steps.setdefault(start, set()).add(end)
    return {start: frozenset(ends) for start, ends in steps.items()}


def _reached(starts: Iterable[str], *, steps: Steps) -> frozenset[str]:
    reached = set(starts)
    waiting = list(reached)
    while waiting:
        further = steps.get(waiting.pop(), frozenset()) - reached
        reached |= further
        waiting.extend(further)
    return frozenset(reached)
