from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model

from forecasts.models import Forecaster, Prediction, Resolution, Score
from forecasts.services.refusal import Refused
from forecasts.services.settlement import settle_prediction
from forecasts.services.verdicts import append_dispute_once, append_verdict_once, dispute, record_verdict, reopen
from tests.builders import NOW, make_event, make_prediction, rule_that_it_occurs

pytestmark = pytest.mark.django_db

REASON = "The ministry's own statement settles it."


@pytest.fixture
def editor():
    return get_user_model().objects.create(username="editor")


def decide(prediction, editor, **changes) -> Resolution:
    return record_verdict(
        **{"prediction_id": prediction.pk, "verdict": "YES", "reason": REASON, "actor": editor, "now": NOW, **changes}
    )


def test_a_person_decides_what_no_rule_can(editor):
    prediction = make_prediction(rules=[])

    resolution = decide(prediction, editor, verdict="AMBIGUOUS")

    prediction.refresh_from_db()
    assert (resolution.state, resolution.actor, resolution.reason_code) == ("FINAL", editor, "JUDGED")
    assert (prediction.status, prediction.verdict, prediction.review_reasons) == ("FINAL", "AMBIGUOUS", [])


def test_a_verdict_by_a_person_is_scored_at_once(editor):
    prediction = make_prediction(rules=[], probability="0.7")

    decide(prediction, editor, verdict="NO")

    assert float(Score.objects.get(rule="BRIER").value) == pytest.approx(0.49)


def test_a_confirmation_keeps_the_evidence_and_makes_it_final(editor):
    prediction = make_prediction()
    make_event(tier="B")
    proposed = settle_prediction(prediction_id=prediction.pk, now=NOW)

    confirmed = decide(prediction, editor, expected_number=1)

    prediction.refresh_from_db()
    assert (confirmed.reason_code, confirmed.evaluation, confirmed.known_at) == (
        "CONFIRMED",
        proposed.evaluation,
        proposed.known_at,
    )
    assert (prediction.status, prediction.needs_confirmation, Score.objects.current().count()) == ("FINAL", False, 2)


def test_another_verdict_supersedes_and_the_old_scores_stay_with_the_old_one(editor):
    prediction = make_prediction(probability="0.7")
    make_event(tier="B")
    settle_prediction(prediction_id=prediction.pk, now=NOW)

    decide(prediction, editor, verdict="NO")

    brier_scores = Score.objects.filter(rule="BRIER").order_by("pk")
    assert [float(score.value) for score in brier_scores] == pytest.approx([0.09, 0.49])
    assert float(Score.objects.current().get(rule="BRIER").value) == pytest.approx(0.49)


def test_the_machine_leaves_a_persons_verdict_alone_and_asks(editor):
    prediction = make_prediction()
    decide(prediction, editor, verdict="NO")
    make_event()

    added = settle_prediction(prediction_id=prediction.pk, now=NOW)

    prediction.refresh_from_db()
    assert (added, prediction.verdict, prediction.review_reasons) == (None, "NO", ["CONTRADICTS_VERDICT"])


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"verdict": "MAYBE"}, "verdict", "“MAYBE” is no verdict. Choose one of YES, NO, PARTLY, ANNULLED, AMBIGUOUS."),
        ({"reason": "so"}, "reason", "at least 10 characters"),
        ({"known_at": NOW + timedelta(days=1)}, "known_at", "is in the future"),
        (
            {"known_at": NOW - timedelta(days=2), "happened_at": NOW - timedelta(days=1)},
            "known_at",
            "cannot be known before it happened",
        ),
        ({"expected_number": 3}, "verdict", "The record changed since you opened it"),
    ],
)
def test_a_malformed_verdict_is_refused_at_its_field(editor, changes, field, message):
    prediction = make_prediction()

    with pytest.raises(Refused) as refused:
        decide(prediction, editor, **changes)

    assert message in refused.value.message_dict[field][0]
    assert not Resolution.objects.exists()


def test_nobody_resolves_their_own_prediction(editor):
    prediction = make_prediction()
    Forecaster.objects.filter(pk=prediction.holder_id).update(account=editor)
    prediction.holder.refresh_from_db()

    with pytest.raises(Refused, match="Nobody resolves their own prediction"):
        decide(prediction, editor)


def test_a_verdict_can_be_withdrawn_with_a_reason(editor):
    prediction = make_prediction(rules=[])
    decide(prediction, editor)

    reopened = reopen(
        prediction_id=prediction.pk, reason="The statement was about another year.", actor=editor, now=NOW
    )

    prediction.refresh_from_db()
    assert (reopened.state, prediction.status, prediction.verdict, prediction.next_check_at) == (
        "REOPENED",
        Prediction.Status.OPEN,
        "",
        NOW,
    )
    assert Score.objects.current().count() == 0


def test_there_must_be_a_verdict_to_withdraw(editor):
    with pytest.raises(Refused, match="no verdict to withdraw"):
        reopen(prediction_id=make_prediction().pk, reason=REASON, actor=editor, now=NOW)


def make_final(prediction, editor) -> Resolution:
    make_event()
    settle_prediction(prediction_id=prediction.pk, now=NOW)
    return decide(prediction, editor)


def test_a_final_verdict_is_overturned_by_two_people_only(editor):
    prediction, second = make_prediction(), get_user_model().objects.create(username="second")
    make_final(prediction, editor)

    against = decide(prediction, editor, verdict="NO")
    prediction.refresh_from_db()
    waiting = (against.state, prediction.status, prediction.needs_confirmation)
    with pytest.raises(Refused, match="another editor has to confirm it"):
        decide(prediction, editor, verdict="NO")
    confirmed = decide(prediction, second, verdict="NO")

    prediction.refresh_from_db()
    assert waiting == ("PROPOSED", "PROPOSED", True)
    assert (confirmed.state, prediction.status, prediction.verdict, prediction.needs_confirmation) == (
        "FINAL",
        "FINAL",
        "NO",
        False,
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"verdict": "PARTLY", "share": "0.4"},
        {"reason": "Another statement settles it."},
        {"evidence_url": "https://news.example/other"},
        {"known_at": NOW - timedelta(days=1)},
        {"happened_at": NOW - timedelta(days=1)},
    ],
)
def test_the_last_word_is_not_said_twice_by_the_same_person_unless_it_says_something_else(editor, changes):
    prediction = make_prediction(rules=[])
    said = {"prediction_id": prediction.pk, "verdict": "PARTLY", "share": "0.5", "reason": REASON, "actor": editor}

    first, again, other = (
        append_verdict_once(**{**said, "now": NOW + timedelta(hours=n), **more})
        for n, more in enumerate([{}, {"reason": f" {REASON} ", "expected_number": 0}, changes])
    )

    assert (again, other[1]) == ((first[0], False), True)
    assert (first[1], Resolution.objects.count()) == (True, 2)


def test_somebody_else_may_say_the_same(editor):
    prediction = make_prediction(rules=[])
    other = get_user_model().objects.create(username="other")
    said = {"prediction_id": prediction.pk, "verdict": "YES", "reason": REASON, "now": NOW}

    found = [append_verdict_once(**said, actor=actor)[1] for actor in (editor, other, editor)]

    assert found == [True, True, True]


def test_a_dispute_that_stands_is_not_recorded_twice(editor):
    prediction = make_prediction(rules=[])
    decide(prediction, editor)
    said = {"prediction_id": prediction.pk, "reason": "The shipment never arrived.", "actor": editor, "now": NOW}

    first, again = (append_dispute_once(**said) for _ in range(2))

    assert (first[1], again) == (True, (first[0], False))
    with pytest.raises(Refused, match="It is disputed already"):
        append_dispute_once(**said | {"evidence_url": "https://news.example/other"})


def test_a_first_dispute_has_the_verdict_evaluated_afresh(editor):
    prediction = make_prediction()
    make_event()
    settle_prediction(prediction_id=prediction.pk, now=NOW)

    disputed = dispute(prediction_id=prediction.pk, reason="The shipment never arrived.", actor=editor, now=NOW)
    prediction.refresh_from_db()
    due = (prediction.status, prediction.next_check_at)
    again = settle_prediction(prediction_id=prediction.pk, now=NOW)

    assert (disputed.state, disputed.verdict, due) == ("DISPUTED", "YES", ("DISPUTED", NOW))
    assert (again.state, again.verdict, again.finalises_at) == ("PROPOSED", "YES", NOW + timedelta(days=7))


def test_a_second_dispute_waits_for_a_person(editor):
    prediction = make_prediction()
    make_event()
    for _ in range(2):
        settle_prediction(prediction_id=prediction.pk, now=NOW)
        dispute(prediction_id=prediction.pk, reason="The shipment never arrived.", actor=editor, now=NOW)

    again = settle_prediction(prediction_id=prediction.pk, now=NOW)

    prediction.refresh_from_db()
    assert (again, prediction.status) == (None, "DISPUTED")
    assert prediction in Prediction.objects.awaiting_a_person()


@pytest.mark.parametrize(
    ("steps", "reason", "message"),
    [
        ((), REASON, "There is no verdict to dispute"),
        (("decide",), "so", "at least 10 characters"),
        (("decide", "dispute"), REASON, "It is disputed already, since 2025-06-01"),
    ],
)
def test_a_dispute_without_ground_is_refused(editor, steps, reason, message):
    prediction = make_prediction(rules=[])
    if "decide" in steps:
        decide(prediction, editor)
    if "dispute" in steps:
        dispute(prediction_id=prediction.pk, reason=REASON, actor=editor, now=NOW)

    with pytest.raises(Refused, match=message):
        dispute(prediction_id=prediction.pk, reason=reason, actor=editor, now=NOW)


def test_no_detour_lets_one_person_overturn_a_final_verdict(editor):
    second = get_user_model().objects.create(username="second")
    states = []
    for number, detour in enumerate(("another proposal", "a dispute", "a reopening"), start=1):
        prediction = make_prediction(rules=[], statement=f"Claim {number}.")
        decide(prediction, editor, verdict="NO")
        if detour == "another proposal":
            decide(prediction, second, verdict="AMBIGUOUS")
        if detour == "a dispute":
            dispute(prediction_id=prediction.pk, reason=REASON, actor=second, now=NOW)
        if detour == "a reopening":
            reopen(prediction_id=prediction.pk, reason=REASON, actor=second, now=NOW)
        states.append(decide(prediction, second, verdict="YES").state)

    assert states == ["PROPOSED", "PROPOSED", "PROPOSED"]


def test_a_verdict_does_not_hide_a_fact_that_came_in_a_moment_ago(editor):
    prediction = make_prediction()
    make_event()

    decide(prediction, editor, verdict="NO")

    prediction.refresh_from_db()
    assert prediction.next_check_at == NOW


def test_a_condition_that_cannot_be_decided_annuls_and_is_not_called_ambiguous(editor):
    window = {"start": {"anchor": "publication"}, "end": "2025-02-01T00:00:00Z"}
    condition = {"judged": {"question": "Did the talks fail?", "window": window}}
    prediction = make_prediction(rule=rule_that_it_occurs(condition=condition), condition="the talks fail")
    settle_prediction(prediction_id=prediction.pk, now=NOW)
    given = {"reason": "Nobody can say whether they did.", "actor": editor, "now": NOW}

    with pytest.raises(Refused, match="record Annulled"):
        record_verdict(prediction_id=prediction.pk, verdict="AMBIGUOUS", **given)

    assert record_verdict(prediction_id=prediction.pk, verdict="ANNULLED", **given).state == "FINAL"
