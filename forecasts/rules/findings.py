"""What an evaluation comes to: a finding for every formula and one outcome for the rule."""

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
    WITNESS = "WITNESS"
    REFUTED = "REFUTED"
    WINDOW_CLOSED = "WINDOW_CLOSED"
    JUDGED = "JUDGED"
    CONDITION_REFUTED = "CONDITION_REFUTED"
    CONDITION_NOT_MET = "CONDITION_NOT_MET"


NEEDS_A_PERSON = frozenset({ReasonCode.CONTRADICTION, ReasonCode.JUDGEMENT_NEEDED, ReasonCode.POSSIBLE_MATCH})


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
    `awaits_coverage` says that such an instant has passed and the sources do not reach that far.
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
    children: tuple["Finding", ...] = ()


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """
    What a rule comes to at one knowledge time.

    `side_value` is what the consequent came to although the condition failed; None where it hangs
    on the condition. `happened` spans the instant that settled the rule. `next_check_at` is when
    time alone could change it, None when only new facts can; with `awaits_coverage` sources that reach
    further could change it at any time. `review` lists what needs a person.
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
