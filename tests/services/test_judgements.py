"""A question of a rule is answered by a person, one answer after another, and never by whoever has a stake."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import User

from forecasts.models import Forecaster, Judgement, Prediction, Resolution
from forecasts.selectors.judgements import questions_of
from forecasts.selectors.verdicts import judge
from forecasts.services.judgements import answer_question
from forecasts.services.refusal import Moved, Refused
from forecasts.services.settlement import settle_prediction
from forecasts.services.sweeps import sweep
from forecasts.services.verdicts import record_verdict
from tests.builders import NOW, answered, judged_prediction, make_event, make_prediction

pytestmark = pytest.mark.django_db

WHY = "The signed text says so."


def settled(prediction: Prediction, *, now: datetime = NOW) -> Prediction:
    settle_prediction(prediction_id=prediction.pk, now=now)
    prediction.refresh_from_db()
    return prediction


def test_until_somebody_answers_a_person_is_asked():
    prediction = settled(judged_prediction())

    (question,) = questions_of(prediction=prediction)

    assert (prediction.status, prediction.review_reasons) == ("NEEDS_REVIEW", ["JUDGEMENT_NEEDED"])
    assert (question.question, question.rubric, question.path, question.answer) == (
        "Was it on their terms?", "Compare the two drafts.", "consequent.judged", None,
    )  # fmt: skip


@pytest.mark.parametrize("answer", ["YES", "NO"])
def test_an_answer_makes_it_due_and_proposes_a_verdict_that_somebody_else_confirms(answer):
    prediction = settled(judged_prediction())
    Prediction.objects.update(next_check_at=None)

    answered(prediction, answer=answer)
    sweep(now=NOW)

    prediction.refresh_from_db()
    resolution = Resolution.objects.get()
    assert (resolution.verdict, resolution.state, resolution.reason_code) == (answer, "PROPOSED", "JUDGED")
    assert (resolution.finalises_at, prediction.needs_confirmation) == (None, True)


def test_whoever_answered_does_not_confirm_the_verdict_that_rests_on_it():
    prediction = judged_prediction()
    answered(prediction)
    settled(prediction)
    states = []
    for name in ("editor", "colleague"):
        actor, _ = User.objects.get_or_create(username=name)
        resolution = record_verdict(prediction_id=prediction.pk, verdict="YES", reason=WHY, actor=actor, now=NOW)
        states.append(resolution.state)

    assert states == ["PROPOSED", "FINAL"]


def test_an_answer_is_unseen_before_it_could_be_known():
    prediction = judged_prediction()
    answered(prediction, known_at=datetime(2025, 2, 20, tzinfo=UTC))
    (rule,) = prediction.rules.all()

    before, after = (judge(rule_version=rule, as_of=datetime(2025, 2, day, tzinfo=UTC)) for day in (19, 20))

    assert (before.outcome.status, after.outcome.status) == ("OPEN", "YES")


def test_a_withdrawn_answer_leaves_the_question_open_again():
    prediction = judged_prediction()
    answered(prediction)
    settled(prediction)

    answered(prediction, answer="WITHDRAWN", reason="The text was forged.")
    settled(prediction)

    assert prediction.verdict == ""
    assert Resolution.objects.latest("number").state == "REOPENED"
    assert list(Judgement.objects.order_by("number").values_list("answer", flat=True)) == ["YES", "WITHDRAWN"]


def test_the_same_answer_again_is_the_first_record():
    prediction = judged_prediction()

    assert answered(prediction) == answered(prediction)
    assert Judgement.objects.count() == 1


def test_an_answer_to_what_was_answered_meanwhile_is_refused():
    prediction = judged_prediction()
    answered(prediction, expected_number=0)

    with pytest.raises(Moved, match="It was answered since you opened it: Yes, on 2025-02-20"):
        answered(prediction, answer="NO", expected_number=0, username="colleague")

    assert Judgement.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "place", "message"),
    [
        ({"answer": "MAYBE"}, "answer", "“MAYBE” is no answer. Choose one of YES, NO, WITHDRAWN."),
        ({"answer": "WITHDRAWN"}, "answer", "There is no answer to withdraw."),
        ({"reason": "So it is"}, "reason", "at least 10 characters"),
        ({"known_at": NOW + timedelta(days=1)}, "known_at", "2025-06-02 12:00 UTC is in the future."),
        ({"known_at": datetime(2024, 12, 1, tzinfo=UTC)}, "known_at", "is before the prediction was issued"),
    ],
)
def test_a_malformed_answer_is_refused_at_its_field(fields, place, message):
    prediction = judged_prediction()

    with pytest.raises(Refused) as refused:
        answered(prediction, **fields)

    assert message in refused.value.message_dict[place][0]
    assert not Judgement.objects.exists()


def test_what_no_rule_asks_cannot_be_answered():
    prediction, editor = make_prediction(), User.objects.create(username="editor")
    (rule,) = prediction.rules.all()

    with pytest.raises(Refused, match="Asked are: the rules in force ask nothing"):
        answer_question(
            prediction_id=prediction.pk, rule_version_id=rule.pk, path="consequent.judged", answer="YES",
            reason=WHY, actor=editor, now=NOW,
        )  # fmt: skip


def test_nobody_answers_for_their_own_prediction():
    prediction = judged_prediction()
    account = User.objects.create(username="ada")
    Forecaster.objects.filter(pk=prediction.holder_id).update(account=account)

    with pytest.raises(Refused, match="Nobody answers for their own prediction"):
        answered(prediction, username="ada")


def test_many_rules_with_answers_cost_no_more_queries(django_assert_max_num_queries):
    predictions = [judged_prediction(statement=f"Claim {number}.") for number in range(6)]
    for prediction in predictions:
        answered(prediction)
    make_event()

    with django_assert_max_num_queries(66):
        assert sweep(now=NOW).changed == 6
