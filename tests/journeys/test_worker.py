"""The sweep as it runs in earnest: real Celery processes, the embedded Redis, committed rows."""

import os
import signal

from django.utils import timezone

from forecasts.models import Prediction, Resolution, Score
from tests.builders import cover, make_event, make_prediction
from tests.journeys.conftest import wait_until

WORKER = ("worker", "--concurrency=1", "--loglevel=INFO", "--without-gossip", "--without-mingle")


def test_a_worker_and_the_schedule_resolve_what_is_due(start):
    prediction = make_prediction()
    make_event()

    start(*WORKER)
    start("beat", "--loglevel=INFO")

    wait_until(lambda: Resolution.objects.filter(prediction=prediction, verdict="YES").exists())


def test_killing_the_workers_loses_nothing_and_doubles_nothing(start):
    now = timezone.now()
    predictions = [make_prediction(title=f"Claim {n}", statement=f"Claim {n}.", now=now) for n in range(60)]
    cover(now=now)
    start("beat", "--loglevel=INFO")
    for _ in range(4):
        worker = start(*WORKER)
        before = Resolution.objects.count()
        wait_until(lambda before=before: Resolution.objects.count() > before or _is_done(), seconds=30)
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()
        Prediction.objects.filter(verdict="").update(next_check_at=now)

    start(*WORKER)
    wait_until(_is_done, seconds=60)

    assert Resolution.objects.count() == len(predictions) == 60
    assert Score.objects.count() == 2 * 60
    assert set(Prediction.objects.values_list("verdict", flat=True)) == {"NO"}


def _is_done() -> bool:
    return not Prediction.objects.filter(verdict="").exists()
