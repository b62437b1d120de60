"""Confirming several proposed verdicts at once: only what is safe, each as it was seen."""

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.utils import timezone

from forecasts.models import Prediction, Resolution
from forecasts.services.settlement import settle_prediction
from forecasts.services.verdicts import dispute
from tests.builders import make_event, make_forecaster, make_prediction, make_source

from .pages import list_page

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]
REASON = "Both papers report it with the minister's name."


def proposed(n: int, **fields) -> list[Prediction]:
    """So many predictions whose proposed verdict waits for a confirmation."""
    made = [make_prediction(statement=f"Claim {number}.", title=f"Claim {number}", **fields) for number in range(n)]
    make_event(source=make_source(slug="papers", tier="B"))
    for one in made:
        settle_prediction(prediction_id=one.pk, now=timezone.now())
    return list(Prediction.objects.filter(pk__in=[one.pk for one in made]).order_by("title"))


def chosen(predictions: list[Prediction], **more) -> dict[str, object]:
    return {"action": "confirm", "_selected_action": [str(one.pk) for one in predictions], **more}


def states() -> list[tuple[str, str, str]]:
    current = Resolution.objects.filter(superseded_by=None).order_by("prediction__title")
    return [(one.prediction.title, one.state, one.reason_code) for one in current]


def test_each_is_shown_before_it_is_confirmed(admin):
    found = proposed(2)

    page = admin.post(list_page("prediction"), chosen(found))

    assert page.text.count("Confirm this one") == 2
    assert {state for _, state, _ in states()} == {"PROPOSED"}


def test_one_reason_confirms_all_that_are_ticked(admin, editor):
    found = proposed(3)
    seen = [f"{one.pk}:1" for one in found[:2]]

    page = admin.post(list_page("prediction"), chosen(found, seen=seen, reason=REASON), follow=True)

    assert "2 confirmed." in page.text
    assert states() == [
        ("Claim 0", "FINAL", "CONFIRMED"), ("Claim 1", "FINAL", "CONFIRMED"), ("Claim 2", "PROPOSED", "WITNESS"),
    ]  # fmt: skip
    assert {one.actor for one in Resolution.objects.filter(reason_code="CONFIRMED")} == {editor}


def test_sending_it_twice_confirms_once(admin):
    found = proposed(1)
    given = chosen(found, seen=[f"{found[0].pk}:1"], reason=REASON)

    admin.post(list_page("prediction"), given)
    again = admin.post(list_page("prediction"), given, follow=True)

    assert "1 changed meanwhile: look at them again." in again.text
    assert Resolution.objects.count() == 2


def test_a_short_reason_is_told_beside_its_field_and_nothing_is_recorded(admin):
    found = proposed(1)

    page = admin.post(list_page("prediction"), chosen(found, seen=[f"{found[0].pk}:1"], reason="Yes."), follow=True)

    assert "Give the reason in at least 10 characters" in page.text
    assert Resolution.objects.count() == 1


def test_a_disputed_verdict_is_not_confirmed_with_others(admin, editor):
    (one,) = proposed(1)
    dispute(prediction_id=one.pk, reason="The minister denied it.", actor=editor, now=timezone.now())

    page = admin.post(list_page("prediction"), chosen([one]), follow=True)

    assert "None of them waits for a confirmation alone" in page.text


def test_own_predictions_are_refused_and_the_others_confirmed(admin, editor):
    own = make_forecaster("own")
    own.account = editor
    own.save()
    mine = make_prediction(holder=own, statement="Mine.", title="Mine")
    (other,) = proposed(1)
    settle_prediction(prediction_id=mine.pk, now=timezone.now())
    given = chosen([mine, other], seen=[f"{mine.pk}:1", f"{other.pk}:1"], reason=REASON)

    page = admin.post(list_page("prediction"), given, follow=True)

    assert "1 confirmed." in page.text
    assert "Mine: " in page.text
    assert states() == [("Claim 0", "FINAL", "CONFIRMED"), ("Mine", "PROPOSED", "WITNESS")]


def test_who_may_not_decide_is_not_offered_it(db):
    reader = User.objects.create_user(username="reader", is_staff=True)
    reader.user_permissions.add(Permission.objects.get(codename="view_prediction"))
    client = Client()
    client.force_login(reader)
    found = proposed(1)

    client.post(list_page("prediction"), chosen(found, seen=[f"{found[0].pk}:1"], reason=REASON))

    assert "Confirm the proposed verdicts" not in client.get(list_page("prediction")).text
    assert Resolution.objects.count() == 1
