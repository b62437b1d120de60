"""Sending to a receiver on the loopback: signed bytes, each message until it arrives, and nobody held up by others."""

import base64
import hashlib
import hmac
import json
import time
from datetime import timedelta
from uuid import UUID

import pytest
from django.core.management import call_command
from django.db import connection

from forecasts.models import ApiToken, Delivery
from forecasts.services import sending
from forecasts.services.sending import Outcome, claim, record_outcome, send_deliveries, wait_before_next
from forecasts.services.tokens import revoke_token
from forecasts.services.webhooks import pause, ping, rotate_secret, secret_of, send_again
from forecasts.tasks import send_webhooks
from tests.builders import NOW
from tests.hooks import make_webhook
from tests.receivers import receiving, status

pytestmark = pytest.mark.django_db


@pytest.fixture
def receiver(settings):
    with receiving() as ours:
        settings.WEBHOOK_ALLOW_HOSTS = [ours.host]
        yield ours


def signed_by(secret: str, request) -> bool:
    """What a receiver works out for itself, from the specification."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    content = f"{request.headers['webhook-id']}.{request.headers['webhook-timestamp']}.".encode() + request.body
    expected = base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
    return f"v1,{expected}" in request.headers["webhook-signature"].split(" ")


def test_a_message_arrives_signed(receiver):
    webhook = make_webhook(receiver.url)
    delivery = ping(webhook=webhook, now=NOW)

    done = send_deliveries(now=NOW)

    (request,) = receiver.requests
    delivery.refresh_from_db()
    assert (done.delivered, done.failed, done.left) == (1, 0, 0)
    assert request.line == "POST /hook HTTP/1.1"
    assert request.headers["webhook-id"] == f"msg_{delivery.message_id}"
    assert abs(int(request.headers["webhook-timestamp"]) - NOW.timestamp()) < 5
    assert request.headers["content-type"] == "application/json"
    assert json.loads(request.body)["type"] == "ping"
    assert signed_by(secret_of(webhook=webhook, now=NOW), request)
    assert not signed_by("whsec_" + base64.b64encode(b"x" * 32).decode(), request)
    assert (delivery.last_status, delivery.attempts, delivery.next_attempt_at) == (204, 1, None)
    assert delivery.delivered_at is not None


def test_sending_again_sends_nothing_twice(receiver):
    ping(webhook=make_webhook(receiver.url), now=NOW)

    send_deliveries(now=NOW)
    send_deliveries(now=NOW + timedelta(days=1))

    assert len(receiver.requests) == 1


def test_after_a_failure_the_same_message_comes_again_later(receiver):
    receiver.script = [status(503, b"down for repair"), status(200)]
    delivery = ping(webhook=make_webhook(receiver.url), now=NOW)

    failed = send_deliveries(now=NOW)
    delivery.refresh_from_db()
    too_early = send_deliveries(now=NOW + timedelta(seconds=30))
    arrived = send_deliveries(now=NOW + timedelta(minutes=2))

    first, second = receiver.requests
    assert (failed.failed, too_early.failed + too_early.delivered, arrived.delivered) == (1, 0, 1)
    assert (delivery.last_status, delivery.last_error) == (503, "HTTP 503: down for repair")
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.body == second.body
    assert first.headers["webhook-timestamp"] != second.headers["webhook-timestamp"]


def test_a_redirect_is_a_failure_and_is_not_followed(receiver):
    receiver.script = [b"HTTP/1.1 302 X\r\nLocation: http://127.0.0.1/\r\nContent-Length: 0\r\n\r\n"]
    ping(webhook=make_webhook(receiver.url), now=NOW)

    assert send_deliveries(now=NOW).failed == 1
    assert receiver.n_connections == 1


def test_an_inner_address_is_not_connected_to(receiver, settings):
    delivery = ping(webhook=make_webhook(receiver.url), now=NOW)
    settings.WEBHOOK_ALLOW_HOSTS = []

    send_deliveries(now=NOW)

    delivery.refresh_from_db()
    assert receiver.n_connections == 0
    assert "is not allowed" in delivery.last_error


def test_a_name_that_leads_inside_is_not_connected_to(receiver):
    delivery = ping(webhook=make_webhook("http://localhost/"), now=NOW)

    send_deliveries(now=NOW)

    delivery.refresh_from_db()
    assert delivery.last_error == "“localhost” leads to an address that is not on the public Internet."


def test_waits_grow_to_half_a_day_and_end_after_about_three_days():
    message = UUID("6b9d5f1c-7f3e-4a43-9d0a-0d8f3c1a2b3c")

    waits = [wait_before_next(n, message_id=message) for n in range(1, Delivery.MAX_ATTEMPTS)]

    plain = [min(2**n, 720) for n in range(14)]
    assert all(0.75 <= wait / timedelta(minutes=minutes) <= 1.25 for wait, minutes in zip(waits, plain, strict=True))
    assert sum(plain) / 60 / 24 == pytest.approx(2.71, abs=0.01)
    assert len({wait_before_next(1, message_id=UUID(int=n)) for n in range(100)}) > 90


def test_a_receiver_that_fails_for_days_is_given_up_and_switched_off_with_the_reason(receiver):
    receiver.script = [status(500, b"broken")]
    webhook = make_webhook(receiver.url)
    delivery, now = ping(webhook=webhook, now=NOW), NOW

    for _ in range(Delivery.MAX_ATTEMPTS + 3):
        send_deliveries(now=now)
        now += timedelta(hours=16)

    delivery.refresh_from_db()
    webhook.refresh_from_db()
    assert len(receiver.requests) == delivery.attempts == Delivery.MAX_ATTEMPTS
    assert delivery.gave_up_at is not None
    assert delivery.next_attempt_at is None
    assert (webhook.state, webhook.n_failures) == ("DISABLED", Delivery.MAX_ATTEMPTS)
    assert webhook.reason == "Attempts failed for three days; the last: HTTP 500: broken"


def test_one_message_that_always_fails_does_not_switch_a_working_receiver_off(receiver):
    webhook = make_webhook(receiver.url)
    delivery = ping(webhook=webhook, now=NOW)
    Delivery.objects.filter(pk=delivery.pk).update(attempts=Delivery.MAX_ATTEMPTS - 1)
    receiver.script = [status(500)]

    send_deliveries(now=NOW)

    webhook.refresh_from_db()
    delivery.refresh_from_db()
    assert delivery.gave_up_at is not None
    assert (webhook.state, webhook.n_failures) == ("ACTIVE", 1)


def test_a_receiver_that_is_gone_is_told_no_more(receiver):
    receiver.script = [status(410)]
    webhook = make_webhook(receiver.url)
    ping(webhook=webhook, now=NOW)

    send_deliveries(now=NOW)

    webhook.refresh_from_db()
    assert (webhook.state, webhook.reason) == ("DISABLED", "The receiver answered 410 Gone: it wants no more.")


@pytest.mark.any_database
def test_a_dead_receiver_holds_up_nobody_else_and_is_tried_once_a_run(receiver, settings):
    with receiving(lambda connection: time.sleep(3)) as dead:
        settings.WEBHOOK_ALLOW_HOSTS = [receiver.host, dead.host]
        silent, working = make_webhook(dead.url), make_webhook(receiver.url)
        for webhook in (silent, working):
            for _ in range(3):
                ping(webhook=webhook, now=NOW)

        done = send_deliveries(now=NOW)

    assert (done.delivered, done.failed, done.left) == (3, 1, 2)
    assert dead.n_connections == 1


def test_a_paused_and_a_revoked_webhook_are_sent_nothing(receiver):
    webhook = make_webhook(receiver.url)
    ping(webhook=webhook, now=NOW)
    pause(webhook=webhook)
    send_deliveries(now=NOW)
    revoked = make_webhook(receiver.url)
    ping(webhook=revoked, now=NOW)
    revoke_token(token=ApiToken.objects.get(), now=NOW)

    send_deliveries(now=NOW)

    assert receiver.requests == []


def test_only_one_of_two_runs_gets_a_delivery_and_a_dead_run_gives_it_back(receiver):
    webhook = make_webhook(receiver.url)
    ping(webhook=webhook, now=NOW)

    first = claim(webhook=webhook.pk, now=NOW)
    second = claim(webhook=webhook.pk, now=NOW)
    later = claim(webhook=webhook.pk, now=NOW + sending.CLAIMED_FOR)

    assert (first.attempts, second, later.attempts) == (1, None, 2)


def test_a_claim_that_another_run_made_in_between_is_lost(receiver):
    webhook = make_webhook(receiver.url)
    ping(webhook=webhook, now=NOW)
    was_read = []

    def overtaken(execute, sql, params, many, context):
        if sql.startswith("UPDATE") and not was_read:
            was_read.append(sql)
            claim(webhook=webhook.pk, now=NOW)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(overtaken):
        assert claim(webhook=webhook.pk, now=NOW) is None

    assert Delivery.objects.get().attempts == 1


def test_a_failure_that_is_told_late_does_not_undo_what_arrived(receiver):
    webhook = make_webhook(receiver.url)
    ping(webhook=webhook, now=NOW)
    slow = claim(webhook=webhook.pk, now=NOW)
    quick = claim(webhook=webhook.pk, now=NOW + sending.CLAIMED_FOR)

    record_outcome(delivery=quick, outcome=Outcome(200, ""), now=NOW)
    record_outcome(delivery=slow, outcome=Outcome(None, "timed out"), now=NOW)

    assert Delivery.objects.get().delivered_at == NOW


def test_for_a_day_after_a_change_of_secret_both_are_signed_with(receiver):
    webhook = make_webhook(receiver.url)
    old = secret_of(webhook=webhook, now=NOW)
    webhook = rotate_secret(webhook=webhook, now=NOW)
    new = secret_of(webhook=webhook, now=NOW)

    for moment in (NOW, NOW + timedelta(hours=25)):
        ping(webhook=webhook, now=moment)
        send_deliveries(now=moment)

    during, after = receiver.requests
    assert old != new
    assert (signed_by(old, during), signed_by(new, during)) == (True, True)
    assert (signed_by(old, after), signed_by(new, after)) == (False, True)


def test_a_repetition_by_hand_arrives_as_the_same_message(receiver):
    delivery = ping(webhook=make_webhook(receiver.url), now=NOW)
    send_deliveries(now=NOW)

    send_again(delivery=delivery, now=NOW)
    send_deliveries(now=NOW)

    first, second = receiver.requests
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.body == second.body


def test_no_secret_is_in_the_database(receiver):
    webhook = make_webhook(receiver.url)

    secret = secret_of(webhook=webhook, now=NOW)

    key = base64.b64decode(secret.removeprefix("whsec_"))
    assert len(key) == 32
    assert secret not in str(vars(webhook))
    assert key.hex() not in str(vars(webhook))


def test_the_task_and_the_command_send(receiver, capsys):
    webhook = make_webhook(receiver.url)
    ping(webhook=webhook, now=NOW)
    send_webhooks()
    ping(webhook=webhook, now=NOW)

    call_command("send_webhooks")

    assert len(receiver.requests) == 2
    assert capsys.readouterr().out == "0 written, 1 delivered, 0 failed, 0 left due\n"


def test_the_order_of_messages_is_kept_while_all_arrive(receiver):
    webhook = make_webhook(receiver.url)
    sent = [ping(webhook=webhook, now=NOW) for _ in range(20)]

    send_deliveries(now=NOW)

    arrived = [request.headers["webhook-id"] for request in receiver.requests]
    assert arrived == [f"msg_{delivery.message_id}" for delivery in sent]
