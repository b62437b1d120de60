"""What a verdict's record becomes next, given what the central rule came to."""

from dataclasses import dataclass
from datetime import datetime
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
    """The current record: its verdict, its state, whether a person made it, and when it becomes final by itself."""

    verdict: str
    state: str
    by_person: bool
    finalises_at: datetime | None


def next_move(*, standing: Standing | None, answer: str, may_finalise: bool, now: datetime) -> Move:
    """
    Return what to do with the record of a verdict.

    A person's verdict and a final one are never changed by the machine: where the rule now says otherwise, a
    person is asked. A proposal follows what the rule says.

    Args:
        standing: The current record; None when there is none, or when the last one reopened the prediction.
        answer: What the central rule came to: YES, NO, ANNULLED, or an open status.
        may_finalise: Whether the evidence is good enough to become final without a person.
        now: The instant of the decision.
    Raises:
        ValueError: The standing is in a state this table does not know.
    """
    is_decided = answer in DECIDED
    if standing is None:
        return Move.PROPOSE if is_decided else Move.KEEP
    agrees = standing.verdict == answer
    if standing.by_person or standing.state in ("FINAL", "DISPUTED"):
        contradicted = not agrees and (is_decided or not standing.by_person)
        return Move.REVIEW if contradicted else Move.KEEP
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
