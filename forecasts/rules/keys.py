"""Routing: which events and series could concern which rules. Too many is fine, too few never."""

from collections.abc import Iterable

from forecasts.rules.facts import Occurrence
from forecasts.rules.language import Pattern, Rule, SeriesFormula
from forecasts.rules.paths import roots
from forecasts.rules.structure import anchors_under, patterns_of, walk_rule


def rule_keys(rule: Rule) -> frozenset[str]:
    """
    Return what a rule listens for.

    Every pattern, those of guards and rivals included, gives keys by type where it names types,
    else by code, else by topic. If an event could match a pattern, now or once coded more finely,
    `event_keys` of the event and these keys have one in common.

    Args:
        rule: Free of lint problems: each pattern names a type, a code or a topic.
    Returns:
        Keys such as "type:AID", "code:07", "topic:aid", "series:EIA:RBRTE.D"; and what else its answer
        can wait for: "coverage:wire", "milestone:us.election.2024".
    """
    keys = {f"coverage:{group}" for group in rule.policy.coverage}
    for node in walk_rule(rule):
        named = anchors_under(node.formula)
        keys |= {f"milestone:{anchor.removeprefix('calendar:')}" for anchor in named if anchor.startswith("calendar:")}
        for _, pattern in patterns_of(node.formula):
            keys |= _pattern_keys(pattern)
        if isinstance(node.formula, SeriesFormula):
            keys.add(series_key(node.formula.series.series))
    return frozenset(keys)


def event_keys(*, event_type: str, action_code: str | None, topics: Iterable[str]) -> frozenset[str]:
    """
    Return under which keys an event is announced.

    Args:
        event_type: Its type.
        action_code: Its CAMEO code, or nothing where it has none.
        topics: Its topics, if any.
    Returns:
        One key for the type, one for the code, one a topic; an asterisk for what is not coded.
    """
    return frozenset(
        {
            f"type:{event_type or '*'}",
            f"code:{action_code[:2] if action_code else '*'}",
            *(f"topic:{root}" for root in roots(topics, separator="/") or ("*",)),
        }
    )


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


def _pattern_keys(pattern: Pattern) -> set[str]:
    if pattern.type:
        return {f"type:{name}" for name in (*pattern.type, "*")}
    if pattern.code:
        return {"code:*"}.union(*(_code_keys(code) for code in pattern.code))
    topics = roots(pattern.topic_any or (), separator="/")
    return {f"topic:{root}" for root in (*topics, "*")}


def _code_keys(code: str) -> set[str]:
    """Return the two-digit roots that a code lies in or holds, and the digit they begin with."""
    digits = [code[:2]] if len(code) > 1 else [f"{code}{digit}" for digit in range(10)]
    return {f"code:{root}" for root in (*digits, code[0])}
