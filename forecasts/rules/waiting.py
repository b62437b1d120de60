"""What an undecided rule waits for, apart from new facts: an instant, or sources that reach further."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from forecasts.rules.findings import Finding, leaves
from forecasts.rules.language import Rule
from forecasts.rules.structure import definitions, depends_on, walk_rule
from forecasts.rules.truth import Truth


@dataclass(frozen=True, kw_only=True)
class Wait:
    """When time alone could decide next, whether coverage that grows could, and whether that is long overdue."""

    until: datetime | None
    for_coverage: bool
    is_overdue: bool


def unknown_leaves(finding: Finding) -> Iterator[Finding]:
    """
    Yield the clauses that keep a finding from being settled.

    Args:
        finding: Of any formula.
    Returns:
        Its clauses of value U; none where it is settled.
    """
    if finding.value is not Truth.U:
        return
    if not finding.children:
        yield finding
    for child in finding.children:
        yield from unknown_leaves(child)


def wait_of(rule: Rule, *, deciding: Finding, findings: Mapping[str, Finding], as_of: datetime) -> Wait:
    """
    Return what a rule waits for.

    A clause waits for its own window, and for whatever the formulas that its window hangs on wait for.

    Args:
        rule: The rule.
        deciding: The finding whose value the verdict follows.
        findings: Of every formula evaluated, by path.
        as_of: The knowledge time.
    Returns:
        The wait; nothing at all where the deciding finding is settled.
    """
    pending = list(unknown_leaves(deciding))
    behind = _behind(rule, pending=pending, findings=findings)
    waiting = [*pending, *(leaf for finding in behind for leaf in _undecided_parts(finding))]
    moments = [leaf.wakes_at for leaf in waiting if leaf.wakes_at is not None]
    narrowing = any(_may_narrow(finding) for finding in behind)
    return Wait(
        until=min(moments, default=None),
        for_coverage=narrowing or any(leaf.awaits_coverage for leaf in waiting),
        is_overdue=any(leaf.overdue_at is not None and leaf.overdue_at <= as_of for leaf in waiting),
    )


def _behind(rule: Rule, *, pending: list[Finding], findings: Mapping[str, Finding]) -> list[Finding]:
    """Return the findings that the windows of undecided clauses are anchored on."""
    formulas = {node.path: node.formula for node in walk_rule(rule)}
    anchors = {anchor for leaf in pending for anchor in depends_on(rule, formula=formulas[leaf.path])}
    paths = [node.path for name, node in definitions(rule).items() if name in anchors]
    return [findings[path] for path in paths if path in findings]


def _undecided_parts(finding: Finding) -> Iterator[Finding]:
    """Yield every clause of value U, for it can still move the instant of a whole that is settled."""
    return (leaf for leaf in leaves(finding) if leaf.value is Truth.U)


def _may_narrow(finding: Finding) -> bool:
    """Return whether an unseen event could have settled a finding sooner than is known."""
    at = finding.at
    if at is None or at.lo == at.hi:
        return False
    return any(leaf.covered_to is None or leaf.covered_to < at.hi for leaf in leaves(finding) if leaf.coverage)
