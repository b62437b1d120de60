"""Questions of rules over the API: read by everybody, answered by whoever may resolve."""

import pytest

from forecasts.models import ApiToken, Judgement
from tests.builders import answered, judged_prediction, make_prediction

from .conftest import errors_of

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

WHY = "The signed text says so."


def address(prediction) -> str:
    return f"predictions/{prediction.pk}/judgements/"


@pytest.fixture
def judge(program_with):
    return program_with(ApiToken.Scope.RESOLVE)


def answer_to(question: dict, **fields) -> dict:
    place = {"rule_version_id": question["rule_version"], "path": question["path"]}
    return {**place, "answer": "NO", "reason": WHY, "known_at": "2025-02-20T00:00:00Z", **fields}


def test_a_question_is_read_and_answered(reader, judge):
    prediction = judged_prediction()
    (question,) = reader.get(address(prediction)).json()

    answer = judge.post(address(prediction), answer_to(question, expected_number=0))

    assert (question["question"], question["answer"], question["number"]) == ("Was it on their terms?", None, 0)
    assert answer.status_code == 201
    (question,) = reader.get(address(prediction)).json()
    assert (question["answer"]["answer"], question["answer"]["reason"], question["number"]) == ("NO", WHY, 1)


def test_the_same_answer_again_adds_nothing(reader, judge):
    prediction = judged_prediction()
    (question,) = reader.get(address(prediction)).json()

    codes = [judge.post(address(prediction), answer_to(question)).status_code for _ in range(2)]

    assert (codes, Judgement.objects.count()) == ([201, 200], 1)


def test_an_answer_to_what_was_answered_meanwhile_is_a_conflict(reader, judge):
    prediction = judged_prediction()
    (question,) = reader.get(address(prediction)).json()
    answered(prediction, username="colleague")

    answer = judge.post(address(prediction), answer_to(question, expected_number=0))

    assert (answer.status_code, Judgement.objects.count()) == (409, 1)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert "It was answered since you opened it" in errors_of(answer)["answer"]


def test_a_rule_that_asks_nothing_has_no_questions(reader):
    assert reader.get(address(make_prediction())).json() == []


def test_an_answer_to_no_question_is_refused_with_what_is_asked(reader, judge):
    prediction = judged_prediction()
    (question,) = reader.get(address(prediction)).json()

    answer = judge.post(address(prediction), answer_to(question, path="condition.judged"))

    assert answer.status_code == 400
    assert "Asked are: consequent.judged of central v1" in errors_of(answer)["path"]
