"""How long each step of the tables holds its locks where a million events are recorded: at most as long as it takes."""

import os
import time

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from tests.benchmarks.ratios import keep
from tests.benchmarks.test_many_events import copy_event
from tests.builders import make_event

N_EVENTS, MOST_SECONDS = 10**6 if os.environ.get("BENCH_FULL") == "1" else 10**4, 2
# Before that what events are is written otherwise, and gone through row by row.
FIRST = "0007_event_records"

pytestmark = [
    pytest.mark.benchmark, pytest.mark.postgresql, pytest.mark.django_db(transaction=True), pytest.mark.timeout(1800),
]  # fmt: skip


def step_to(name: str) -> float:
    """Seconds that a step takes; past the guard that would keep what is recorded."""
    executor = MigrationExecutor(connection)
    began = time.perf_counter()
    executor.migrate([("forecasts", name)])
    return time.perf_counter() - began


def test_each_step_takes_little_where_many_events_are_recorded(capsys):
    copy_event(make_event(), numbers=range(N_EVENTS))
    names = sorted(name for app, name in MigrationExecutor(connection).loader.disk_migrations if app == "forecasts")
    later = names[names.index(FIRST) :]

    for name in later[-2::-1]:
        step_to(name)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM forecasts_eventversion")
        assert cursor.fetchone()[0] > N_EVENTS
        cursor.execute("VACUUM ANALYZE")
    took = {name: step_to(name) for name in later[1:]}

    with capsys.disabled():
        print(f"\nSteps of the tables with {N_EVENTS:,} events (goal {MOST_SECONDS} s each):")
        for name, seconds in sorted(took.items(), key=lambda item: -item[1])[:8]:
            print(f"  {name}: {seconds:.1f} s ({'reached' if seconds <= MOST_SECONDS else 'MISSED'})")
    keep(f"steps of the tables with {N_EVENTS} events", took)
