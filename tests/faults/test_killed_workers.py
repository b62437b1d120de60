"""Whatever is killed, every prediction is decided once and scored once."""

import time

import pytest

from .report import IS_CAMPAIGN, report
from .rig import Rig, wait_until

IN_A_TRANSACTION = """pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
AND state IN ('active', 'idle in transaction') AND query ~ '^(INSERT|UPDATE|COMMIT)'"""
CLEAN = {"lost": 0, "doubled": 0, "unscored": 0, "breaches": 0}


def strike(rig: Rig, *, vendor: str, seconds: float) -> bool:
    """Wait until a worker writes, and return whether it was seen to; SQLite does not tell."""
    ends = time.monotonic() + seconds
    while vendor == "postgresql" and time.monotonic() < ends:
        if rig.count(IN_A_TRANSACTION):
            return True
    time.sleep(seconds if vendor == "sqlite" else 0)
    return False


def finish(rig: Rig, *, seconds: float) -> None:
    """Let what is left be due until all is decided."""

    def is_done() -> bool:
        rig.make_due(rig.undecided())
        return not rig.undecided()

    wait_until(is_done, seconds=seconds, every=1)


@pytest.mark.parametrize("vendor", ["postgresql", "sqlite"])
def test_workers_killed_while_they_write_lose_and_double_nothing(vendor, rig_on, dice):
    kills, each = {"postgresql": (24, 55), "sqlite": (12, 42)}[vendor] if IS_CAMPAIGN else (4, 25)
    rig, flushes, in_writing, began = rig_on(vendor), 0, 0, time.monotonic()
    rig.fill(kills * each)
    rig.start_beat()
    for kill in range(kills):
        rig.start_worker()
        left = rig.undecided()
        rig.make_due(each // 2)
        wait_until(lambda left=left: rig.undecided() < left, seconds=60)
        rig.make_due(each // 2)
        in_writing += strike(rig, vendor=vendor, seconds=dice.uniform(0.1, 2))
        rig.kill("worker")
        if kill % 8 == 3:
            rig.redis.flush()
            flushes += 1
    rig.start_worker()
    finish(rig, seconds=180)

    tally = rig.tally()
    assert vars(tally) == {"predictions": kills * each} | CLEAN
    seconds = time.monotonic() - began
    number = "F1" if vendor == "postgresql" else "F1s"
    caught = f", {in_writing} of them while it wrote" if vendor == "postgresql" else ""
    result = f"{tally.predictions} of {tally.predictions} decided, 0 lost, 0 doubled"
    fault = f"{kills} kills of the worker{caught}, {flushes} times an emptied queue"
    report(number, fault=fault, database=vendor, result=result, kills=kills, in_writing=in_writing, seconds=seconds)
