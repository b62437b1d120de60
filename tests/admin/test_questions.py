"""Questions of rules in the admin: shown with their rubric, answered on a page of their own."""

import pytest

from forecasts.models import Judgement
from tests.builders import answered, judged_prediction, make_prediction

from .pages import errors_after, row_page, step_page

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

WHY = "The signed text says so."


def test_an_editor_answers_the_only_question_there_is(admin, editor):
    prediction = judged_prediction()
    form = admin.get(step_page(prediction, "answer")).context["adminform"].form
    given = {"question": form.initial["question"], "answer": "YES", "reason": WHY, "known_at": "2025-02-20"}

    assert errors_after(admin, step_page(prediction, "answer"), given) == {}

    judgement = Judgement.objects.get()
    assert (judgement.answer, judgement.actor, judgement.path) == ("YES", editor, "consequent.judged")
    page = admin.get(row_page(prediction)).content.decode()
    assert "Compare the two drafts." in page
    assert f"known 2025-02-20: {WHY}" in page


def test_a_question_answered_meanwhile_is_not_answered_over(admin):
    prediction = judged_prediction()
    form = admin.get(step_page(prediction, "answer")).context["adminform"].form
    given = {"question": form.initial["question"], "answer": "YES", "reason": WHY}
    answered(prediction, username="colleague")

    errors = errors_after(admin, step_page(prediction, "answer"), given)

    assert "Select a valid choice" in errors["question"][0]
    assert Judgement.objects.count() == 1


def test_where_no_rule_asks_there_is_no_such_page(admin):
    assert admin.get(step_page(make_prediction(), "answer")).status_code == 404
