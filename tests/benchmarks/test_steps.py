"""How long who records must wait while each step of the tables is taken where a million events are recorded."""

import itertools
import threading
import time
from contextlib import closing

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from tests.benchmarks.ratios import keep
from tests.benchmarks.test_many_events import EVENTS, FULL, copy_event
from tests.builders import make_event

N_EVENTS, MOST_SECONDS = 10**6 if FULL else 10**4, 2
EVERY_SECONDS = 0.01
# Before that what events are is written otherwise, and gone through row by row.
FIRST = "0007_event_records"

pytestmark = [
    pytest.mark.benchmark, pytest.mark.postgresql, pytest.mark.django_db(transaction=True), pytest.mark.timeout(1800),
]  # fmt: skip


class Recorder(threading.Thread):
    """
    Takes the lock that recording an event takes, again and again, one table at a time.

    Attributes:
        waited: The longest that it had to wait, in seconds, since it was last set to 0.
    """

    def __init__(self) -> None:
        super().__init__()
        self.waited, self._is_done = 0.0, threading.Event()

    def run(self) -> None:
        tables = itertools.cycle(model._meta.db_table for model in EVENTS)
        with closing(connection.copy()) as ours, ours.cursor() as cursor:
            cursor.execute("SET lock_timeout = 0")
            while not self._is_done.wait(EVERY_SECONDS):
                began = time.monotonic()
                cursor.execute(f"BEGIN; LOCK TABLE {next(tables)} IN ROW EXCLUSIVE MODE; COMMIT")
                self.waited = max(self.waited, time.monotonic() - began)

    def __enter__(self) -> "Recorder":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        assert self.is_alive(), "nobody recorded beside the steps"
        self._is_done.set()
        self.join()


def step_to(name: str) -> None:
    """Take a step; past the guard that would keep what is recorded."""
    MigrationExecutor(connection).migrate([("forecasts", name)])


def step_beside(recorder: Recorder, name: str) -> tuple[float, float]:
    """Take a step, and return after how many seconds it was, and for how many who records had to wait."""
    recorder.waited, began = 0.0, time.monotonic()
    step_to(name)
    took = time.monotonic() - began
    time.sleep(5 * EVERY_SECONDS)  # Who still waits notes it now.
    return took, recorder.waited


def test_who_records_hardly_waits_for_any_step_where_many_events_are_recorded(capsys, record_property):
    copy_event(make_event(), numbers=range(N_EVENTS))
    names = sorted(name for app, name in MigrationExecutor(connection).loader.disk_migrations if app == "forecasts")
    later = names[names.index(FIRST) :]

    for name in later[-2::-1]:
        step_to(name)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM forecasts_eventversion")
        assert cursor.fetchone()[0] > N_EVENTS
        cursor.execute("VACUUM ANALYZE")
    with Recorder() as recorder:
        told = {name: step_beside(recorder, name) for name in later[1:]}

    with capsys.disabled():
        print(f"\nSteps of the tables with {N_EVENTS:,} events (goal: who records waits {MOST_SECONDS} s at most):")
        for name, (took, waited) in sorted(told.items(), key=lambda item: item[1])[:-9:-1]:
            print(f"  {name}: {took:.1f} s, waited for {waited:.2f} s")
    keep(f"steps of the tables with {N_EVENTS} events", {name: waited for name, (_, waited) in told.items()})
    record_property("times", len(told))
    assert max(waited for _, waited in told.values()) <= MOST_SECONDS
