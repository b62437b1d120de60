"""What a verdict's record becomes next, given what the central rule came to."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

DECIDED = frozenset({"YES", "NO", "ANNULLED"})


class Move(StrEnum):
    """What to do with the record of a verdict."""

    KEEP = "KEEP"
    PROPOSE = "PROPOSE"
    FINALISE = "FINALISE"
    REOPEN = "REOPEN"
    REVIEW = "REVIEW"
    NOTE = "NOTE"


@dataclass(frozen=True, slots=True)
class Standing:
    """
    The current record of a verdict.

    `by_person` says whether a person decided it, `rests_on_rule` whether it is what a rule came to, confirmed or not,
    `decided_at` when it was decided, `finalises_at` when it becomes final by itself, `n_disputes` how often the
    prediction's verdicts were disputed.
    """

    verdict: str
    state: str
    by_person: bool
    rests_on_rule: bool
    decided_at: datetime
    finalises_at: datetime | None
    n_disputes: int = 0


def next_move(
    *,
    standing: Standing | None,
    answer: str,
    may_finalise: bool,
    answered_at: datetime,
    reopen_for: timedelta,
    now: datetime,
) -> Move:
    """
    Return what to do with the record of a verdict.

    A person's verdict and a final one are never changed by the machine: where the rule says otherwise since, a
    person is asked; where a final one is too old to be reopened, that is only noted. A proposal follows what the rule
    says. A first dispute of the machine's verdict is answered by evaluating afresh and proposing again; a second one
    waits for a person.

    Args:
        standing: The current record; None when there is none, or when the last one reopened the prediction.
        answer: What the central rule came to: YES, NO, ANNULLED, or an open status.
        may_finalise: Whether the evidence is good enough to become final without a person.
        answered_at: Since when the rule has come to this answer on these facts: whoever decided later knew of it.
        reopen_for: How long after it became final late evidence can reopen a verdict.
        now: The instant of the decision.
    Raises:
        ValueError: The standing is in a state this table does not know.
    """
    is_decided = answer in DECIDED
    if standing is None:
        return Move.PROPOSE if is_decided else Move.KEEP
    agrees = standing.verdict == answer
    if standing.state == "DISPUTED" and not standing.by_person:
        return _after_dispute(standing, is_decided=is_decided, agrees=agrees)
    if standing.by_person or standing.state == "FINAL":
        is_known = standing.by_person and answered_at < standing.decided_at
        if agrees or is_known or not (is_decided or standing.rests_on_rule):
            return Move.KEEP
        is_too_late = standing.state == "FINAL" and now - standing.decided_at > reopen_for
        return Move.NOTE if is_too_late else Move.REVIEW
    if standing.state != "PROPOSED":
        raise ValueError(
            f"a verdict in state {standing.state!r} has no next move; expected PROPOSED, FINAL or DISPUTED"
        )
    if not is_decided:
        return Move.REOPEN
    # Evidence that grew or shrank sets or lifts the date on which the proposal becomes final by itself.
    if not agrees or may_finalise != (standing.finalises_at is not None):
        return Move.PROPOSE
    is_over = standing.finalises_at is not None and standing.finalises_at <= now
    return Move.FINALISE if is_over else Move.KEEP


def _after_dispute(standing: Standing, *, is_decided: bool, agrees: bool) -> Move:
    if not is_decided:
        return Move.REOPEN
    return Move.KEEP if agrees and standing.n_disputes > 1 else Move.PROPOSE
