"""
Many at once on one database: `python -m tests.faults.crowd WORK PROCESSES THREADS EACH` prints what came of it, as JSON.

So many processes of so many threads begin together, and each thread does its work so many times. Counted is what each
time came to: the word that the work returns, or the error.
"""

import json
import multiprocessing
import random
import sys
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import django

WHY = "The ministry corrected itself."


@dataclass(frozen=True)
class Turn:
    """Whose turn it is: which of the threads of all processes, and for which time."""

    worker: int
    number: int

    def __str__(self) -> str:
        return f"{self.worker}-{self.number}"


def append(turn: Turn) -> str:
    """Record one row, which leaves one entry in the ledger."""
    from django.utils import timezone

    from tests.builders import make_forecaster

    make_forecaster(f"writer-{turn}", now=timezone.now())
    return "recorded"


def sign(turn: Turn) -> str:
    """Record one row; the first of all signs the ledger each time, too."""
    from django.utils import timezone

    from forecasts.services.checkpoints import desk, make_checkpoint

    recorded = append(turn)
    if turn.worker:
        return recorded
    make_checkpoint(desk=desk(), now=timezone.now())
    return "signed"


def count(turn: Turn) -> str:
    """Read a number, and write the next one."""
    from django.db import transaction

    from forecasts.models import Forecaster

    with transaction.atomic():
        counter = Forecaster.objects.select_for_update().get(slug="ada-byron")
        counter.name = str(int(counter.name) + 1)
        counter.save()
    return "counted"


def settle(turn: Turn) -> str:
    """Settle the only prediction there is."""
    from django.utils import timezone

    from forecasts.models import Prediction
    from forecasts.services.settlement import settle_prediction

    found = settle_prediction(prediction_id=Prediction.objects.get().pk, now=timezone.now())
    return "decided" if found else "nothing to record"


def race(turn: Turn) -> str:
    """Settle a prediction while the event that it rests on is corrected: of two workers, each does one of the two."""
    from django.utils import timezone

    from forecasts.models import Event, Prediction
    from forecasts.services.events import correct_event, draft_of
    from forecasts.services.settlement import settle_prediction

    pair, is_correction = divmod(turn.worker, 2)
    name = f"{pair}-{turn.number}"
    time.sleep(random.Random(str(turn)).uniform(0, 0.02))
    if not is_correction:
        settle_prediction(prediction_id=Prediction.objects.get(title=f"Claim {name}").pk, now=timezone.now())
        return "settled"
    event = Event.objects.get(external_id=name)
    draft = draft_of(event.versions.get())
    moved = timedelta(days=30 if draft.occurred_from < DEADLINE else -30)
    other = replace(draft, occurred_from=draft.occurred_from + moved, occurred_until=draft.occurred_until + moved)
    correct_event(event=event, draft=replace(other, known_at=timezone.now()), reason=WHY, now=timezone.now())
    return "corrected"


DEADLINE = datetime(2025, 3, 1, tzinfo=UTC)
WORKS: dict[str, Callable[[Turn], str]] = {
    "append": append, "sign": sign, "count": count, "settle": settle, "race": race,
}  # fmt: skip


def in_turn(name: str, *, worker: int, each: int, barrier: Any) -> Counter[str]:
    """What the work of one thread came to; the connection is open before all begin."""
    from django.db import connection

    told: Counter[str] = Counter()
    connection.ensure_connection()
    barrier.wait(timeout=120)
    for number in range(each):
        try:
            told[WORKS[name](Turn(worker, number))] += 1
        except Exception as error:  # Whatever it is, it is counted.
            told[f"{type(error).__name__}: {error}"[:200]] += 1
    connection.close()
    return told


def process(name: str, first: int, threads: int, each: int, barrier: Any, results: Any) -> None:
    """The work of all threads of one process."""
    with ThreadPoolExecutor(threads) as pool:
        works = [pool.submit(in_turn, name, worker=first + n, each=each, barrier=barrier) for n in range(threads)]
    results.put(sum((work.result() for work in works), Counter()))


def crowd(name: str, *, processes: int, threads: int, each: int) -> Counter[str]:
    """What the work of everybody came to."""
    forked = multiprocessing.get_context("fork")
    barrier, results = forked.Barrier(processes * threads), forked.Queue()
    running = [
        forked.Process(target=process, args=(name, n * threads, threads, each, barrier, results))
        for n in range(processes)
    ]
    for one in running:
        one.start()
    told = sum((results.get(timeout=600) for _ in running), Counter())
    for one in running:
        one.join()
    return told


if __name__ == "__main__":
    django.setup()
    what, *numbers = sys.argv[1:]
    n_processes, n_threads, n_each = map(int, numbers)
    began = time.monotonic()
    came_to = crowd(what, processes=n_processes, threads=n_threads, each=n_each)
    sys.stdout.write(json.dumps({"came_to": came_to, "seconds": time.monotonic() - began}))
