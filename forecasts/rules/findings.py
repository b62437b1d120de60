"""What an evaluation comes to: a finding for every formula and one outcome for the rule."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from forecasts.rules.truth import Truth
from forecasts.rules.windows import Span, WindowSpan


class Status(StrEnum):
    """Where a rule stands. The three OPEN ones are no verdict yet."""

    OPEN = "OPEN"
    OPEN_CONDITION = "OPEN_CONDITION"
    OPEN_CONSEQUENT = "OPEN_CONSEQUENT"
    YES = "YES"
    NO = "NO"
    ANNULLED = "ANNULLED"


class ReasonCode(StrEnum):
    """Why a formula has the value it has. Those of U come first, most urgent first."""

    CONTRADICTION = "CONTRADICTION"
    JUDGEMENT_NEEDED = "JUDGEMENT_NEEDED"
    POSSIBLE_MATCH = "POSSIBLE_MATCH"
    AWAITING_COVERAGE = "AWAITING_COVERAGE"
    WINDOW_OPEN = "WINDOW_OPEN"
    ANCHOR_UNKNOWN = "ANCHOR_UNKNOWN"
    ANCHOR_FAILED = "ANCHOR_FAILED"
    COVERAGE_GAP = "COVERAGE_GAP"
    WITNESS = "WITNESS"
    REFUTED = "REFUTED"
    WINDOW_CLOSED = "WINDOW_CLOSED"
    JUDGED = "JUDGED"
    CONDITION_REFUTED = "CONDITION_REFUTED"
    CONDITION_NOT_MET = "CONDITION_NOT_MET"


NEEDS_A_PERSON = frozenset(
    {
        ReasonCode.CONTRADICTION,
        ReasonCode.JUDGEMENT_NEEDED,
        ReasonCode.POSSIBLE_MATCH,
        ReasonCode.ANCHOR_FAILED,
        ReasonCode.COVERAGE_GAP,
    }
)


@dataclass(frozen=True, kw_only=True)
class Settled:
    """
    A truth value, when it came about, and why.

    `at` is the span that holds the instant at which the value came about; None while it is U.
    `soonest` bounds from below the instant at which a value still unknown may come about.
    """

    value: Truth
    at: Span | None
    soonest: datetime
    reason: ReasonCode


@dataclass(frozen=True, kw_only=True)
class Finding(Settled):
    """
    What one formula of a rule comes to.

    `witnesses` decide it, `possible` could, `rests_on` names every fact the value depends on.
    `rests_on_absence` says that it also depends on nothing having been missed. `closes_at` is when
    the window and its grace are over; `wakes_at` the next instant at which time alone may decide.
    `awaits_coverage` says that such an instant has passed and the sources do not reach that far;
    from `overdue_at` on they are so late that a person should know. `coverage` names the groups of
    sources that silence rests on, `covered_to` how far they reach.
    """

    path: str
    kind: str
    why: str
    window: WindowSpan | None = None
    witnesses: tuple[str, ...] = ()
    possible: tuple[str, ...] = ()
    rests_on: tuple[str, ...] = ()
    rests_on_absence: bool = False
    closes_at: datetime | None = None
    wakes_at: datetime | None = None
    awaits_coverage: bool = False
    overdue_at: datetime | None = None
    coverage: tuple[str, ...] = ()
    covered_to: datetime | None = None
    children: tuple["Finding", ...] = ()


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """
    What a rule comes to at one knowledge time.

    `side_value` is what the consequent came to although the condition failed; None where it hangs
    on the condition. `happened` spans the instant that settled the rule. `next_check_at` is when
    time alone could change it, None when only new facts can; with `awaits_coverage` sources that reach
    further could change it at any time. `review` lists what needs a person; with a verdict, the doubts
    about it that remain. `covered_to` is how far the least complete sources reach that it rests on.
    `best_tier` and `owners` describe the best of the witnesses.
    """

    status: Status
    condition: Finding | None
    consequent: Finding
    side_value: Truth | None
    happened: Span | None
    covered_to: datetime | None
    next_check_at: datetime | None
    awaits_coverage: bool
    reason: ReasonCode
    review: tuple[ReasonCode, ...]
    witnesses: tuple[str, ...]
    possible: tuple[str, ...]
    best_tier: str | None
    owners: int


def leaves(finding: Finding) -> Iterator[Finding]:
    """
    Yield the clauses that a finding is made of.

    Args:
        finding: Of any formula.
    Returns:
        The finding itself where it is of a clause.
    """
    if not finding.children:
        yield finding
    for child in finding.children:
        yield from leaves(child)


def deciding_leaves(finding: Finding) -> Iterator[Finding]:
    """
    Yield the clauses that give a finding its value.

    Args:
        finding: Of any formula.
    Returns:
        Those whose value is that of the whole; under "not", the opposite.
    """
    if not finding.children:
        yield finding
    for child in finding.children:
        if finding.kind == "not" or child.value is finding.value:
            yield from deciding_leaves(child)


def is_doubtful(finding: Finding) -> bool:
    """
    Return whether a clause is settled although a report speaks against it.

    Args:
        finding: Of a clause.
    Returns:
        Whether a rival refuted it while a match is possible too: then a person should look.
    """
    return finding.reason is ReasonCode.REFUTED and bool(finding.possible)
