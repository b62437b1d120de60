from datetime import UTC, datetime, timedelta

import pytest

from forecasts.rules.lifecycle import Move, Standing, next_move

NOW = datetime(2025, 6, 1, tzinfo=UTC)
LATER, EARLIER = NOW + timedelta(days=1), NOW - timedelta(days=1)


def proposed(verdict: str = "YES", *, finalises_at: datetime | None = LATER) -> Standing:
    return Standing(verdict=verdict, state="PROPOSED", by_person=False, finalises_at=finalises_at)


def final(verdict: str = "YES", *, by_person: bool = False) -> Standing:
    return Standing(verdict=verdict, state="FINAL", by_person=by_person, finalises_at=None)


@pytest.mark.parametrize(
    ("standing", "answer", "may_finalise", "move"),
    [
        (None, "OPEN", False, Move.KEEP),
        (None, "OPEN_CONDITION", False, Move.KEEP),
        (None, "YES", False, Move.PROPOSE),
        (None, "ANNULLED", True, Move.PROPOSE),
        (proposed(), "YES", True, Move.KEEP),
        (proposed(finalises_at=EARLIER), "YES", True, Move.FINALISE),
        (proposed(finalises_at=NOW), "YES", True, Move.FINALISE),
        (proposed(finalises_at=EARLIER), "YES", False, Move.PROPOSE),
        (proposed(finalises_at=None), "YES", False, Move.KEEP),
        (proposed(finalises_at=None), "YES", True, Move.PROPOSE),
        (proposed(), "NO", True, Move.PROPOSE),
        (proposed(finalises_at=EARLIER), "OPEN_CONSEQUENT", True, Move.REOPEN),
        (final(), "YES", True, Move.KEEP),
        (final(), "NO", True, Move.REVIEW),
        (final(), "OPEN", True, Move.REVIEW),
        (final(by_person=True), "YES", False, Move.KEEP),
        (final(by_person=True), "NO", False, Move.REVIEW),
        (final("AMBIGUOUS", by_person=True), "OPEN", False, Move.KEEP),
    ],
)
def test_the_record_follows_the_rule_but_never_overrules_a_person(standing, answer, may_finalise, move):
    assert next_move(standing=standing, answer=answer, may_finalise=may_finalise, now=NOW) is move


def test_a_state_the_table_does_not_know_is_an_error():
    unknown = Standing(verdict="YES", state="REOPENED", by_person=False, finalises_at=None)

    with pytest.raises(ValueError, match="'REOPENED' has no next move"):
        next_move(standing=unknown, answer="YES", may_finalise=True, now=NOW)


def disputed(verdict: str = "YES", *, n_disputes: int = 1, by_person: bool = False) -> Standing:
    return Standing(verdict=verdict, state="DISPUTED", by_person=by_person, finalises_at=None, n_disputes=n_disputes)


@pytest.mark.parametrize(
    ("standing", "answer", "move"),
    [
        (disputed(), "YES", Move.PROPOSE),
        (disputed(), "NO", Move.PROPOSE),
        (disputed(), "OPEN", Move.REOPEN),
        (disputed(n_disputes=2), "YES", Move.KEEP),
        (disputed(n_disputes=2), "NO", Move.PROPOSE),
        (disputed(by_person=True), "YES", Move.KEEP),
        (disputed(by_person=True), "NO", Move.REVIEW),
        (disputed(by_person=True), "OPEN", Move.KEEP),
    ],
)
def test_a_first_dispute_is_evaluated_afresh_and_a_second_waits_for_a_person(standing, answer, move):
    assert next_move(standing=standing, answer=answer, may_finalise=True, now=NOW) is move
