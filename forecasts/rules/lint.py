"""Whether a well-formed rule makes sense: sizes, windows, and names that exist."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime, timedelta

from forecasts.rules.amounts import is_number
from forecasts.rules.bounds import Moment, lower_bounds, upper_bounds
from forecasts.rules.language import Covered, Pattern, Policy, Rule, Where, Window
from forecasts.rules.parsing import Problem
from forecasts.rules.structure import (
    Node,
    anchors_in,
    body_of,
    kind_of,
    parts_of,
    patterns_of,
    times_of,
    walk_rule,
)

DEEPEST = 6
MOST_FORMULAS = 50
MOST_CLAUSES = 20
LONGEST_WINDOW = timedelta(days=3653)
_CRITERIA = ("type", "code", "mode_any", "context_any", "topic_any", "actor", "recipient", "location")


def lint_rule(
    rule: Rule,
    *,
    topics: Collection[str] | None = None,
    entities: Collection[str] | None = None,
    milestones: Collection[str] | None = None,
    groups: Collection[str] | None = None,
    publication: datetime | None = None,
) -> tuple[Problem, ...]:
    """
    Return what is wrong with a rule that is well formed.

    Args:
        rule: As `parse_rule` returned it.
        topics: Every topic there is; None to accept any.
        entities: Every entity path there is; None to accept any.
        milestones: Every named date there is, with its instant if it is a mapping; None to accept
            any.
        groups: Every group of sources there is; None to accept any.
        publication: When the prediction was made, if that is known.
    Returns:
        Problems in the order of the rule; none for a rule that may be used.
    """
    instants = milestones if isinstance(milestones, Mapping) else {}
    known = {f"calendar:{name}": instant for name, instant in instants.items()}
    if publication is not None:
        known["publication"] = publication
    nodes = tuple(walk_rule(rule))
    found = [*_sizes(nodes), *_conditions(rule, nodes=nodes, milestones=milestones)]
    for node in nodes:
        found += _windows(node, known=known)
        found += _numbers(node)
        if isinstance(body_of(node.formula), Covered):
            found += _coverage(body_of(node.formula), path=node.path, groups=groups)
        for name, pattern in patterns_of(node.formula):
            path = f"{node.path}.{name}"
            found += _pattern(pattern, path=path, topics=topics, entities=entities)
    found += _coverage(rule.policy, path="policy", groups=groups)
    found += _policy(rule)
    return tuple(found)


def _sizes(nodes: tuple[Node, ...]) -> Iterator[Problem]:
    deepest = max(node.depth for node in nodes)
    if deepest > DEEPEST:
        yield Problem("rule", f"is {deepest} formulas deep; make it {DEEPEST} at most", deepest)
    if len(nodes) > MOST_FORMULAS:
        yield Problem("rule", f"has {len(nodes)} formulas; use {MOST_FORMULAS} at most", len(nodes))
    n_clauses = sum(not parts_of(node.formula) for node in nodes)
    if n_clauses > MOST_CLAUSES:
        yield Problem("rule", f"has {n_clauses} clauses; use {MOST_CLAUSES} at most", n_clauses)


def _conditions(rule: Rule, *, nodes: tuple[Node, ...], milestones: Collection[str] | None) -> Iterator[Problem]:
    for node in nodes:
        times = times_of(node.formula)
        anchors = sorted(frozenset().union(*(anchors_in(time) for time in times)))
        if "condition" in anchors and rule.condition is None:
            yield Problem(node.path, "is anchored on the condition, but the rule has none; add one", "condition")
        for anchor in anchors:
            key = anchor.removeprefix("calendar:")
            if milestones is not None and key != anchor and key not in milestones:
                yield Problem(node.path, f"names the milestone {key!r}, which does not exist; record it", key)
        ends = anchors_in(times[-1]) if times else frozenset()
        never = sorted(name for name in ends if name.startswith("clause:"))
        if node.path.startswith("condition") and never:
            yield Problem(
                node.path,
                f"may never end, for {never[0]!r} may never happen; end a condition at a date",
                never[0],
            )


def _windows(node: Node, *, known: dict[str, datetime]) -> Iterator[Problem]:
    window: Window | None = getattr(body_of(node.formula), "window", None)
    if window is None:
        return
    path = f"{node.path}.window"
    starts_late = lower_bounds(window.start, known=known)
    ends_early = upper_bounds(window.end, known=known)
    if any(length <= timedelta(0) for length in _lengths(starts_late, ends_early)):
        yield Problem(path, "ends before it begins, or at once; move its end", None)
        return
    starts_early = upper_bounds(window.start, known=known)
    ends_late = lower_bounds(window.end, known=known)
    longest = max(_lengths(starts_early, ends_late), default=timedelta(0))
    if longest > LONGEST_WINDOW:
        years = longest.days / 365.25
        yield Problem(path, f"is {years:.0f} years long; use 10 years at most", longest.days)


def _lengths(starts: Iterable[Moment], ends: Iterable[Moment]) -> Iterator[timedelta]:
    """Yield the distance from each start to each end that has the same base."""
    for start in starts:
        yield from (end.offset - start.offset for end in ends if end.base == start.base)


def _numbers(node: Node) -> Iterator[Problem]:
    body, kind = body_of(node.formula), kind_of(node.formula)
    if kind == "series" and body.consecutive < 1:
        yield Problem(node.path, "needs consecutive to be 1 or more", body.consecutive)
    if kind == "series" and body.op == "in":
        yield Problem(node.path, "compares one number; use == instead of in", body.op)
    if kind == "series" and body.max_gap <= timedelta(0):
        yield Problem(node.path, "needs max_gap to be longer than nothing", str(body.max_gap))
    if kind == "count" and (body.op, body.n) in ((">=", 0), ("<", 0)):
        yield Problem(node.path, f"is settled before it begins by {body.op} {body.n}", body.n)
    if kind == "sum" and body.value <= 0:
        yield Problem(node.path, "is reached before it begins; use a total above 0", body.value)
    for number, guard in enumerate(getattr(body, "guards", ())):
        if guard.within <= timedelta(0):
            path = f"{node.path}.guards.{number}.within"
            yield Problem(path, "must be longer than nothing; kind says before or after", None)


def _pattern(
    pattern: Pattern,
    *,
    path: str,
    topics: Collection[str] | None,
    entities: Collection[str] | None,
) -> Iterator[Problem]:
    if not (pattern.type or pattern.code or pattern.topic_any):
        yield Problem(path, "selects nothing in particular; name a type, a code or a topic", None)
    for name in _CRITERIA:
        if getattr(pattern, name) == ():
            yield Problem(f"{path}.{name}", "is empty; name something or leave it out", [])
    if not pattern.modality:
        yield Problem(f"{path}.modality", "is empty; name something or leave it out", [])
    for topic in pattern.topic_any or ():
        if topics is not None and topic not in topics:
            message = f"names the topic {topic!r}, which does not exist; record it"
            yield Problem(f"{path}.topic_any", message, topic)
    for name in ("actor", "recipient", "location"):
        for entity in getattr(pattern, name) or ():
            if entities is not None and entity not in entities:
                message = f"names the entity {entity!r}, which does not exist; record it"
                yield Problem(f"{path}.{name}", message, entity)
    for where in pattern.where:
        yield from _where(where, path=f"{path}.where")


def _where(where: Where, *, path: str) -> Iterator[Problem]:
    choices = where.value if isinstance(where.value, list) else [where.value]
    if where.unit is not None and not all(is_number(value) for value in choices):
        yield Problem(path, f"asks for {where.attr!r} in {where.unit}; give it a number", where.value)
    if where.op in (">=", ">", "<=", "<") and not is_number(where.value):
        yield Problem(path, f"compares {where.attr!r} by {where.op}; give it a number", where.value)
    elif where.op == "in" and not (isinstance(where.value, list) and where.value):
        yield Problem(path, f"asks for {where.attr!r} in a list; give it one", where.value)
    elif where.op in ("==", "!=") and not isinstance(where.value, str | bool | int | float):
        yield Problem(path, f"compares {where.attr!r}; give it a text, number or flag", where.value)


def _coverage(said: Covered | Policy, *, path: str, groups: Collection[str] | None) -> Iterator[Problem]:
    if said.coverage == ():
        yield Problem(f"{path}.coverage", "is empty; without coverage nothing is ever a No", [])
    for group in said.coverage or ():
        if groups is not None and group not in groups:
            message = f"names the source group {group!r}, which does not exist; record a source of it"
            yield Problem(f"{path}.coverage", message, group)
    if said.grace is not None and said.grace < timedelta(0):
        yield Problem(f"{path}.grace", "must not be negative", None)


def _policy(rule: Rule) -> Iterator[Problem]:
    for name in ("dispute_window", "reopen_for"):
        if getattr(rule.policy, name) < timedelta(0):
            yield Problem(f"policy.{name}", "must not be negative", None)
