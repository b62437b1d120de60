"""How much more eight workers do than one who settle predictions of the same slices at the same time, on PostgreSQL."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence

import pytest
from django.conf import settings
from django.db import connection

from forecasts.models import Forecast, LevelCell, Posting, Prediction, Scope
from forecasts.services.rebuilds import check_scopes
from tests.benchmarks.crowds import analyse, copy_prediction, identifier
from tests.benchmarks.histories import FORECASTERS, add_forecasters, add_forecasts
from tests.benchmarks.ratios import keep
from tests.benchmarks.servers import environment
from tests.builders import NOW, make_event, make_prediction

# A turn settles as many by one worker as by eight together; the first batch of each worker only warms it up.
WORKERS, ROUNDS, BATCH, BATCHES, FORECASTS = 8, 4, 5, 16, 20

RECKONING = "sum(number % 7 for number in range(10**7))"

pytestmark = [
    pytest.mark.benchmark,
    pytest.mark.timeout(1800),
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="On SQLite all writers are one: give DATABASE_URL"),
]


def test_eight_workers_on_the_same_slices_do_more_than_one_and_lose_nothing(capsys):
    n_all = ROUNDS * (2 * BATCHES + WORKERS + 1) * BATCH
    batches = _open_predictions(n_all)
    best: dict[int, float] = {}
    for number in range(ROUNDS):
        for n_workers in (1, WORKERS) if number % 2 else (WORKERS, 1):
            mine = [batches.pop() for _ in range(BATCHES + n_workers)]
            took = _settled(mine, n_workers=n_workers)
            best[n_workers] = min(took, best.get(n_workers, took))

    ratio, most = best[1] / best[WORKERS], _most_that_can_be()
    with capsys.disabled():
        print(
            f"\n{WORKERS} workers who settle predictions of the same slices: {ratio:.2f} x the work of one "
            f"(best of {ROUNDS} turns each; {BATCH * BATCHES / best[WORKERS]:.0f} against {BATCH * BATCHES / best[1]:.0f} "
            f"predictions with {FORECASTS} forecasts a second, {BATCH} a transaction); "
            f"programs that only reckon do {most:.2f} x the work of one here"
        )
    keep("workers on the same slices", {"ratio": ratio, "most": most, "seconds": best})
    assert check_scopes() == []
    assert sum(LevelCell.objects.filter(scope__kind="ALL").values_list("rows", flat=True)) == n_all * FORECASTS
    assert Posting.objects.count() == Posting.objects.net().count() == n_all * FORECASTS
    assert Scope.objects.get(kind="ALL").counts["resolved"] == n_all


def _most_that_can_be() -> float:
    """How much more work all processors do than one, of programs that share nothing: processors may share a core."""
    n = os.cpu_count() or 1
    turns = [(_reckoned(1), _reckoned(n) / n) for _ in range(ROUNDS)]
    return min(one for one, _ in turns) / min(all_at_once for _, all_at_once in turns)


def _reckoned(n_programs: int) -> float:
    """How many seconds it takes so many programs to reckon, each the same."""
    began = time.perf_counter()
    running = [subprocess.Popen([sys.executable, "-c", RECKONING]) for _ in range(n_programs)]
    for program in running:
        program.wait()
    return time.perf_counter() - began


def _open_predictions(number: int) -> list[list[str]]:
    """Predictions of one topic and one article that an event on record decides, in batches."""
    original = make_prediction()
    make_event()
    copy_prediction(original, count=number, first=1)
    add_forecasters(original.holder, count=FORECASTS, first=0)
    add_forecasts(
        Forecast.objects.get(prediction=original),
        on=identifier(of=f"(n.i / {FORECASTS})"),
        by=identifier(of=f"(n.i %% {FORECASTS})", offset=FORECASTERS),
        first=FORECASTS,
        count=number * FORECASTS,
    )
    analyse()
    keys = Prediction.objects.exclude(pk=original.pk).order_by("pk").values_list("pk", flat=True)
    listed = [str(pk) for pk in keys]
    return [listed[begin : begin + BATCH] for begin in range(0, number, BATCH)]


def _settled(batches: Sequence[list[str]], *, n_workers: int) -> float:
    """How many seconds it takes workers, each a process of its own, to settle batches once all are ready."""
    workers = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.benchmarks.deciding"],
            env={**os.environ, **environment()},
            cwd=settings.BASE_DIR,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(n_workers)
    ]
    try:
        for place, worker in enumerate(workers):
            _tell(worker, json.dumps({"now": NOW.isoformat(), "batches": batches[place::n_workers]}))
        _heard(workers, "ready")
        began = time.perf_counter()
        for worker in workers:
            _tell(worker, "go")
        _heard(workers, "done")
        return time.perf_counter() - began
    finally:
        for worker in workers:
            worker.communicate(timeout=60)


def _tell(worker: subprocess.Popen[str], line: str) -> None:
    worker.stdin.write(f"{line}\n")
    worker.stdin.flush()


def _heard(workers: Sequence[subprocess.Popen[str]], expected: str) -> None:
    told = [worker.stdout.readline().strip() for worker in workers]
    assert told == [expected] * len(workers)
