"""How long a scorecard takes as an answer of the API, worked out and unchanged, against an empty view under the same settings."""

import statistics
import time
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.db.models import F
from django.test import Client

from forecasts.api.throttling import AddressRate
from forecasts.models import Scope
from forecasts.services.rebuilds import rebuild_scopes
from forecasts.services.verdicts import record_verdict
from tests.benchmarks.histories import grow, look_at_rows
from tests.benchmarks.ratios import keep
from tests.builders import NOW, make_prediction

N_FORECASTS, ROUNDS = 100_000, 101
EMPTY, ACCURACY, CALIBRATION = "/plain/", "/api/v1/accuracy/?topic=bench", "/api/v1/calibration/?topic=bench"
GOALS = {"worked out": 4, "worked out, of calibration": 4, "worked out, with its newest calls": 4, "unchanged": 1.5}
WITH_CALLS = f"{ACCURACY}&include=calls"

pytestmark = [pytest.mark.benchmark, pytest.mark.django_db, pytest.mark.timeout(900)]


@pytest.mark.urls("tests.benchmarks.served_urls")
def test_a_scorecard_as_an_answer_against_an_empty_view(capsys, monkeypatch):
    monkeypatch.setattr(AddressRate, "rate", "1000000000/min", raising=False)
    original = make_prediction(rules=[], probability="0.7")
    editor = User.objects.create_user("editor")
    record_verdict(prediction_id=original.pk, verdict="YES", reason="It happened.", actor=editor, now=NOW)
    grow(original, forecasts=N_FORECASTS, first=0)
    rebuild_scopes()
    look_at_rows()
    client = Client()

    def ask(path: str) -> bytes:
        answer = client.get(path)
        assert answer.status_code == 200, answer.content
        return answer.content

    def change() -> None:
        Scope.objects.filter(kind="TOPIC", key="bench").update(revision=F("revision") + 1)

    ways: dict[str, tuple[str, Callable[[], object]]] = {
        "empty": (EMPTY, lambda: None),
        "unchanged": (ACCURACY, lambda: None),
        "worked out": (ACCURACY, change),
        "worked out, of calibration": (CALIBRATION, change),
        "worked out, with its newest calls": (WITH_CALLS, change),
    }
    before, times, worked = ask(ACCURACY), {name: [] for name in ways}, {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, (path, prepare) in ways.items():
            prepare()
            began, at_work = time.perf_counter(), time.process_time()
            ask(path)
            times[name].append(time.perf_counter() - began)
            worked[name].append(time.process_time() - at_work)
        # What the next round asks for unchanged is kept again.
        ask(ACCURACY)

    median, cpu = ({name: statistics.median(one) for name, one in found.items()} for found in (times, worked))
    with capsys.disabled():
        print(f"\nA scorecard of {N_FORECASTS:,} forecasts as an answer, in process ({connection.vendor}):")
        for name, goal in GOALS.items():
            ratio, least = median[name] / median["empty"], min(times[name]) / min(times["empty"])
            reached = "reached" if least <= goal else "MISSED"
            print(
                f"  {name}: {ratio:.1f} x an empty view under the same settings, {least:.1f} at best (goal {goal}, {reached}); "
                f"{median[name] * 1000:.2f} ms against {median['empty'] * 1000:.2f} ms; by our CPU time {cpu[name] / cpu['empty']:.1f} x, "
                f"{min(worked[name]) / min(worked['empty']):.1f} at best, {cpu[name] * 1000:.2f} ms against {cpu['empty'] * 1000:.2f} ms"
            )
            of_cpu = cpu[name] / cpu["empty"]
            keep(f"a scorecard as an answer, {name}", {"ratio": ratio, "least": least, "by_cpu": of_cpu, "goal": goal})
    assert ask(ACCURACY) == before
