"""The feed of changes becomes deliveries: what was subscribed to, each change once, and none is missed."""

import json
import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from forecasts.models import ApiToken, Change, Delivery, Webhook
from forecasts.services.deliveries import forget_deliveries, write_deliveries
from forecasts.services.forecasts import record_forecast, wording
from forecasts.services.settlement import settle_prediction
from forecasts.services.tokens import revoke_token
from forecasts.services.webhooks import disable, pause, ping, resume, send_again
from tests.builders import NOW, make_event, make_forecaster, make_prediction, make_topic
from tests.hooks import catch_up, make_subscriber, make_webhook

# On PostgreSQL a change is given out once its transaction is over, so these tests must commit.
COMMITS = connection.vendor == "postgresql"
pytestmark = pytest.mark.django_db(transaction=COMMITS)


def write(now: datetime = NOW) -> int:
    """Write what there is to write, once all of it is given out."""
    catch_up()
    return write_deliveries(now=now)


def told(webhook: Webhook) -> list[str]:
    return list(webhook.deliveries.order_by("pk").values_list("event", flat=True))


def settled(**fields):
    prediction = make_prediction(**fields)
    make_event()
    settle_prediction(prediction_id=prediction.pk, now=NOW)
    prediction.refresh_from_db()
    return prediction


def test_the_whole_life_of_a_prediction_is_told_in_order():
    webhook = make_webhook()
    prediction = settled()

    n_written = write()

    assert n_written == len(told(webhook)) == 5
    assert told(webhook)[:2] == ["prediction.logged", "forecast.recorded"]
    assert told(webhook)[2:] == [f"resolution.{prediction.status.lower()}", "score.recorded", "score.recorded"]


def test_writing_again_adds_nothing():
    webhook = make_webhook()
    settled()

    write()
    before = told(webhook)

    assert write() == 0
    assert told(webhook) == before


def test_what_happened_before_the_subscription_is_not_told():
    settled()
    webhook = make_webhook()

    write()

    assert told(webhook) == []


def test_a_message_says_what_happened_when_and_the_facts():
    webhook = make_webhook(events=["forecast.recorded"])
    prediction = make_prediction(probability="0.7")

    write()

    body = json.loads(webhook.deliveries.get().body)
    forecast = prediction.forecasts.get()
    assert body == {
        "type": "forecast.recorded",
        "timestamp": body["timestamp"],
        "data": {
            "prediction": str(prediction.pk),
            "title": "Aid is sent by March",
            "topic": "aid/military",
            "forecast": str(forecast.pk),
            "forecaster": "ada-byron",
            "probability": "0.7000",
            "made_at": forecast.made_at.isoformat(),
        },
    }
    assert datetime.fromisoformat(body["timestamp"]).tzinfo is not None
    assert body["timestamp"].endswith("Z")


@pytest.mark.parametrize(
    ("path", "is_told"), [("aid", True), ("aid/military", True), ("aid/mil", False), ("aid/military/air", False)]
)
def test_a_topic_includes_what_is_below_it_and_nothing_else(path, is_told):
    webhook = make_webhook(topic=make_topic(path), events=["prediction.logged"])
    make_prediction()

    write()

    assert bool(told(webhook)) is is_told


def test_a_forecaster_is_told_of_what_they_hold_or_forecast():
    ada, bob, eve = (make_forecaster(slug) for slug in ("ada-byron", "bob", "eve"))
    webhooks = {who.slug: make_webhook(forecaster=who) for who in (ada, bob, eve)}
    prediction = make_prediction(holder=ada)
    record_forecast(prediction=prediction, forecaster=bob, wording=wording(probability="0.4"), made_at=NOW, now=NOW)
    make_event()
    settle_prediction(prediction_id=prediction.pk, now=NOW)

    write()

    assert "forecast.recorded" in told(webhooks["bob"])
    assert told(webhooks["bob"]).count("forecast.recorded") == 1
    assert any(event.startswith("resolution.") for event in told(webhooks["bob"]))
    assert any(event.startswith("resolution.") for event in told(webhooks["ada-byron"]))
    assert told(webhooks["eve"]) == []


def test_what_happens_during_a_pause_is_told_after_it():
    webhook = make_webhook(events=["prediction.logged"])

    assert pause(webhook=webhook) is True
    assert pause(webhook=webhook) is False
    make_prediction()
    assert write() == 0
    assert resume(webhook=webhook) is True
    assert resume(webhook=webhook) is False

    assert write() == 1


def test_nothing_is_told_to_an_account_whose_tokens_are_revoked():
    account = make_subscriber()
    webhook = make_webhook(account=account)
    make_prediction()

    revoke_token(token=ApiToken.objects.get(account=account), now=NOW)
    write()

    assert told(webhook) == []


def test_nothing_is_told_to_an_account_that_is_switched_off():
    account = make_subscriber()
    webhook = make_webhook(account=account)
    account.is_active = False
    account.save()
    make_prediction()

    write()

    assert told(webhook) == []


def test_a_change_that_is_rolled_back_is_told_to_nobody():
    webhook = make_webhook()
    with transaction.atomic():
        make_prediction()
        transaction.set_rollback(True)

    write()

    assert told(webhook) == []


# Other threads see nothing of a test that does not commit.
@pytest.mark.postgresql
def test_runs_at_once_write_each_delivery_once():
    webhook = make_webhook(events=["prediction.logged"])
    for number in range(5):
        make_prediction(statement=f"Claim {number}.", title=f"Claim {number}")
    catch_up()
    together = threading.Barrier(4)
    written = []

    def run():
        together.wait()
        try:
            written.append(write_deliveries(now=NOW))
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(written) == len(told(webhook)) == 5


def test_the_database_refuses_a_second_delivery_of_a_change():
    webhook = make_webhook(events=["prediction.logged"])
    make_prediction()
    write()
    delivery = webhook.deliveries.get()
    delivery.pk = None
    delivery.message_id = "6b9d5f1c-7f3e-4a43-9d0a-0d8f3c1a2b3c"

    with pytest.raises(DatabaseError, match="delivery_once_per_change|forecasts_delivery.webhook_id"):
        delivery.save(force_insert=True)


def test_reading_costs_the_same_however_much_there_is_to_tell(django_assert_max_num_queries):
    make_webhook()
    for number in range(6):
        settled(statement=f"Claim {number}.", title=f"Claim {number}")

    catch_up()
    with django_assert_max_num_queries(16):
        assert write_deliveries(now=NOW) > 20


def test_a_long_feed_is_read_in_parts(monkeypatch):
    monkeypatch.setattr("forecasts.services.deliveries.BATCH", 3)
    webhook = make_webhook()
    settled()

    write()

    assert len(told(webhook)) == 5
    last = Change.objects.order_by("era", "transaction_number", "id").last()
    webhook.refresh_from_db()
    assert webhook.position == f"{last.era}-{last.transaction_number}-{last.pk}"


def test_what_is_sent_cannot_be_edited_afterwards():
    delivery = ping(webhook=make_webhook(), now=NOW)

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Delivery.objects.filter(pk=delivery.pk).update(body="{}")


def test_a_repetition_by_hand_is_another_delivery_of_the_same_message():
    first = ping(webhook=make_webhook(), now=NOW)

    again = send_again(delivery=first, now=NOW + timedelta(days=1))
    third = send_again(delivery=again, now=NOW + timedelta(days=2))

    assert len({first.pk, again.pk, third.pk}) == 3
    assert (first.number, again.number, third.number) == (0, 1, 2)
    assert first.message_id == again.message_id == third.message_id
    assert first.body == third.body


def test_ended_deliveries_are_forgotten_after_a_month_and_waiting_ones_never():
    webhook = make_webhook()
    ended, waiting = ping(webhook=webhook, now=NOW), ping(webhook=webhook, now=NOW)
    Delivery.objects.filter(pk=ended.pk).update(delivered_at=NOW, next_attempt_at=None)

    assert forget_deliveries(now=NOW + timedelta(days=30)) == 0
    assert forget_deliveries(now=NOW + timedelta(days=31)) == 1
    assert list(Delivery.objects.all()) == [waiting]


def test_a_disabled_webhook_is_told_nothing_and_says_why():
    webhook = make_webhook()
    make_prediction()

    assert disable(webhook=webhook, reason="Asked for by phone.") is True
    assert disable(webhook=webhook, reason="Again.") is False
    assert write(now=datetime.now(tz=UTC)) == 0

    webhook.refresh_from_db()
    assert (webhook.state, webhook.reason) == ("DISABLED", "Asked for by phone.")
