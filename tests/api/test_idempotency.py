"""Requests that are sent again: one row, equal answers."""

from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import call_command
from django.utils import timezone

from forecasts.models import Event, Forecaster, KeptAnswer
from forecasts.services.answers import KEPT_FOR
from tests.builders import make_forecaster, make_prediction

from .conftest import errors_of

pytestmark = pytest.mark.django_db
BODY = {"slug": "bob", "name": "Bob"}
EVENTS = (
    b'{"title": "Aid is sent", "event_type": "AID", "occurred_on": "2025-02-03", "topics": ["aid/military"], '
    b'"actors": ["USA.GOV"], "external_id": "1", "evidence": [{"url": "https://news.example/1"}]}\n'
)


def send(program, body: object = BODY, *, key: str = "k1", path: str = "forecasters/"):
    program.client.defaults["HTTP_IDEMPOTENCY_KEY"] = key
    return program.post(path, body)


def test_the_same_request_again_is_answered_alike_and_adds_nothing(logger):
    first = send(logger)
    again = send(logger)

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert first.headers["Location"] == again.headers["Location"]
    assert first.headers["Content-Type"] == again.headers["Content-Type"]
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert Forecaster.objects.filter(slug="bob").count() == 1


def test_the_answer_is_that_of_the_first_time_whatever_happened_since(logger):
    first = send(logger)
    Forecaster.objects.filter(slug="bob").update(name="Robert")

    assert send(logger).json()["name"] == first.json()["name"] == "Bob"


@pytest.mark.parametrize(
    ("body", "path"), [(BODY | {"name": "Robert"}, "forecasters/"), ({"path": "aid"}, "topics/"), ({}, "forecasters/")]
)
def test_another_request_with_the_key_is_refused(body, path, logger):
    send(logger)

    answer = send(logger, body, path=path)

    assert answer.status_code == 422
    assert answer.json()["type"] == "/api/v1/problems/key-reused/"
    assert Forecaster.objects.filter(slug="bob").count() == 1


def test_a_refused_request_keeps_nothing_and_the_key_works_for_the_corrected_one(logger):
    refused = send(logger, {"slug": "bob"})

    assert refused.status_code == 400
    assert not KeptAnswer.objects.exists()
    assert send(logger).status_code == 201


def test_a_conflict_is_kept_with_where_the_row_is(logger):
    make_forecaster("bob", name="Bob")
    first = send(logger)
    again = send(logger)

    assert (first.status_code, again.status_code) == (409, 409)
    assert errors_of(first) == errors_of(again)
    assert first.headers["Location"] == again.headers["Location"]
    assert again.headers["Content-Type"] == "application/problem+json"


def test_a_fault_of_ours_keeps_nothing(logger, monkeypatch):
    def fail(**_):
        raise ZeroDivisionError

    logger.client.raise_request_exception = False
    with monkeypatch.context() as patch:
        patch.setattr("forecasts.api.views.articles.record_forecaster", fail)
        failed = send(logger)

    assert failed.status_code == 500
    assert failed.json()["type"] == "/api/v1/problems/error/"
    assert not KeptAnswer.objects.exists()
    assert send(logger).status_code == 201


def test_another_token_has_other_keys(logger, administrator):
    assert send(logger).status_code == 201
    assert send(administrator, {"slug": "eve", "name": "Eve"}).status_code == 201
    assert KeptAnswer.objects.count() == 2


@pytest.mark.parametrize("key", ["", " ", "a b", "ü", "x" * 256])
def test_a_key_that_is_none_is_refused(key, logger):
    answer = send(logger, key=key)

    assert answer.status_code == 400
    assert "1 to 255 visible ASCII characters" in errors_of(answer)["Idempotency-Key"]
    assert not Forecaster.objects.filter(slug="bob").exists()


def test_the_longest_key_works(logger):
    assert send(logger, key="x" * 255).status_code == 201
    assert send(logger, key="x" * 255).headers["Idempotency-Replayed"] == "true"


def test_a_key_does_not_open_what_the_token_may_not_do(program_with, reader):
    assert send(reader).status_code == 401
    assert send(program_with("read")).status_code == 403
    assert not KeptAnswer.objects.exists()


def test_an_action_below_a_row_takes_a_key_too(resolver):
    prediction = make_prediction(rules=[])
    path, body = f"predictions/{prediction.pk}/verdicts/", {"verdict": "YES", "reason": "It was sent, as all saw."}

    first, again = send(resolver, body, path=path), send(resolver, body, path=path)

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert prediction.resolutions.count() == 1


def test_a_file_of_events_takes_a_key_too(ingester):
    def send_file(content: bytes):
        return ingester.client.post(
            "/api/v1/imports/events/?source=wire", content, content_type="application/x-ndjson",
            headers={"Idempotency-Key": "file-1"},
        )  # fmt: skip

    first, again, other = send_file(EVENTS), send_file(EVENTS), send_file(EVENTS.replace(b"sent", b"held"))

    assert (first.status_code, again.status_code, other.status_code) == (200, 200, 422)
    assert first.json() == again.json()
    assert first.json()["new"] == 1, first.json()
    assert Event.objects.count() == 1


def test_a_repeated_body_is_not_read_without_a_bound(logger, settings):
    send(logger)
    settings.IMPORT_MAX_BYTES = 10

    assert send(logger).status_code == 413


def test_an_answer_is_forgotten_after_its_time_and_not_before(logger):
    send(logger)

    with time_machine.travel(timezone.now() + KEPT_FOR - timedelta(minutes=1), tick=False):
        call_command("forget_answers", stdout=StringIO())
        assert send(logger).headers["Idempotency-Replayed"] == "true"
    with time_machine.travel(timezone.now() + KEPT_FOR + timedelta(minutes=1), tick=False):
        out = StringIO()
        call_command("forget_answers", stdout=out)
        assert out.getvalue() == "1 forgotten\n"
        assert send(logger).status_code == 409


def test_answers_are_kept_for_a_day_at_least():
    assert timedelta(hours=24) <= KEPT_FOR
