"""Whatever is killed, every prediction is decided once and scored once."""

import time
from collections import Counter
from functools import partial

import pytest

from .report import IS_CAMPAIGN, Tally, report
from .rig import Rig, wait_until

IN_A_TRANSACTION = """pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
AND state IN ('active', 'idle in transaction') AND query ~ '^(INSERT|UPDATE|COMMIT)'"""


def strike(rig: Rig, *, vendor: str, seconds: float) -> bool:
    """Wait until a worker writes, and return whether it was seen to; SQLite does not tell."""
    ends = time.monotonic() + seconds
    while vendor == "postgresql" and time.monotonic() < ends:
        if rig.count(IN_A_TRANSACTION):
            return True
    time.sleep(seconds if vendor == "sqlite" else 0)
    return False


@pytest.mark.parametrize("vendor", [pytest.param("postgresql", marks=pytest.mark.push), "sqlite"])
def test_workers_killed_while_they_write_lose_and_double_nothing(vendor, rig_on, dice):
    kills, each = {"postgresql": (24, 55), "sqlite": (12, 42)}[vendor] if IS_CAMPAIGN else (2, 40)
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
        if kill % 8 == 1:
            rig.redis.flush()
            flushes += 1
    rig.start_worker()
    rig.finish()

    tally = rig.clean_tally()
    assert tally.records == kills * each
    if vendor == "sqlite":
        assert rig.database.rows("PRAGMA integrity_check") == [("ok",)]
    seconds = time.monotonic() - began
    number = "F1" if vendor == "postgresql" else "F1s"
    caught = f", {in_writing} of them while it wrote" if vendor == "postgresql" else ""
    result = f"all decided after {seconds:.0f} s"
    fault = f"worker killed{caught}, and the queue emptied {flushes} times"
    told = {"times": kills + flushes, "database": vendor, "result": result, "tally": tally}
    report(number, fault=fault, **told, kills=kills, flushes=flushes, in_writing=in_writing, seconds=seconds)


@pytest.mark.parametrize("vendor", [pytest.param("postgresql", marks=pytest.mark.push), "sqlite"])
def test_two_beats_and_everything_killed_in_turns_lose_and_double_nothing(vendor, rig_on, dice):
    n_faults, each = {"postgresql": (45, 30), "sqlite": (20, 30)}[vendor] if IS_CAMPAIGN else (4, 16)
    rig, began = rig_on(vendor), time.monotonic()
    rig.fill(n_faults * each)
    programs = {"worker": rig.start_worker, "beat-one": rig.start_beat, "beat-two": rig.start_beat}
    for name, start in programs.items():
        start(name)

    def kill_and_start_again(name):
        rig.kill(name)
        programs[name](name)

    def kill_redis():
        rig.redis.kill()
        time.sleep(1)
        rig.redis.start()

    # The most telling ones first: a push draws each of these once.
    faults = {"PostgreSQL crashed": rig.database.cluster.crash} if vendor == "postgresql" else {}
    faults |= {"worker": partial(kill_and_start_again, "worker"), "Redis emptied": rig.redis.flush}
    faults |= {beat: partial(kill_and_start_again, beat) for beat in ("beat-one", "beat-two")}
    faults["Redis killed"] = kill_redis
    deck = [name for _ in range(n_faults) for name in faults][:n_faults]
    dice.shuffle(deck)
    for name in deck:
        rig.make_due(each)
        time.sleep(dice.uniform(0.5, 4))
        faults[name]()
    rig.finish()

    tally, compared = rig.clean_tally(), rig.run("manage", "rebuild_scorecards", "--check")
    assert compared.returncode == 0, compared.stdout + compared.stderr
    drawn = ", ".join(f"{count} × {name}" for name, count in sorted(Counter(deck).items()))
    seconds = time.monotonic() - began
    told = {"times": n_faults, "database": vendor, "result": f"all decided after {seconds:.0f} s", "tally": tally}
    report("F2", fault=f"with two beats, in turns: {drawn}", **told, seconds=seconds)


def test_a_database_that_crashes_again_and_again_loses_nothing(rig_on, dice):
    crashes, each = (12, 126) if IS_CAMPAIGN else (2, 40)
    rig, began = rig_on("postgresql"), time.monotonic()
    rig.fill(crashes * each)
    rig.start_beat()
    for number in range(3):
        rig.start_worker(f"worker-{number}")
    wait_until(lambda: rig.told("swept") > 0, seconds=60)
    for _ in range(crashes):
        rig.make_due(each)
        strike(rig, vendor="postgresql", seconds=dice.uniform(0.5, 2))
        rig.database.cluster.crash()
    rig.finish()

    tally, errors = rig.clean_tally(), rig.log.read_text(errors="replace").count("raised unexpected")
    seconds = time.monotonic() - began
    result = f"all decided after {seconds:.0f} s; {errors} tasks failed and came again"
    told = {"times": crashes, "database": "postgresql", "result": result, "tally": tally}
    report("F3", fault="PostgreSQL crashed under three workers", **told, errors=errors, seconds=seconds)


@pytest.mark.parametrize("vendor", ["postgresql", "sqlite"])
def test_a_long_file_is_recorded_once_whoever_is_killed_on_the_way(vendor, rig_on, dice):
    kills, part = ({"postgresql": 3, "sqlite": 1}[vendor] if IS_CAMPAIGN else 1), 2_000
    patience = {"postgresql": 20, "sqlite": dice.uniform(0.1, 3)}[vendor]
    rig, in_writing, began = rig_on(vendor), 0, time.monotonic()
    n_rows = (kills + 1) * part
    filled = rig.run("tests.faults.fill", "upload", str(n_rows))
    assert filled.returncode == 0, filled.stderr[-2000:]
    rig.start_beat()
    for _ in range(kills):
        rig.start_worker()
        wait_until(lambda: rig.count("forecasts_upload WHERE attempts > 0") > 0, seconds=60)
        in_writing += strike(rig, vendor=vendor, seconds=patience)
        rig.kill("worker")
        assert rig.count("forecasts_forecast") == rig.database.rows("SELECT n_done FROM forecasts_upload")[0][0]
        rig.database.execute("UPDATE forecasts_upload SET retry_at = NULL, attempts = 0")  # As if its time were over.
    rig.start_worker()
    wait_until(lambda: rig.count("forecasts_upload WHERE ended_at IS NULL") == 0, seconds=120)

    n_forecasts, n_questions = rig.count("forecasts_forecast"), rig.count("forecasts_prediction")
    tally = Tally(
        n_rows, lost=n_rows - n_questions, doubled=n_forecasts - n_questions, breaches=rig.doctor()["breaches"]
    )
    assert tally == Tally(n_rows)
    assert rig.count("forecasts_score") == 2 * n_rows
    seconds = time.monotonic() - began
    result = f"each part is there whole or not at all, and all of it after {seconds:.0f} s"
    number = "F24" if vendor == "postgresql" else "F24s"
    caught = f", {in_writing} times while it wrote" if vendor == "postgresql" else ""
    told = {"times": kills, "database": vendor, "result": result, "tally": tally}
    report(
        number, fault=f"worker killed that records a long file{caught}", **told, in_writing=in_writing, seconds=seconds
    )
