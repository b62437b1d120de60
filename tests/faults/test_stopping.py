"""Whoever is told to stop ends what it began; what it does not know is left to whoever does."""

import signal
import time

import pytest

from .messages import QUEUE, SWEEP, message, push
from .older import THEIRS
from .report import IS_CAMPAIGN, report
from .rig import wait_until

WRITING = (
    "pg_stat_activity WHERE datname = current_database() AND state <> 'idle' AND query ~ '^(INSERT|UPDATE|COMMIT)'"
)
LONGEST = 60


@pytest.mark.parametrize("sent", ["SIGTERM", "SIGQUIT"])
def test_a_worker_that_is_told_to_stop_leaves_nothing_half_done(sent, rig_on):
    rig, count = rig_on("postgresql"), 500 if IS_CAMPAIGN else 60
    rig.fill(count)
    rig.start_worker_and_beat()
    rig.make_due(count)
    wait_until(lambda: rig.count(WRITING) > 0, seconds=60, every=0.01)
    seconds = rig.end("worker", with_signal=getattr(signal, sent), seconds=LONGEST)
    # What it had not begun is due still, and what it had claimed and not ended comes again.
    decided, examined = count - rig.undecided(), rig.doctor()["breaches"]
    rig.start_worker()
    rig.finish()

    tally = rig.clean_tally()
    assert examined == 0
    assert decided in (0, count), "a batch is decided as a whole"
    result = f"it ended after {seconds:.1f} s, with {decided} decided; the next decided the rest"
    told = {"times": 1, "database": "postgresql", "result": result, "tally": tally}
    report(f"F15{'' if sent == 'SIGTERM' else 'q'}", fault=f"{sent} to a worker that writes", **told, seconds=seconds)


def test_two_releases_on_one_queue_lose_no_work(rig_on):
    rig, count = rig_on("postgresql"), 20
    rig.fill(count)
    rig.start_worker("older", app="tests.faults.older")
    rig.start_beat()
    rig.make_due(count)
    wait_until(lambda: unknown(rig, SWEEP) >= 2, seconds=90)
    discarded, waiting = unknown(rig, SWEEP), rig.undecided()
    rig.start_worker("newer")
    wait_until(lambda: not rig.undecided(), seconds=90)
    rig.end("older")
    push(rig, *[message(THEIRS, kwargs={"limit": 10}) for _ in range(5)])
    wait_until(lambda: unknown(rig, THEIRS) == 5 and not rig.redis.client().llen(QUEUE), seconds=30)
    time.sleep(0.5)

    tally = rig.clean_tally()
    assert waiting == count, "the older release decided by a task that it does not know"
    assert rig.is_running("newer")
    result = f"{discarded} and 5 messages were discarded; the sweep of the newer decided all"
    told = {"times": discarded + 5, "database": "postgresql", "result": result, "tally": tally}
    report("F16", fault="message of another release", **told)


def unknown(rig, task: str) -> int:
    """How many messages were discarded because nobody knew their task."""
    return rig.log.read_text(errors="replace").count(f"Received unregistered task of type '{task}'")
