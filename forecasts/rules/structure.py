"""The shape of a rule: its formulas with their paths, its anchors, and what depends on what."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from forecasts.rules.language import (
    All,
    Anchored,
    Any_,
    Covered,
    EarliestOf,
    Formula,
    LatestOf,
    Not,
    Pattern,
    Policy,
    Rule,
    StateFormula,
    TimeExpr,
    Window,
)


class Node(NamedTuple):
    """A formula, where it stands, and how many formulas it is in, itself included."""

    path: str
    formula: Formula
    depth: int


def kind_of(formula: Formula) -> str:
    """
    Return the one key that says what a formula is.

    Args:
        formula: Any formula.
    Returns:
        "all", "occurs" and so on.
    """
    names = (field.alias or name for name, field in type(formula).model_fields.items())
    return next(name for name in names if name != "id")


def body_of(formula: Formula) -> Any:
    """
    Return what stands under the key of a formula.

    Args:
        formula: Any formula.
    Returns:
        A tuple of formulas for all and any, one formula for not, else the clause.
    """
    return formula.operand if isinstance(formula, Not) else getattr(formula, kind_of(formula))


def parts_of(formula: Formula) -> tuple[Formula, ...]:
    """
    Return the formulas directly inside one.

    Args:
        formula: Any formula.
    Returns:
        Its parts in order; none for a clause.
    """
    if isinstance(formula, All | Any_):
        return body_of(formula)
    return (formula.operand,) if isinstance(formula, Not) else ()


def part_path(path: str, formula: Formula, index: int) -> str:
    """
    Return the path of a part of a formula.

    Args:
        path: Of the formula, its kind included: "consequent.all".
        formula: The formula.
        index: Which part.
    Returns:
        "consequent.all.0.occurs"; without a number under not.
    """
    part = parts_of(formula)[index]
    number = "" if isinstance(formula, Not) else f".{index}"
    return f"{path}{number}.{kind_of(part)}"


def walk(formula: Formula, *, path: str, depth: int = 1) -> Iterator[Node]:
    """
    Yield a formula and all formulas inside it, outer ones first.

    Args:
        formula: Where to begin.
        path: Where that stands: "condition" or "consequent", or the path of a part.
        depth: Of that formula.
    Returns:
        Nodes with their paths.
    """
    yield Node(path, formula, depth)
    for index, part in enumerate(parts_of(formula)):
        yield from walk(part, path=part_path(path, formula, index), depth=depth + 1)


def walk_rule(rule: Rule) -> Iterator[Node]:
    """
    Yield every formula of a rule, those of the condition first.

    Args:
        rule: The rule.
    Returns:
        Nodes with their paths.
    """
    if rule.condition is not None:
        yield from walk(rule.condition, path=f"condition.{kind_of(rule.condition)}")
    yield from walk(rule.consequent, path=f"consequent.{kind_of(rule.consequent)}")


def policy_of(rule: Rule, *, formula: Formula) -> Policy:
    """
    Return the policy that a formula is judged by: that of its rule, but for what it says itself.

    Args:
        rule: Holds the formula.
        formula: A formula of the rule.
    Returns:
        The policy; the rule's own one where the formula says nothing.
    """
    body = body_of(formula)
    own = {name: said for name in Covered.model_fields if (said := getattr(body, name, None)) is not None}
    return rule.policy.model_copy(update=own) if own else rule.policy


def times_of(formula: Formula) -> tuple[TimeExpr, ...]:
    """
    Return the time expressions of one formula, not those of its parts.

    Args:
        formula: Any formula.
    Returns:
        Start and end of its window, or the instant of a state.
    """
    body = body_of(formula)
    if isinstance(formula, StateFormula):
        return (body.at,)
    window: Window | None = getattr(body, "window", None)
    return (window.start, window.end) if window else ()


def anchors_in(expression: TimeExpr) -> frozenset[str]:
    """
    Return the names of all anchors in a time expression.

    Args:
        expression: Any time expression.
    Returns:
        "publication", "condition", "clause:…", "calendar:…".
    """
    match expression:
        case Anchored():
            return frozenset({expression.anchor})
        case LatestOf():
            return frozenset().union(*(anchors_in(part) for part in expression.max))
        case EarliestOf():
            return frozenset().union(*(anchors_in(part) for part in expression.min))
    return frozenset()


def anchors_under(formula: Formula) -> frozenset[str]:
    """
    Return the names of all anchors that a formula or any part of it uses.

    Args:
        formula: Any formula.
    Returns:
        The names, those reached through clause anchors not included.
    """
    nodes = walk(formula, path="")
    times = (time for node in nodes for time in times_of(node.formula))
    return frozenset().union(*(anchors_in(time) for time in times))


def definitions(rule: Rule) -> dict[str, Node]:
    """
    Return what each anchor that a rule itself defines stands for.

    Args:
        rule: The rule.
    Returns:
        "condition" and "clause:<id>" with the formula they mean.
    """
    found = {f"clause:{node.formula.id}": node for node in walk_rule(rule) if node.formula.id is not None}
    if rule.condition is not None:
        found["condition"] = next(walk_rule(rule))
    return found


def depends_on(rule: Rule, *, formula: Formula) -> frozenset[str]:
    """
    Return every anchor that a formula depends on, directly or through clauses it anchors on.

    Args:
        rule: Holds the clauses.
        formula: A formula of the rule.
    Returns:
        The names of the anchors.
    """
    defined = definitions(rule)
    reached: set[str] = set()
    waiting = list(anchors_under(formula))
    while waiting:
        anchor = waiting.pop()
        if anchor in reached:
            continue
        reached.add(anchor)
        if anchor in defined:
            waiting.extend(anchors_under(defined[anchor].formula))
    return frozenset(reached)


def patterns_of(formula: Formula) -> tuple[tuple[str, Pattern], ...]:
    """
    Return the patterns of one formula, not those of its parts, each with what it is for.

    Args:
        formula: Any formula.
    Returns:
        Pairs such as ("pattern", …), ("guards.0.pattern", …), ("refuted_by", …).
    """
    body = body_of(formula)
    if isinstance(formula, StateFormula):
        return (("initiates", body.initiates), ("terminates", body.terminates))
    if not hasattr(body, "pattern"):
        return ()
    found = [("pattern", body.pattern)]
    found += [(f"guards.{n}.pattern", guard.pattern) for n, guard in enumerate(body.guards)]
    rival: Pattern | None = getattr(body, "refuted_by", None)
    return (*found, ("refuted_by", rival)) if rival is not None else tuple(found)
