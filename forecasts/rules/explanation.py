"""A verdict told in one paragraph: what decided it, when, on whose word, and how far coverage goes."""

from datetime import datetime

from forecasts.rules.facts import Knowledge, Occurrence
from forecasts.rules.findings import Finding, Outcome, Status, deciding_leaves, is_doubtful, leaves
from forecasts.rules.language import Rule
from forecasts.rules.phrases import format_instant, format_span
from forecasts.rules.truth import Truth
from forecasts.rules.windows import Span

_HEADLINES = {
    Status.YES: "YES",
    Status.NO: "NO",
    Status.ANNULLED: "ANNULLED",
    Status.OPEN: "OPEN",
    Status.OPEN_CONDITION: "OPEN, waiting for the condition",
    Status.OPEN_CONSEQUENT: "OPEN, the condition is met",
}
_SIDE = {
    Truth.T: "The outcome came about all the same.",
    Truth.F: "The outcome did not come about either.",
    Truth.U: "Whether the outcome came about is not known.",
}
MOST_NAMED = 3


def explain(rule: Rule, outcome: Outcome, knowledge: Knowledge, *, label: str) -> str:
    """
    Return why a rule came to its outcome.

    Args:
        rule: The rule that was evaluated.
        outcome: What it came to.
        knowledge: What it was evaluated on.
        label: The name of the rule's version, such as "central v3".
    Returns:
        One paragraph: verdict, what each deciding clause found, witnesses with date, tier and
        owners, what is possible, what was known when, and how far coverage reached.
    """
    facts = {event.id: event for event in knowledge.occurrences}
    sentences = [f"{_HEADLINES[outcome.status]} ({label})."]
    if outcome.condition is not None:
        sentences.append(_told("Condition", outcome.condition, facts=facts))
    if outcome.status is not Status.ANNULLED:
        sentences.append(_told("Outcome", outcome.consequent, facts=facts))
    if outcome.side_value is not None:
        sentences.append(_SIDE[outcome.side_value])
    if outcome.status is Status.YES and outcome.condition and outcome.condition.value is Truth.F:
        sentences.append("The condition was not met, which this rule counts as true.")
    sentences.append(_known(rule, outcome, knowledge=knowledge))
    return " ".join(sentences)


def _told(name: str, finding: Finding, *, facts: dict[str, Occurrence]) -> str:
    clauses = list(deciding_leaves(finding))
    found = "; ".join(f"{_part(clause, of=finding)}{clause.why}" for clause in clauses)
    said = {Truth.T: "true", Truth.F: "false", Truth.U: "not known"}[finding.value]
    sentence = f"{name} {said}: {found}."
    witnesses = [facts[one] for one in finding.witnesses if one in facts]
    if witnesses:
        sentence += f" Decided by {_listed(witnesses)}."
    possible = [facts[one] for one in finding.possible if one in facts]
    if possible and (finding.value is Truth.U or any(is_doubtful(clause) for clause in clauses)):
        sentence += f" Possible: {_listed(possible)}."
    return sentence


def _part(clause: Finding, *, of: Finding) -> str:
    """Say which part of a compound a clause is, counted from 1: "part 2: "; nothing where there is only one."""
    numbers = [int(step) + 1 for step in clause.path.removeprefix(of.path).split(".") if step.isdigit()]
    return f"part {'.'.join(map(str, numbers))}: " if numbers else ""


def _listed(events: list[Occurrence]) -> str:
    named = "; ".join(_named(event) for event in events[:MOST_NAMED])
    more = len(events) - MOST_NAMED
    return f"{named}; and {more} more" if more > 0 else named


def _named(event: Occurrence) -> str:
    owners = "1 owner" if event.owners == 1 else f"{event.owners} owners"
    date = format_span(Span(event.earliest, event.latest))
    for said, bounds in ((", announced ", event.announced), (", in effect ", event.effective)):
        date += f"{said}{format_span(Span(*bounds))}" if bounds else ""
    doubt = ", contested" if event.contested else ""
    return f"“{event.title}” ({date}, tier {event.tier}, {owners}{doubt})"


def _known(rule: Rule, outcome: Outcome, *, knowledge: Knowledge) -> str:
    told = [] if outcome.condition is None else [outcome.condition]
    if outcome.status is not Status.ANNULLED:
        told.append(outcome.consequent)
    reaches = {(leaf.coverage, leaf.covered_to): None for finding in told for leaf in leaves(finding) if leaf.coverage}
    reaches = reaches or {(rule.policy.coverage, outcome.covered_to): None}
    said = "; ".join(_reach(groups, covered_to, knowledge=knowledge) for groups, covered_to in reaches)
    return f"As known on {format_instant(knowledge.as_of)}; {said}."


def _reach(groups: tuple[str, ...], covered_to: datetime | None, *, knowledge: Knowledge) -> str:
    if covered_to is not None:
        return f"coverage ({', '.join(groups)}) to {format_instant(covered_to)}"
    missing = [name for name in groups if name not in knowledge.complete_to]
    return f"no coverage by {', '.join(missing)}, so nothing can be told from silence"
