"""Files of forecasts with outcomes through the API."""

import pytest

from forecasts.models import ApiToken, Prediction, Resolution

from .conftest import Program, errors_of

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

HEADER = "date,team1,team2,prob1,prob1_outcome,prob2,prob2_outcome\n"
FILE = HEADER + "2021-11-14,Steelers,Lions,0.74,0.5,0.26,0.5\n2022-01-30,Rams,49ers,0.6,1,0.4,0\n"


def send(program: Program, text: str | bytes = FILE, *, query: str = "?topic=sport/nfl", kind: str = "text/csv"):
    return program.client.post(f"/api/v1/imports/forecasts/{query}", text, content_type=kind)


def test_a_file_is_recorded_and_says_where_its_scorecard_is(administrator, account):
    answer = send(administrator)

    assert answer.status_code == 200, answer.content
    scorecard = "http://testserver/api/v1/accuracy/?topic=sport/nfl"
    assert answer.json() == {
        "new": 2, "unchanged": 0, "refused": 0, "problems": [], "predictions": 2, "verdicts": 2, "rounded": 0,
        "scorecard": scorecard,
    }  # fmt: skip
    assert {row.actor for row in Resolution.objects.all()} == {account}
    card = administrator.client.get(f"{scorecard}&include=calls").json()
    assert sorted(call["outcome"] for call in card["included"]["calls"]) == [0.5, 1.0]


def test_the_same_file_again_adds_nothing(administrator):
    send(administrator)

    assert (send(administrator).json()["unchanged"], Prediction.objects.count()) == (2, 2)


def test_a_bad_row_is_told_and_the_others_are_recorded(administrator):
    answer = send(administrator, FILE.replace("0.74", "0.84"))

    (problem,) = answer.json()["problems"]
    assert (answer.status_code, answer.json()["new"]) == (200, 1)
    assert (problem["line"], problem["field"], problem["value"]) == (2, "prob1", "0.84")


@pytest.mark.parametrize(
    ("query", "field", "message"),
    [
        ("", "topic", "required"),
        ("?topic=Sport%20NFL", "topic", "A topic is lowercase words joined by slashes"),
        ("?topic=sport&league=nfl", "league", "league"),
    ],
)
def test_a_question_belongs_to_a_topic(administrator, query, field, message):
    answer = send(administrator, query=query)

    assert answer.status_code == 400
    assert message in errors_of(answer)[field]
    assert not Prediction.objects.exists()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "The file is empty."),
        ("a,b\n", "no header of a format known here"),
        (b"\xff\xfe\0", "This file is in UTF-16"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(administrator, text, message):
    answer = send(administrator, text)

    assert answer.status_code == 400
    assert message in answer.json()["detail"]


def test_a_file_that_is_too_large_is_refused_before_it_is_read(administrator, settings):
    settings.IMPORT_MAX_BYTES = 50

    answer = send(administrator)

    assert answer.status_code == 413
    assert "manage.py import_forecasts" in answer.json()["detail"]


@pytest.mark.parametrize("scope", [scope for scope in ApiToken.Scope.values if scope != ApiToken.Scope.ADMIN])
def test_outcomes_of_others_need_the_scope_of_everything(program_with, scope):
    assert send(program_with(scope)).status_code == 403
    assert not Prediction.objects.exists()
