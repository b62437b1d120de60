"""Routing: which events and series could concern which rules. Too many is fine, too few never."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from forecasts.rules.facts import Occurrence
from forecasts.rules.language import Pattern, Rule, SeriesFormula
from forecasts.rules.paths import COLLECTIONS, roots
from forecasts.rules.reach import ALWAYS, Stretch, hull, stretch_of
from forecasts.rules.structure import Node, anchors_under, patterns_of, policy_of, walk_rule

ACTOR, TOPIC = "|actor:", "|topic:"


def listens_for(
    rule: Rule, *, publication: datetime | None = None, milestones: Mapping[str, datetime] | None = None
) -> dict[str, Stretch]:
    """
    Return what a rule listens for, and when.

    Args:
        rule: Free of lint problems: each pattern names a type, a code or a topic.
        publication: When the prediction was made; without it what hangs on it is open.
        milestones: The instants of named dates; what hangs on one that is not named is open.
    Returns:
        Each key with the stretch in which what has this key could concern the rule: those of its
        patterns, those of guards and rivals included; "coverage:wire" with the stretch in which it
        matters how far sources reach; at any time "series:EIA:RBRTE.D", "milestone:us.election.2024".
    """
    known = {f"calendar:{name}": instant for name, instant in (milestones or {}).items()}
    if publication is not None:
        known["publication"] = publication
    found: dict[str, Stretch] = {}
    for node in walk_rule(rule):
        for key, stretch in _listenings(node, rule=rule, known=known):
            found[key] = hull(found.get(key, stretch), stretch)
    return found


def rule_keys(rule: Rule) -> frozenset[str]:
    """
    Return the keys of what a rule listens for, at any time.

    Args:
        rule: Free of lint problems.
    Returns:
        The keys alone of `listens_for`.
    """
    return frozenset(listens_for(rule))


def pattern_keys(pattern: Pattern) -> frozenset[str]:
    """
    Return under which keys the events are announced that could match a pattern.

    By type where it names types, else by code, else by topic; each narrowed by the actor where it
    names one, else by the topic. What an event leaves open is an asterisk.

    Args:
        pattern: Names a type, a code or a topic.
    Returns:
        Keys such as "type:AID|actor:USA" and "type:AID|actor:*". If an event could match, now or
        once coded more finely, `event_keys` of it and these have one in common, after
        widening by `Relations` where memberships are known.
    """
    return frozenset(f"{first}{narrower}" for first in _firsts(pattern) for narrower in _narrowers(pattern))


def event_keys(
    *, event_type: str, action_code: str | None, topics: Iterable[str], actors: Iterable[str]
) -> frozenset[str]:
    """
    Return under which keys an event is announced.

    Args:
        event_type: Its type.
        action_code: Its CAMEO code, or nothing where it has none.
        topics: Its topics, if any.
        actors: Its actors, if any.
    Returns:
        Keys by type, by code and by topic, each alone and narrowed by every actor and topic; an
        asterisk for what is not coded.
    """
    by_topic = tuple(roots(topics, separator="/")) or ("*",)
    by_actor = _announced_roots(tuple(actors))
    firsts = [f"type:{event_type or '*'}", f"code:{action_code[:2] if action_code else '*'}"]
    narrowers = ["", *(f"{ACTOR}{root}" for root in by_actor), *(f"{TOPIC}{root}" for root in by_topic)]
    keys = {f"{first}{narrower}" for first in firsts for narrower in narrowers}
    narrowers = ["", *(f"{ACTOR}{root}" for root in by_actor)]
    return frozenset(keys.union(f"topic:{root}{narrower}" for root in by_topic for narrower in narrowers))


def occurrence_keys(occurrence: Occurrence) -> frozenset[str]:
    """
    Return under which keys an occurrence is announced.

    Args:
        occurrence: The event as it was known.
    Returns:
        As `event_keys`.
    """
    return event_keys(
        event_type=occurrence.event_type,
        action_code=occurrence.action_code,
        topics=occurrence.topics,
        actors=occurrence.actors,
    )


def series_key(series: str) -> str:
    """
    Return the key of a numeric series.

    Args:
        series: Its name.
    Returns:
        "series:" and the name.
    """
    return f"series:{series}"


def _listenings(node: Node, *, rule: Rule, known: Mapping[str, datetime]) -> Iterator[tuple[str, Stretch]]:
    formula = node.formula
    for anchor in anchors_under(formula):
        if anchor.startswith("calendar:"):
            yield f"milestone:{anchor.removeprefix('calendar:')}", ALWAYS
    if isinstance(formula, SeriesFormula):
        yield series_key(formula.series.series), ALWAYS
    stretch = stretch_of(formula, known=known)
    for _, pattern in patterns_of(formula):
        yield from ((key, stretch) for key in pattern_keys(pattern))
    yield from ((f"coverage:{group}", stretch) for group in policy_of(rule, formula=formula).coverage)


def _firsts(pattern: Pattern) -> Iterator[str]:
    if pattern.type:
        yield from (f"type:{name}" for name in (*pattern.type, "*"))
    elif pattern.code:
        yield "code:*"
        for code in pattern.code:
            yield from _code_keys(code)
    else:
        yield from (f"topic:{root}" for root in (*roots(pattern.topic_any or (), separator="/"), "*"))


def _narrowers(pattern: Pattern) -> tuple[str, ...]:
    if pattern.actor and not any(_is_short(name) for name in pattern.actor):
        return tuple(f"{ACTOR}{root}" for root in (*roots(pattern.actor, separator="."), "*"))
    if pattern.topic_any and (pattern.type or pattern.code):
        return tuple(f"{TOPIC}{root}" for root in (*roots(pattern.topic_any, separator="/"), "*"))
    return ("",)


def _code_keys(code: str) -> set[str]:
    """Return the two-digit roots that a code lies in or holds, and the digit they begin with."""
    digits = [code[:2]] if len(code) > 1 else [f"{code}{digit}" for digit in range(10)]
    return {f"code:{root}" for root in (*digits, code[0])}


def _is_short(name: str) -> bool:
    """Return whether a name stops above its root: somebody, of whom nothing more is said."""
    return name in COLLECTIONS


def _announced_roots(actors: tuple[str, ...]) -> frozenset[str]:
    found = roots(actors, separator=".")
    return found if found and not any(_is_short(name) for name in actors) else found | {"*"}
