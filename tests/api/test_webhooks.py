"""Webhooks through the API, the page about them, and a receiver that follows the page."""

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from forecasts.models import ApiToken, Delivery, Webhook
from forecasts.services.sending import send_deliveries
from forecasts.services.tokens import issue_token
from tests.builders import make_forecaster, make_topic
from tests.hooks import catch_up
from tests.receivers import receiving, status

from .conftest import Program, errors_of

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]
PAGE = (Path(__file__).resolve().parents[2] / "docs" / "webhooks.md").read_text(encoding="utf-8")
BODY = {"url": "https://hooks.example/in", "events": ["resolution.final"]}


@pytest.fixture
def subscriber(program_with) -> Program:
    catch_up()
    return program_with(ApiToken.Scope.WEBHOOK_WRITE)


@pytest.fixture
def stranger(db) -> Program:
    account = User.objects.create_user("stranger")
    _, text = issue_token(name="other", account=account, scopes=["webhook:write"], now=timezone.now())
    return Program(text)


@pytest.fixture
def is_genuine():
    """The function that the page gives to receivers."""
    names: dict = {}
    source = re.search(r"^```python\n(.*?)^```$", PAGE, re.M | re.S)[1]
    exec(source, names)  # noqa: S102 — our own page
    return names["is_genuine"]


def test_a_subscription_shows_its_secret_this_once(subscriber):
    make_topic("aid")
    make_forecaster()

    answer = subscriber.post("webhooks/", BODY | {"topic": "aid", "forecaster": "ada-byron"})

    made = answer.json()
    assert answer.status_code == 201
    assert made["secret"].startswith("whsec_")
    assert (made["topic"], made["forecaster"], made["state"]) == ("aid", "ada-byron", "ACTIVE")
    assert answer.headers["Location"].endswith(f"/api/v1/webhooks/{made['id']}/")
    shown = subscriber.get(f"webhooks/{made['id']}/").json()
    assert shown == {name: value for name, value in made.items() if name != "secret"}
    assert subscriber.get("webhooks/").json()["results"] == [shown]


@pytest.mark.parametrize(
    ("change", "field", "message"),
    [
        ({"url": "ftp://hooks.example/"}, "url", "begin with http:// or https://"),
        ({"url": "https://me:secret@hooks.example/"}, "url", "A web address with a login"),
        ({"url": "http://hooks.example:6379/"}, "url", "Port 6379 is not allowed"),
        ({"url": "http://hooks.example/ü"}, "url", "write them with %"),
        ({"url": "http://hooks.example:99999/"}, "url", "names no host and port"),
        ({"events": []}, "events", "Choose at least one of prediction.logged"),
        ({"events": ["prediction.eaten"]}, "events.0", "“prediction.eaten” is not among the choices"),
        ({"topic": "ait"}, "topic", "There is no topic “ait”"),
        ({"forecaster": 7}, "forecaster", "There is no forecaster “7”"),
        ({"secret": "mine"}, "secret", "There is no field “secret” here"),
    ],
)
def test_what_cannot_be_subscribed_to_is_told_beside_the_field(subscriber, change, field, message):
    answer = subscriber.post("webhooks/", BODY | change)

    assert answer.status_code == 400
    assert message in errors_of(answer)[field]
    assert not Webhook.objects.exists()


def test_an_account_has_its_limit(subscriber, monkeypatch):
    monkeypatch.setattr("forecasts.services.webhooks.MOST_PER_ACCOUNT", 2)

    answers = [subscriber.post("webhooks/", BODY) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [201, 201, 400]
    assert "The account has 2 webhooks" in errors_of(answers[2])["url"]


def test_nobody_sees_or_changes_what_belongs_to_others(subscriber, stranger, administrator):
    mine = subscriber.post("webhooks/", BODY).json()["id"]

    assert stranger.get("webhooks/").json()["results"] == []
    for path in ("", "deliveries/"):
        assert stranger.get(f"webhooks/{mine}/{path}").status_code == 404
    for path in ("ping/", "pause/", "resume/", "secret/"):
        assert stranger.post(f"webhooks/{mine}/{path}", {}).status_code == 404
    assert administrator.get(f"webhooks/{mine}/").status_code == 200, "the same account"
    assert Webhook.objects.get().state == "ACTIVE"


def test_a_webhook_is_paused_and_resumed(subscriber):
    mine = subscriber.post("webhooks/", BODY).json()["id"]

    assert subscriber.post(f"webhooks/{mine}/pause/", {}).json()["state"] == "PAUSED"
    refused = subscriber.post(f"webhooks/{mine}/ping/", {})
    assert subscriber.post(f"webhooks/{mine}/resume/", {}).json()["state"] == "ACTIVE"

    assert refused.status_code == 400
    assert errors_of(refused) == {"": "The webhook is paused by its owner: resume it first."}


def test_a_delivery_is_sent_again_as_a_further_one_of_the_same_message(subscriber, stranger):
    mine = subscriber.post("webhooks/", BODY).json()["id"]
    first = subscriber.post(f"webhooks/{mine}/ping/", {}).json()
    path = f"webhooks/{mine}/deliveries/{first['id']}/again/"

    again, third = (subscriber.post(path, {}) for _ in range(2))

    assert [answer.status_code for answer in (again, third)] == [201, 201]
    assert (again.json()["number"], third.json()["number"]) == (1, 2)
    assert {one["message_id"] for one in (first, again.json(), third.json())} == {first["message_id"]}
    listed = subscriber.get(f"webhooks/{mine}/deliveries/").json()["results"]
    assert listed == [third.json(), again.json(), first]


def test_what_is_to_be_sent_is_read_where_the_answer_says(subscriber, stranger):
    mine, other = (subscriber.post("webhooks/", BODY).json()["id"] for _ in range(2))
    pinged = subscriber.post(f"webhooks/{mine}/ping/", {})
    again = subscriber.post(f"webhooks/{mine}/deliveries/{pinged.json()['id']}/again/", {})

    for answer in (pinged, again):
        place = answer.headers["Location"].removeprefix("http://testserver/api/v1/")
        found = subscriber.get(place)
        assert (found.status_code, found.json()) == (200, answer.json())
        assert subscriber.get(place, **{"if-none-match": found.headers["ETag"]}).status_code == 304
        assert stranger.get(place).status_code == 404
        assert subscriber.get(place.replace(mine, other)).status_code == 404


def test_nothing_is_sent_again_that_belongs_to_another_webhook_or_account(subscriber, stranger):
    mine, other = (subscriber.post("webhooks/", BODY).json()["id"] for _ in range(2))
    delivery = subscriber.post(f"webhooks/{mine}/ping/", {}).json()["id"]

    assert subscriber.post(f"webhooks/{other}/deliveries/{delivery}/again/", {}).status_code == 404
    assert stranger.post(f"webhooks/{mine}/deliveries/{delivery}/again/", {}).status_code == 404
    assert subscriber.post(f"webhooks/{mine}/deliveries/999999999999/again/", {}).status_code == 404
    assert Delivery.objects.count() == 1


def test_a_receiver_that_follows_the_page_knows_our_messages(subscriber, settings, is_genuine):
    with receiving(status(200)) as receiver:
        settings.WEBHOOK_ALLOW_HOSTS = [receiver.host]
        made = subscriber.post("webhooks/", BODY | {"url": receiver.url}).json()
        sent = subscriber.post(f"webhooks/{made['id']}/ping/", {}).json()
        now = timezone.now()
        send_deliveries(now=now)
    (request,) = receiver.requests
    (shown,) = subscriber.get(f"webhooks/{made['id']}/deliveries/").json()["results"]

    def knows(**change) -> bool:
        given = {"secret": made["secret"], "headers": request.headers, "body": request.body, "now": now.timestamp()}
        return is_genuine(**{**given, **change})

    assert knows()
    assert not knows(body=request.body + b" ")
    assert not knows(secret=subscriber.post(f"webhooks/{made['id']}/secret/", {}).json()["secret"])
    assert not knows(headers=request.headers | {"webhook-id": "msg_other"})
    assert knows(now=now.timestamp() + 299)
    assert not knows(now=now.timestamp() + 302)
    assert not knows(now=now.timestamp() - 302)
    later = {"webhook-timestamp": str(int(now.timestamp()) + 600)}
    assert not knows(headers=request.headers | later, now=now.timestamp() + 600)
    assert shown["message_id"] == sent["message_id"] == request.headers["webhook-id"]
    assert (shown["last_status"], shown["attempts"], json.loads(shown["body"])["type"]) == (200, 1, "ping")


def test_every_event_is_on_the_page_and_nothing_else():
    assert re.findall(r"^\| `([a-z]+\.[a-z]+)` \|", PAGE, re.M) == Webhook.Event.values
    assert f"{Delivery.MAX_ATTEMPTS} times in about three days" in PAGE


def test_deliveries_are_listed_at_the_same_price_however_many(subscriber, django_assert_max_num_queries):
    mine = subscriber.post("webhooks/", BODY).json()["id"]

    for n_more in (1, 5):
        for _ in range(n_more):
            subscriber.post(f"webhooks/{mine}/ping/", {})
        # The token is looked up again where it was not shown for a while.
        with django_assert_max_num_queries(3):
            assert subscriber.get(f"webhooks/{mine}/deliveries/").status_code == 200
    page = subscriber.get(f"webhooks/{mine}/deliveries/?page_size=4").json()
    rest = subscriber.get(page["next"].split("/api/v1/")[1]).json()
    assert (len(page["results"]), len(rest["results"]), rest["next"]) == (4, 2, None)


def test_the_same_request_again_makes_no_second_webhook(subscriber):
    headers = {"HTTP_IDEMPOTENCY_KEY": "once"}
    path, text = "/api/v1/webhooks/", json.dumps(BODY)

    first, again = (subscriber.client.post(path, text, content_type="application/json", **headers) for _ in range(2))

    assert first.json() == again.json()
    assert Webhook.objects.count() == 1


def test_a_webhook_made_a_while_ago_says_when_its_secret_changed(subscriber):
    made = subscriber.post("webhooks/", BODY).json()

    changed = subscriber.post(f"webhooks/{made['id']}/secret/", {}).json()

    assert changed["secret"] != made["secret"]
    assert timezone.now() - Webhook.objects.get().rotated_at < timedelta(minutes=1)
