"""Rules from a few fields: something happens by a date, or nothing of the kind does. Pure; the result is RRL/1."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum


class Kind(StrEnum):
    """What a clause claims; the values are the language's own words."""

    OCCURS = "occurs"
    NEVER = "never"


class Start(StrEnum):
    """From when the outcome counts; the values are the language's own words."""

    PUBLICATION = "publication"
    CONDITION = "condition"


@dataclass(frozen=True, kw_only=True)
class Clause:
    """
    Events of one kind, from a start through a last day.

    Within one criterion any value will do; an empty one does not narrow. `attributes` must equal.
    """

    kind: Kind
    last_day: date
    types: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    actors: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()
    attributes: Mapping[str, object] = field(default_factory=dict)


def rule_from(
    *, outcome: Clause, condition: Clause | None = None, outcome_from: Start = Start.PUBLICATION
) -> dict[str, object]:
    """
    Return the rule that clauses describe.

    Args:
        outcome: What must happen, or must not.
        condition: What must come true first; None where the claim has no if-part.
        outcome_from: Whether the outcome counts from the publication or from when the condition came true.
    Returns:
        RRL/1 with the default policy. Windows include their start and the whole last day, in UTC.
    Raises:
        ValueError: The outcome counts from a condition that there is not.
    """
    if condition is None and outcome_from is Start.CONDITION:
        raise ValueError("The outcome cannot count from a condition when there is none.")
    rule: dict[str, object] = {"rrl": "1"}
    if condition is not None:
        rule["condition"] = _formula(condition, start=Start.PUBLICATION)
    return rule | {"consequent": _formula(outcome, start=outcome_from)}


def _formula(clause: Clause, *, start: Start) -> dict[str, object]:
    end = f"{clause.last_day + timedelta(days=1):%Y-%m-%d}T00:00:00Z"
    return {clause.kind.value: {"pattern": _pattern(clause), "window": {"start": {"anchor": start.value}, "end": end}}}


def _pattern(clause: Clause) -> dict[str, object]:
    criteria = {
        "type": clause.types,
        "code": clause.codes,
        "topic_any": clause.topics,
        "actor": clause.actors,
        "recipient": clause.recipients,
    }
    pattern: dict[str, object] = {name: list(values) for name, values in criteria.items() if values}
    if clause.attributes:
        pattern["where"] = [{"attr": name, "op": "==", "value": value} for name, value in clause.attributes.items()]
    return pattern
