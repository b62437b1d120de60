"""Answers about slices are kept as they were rendered, and worked out again as soon as anything in the slice changes."""

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis.extra.django import TestCase

from forecasts.services.settlement import settle_prediction
from tests.builders import NOW, make_prediction
from tests.histories import STEPS, decide, forecast, take, three_predictions
from tests.soundness.profiles import SECONDS, effort

ADDRESSES = [
    "/api/v1/accuracy/",
    "/api/v1/accuracy/?topic=aid&bands=true",
    "/api/v1/calibration/?forecaster=ada-byron",
    "/api/v1/accuracy/?outlet=the-example&retrospective=false",
]


@pytest.fixture
def decided(db):
    prediction = make_prediction(rules=[])
    decide(prediction, "YES")
    return prediction


@pytest.mark.parametrize("address", ADDRESSES)
def test_the_same_question_is_answered_from_what_is_kept(client, decided, django_assert_max_num_queries, address):
    first = client.get(address)

    with django_assert_max_num_queries(2):
        again = client.get(address)

    assert (again.status_code, again.content, again["ETag"]) == (200, first.content, first["ETag"])
    assert again["Content-Type"] == "application/json"


@pytest.mark.parametrize("address", ADDRESSES)
def test_whoever_has_the_answer_gets_no_body_in_as_few_queries(client, decided, django_assert_max_num_queries, address):
    etag = client.get(address)["ETag"]

    with django_assert_max_num_queries(2):
        again = client.get(address, headers={"If-None-Match": etag})

    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_late_forecast_changes_the_answer_once_it_is_settled(client, decided, address):
    before = client.get(address)

    forecast(decided, "0.2", days=1)
    settle_prediction(prediction_id=decided.pk, now=NOW)

    assert client.get(address, headers={"If-None-Match": before["ETag"]}).status_code == 200


@pytest.mark.parametrize("address", ADDRESSES)
def test_what_is_kept_is_given_with_every_header_and_counted(client, decided, address, time_machine):
    # A budget begins anew with each minute.
    time_machine.move_to(timezone.now().replace(second=10), tick=False)
    first, again = client.get(address), client.get(address)

    apart = {"X-Request-ID", "RateLimit-Remaining", "RateLimit-Reset"}
    assert first.headers.keys() == again.headers.keys()
    assert {name: first[name] for name in first.headers.keys() - apart} == {
        name: again[name] for name in again.headers.keys() - apart
    }
    assert int(again["RateLimit-Remaining"]) == int(first["RateLimit-Remaining"]) - 1


@pytest.mark.parametrize("accepted", ["application/json", "text/html, */*;q=0.1", "application/*"])
def test_whatever_else_a_reader_accepts_what_is_kept_is_found(client, decided, django_assert_num_queries, accepted):
    client.get(ADDRESSES[0])

    with django_assert_num_queries(1):
        assert client.get(ADDRESSES[0], headers={"Accept": accepted}).status_code == 200
    assert client.get(ADDRESSES[0], headers={"Accept": "text/html"}).status_code == 406


def test_what_is_kept_is_given_to_nobody_who_may_not_read(client, decided, settings):
    client.get(ADDRESSES[0])
    settings.PUBLIC_READ = False

    assert client.get(ADDRESSES[0]).status_code == 401


@pytest.mark.django_db
def test_a_question_that_is_refused_is_refused_again(client):
    first, again = (client.get("/api/v1/accuracy/?topic=nowhere") for _ in range(2))

    assert (first.status_code, again.status_code) == (400, 400)


@pytest.mark.any_database
class AnyHistory(TestCase):
    @pytest.mark.timeout(SECONDS)
    @effort(2)
    @given(STEPS)
    def test_after_any_step_of_any_history_what_is_kept_is_what_would_be_worked_out(self, steps):
        cache.clear()
        client = Client()
        predictions = three_predictions()
        for step in steps:
            take(step, predictions=predictions)
            kept = [client.get(address).content for address in ADDRESSES]
            for address, body in zip(ADDRESSES, kept, strict=True):
                # A parameter that changes nothing: asked anew, and kept under another name.
                joined = "&" if "?" in address else "?"
                assert client.get(f"{address}{joined}weighting=PER_PREDICTION").content == body
                cache.clear()
                assert client.get(address).content == body
