from datetime import UTC, datetime, timedelta

import pytest

from forecasts.rules.lifecycle import Move, Standing, next_move

NOW = datetime(2025, 6, 1, tzinfo=UTC)
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
LATER, EARLIER = NOW + DAY, NOW - DAY


def record(verdict: str, state: str, **fields) -> Standing:
    """A record of the machine's, decided a day ago, unless told otherwise."""
    given = {"by_person": False, "rests_on_rule": True, "decided_at": EARLIER, "finalises_at": None}
    return Standing(verdict=verdict, state=state, **{**given, **fields})


def proposed(verdict: str = "YES", *, finalises_at: datetime | None = LATER) -> Standing:
    return record(verdict, "PROPOSED", finalises_at=finalises_at)


def final(verdict: str = "YES", **fields) -> Standing:
    return record(verdict, "FINAL", **fields)


def judged(verdict: str = "YES", **fields) -> Standing:
    """A final verdict of a person's own."""
    return final(verdict, by_person=True, rests_on_rule=False, **fields)


def confirmed(verdict: str = "YES", **fields) -> Standing:
    """The rule's verdict, made final by a person."""
    return final(verdict, by_person=True, **fields)


def move_of(
    standing: Standing | None,
    answer: str,
    *,
    may_finalise: bool = True,
    answered_at: datetime = NOW,
    now: datetime = NOW,
) -> Move:
    """The next move where verdicts can be reopened for ten days."""
    return next_move(
        standing=standing,
        answer=answer,
        may_finalise=may_finalise,
        answered_at=answered_at,
        reopen_for=10 * DAY,
        now=now,
    )


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
        (judged(), "YES", False, Move.KEEP),
        (judged(), "NO", False, Move.REVIEW),
        (judged("AMBIGUOUS"), "OPEN", False, Move.KEEP),
        (confirmed(), "OPEN", False, Move.REVIEW),
    ],
)
def test_the_record_follows_the_rule_but_never_overrules_a_person(standing, answer, may_finalise, move):
    assert move_of(standing, answer, may_finalise=may_finalise) is move


@pytest.mark.parametrize("standing", [final(), judged(), confirmed()])
@pytest.mark.parametrize(("age", "move"), [(10 * DAY, Move.REVIEW), (10 * DAY + SECOND, Move.NOTE)])
def test_a_verdict_that_has_been_final_for_too_long_is_not_put_to_a_person(standing, age, move):
    moment = standing.decided_at + age

    assert move_of(standing, "NO", answered_at=moment, now=moment) is move


@pytest.mark.parametrize(
    ("answered_at", "move"), [(EARLIER - SECOND, Move.KEEP), (EARLIER, Move.REVIEW), (NOW, Move.REVIEW)]
)
def test_a_person_is_not_asked_again_about_what_the_rule_said_when_they_decided(answered_at, move):
    assert move_of(judged(), "NO", answered_at=answered_at) is move
    assert move_of(final(), "NO", answered_at=answered_at) is Move.REVIEW


def test_a_state_the_table_does_not_know_is_an_error():
    unknown = record("YES", "REOPENED")

    with pytest.raises(ValueError, match="'REOPENED' has no next move"):
        move_of(unknown, "YES")


def disputed(verdict: str = "YES", *, n_disputes: int = 1, by_person: bool = False) -> Standing:
    return record(verdict, "DISPUTED", by_person=by_person, rests_on_rule=not by_person, n_disputes=n_disputes)


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
    assert move_of(standing, answer) is move
