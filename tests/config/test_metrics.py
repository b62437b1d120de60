"""What Prometheus is told, and who may read it."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from redis import Redis

from forecasts.models import JobRun, Prediction, Upload
from tests.builders import NOW, cover, make_prediction, make_source

TOKEN = "shown-by-prometheus"
pytestmark = pytest.mark.django_db


@pytest.fixture
def read(client, settings):
    """The page as Prometheus reads it, and from it one number by its name and labels."""
    settings.METRICS_TOKEN = TOKEN

    def _read(name: str = "") -> float | str:
        page = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).content.decode()
        if not name:
            return page
        (number,) = re.findall(rf"^{re.escape(name)} (\S+)$", page, re.MULTILINE)
        return float(number)

    return _read


def test_without_the_setting_there_is_no_such_page(client):
    assert client.get("/metrics").status_code == 404


@pytest.mark.parametrize("shown", ["", "Bearer wrong", f"Bearer {TOKEN}x", f"Basic {TOKEN}"])
def test_who_does_not_show_the_token_reads_nothing(client, settings, shown):
    settings.METRICS_TOKEN = TOKEN

    answer = client.get("/metrics", headers={"Authorization": shown})

    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")
    assert b"aftercast" not in answer.content


def test_work_that_waits_is_counted_with_how_long_it_has(read):
    prediction = make_prediction()
    Prediction.objects.filter(pk=prediction.pk).update(next_check_at=timezone.now() - timedelta(minutes=3))

    assert read("aftercast_predictions_due") == 1
    assert 179 < read("aftercast_sweep_lag_seconds") < 300


@pytest.mark.parametrize(("minutes", "n_due", "least", "most"), [(2, 1, 119, 240), (-2, 0, 0, 0)])
def test_a_check_that_failed_waits_from_when_it_may_be_tried_again(read, minutes, n_due, least, most):
    prediction = make_prediction()
    now = timezone.now()
    times = {"next_check_at": now - timedelta(hours=6), "retry_at": now - timedelta(minutes=minutes)}
    Prediction.objects.filter(pk=prediction.pk).update(attempts=1, **times)

    assert read("aftercast_predictions_due") == n_due
    assert least <= read("aftercast_sweep_lag_seconds") <= most


@pytest.mark.parametrize(
    ("attempts", "ended_at", "going_on", "stuck"), [(0, None, 1, 0), (5, None, 0, 1), (5, NOW, 0, 0)]
)
def test_long_files_are_counted(read, attempts, ended_at, going_on, stuck):
    editor = User.objects.create_user("editor")
    Upload.objects.create(
        name="calls.csv", topic="weather", content=b"", sent_by=editor, sent_at=NOW, n_rows=1, attempts=attempts, ended_at=ended_at
    )  # fmt: skip

    assert (read("aftercast_uploads_going_on"), read("aftercast_uploads_stuck")) == (going_on, stuck)


def test_nothing_due_is_no_lag(read):
    assert read("aftercast_predictions_due") == 0
    assert read("aftercast_sweep_lag_seconds") == 0


def test_each_source_tells_how_old_its_coverage_is(read):
    now = timezone.now()
    cover(to=now - timedelta(days=2), now=now)
    make_source(slug="silent")

    assert 2 * 86_400 <= read('aftercast_source_coverage_age_seconds{source="wire"}') < 2 * 86_400 + 60
    assert 'source="silent"' not in read()


def test_jobs_tell_how_they_went(read):
    at = timezone.now() - timedelta(minutes=10)
    JobRun.objects.create(
        name="sweep",
        first_run_at=at,
        started_at=at,
        succeeded_at=at,
        n_runs=7,
        n_failures=2,
        last_error="ValueError: odd",
    )

    assert read('aftercast_job_failures{job="sweep"}') == 2
    assert read('aftercast_job_is_failing{job="sweep"}') == 1
    assert 600 <= read('aftercast_job_age_seconds{job="sweep"}') < 660


def test_messages_that_wait_for_a_worker_are_counted(read, settings):
    with Redis.from_url(settings.CACHE_URL) as broker:
        broker.rpush("celery", "a message")
        waiting = broker.llen("celery")

        assert read("aftercast_queue_length") == waiting
        broker.delete("celery")


def test_a_broker_that_is_away_is_told_and_the_rest_stays(read, settings):
    settings.CACHE_URL = "redis://127.0.0.1:1/0"

    assert read("aftercast_broker_up") == 0
    assert read("aftercast_predictions_due") == 0
    assert "aftercast_queue_length" not in read()


def test_requests_are_measured_by_view_and_not_by_address(client, read):
    client.get("/api/v1/predictions/00000000-0000-0000-0000-000000000000/")

    page = read()
    assert 'aftercast_request_seconds_count{method="GET",status="404",view="api:predictions-detail"}' in page
    assert "00000000-0000" not in page
