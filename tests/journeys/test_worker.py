"""The sweep as it runs in earnest: real Celery processes, the embedded Redis, committed rows."""

import json

from django.contrib.auth.models import User
from django.test import Client

from forecasts.models import JobRun, Resolution
from tests.admin.pages import add_page, errors_after, event_input, prediction_input
from tests.builders import make_article, make_source, make_topic, make_world
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
