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


@dataclass(frozen=True, slots=True)
class Standing:
    """
    The current record of a verdict.

    `by_person` says whether a person decided it, `finalises_at` when it becomes final by itself, `n_disputes` how
    often the prediction's verdicts were disputed, `final_since` when it became final.
    """

    verdict: str
    state: str
    by_person: bool
    finalises_at: datetime | None
    n_disputes: int = 0
    final_since: datetime | None = None


def next_move(
    *, standing: Standing | None, answer: str, may_finalise: bool, now: datetime, reopen_for: timedelta = timedelta.max
) -> Move:
    """
    Return what to do with the record of a verdict.

    A person's verdict and a final one are never changed by the machine: where the rule now says otherwise, a
    person is asked, unless it has been final for longer than the rule lets late evidence reopen it. A proposal follows what the rule says. A first dispute of the machine's verdict is answered by
    evaluating afresh and proposing again; a second one waits for a person.

    Args:
        standing: The current record; None when there is none, or when the last one reopened the prediction.
        answer: What the central rule came to: YES, NO, ANNULLED, or an open status.
        may_finalise: Whether the evidence is good enough to become final without a person.
        reopen_for: How long after it became final a verdict can be reopened.
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
        contradicted = not agrees and (is_decided or not standing.by_person)
        return Move.REVIEW if contradicted and not _is_too_late(standing, now=now, reopen_for=reopen_for) else Move.KEEP
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


def _is_too_late(standing: Standing, *, now: datetime, reopen_for: timedelta) -> bool:
    return standing.final_since is not None and now - standing.final_since > reopen_for
