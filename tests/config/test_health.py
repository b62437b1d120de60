"""Tests of the answers for load balancers, and of the headers on every answer."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from forecasts.models import JobRun


def test_alive_asks_nothing_else(client, django_assert_num_queries):
    answer = client.get("/healthz")

    assert (answer.status_code, answer.content) == (200, b"ok\n")


@pytest.mark.django_db
def test_ready_means_a_database_with_every_migration(client):
    answer = client.get("/readyz")

    assert answer.status_code == 200
    assert answer.json() == {"database": True, "migrations": True, "clock": True, "cache": True}


@pytest.mark.django_db
def test_a_lost_cache_is_told_and_everything_is_served_all_the_same(client, monkeypatch):
    def fail(*_, **__):
        raise ConnectionError("refused")

    monkeypatch.setattr(cache, "set", fail)

    answer = client.get("/readyz")

    assert answer.status_code == 200
    assert answer.json() == {"database": True, "migrations": True, "clock": True, "cache": False}


@pytest.mark.django_db
def test_a_database_without_the_last_migration_is_not_ready(client):
    last = MigrationRecorder.Migration.objects.filter(app="forecasts").order_by("name").last()
    MigrationRecorder.Migration.objects.filter(pk=last.pk).delete()

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json() == {"database": True, "migrations": False, "clock": True, "cache": True}


def ran(name: str, *, minutes_ago: float, succeeded: bool = True) -> None:
    at = timezone.now() - timedelta(minutes=minutes_ago)
    JobRun.objects.create(name=name, first_run_at=at, started_at=at, succeeded_at=at if succeeded else None)


@pytest.mark.django_db
def test_jobs_that_ran_lately_are_well(client):
    ran("sweep", minutes_ago=1)
    ran("send-webhooks", minutes_ago=1)

    answer = client.get("/healthz/jobs")

    assert (answer.status_code, answer.json()) == (200, {"late": {}})


@pytest.mark.django_db
def test_a_sweep_that_stands_still_for_five_minutes_is_named_and_the_process_is_alive(client):
    ran("sweep", minutes_ago=5.1)
    for often in ("make-pages", "send-webhooks", "reveal-sealed", "record-uploads"):
        ran(often, minutes_ago=1)

    answer = client.get("/healthz/jobs")

    assert answer.status_code == 503
    assert list(answer.json()["late"]) == ["sweep"]
    assert answer.json()["late"]["sweep"].startswith("last succeeded 20")
    assert client.get("/healthz").status_code == 200


@pytest.mark.django_db
def test_a_schedule_that_never_began_is_told(client):
    answer = client.get("/healthz/jobs")

    assert answer.status_code == 503
    assert answer.json()["late"]["sweep"] == "never succeeded"


def test_every_job_of_the_schedule_is_watched():
    assert settings.JOB_MAX_AGE.keys() == settings.CELERY_BEAT_SCHEDULE.keys()


def test_every_answer_forbids_what_it_does_not_need(client):
    policy = client.get("/healthz")["Content-Security-Policy"]

    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy


def test_a_request_keeps_its_well_formed_id(client):
    assert client.get("/healthz", headers={"X-Request-ID": "abcdef-123456"})["X-Request-ID"] == "abcdef-123456"


@pytest.mark.parametrize("offered", ["", "short", "x" * 65, "spaces in it", "new\tline-here"])
def test_a_malformed_id_is_replaced(client, offered):
    given = client.get("/healthz", headers={"X-Request-ID": offered})["X-Request-ID"]

    assert given != offered
    assert len(given) == 36
