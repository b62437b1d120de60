"""Whether a verdict rests on evidence good enough to become final without a person."""

from forecasts.rules.facts import Knowledge, Occurrence
from forecasts.rules.findings import Finding, Outcome, ReasonCode, Status
from forecasts.rules.language import Policy, Rule
from forecasts.rules.truth import Truth

OPEN = frozenset({Status.OPEN, Status.OPEN_CONDITION, Status.OPEN_CONSEQUENT})


def may_finalise(rule: Rule, outcome: Outcome, knowledge: Knowledge) -> bool:
    """
    Return whether the policy lets a verdict become final by itself.

    Every event it rests on must be of tier A, or under "tier_a_or_2b" of tier B with two or more
    independent owners. Where it rests on nothing having been missed, or on a series, the coverage
    groups must be of tier A. What a person judged always waits for a second one.

    Args:
        rule: Names the policy.
        outcome: Of that rule.
        knowledge: What the outcome was reached on.
    Returns:
        False for every outcome that is still open.
    """
    if outcome.status in OPEN or rule.policy.auto_final == "never":
        return False
    condition = outcome.condition
    findings = [] if condition is None else [condition]
    if condition is None or condition.value is Truth.T:
        findings.append(outcome.consequent)
    facts = {event.id: event for event in knowledge.occurrences}
    complete = _is_coverage_good(rule.policy, knowledge=knowledge)
    return all(_is_good(finding, policy=rule.policy, facts=facts, complete=complete) for finding in findings)


def _is_good(finding: Finding, *, policy: Policy, facts: dict[str, Occurrence], complete: bool) -> bool:
    if finding.children:
        return _are_parts_good(finding, policy=policy, facts=facts, complete=complete)
    if finding.reason is ReasonCode.JUDGED or (finding.rests_on_absence and not complete):
        return False
    events = [facts[name] for name in finding.rests_on if name in facts]
    return all(_is_event_good(event, policy=policy) for event in events)


def _are_parts_good(finding: Finding, *, policy: Policy, facts: dict[str, Occurrence], complete: bool) -> bool:
    if finding.kind == "not":
        deciding = list(finding.children)
    else:
        deciding = [child for child in finding.children if child.value is finding.value]
    verdicts = [_is_good(child, policy=policy, facts=facts, complete=complete) for child in deciding]
    # One part is enough to make "any" true or "all" false.
    needs_one = (finding.kind, finding.value) in (("any", Truth.T), ("all", Truth.F))
    return any(verdicts) if needs_one else all(verdicts)


def _is_event_good(event: Occurrence, *, policy: Policy) -> bool:
    if event.tier == "A":
        return True
    return policy.auto_final == "tier_a_or_2b" and event.tier == "B" and event.owners >= 2


def _is_coverage_good(policy: Policy, *, knowledge: Knowledge) -> bool:
    tiers = [knowledge.coverage_tiers.get(name) for name in policy.coverage]
    return bool(tiers) and all(tier == "A" for tier in tiers)
