"""A rule tried out before it is stored: each clause with what it found, and what its pattern matches at any time."""

from collections.abc import Iterator
from dataclasses import dataclass

from forecasts.rules.facts import Knowledge
from forecasts.rules.findings import Finding, Outcome
from forecasts.rules.language import Rule
from forecasts.rules.matching import match_pattern
from forecasts.rules.structure import Node, patterns_of, walk_rule
from forecasts.rules.truth import Truth
from forecasts.rules.words import formula_in_words


@dataclass(frozen=True, kw_only=True)
class ClauseTrial:
    """
    One clause of a rule tried out.

    `witnesses` and `possible` lie in its window; `alike` and `perhaps_alike` are all recorded events that its pattern
    surely or possibly means, whenever they happened: a pattern that means nothing recorded is often misspelt.
    """

    path: str
    words: str
    value: Truth
    why: str
    witnesses: tuple[str, ...]
    possible: tuple[str, ...]
    alike: tuple[str, ...]
    perhaps_alike: tuple[str, ...]


def try_clauses(rule: Rule, outcome: Outcome, knowledge: Knowledge) -> tuple[ClauseTrial, ...]:
    """
    Return every clause of a rule with what it found, in the order of the rule.

    Args:
        rule: The rule that was evaluated.
        outcome: What it came to.
        knowledge: What it was evaluated on; its events are also those that patterns are tried on.
    Returns:
        One trial for each clause that is no compound.
    """
    roots = [finding for finding in (outcome.condition, outcome.consequent) if finding is not None]
    found = {leaf.path: leaf for root in roots for leaf in _leaves(root)}
    return tuple(_trial(node, found[node.path], knowledge) for node in walk_rule(rule) if node.path in found)


def _leaves(finding: Finding) -> Iterator[Finding]:
    if not finding.children:
        yield finding
    for child in finding.children:
        yield from _leaves(child)


def _trial(node: Node, finding: Finding, knowledge: Knowledge) -> ClauseTrial:
    values = _alike(node, knowledge)
    return ClauseTrial(
        path=node.path,
        words=formula_in_words(node.formula),
        value=finding.value,
        why=finding.why,
        witnesses=finding.witnesses,
        possible=finding.possible,
        alike=tuple(name for name, value in values.items() if value is Truth.T),
        perhaps_alike=tuple(name for name, value in values.items() if value is Truth.U),
    )


def _alike(node: Node, knowledge: Knowledge) -> dict[str, Truth]:
    """How well each event fits what the clause looks for, guards and rivals left aside."""
    wanted = [pattern for name, pattern in patterns_of(node.formula) if name in ("pattern", "initiates", "terminates")]
    values: dict[str, Truth] = {}
    for event in knowledge.occurrences:
        fits = [match_pattern(event, pattern=pattern, memberships=knowledge.memberships) for pattern in wanted]
        if Truth.T in fits or Truth.U in fits:
            values[event.id] = Truth.T if Truth.T in fits else Truth.U
    return values
