"""The sweep as it runs in earnest: real Celery processes, the embedded Redis, committed rows."""

import json
import os
import signal

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from forecasts.models import JobRun, Prediction, Resolution, Score
from tests.admin.pages import add_page, errors_after, event_input, prediction_input
from tests.builders import cover, make_article, make_prediction, make_source, make_topic, make_world
from tests.examined import breaches
from tests.journeys.conftest import wait_until

WORKER = ("worker", "--concurrency=1", "--loglevel=INFO", "--without-gossip", "--without-mingle")


def test_a_prediction_typed_in_the_admin_is_resolved_by_a_worker_and_scored_in_the_api(start, tmp_path):
    editor, reader = Client(), Client()
    editor.force_login(User.objects.create_superuser("editor"))
    make_world()
    article, topic, source = make_article(), make_topic(), make_source()

    start(*WORKER)
    start("beat", "--loglevel=INFO")
    typed = errors_after(editor, add_page("prediction"), prediction_input(article, topic=topic.pk, probability="0.7"))
    told = errors_after(editor, add_page("event"), event_input(source))
    wait_until(lambda: Resolution.objects.filter(verdict="YES").exists())
    answer = reader.get("/api/v1/accuracy/", {"forecaster": "ada-byron", "topic": "aid"}).json()

    brier = next(score for score in answer["scores"] if score["name"] == "BRIER")
    assert (typed, told) == ({}, {})
    assert (answer["n"], round(brier["value"], 10)) == (1, 0.09)
    assert JobRun.objects.get(name="sweep").last_error == ""
    lines = [json.loads(line) for line in (tmp_path / "celery.log").read_text().splitlines() if line.startswith("{")]
    swept = [line for line in lines if line["event"] == "swept"]
    assert all(line["task_id"] and line["task"] == "forecasts.tasks.sweep" for line in swept)
    assert any("request_id" in line for line in swept), "no sweep names the request that asked for it"


@pytest.mark.any_database
def test_killing_the_workers_loses_nothing_and_doubles_nothing(start):
    now = timezone.now()
    predictions = [make_prediction(title=f"Claim {n}", statement=f"Claim {n}.", now=now) for n in range(60)]
    cover(now=now)
    start("beat", "--loglevel=INFO")
    for _ in range(2):
        worker = start(*WORKER)
        before = Resolution.objects.count()
        wait_until(lambda before=before: Resolution.objects.count() > before or _is_done(), seconds=120)
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()
        Prediction.objects.filter(verdict="").update(next_check_at=now)

    start(*WORKER)
    wait_until(_is_done, seconds=120)

    assert breaches(now=timezone.now()) == []
    assert Resolution.objects.count() == len(predictions) == 60
    assert Score.objects.count() == 2 * 60
    assert set(Prediction.objects.values_list("verdict", flat=True)) == {"NO"}


def _is_done() -> bool:
    return not Prediction.objects.filter(verdict="").exists()
