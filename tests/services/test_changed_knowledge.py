"""What is known changes after a verdict: each kind of change does what it must, and no more."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import User

from forecasts.models import Evaluation, Prediction, Resolution
from forecasts.services.events import retract_event
from forecasts.services.rechecks import recheck_finals
from forecasts.services.rollups import take_marks_off
from forecasts.services.settlement import settle_prediction
from forecasts.services.sources import record_coverage, record_entity, record_membership, record_milestone
from forecasts.services.sweeps import sweep
from forecasts.services.verdicts import record_verdict
from tests.builders import NOW, cover, make_event, make_prediction, make_source, make_world, rule_that_it_occurs

pytestmark = pytest.mark.django_db

WEEK, DAY, SECOND = timedelta(days=7), timedelta(days=1), timedelta(seconds=1)
REOPEN_FOR = timedelta(days=30)


def brief_rule(**more) -> dict:
    """The builder's rule, whose verdicts can be reopened for thirty days."""
    return rule_that_it_occurs(policy={"coverage": ["wire"], "reopen_for": "P30D"}, **more)


def settled(prediction: Prediction, *, now: datetime = NOW) -> Prediction:
    settle_prediction(prediction_id=prediction.pk, now=now)
    prediction.refresh_from_db()
    return prediction


def final(prediction: Prediction) -> Prediction:
    """Proposed and, a dispute window later, final: in all since NOW and a week."""
    settled(prediction)
    settled(prediction, now=NOW + WEEK)
    assert prediction.status == "FINAL"
    return prediction


@pytest.mark.parametrize(
    ("late", "status"),
    [(REOPEN_FOR, "NEEDS_REVIEW"), (REOPEN_FOR + SECOND, "FINAL")],
)
def test_late_evidence_is_put_to_a_person_only_while_a_verdict_can_be_reopened(late, status):
    prediction = make_prediction(rule=brief_rule())
    cover()
    final(prediction)

    make_event(now=NOW + WEEK)
    settled(prediction, now=NOW + WEEK + late)

    assert (prediction.status, prediction.verdict) == (status, "NO")
    assert Evaluation.objects.latest("number").status == "YES"  # noted either way


def test_what_comes_too_late_is_noted_on_the_verdict():
    prediction = make_prediction(rule=brief_rule())
    cover()
    final(prediction)

    make_event(now=NOW + WEEK)
    settled(prediction, now=NOW + 20 * WEEK)

    assert (prediction.status, prediction.review_reasons) == ("FINAL", ["TOO_LATE_TO_REOPEN"])
    assert not Prediction.objects.awaiting_a_person().exists()


def test_a_person_who_decides_against_the_rule_is_not_asked_again_every_night():
    prediction, editor = make_prediction(), User.objects.create(username="editor")
    cover()
    settled(prediction)
    record_verdict(
        prediction_id=prediction.pk, verdict="YES", reason="It was sent by night.", actor=editor, now=NOW + DAY
    )

    settled(prediction, now=NOW + 2 * DAY)

    assert (prediction.status, prediction.verdict, prediction.review_reasons) == ("FINAL", "YES", [])


def test_a_verdict_that_a_person_confirmed_is_flagged_when_its_witness_goes():
    prediction, editor = make_prediction(), User.objects.create(username="editor")
    version = make_event(tier="C")
    settled(prediction)
    record_verdict(prediction_id=prediction.pk, verdict="YES", reason="Two papers say so.", actor=editor, now=NOW + DAY)

    retract_event(event=version.event, reason="It was a rumour.", known_at=NOW + DAY, now=NOW + DAY)
    settled(prediction, now=NOW + 2 * DAY)

    assert (prediction.status, prediction.verdict) == ("NEEDS_REVIEW", "YES")


def test_what_was_put_up_for_review_in_time_stays_there():
    prediction = make_prediction(rule=brief_rule())
    cover()
    final(prediction)
    make_event(now=NOW + WEEK)
    settled(prediction, now=NOW + WEEK)

    settled(prediction, now=NOW + 20 * WEEK)

    assert (prediction.status, prediction.review_reasons) == ("NEEDS_REVIEW", ["CONTRADICTS_VERDICT"])


def test_a_proposal_whose_first_witness_is_retracted_rests_on_the_next_one():
    prediction = make_prediction()
    first = make_event()
    make_event(on=datetime(2025, 2, 20, tzinfo=UTC), title="A second package")
    settled(prediction)

    retract_event(event=first.event, reason="It was a rumour.", known_at=NOW, now=NOW)
    settled(prediction, now=NOW + DAY)

    one, other = Resolution.objects.order_by("number")
    assert (one.happened_at.day, other.happened_at.day) == (3, 20)
    assert (other.verdict, other.state, other.finalises_at) == ("YES", "PROPOSED", NOW + DAY + WEEK)
    assert settle_prediction(prediction_id=prediction.pk, now=NOW + DAY) is None


def test_a_final_verdict_with_another_witness_stands_and_the_change_is_noted():
    prediction = make_prediction()
    first = make_event()
    make_event(on=datetime(2025, 2, 20, tzinfo=UTC), title="A second package")
    final(prediction)
    n_evaluations = Evaluation.objects.count()

    retract_event(event=first.event, reason="It was a rumour.", known_at=NOW, now=NOW + WEEK)
    settled(prediction, now=NOW + WEEK)

    assert (prediction.status, prediction.verdict, prediction.review_reasons) == ("FINAL", "YES", [])
    assert (Resolution.objects.count(), Evaluation.objects.count()) == (2, n_evaluations + 1)


def test_a_final_verdict_whose_only_witness_becomes_contested_is_flagged():
    prediction = make_prediction()
    version = make_event()
    final(prediction)

    retract_event(event=version.event, reason="It was a rumour.", known_at=NOW, now=NOW + WEEK)
    settled(prediction, now=NOW + WEEK)

    assert (prediction.status, prediction.verdict, prediction.review_reasons) == (
        "NEEDS_REVIEW", "YES", ["CONTRADICTS_VERDICT"],
    )  # fmt: skip


def test_a_source_that_admits_a_gap_takes_back_the_silence_a_verdict_rests_on():
    proposed = make_prediction(statement="Proposed.")
    source = make_source()
    cover(source=source)
    confirmed = make_prediction(statement="Final.")
    final(confirmed)
    settled(proposed, now=NOW + WEEK)
    Prediction.objects.update(next_check_at=None)

    record_coverage(source=source, complete_to=datetime(2025, 1, 20, tzinfo=UTC), now=NOW + WEEK)
    done = sweep(now=NOW + WEEK)

    proposed.refresh_from_db()
    confirmed.refresh_from_db()
    assert done.checked == 2
    assert (proposed.status, proposed.verdict, proposed.review_reasons) == ("NEEDS_REVIEW", "", ["COVERAGE_GAP"])
    assert (confirmed.status, confirmed.verdict, confirmed.review_reasons) == (
        "NEEDS_REVIEW", "NO", ["CONTRADICTS_VERDICT"],
    )  # fmt: skip


def test_a_membership_recorded_later_is_looked_at_by_open_predictions_at_once_and_by_final_ones_at_night():
    make_world()
    rule = rule_that_it_occurs()
    rule["consequent"]["occurs"]["pattern"]["actor"] = ["grp.NATO"]
    group = record_entity(path="grp.NATO", label="NATO")
    make_event()
    decided = make_prediction(rule=rule, statement="Final.")
    editor = User.objects.create(username="editor")
    record_verdict(prediction_id=decided.pk, verdict="NO", reason="Nobody in NATO sent any.", actor=editor, now=NOW)
    waiting = make_prediction(rule=rule, statement="Open.")
    settled(waiting)
    Prediction.objects.update(next_check_at=None)

    record_membership(member=record_entity(path="USA", label="USA"), group=group, now=NOW)
    by_day = sweep(now=NOW).checked
    recheck_finals(now=NOW)
    sweep(now=NOW)

    waiting.refresh_from_db()
    decided.refresh_from_db()
    assert (by_day, waiting.verdict) == (1, "YES")
    assert (decided.verdict, decided.review_reasons) == ("NO", ["CONTRADICTS_VERDICT"])


def test_a_milestone_that_moves_makes_the_rules_that_name_it_due():
    record_milestone(key="us.vote", label="The vote", occurs_at=datetime(2025, 2, 1, tzinfo=UTC), now=NOW)
    prediction = make_prediction(rule=rule_that_it_occurs(end={"anchor": "calendar:us.vote"}))
    other = make_prediction(statement="On another day.")
    make_event()
    cover()
    settled(prediction)
    take_marks_off([other.pk])
    Prediction.objects.update(next_check_at=None)
    before = prediction.verdict

    record_milestone(key="us.vote", label="The vote", occurs_at=datetime(2025, 2, 10, tzinfo=UTC), now=NOW)
    sweep(now=NOW)

    prediction.refresh_from_db()
    other.refresh_from_db()
    assert (before, prediction.verdict, other.verdict) == ("NO", "YES", "")
