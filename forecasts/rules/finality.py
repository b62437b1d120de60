"""Whether a verdict rests on evidence good enough to become final without a person."""

from collections.abc import Mapping
from dataclasses import dataclass

from forecasts.rules.facts import Knowledge, Occurrence
from forecasts.rules.findings import Finding, Outcome, ReasonCode, Status, is_doubtful
from forecasts.rules.language import Policy, Rule
from forecasts.rules.truth import Truth

OPEN = frozenset({Status.OPEN, Status.OPEN_CONDITION, Status.OPEN_CONSEQUENT})


def may_finalise(rule: Rule, outcome: Outcome, knowledge: Knowledge) -> bool:
    """
    Return whether the policy lets a verdict become final by itself.

    Every event it rests on must be of tier A, or under "tier_a_or_2b" of tier B with two or more
    independent owners. Where it rests on nothing having been missed, or on a series, the coverage
    groups of the clause must be of tier A. What a person judged always waits for a second one, and
    so does what a rival refuted while a match is possible too.

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
    evidence = _Evidence(policy=rule.policy, facts=facts, tiers=knowledge.coverage_tiers)
    return all(_is_good(finding, evidence=evidence) for finding in findings)


@dataclass(frozen=True, kw_only=True)
class _Evidence:
    """What verdicts rest on: events by name, the tiers of coverage groups, and the policy they must meet."""

    policy: Policy
    facts: Mapping[str, Occurrence]
    tiers: Mapping[str, str]


def _is_good(finding: Finding, *, evidence: _Evidence) -> bool:
    if finding.children:
        return _are_parts_good(finding, evidence=evidence)
    if is_doubtful(finding) or finding.reason is ReasonCode.JUDGED:
        return False
    if finding.rests_on_absence and not _is_coverage_good(finding, evidence=evidence):
        return False
    events = [evidence.facts[name] for name in finding.rests_on if name in evidence.facts]
    return all(_is_event_good(event, policy=evidence.policy) for event in events)


def _are_parts_good(finding: Finding, *, evidence: _Evidence) -> bool:
    if finding.kind == "not":
        deciding = list(finding.children)
    else:
        deciding = [child for child in finding.children if child.value is finding.value]
    verdicts = [_is_good(child, evidence=evidence) for child in deciding]
    # One part is enough to make "any" true or "all" false.
    needs_one = (finding.kind, finding.value) in (("any", Truth.T), ("all", Truth.F))
    return any(verdicts) if needs_one else all(verdicts)


def _is_event_good(event: Occurrence, *, policy: Policy) -> bool:
    if event.tier == "A":
        return True
    return policy.auto_final == "tier_a_or_2b" and event.tier == "B" and event.owners >= 2


def _is_coverage_good(finding: Finding, *, evidence: _Evidence) -> bool:
    return bool(finding.coverage) and all(evidence.tiers.get(name) == "A" for name in finding.coverage)
