"""Webhooks in the admin: deliveries are seen and sent again, webhooks are switched off and on."""

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from forecasts.models import Delivery
from forecasts.services.webhooks import ping
from tests.builders import NOW
from tests.hooks import make_webhook

from .pages import errors_after, list_page, row_page, step_page

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


@pytest.fixture
def delivery() -> Delivery:
    return ping(webhook=make_webhook(), now=NOW)


def test_a_delivery_shows_what_was_sent_and_what_was_said(admin, delivery):
    Delivery.objects.update(attempts=1, last_status=500, last_error="HTTP 500: the receiver is broken")

    page = admin.get(row_page(delivery)).text

    assert "HTTP 500: the receiver is broken" in page
    assert "&quot;type&quot;:&quot;ping&quot;" in page
    assert str(delivery.message_id) in page


def test_sending_again_adds_a_delivery_and_leaves_the_first_as_it_was(admin, delivery):
    assert errors_after(admin, step_page(delivery, "again"), {}) == {}

    first, again = Delivery.objects.order_by("pk")
    assert (first.number, again.number) == (0, 1)
    assert (first.message_id, first.attempts) == (again.message_id, 0)


def test_several_are_sent_again_at_once(admin, delivery):
    other = ping(webhook=delivery.webhook, now=NOW)
    chosen = {"action": "send_again", "_selected_action": [delivery.pk, other.pk]}

    page = admin.post(list_page("delivery"), chosen, follow=True).text

    assert "2 will be sent again." in page
    assert Delivery.objects.filter(number=1).count() == 2


def test_a_webhook_is_disabled_for_a_reason_and_resumed(admin, delivery):
    webhook = delivery.webhook

    assert errors_after(admin, step_page(webhook, "disable"), {"reason": ""}) == {"reason": ["This field is required."]}
    assert errors_after(admin, step_page(webhook, "disable"), {"reason": "It leaks."}) == {}
    webhook.refresh_from_db()
    assert (webhook.state, webhook.reason) == ("DISABLED", "It leaks.")
    assert admin.get(step_page(webhook, "disable")).status_code == 404
    assert errors_after(admin, step_page(webhook, "resume"), {}) == {}
    webhook.refresh_from_db()
    assert (webhook.state, webhook.reason) == ("ACTIVE", "")


@pytest.mark.parametrize(("end", "is_shown"), [("waiting", True), ("delivered", False), ("gave_up", False)])
def test_deliveries_are_listed_by_how_they_ended(admin, delivery, end, is_shown):
    page = admin.get(list_page("delivery"), {"end": end}).text

    assert ("1 delivery" in page) is is_shown


def test_who_may_only_look_changes_nothing(delivery):
    looker = User.objects.create_user("looker", is_staff=True)
    looker.user_permissions.set(Permission.objects.filter(codename__in=["view_webhook", "view_delivery"]))
    client = Client()
    client.force_login(looker)

    assert client.get(row_page(delivery)).status_code == 200
    assert client.post(step_page(delivery, "again"), {}).status_code == 403
    assert client.post(step_page(delivery.webhook, "disable"), {"reason": "No."}).status_code == 403
    client.post(list_page("delivery"), {"action": "send_again", "_selected_action": [delivery.pk]})
    assert Delivery.objects.count() == 1


@pytest.mark.parametrize("model", ["webhook", "delivery"])
def test_a_longer_list_asks_no_more_of_the_database(admin, delivery, model, django_assert_max_num_queries):
    for number in range(4):
        ping(webhook=make_webhook(f"https://hooks.example/{number}"), now=NOW)

    with django_assert_max_num_queries(8):
        assert admin.get(list_page(model)).status_code == 200
