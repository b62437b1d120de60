"""Rules from a few fields: what happens or does not, how often, how a series moves, how something stands. Pure; the result is RRL/1."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum

from django.utils.translation import gettext


class Kind(StrEnum):
    """What a clause claims; the values are the language's own words."""

    OCCURS = "occurs"
    NEVER = "never"
    COUNT = "count"
    SERIES = "series"
    STATE = "state"


class Start(StrEnum):
    """From when the outcome counts; the values are the language's own words."""

    PUBLICATION = "publication"
    CONDITION = "condition"


@dataclass(frozen=True, kw_only=True)
class Clause:
    """
    Events of one kind, or values of a series, from a start to an end.

    Within one criterion any value will do; an empty one does not narrow. `attributes` must equal. The end is one of `last_day`, the
    last day that counts; `within_days` after the start; and `milestone`, a named date before which it counts.

    Attributes:
        rivals: Recipients towards whom the same event refutes the clause: who won instead. For `occurs`.
        n: How many events it takes; for `count`.
        series, op, value, consecutive: How successive values of a series compare; for `series`. `op` is also that of `count`.
        end_types, end_codes: The events that end what the others begin; for `state`, as it stands at the end.
        initial: Whether it holds at publication; None where that is not known. For `state`.
    """

    kind: Kind
    last_day: date | None = None
    within_days: int | None = None
    milestone: str = ""
    types: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    actors: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()
    attributes: Mapping[str, object] = field(default_factory=dict)
    rivals: tuple[str, ...] = ()
    n: int | None = None
    series: str = ""
    op: str = ">="
    value: float | None = None
    consecutive: int = 1
    end_types: tuple[str, ...] = ()
    end_codes: tuple[str, ...] = ()
    initial: bool | None = None


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
        ValueError: The outcome counts from a condition that there is not, or a clause has no end.
    """
    if condition is None and outcome_from is Start.CONDITION:
        raise ValueError(gettext("The outcome cannot count from a condition when there is none."))
    rule: dict[str, object] = {"rrl": "1"}
    if condition is not None:
        rule["condition"] = _formula(condition, start=Start.PUBLICATION)
    return rule | {"consequent": _formula(outcome, start=outcome_from)}


def contrasting(rule: Mapping[str, object]) -> dict[str, object] | None:
    """
    Return the rule of the other case, in which the rival of the condition came true; None where the rule names no rival.

    Args:
        rule: RRL/1.
    """
    condition = rule.get("condition")
    occurs = condition.get("occurs") if isinstance(condition, Mapping) else None
    if not isinstance(occurs, Mapping) or "refuted_by" not in occurs:
        return None
    swapped = {**occurs, "pattern": occurs["refuted_by"], "refuted_by": occurs["pattern"]}
    return {**rule, "condition": {**condition, "occurs": swapped}}  # type: ignore[dict-item]  # A rule with `occurs` in it, seen above.


def _formula(clause: Clause, *, start: Start) -> dict[str, object]:
    window = {"start": {"anchor": start.value}, "end": _end(clause, start=start)}
    match clause.kind:
        case Kind.OCCURS | Kind.NEVER:
            body = {"pattern": _pattern(clause)} | _refutation(clause) | {"window": window}
        case Kind.COUNT:
            body = {"pattern": _pattern(clause), "window": window, "op": clause.op, "n": clause.n}
        case Kind.SERIES:
            compared = {"series": clause.series, "op": clause.op, "value": clause.value}
            body = {**compared, "consecutive": clause.consecutive, "window": window}
        case Kind.STATE:
            body = _state(clause) | {"at": window["end"]}
    return {clause.kind.value: body}


def _end(clause: Clause, *, start: Start) -> object:
    if clause.last_day is not None:
        return f"{clause.last_day + timedelta(days=1):%Y-%m-%d}T00:00:00Z"
    if clause.within_days is not None:
        return {"anchor": start.value, "offset": f"P{clause.within_days}D"}
    if not clause.milestone:
        raise ValueError(gettext("A clause needs an end: a last day, a number of days, or a milestone."))
    return {"anchor": f"calendar:{clause.milestone}"}


def _refutation(clause: Clause) -> dict[str, object]:
    return {"refuted_by": _pattern(replace(clause, recipients=clause.rivals))} if clause.rivals else {}


def _state(clause: Clause) -> dict[str, object]:
    ends = replace(clause, types=clause.end_types, codes=clause.end_codes)
    known = {} if clause.initial is None else {"initial": clause.initial}
    return {"initiates": _pattern(clause), "terminates": _pattern(ends), **known}


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
