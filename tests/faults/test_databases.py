"""Databases that are full, locked or cut off: nothing is recorded in part, it is told, and work goes on by itself."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest

from .disks import Disk
from .report import IS_CAMPAIGN, Tally, report
from .rig import Rig, answer_of, asked, wait_until

LOCK_SECONDS, SLACK = 3, 2.5


@pytest.fixture
def disk(tmp_path) -> Iterator[Disk]:
    made = Disk(megabytes=96)
    yield made
    made.remove()


@pytest.mark.parametrize("vendor", ["postgresql", "sqlite"])
def test_a_full_disk_is_told_and_leaves_nothing_in_part(vendor, disk, rig_on):
    rig, count = rig_on(vendor, disk=disk.folder), 20
    rig.fill(count)
    token, address = rig.token(), f"{rig.start_web()}/api/v1/forecasters/"

    def write(name: str):
        body = {"slug": name, "name": name.title(), "description": "a" * 500}
        return answer_of(address, body=body, token=token)

    disk.fill()
    written, refused = [], None
    while refused is None and len(written) < 500:
        answer = write(f"written-{len(written)}")
        if answer.status == 201:
            written.append(answer)
        else:
            refused = answer
    assert refused is not None, "the disk is not full"
    rig.start_worker()
    rig.start_beat()
    wait_until(lambda: rig.told("swept") > 0 or "job_not_noted" in rig.log.read_text(errors="replace"), seconds=90)
    full = rig.run("manage", "ledger", "verify")
    disk.empty()
    after = [write(f"after-{number}").status for number in range(3)]
    rig.finish()

    tally = rig.clean_tally()
    assert (refused.status, refused.headers["Retry-After"]) == (503, "2"), refused.body
    assert full.returncode == 0, full.stdout + full.stderr
    assert after == [201, 201, 201]
    assert rig.count("forecasts_forecaster WHERE slug LIKE 'written-%'") == len(written)
    result = f"503 with Retry-After after {len(written)} more rows; the ledger was whole; it went on by itself"
    told = {"times": 1, "database": vendor, "result": result, "tally": tally}
    report("F13", fault="a full disk", **told, written=len(written))


@contextmanager
def locked(rig: Rig, statement: str) -> Iterator[None]:
    """Hold a lock as somebody does who forgot to commit."""
    with psycopg.connect(rig.database.address) as connection:
        connection.execute(statement)
        yield
        connection.rollback()


def test_a_lock_that_is_not_given_back_holds_up_nobody_for_long(rig_on):
    rig, count = rig_on("postgresql"), 20
    rig.fill(count)
    token, address = rig.token(), rig.start_web()
    asked(f"{address}/api/v1/forecasters/")
    (held,) = rig.database.rows("SELECT id FROM forecasts_prediction ORDER BY id LIMIT 1")[0]
    with locked(rig, "LOCK TABLE forecasts_forecaster"):
        answers = [
            timed(f"{address}/api/v1/forecasters/?ordering=slug"),
            timed(f"{address}/api/v1/forecasters/", body={"slug": "late", "name": "Late"}, token=token),
        ]
        alive = asked(f"{address}/healthz")
    rig.make_due(count)
    with locked(rig, f"SELECT 1 FROM forecasts_prediction WHERE id = '{held}' FOR UPDATE"):
        swept, decided = rig.run("manage", "sweep"), count - rig.undecided()
    later = asked(f"{address}/api/v1/forecasters/", body={"slug": "late", "name": "Late"}, token=token)
    rig.start_worker_and_beat()
    rig.finish()

    tally = rig.clean_tally()
    assert [(answer.status, answer.headers["Retry-After"]) for answer, _ in answers] == [(503, "2")] * 2
    assert max(seconds for _, seconds in answers) < LOCK_SECONDS + SLACK
    assert (alive, later, swept.returncode, decided) == (200, 201, 0, count - 1)
    slowest = max(seconds for _, seconds in answers)
    result = f"503 with Retry-After in {slowest:.1f} s; the sweep decided the {decided} others"
    told = {"times": 2, "database": "postgresql", "result": result, "tally": tally}
    report("F14", fault="a lock that is not given back", **told, slowest=slowest)


def test_a_statement_that_takes_too_long_is_ended(rig_on):
    rig = rig_on("postgresql")
    rig.fill(1)
    address = rig.start_web(STATEMENT_TIMEOUT_MS="1000")
    asked(f"{address}/api/v1/forecasters/")
    with locked(rig, "LOCK TABLE forecasts_forecaster"):
        answer, seconds = timed(f"{address}/api/v1/forecasters/?ordering=slug")
    again = asked(f"{address}/api/v1/forecasters/")

    assert (answer.status, answer.headers["Retry-After"], again) == (503, "2", 200)
    assert 1 <= seconds < 1 + SLACK
    told = {"times": 1, "database": "postgresql", "result": f"503 after {seconds:.1f} s", "tally": Tally(1)}
    report("F14s", fault="a statement that takes longer than it may", **told, seconds=seconds)


def timed(address: str, **more):
    """An answer, and after how many seconds it came."""
    began = time.monotonic()
    return answer_of(address, **more), time.monotonic() - began


def test_a_writer_of_a_file_that_is_killed_leaves_it_whole(rig_on, dice):
    rig, kills = rig_on("sqlite"), 50 if IS_CAMPAIGN else 8
    rig.fill(1)
    began, acknowledged = time.monotonic(), 0
    done = rig.run("tests.faults.killing", str(kills), str(dice.randrange(1000)))

    assert done.returncode == 0, done.stderr[-2000:]
    acknowledged = int(done.stdout)
    stored = rig.count("forecasts_forecaster WHERE slug LIKE 'killed-%'")
    assert acknowledged > 0
    assert stored >= acknowledged
    assert rig.doctor()["breaches"] == 0
    result = f"the file was whole each time; {acknowledged} rows were acknowledged and {acknowledged} are there"
    told = {"times": kills, "database": "sqlite", "result": result, "tally": Tally(acknowledged)}
    report("F19", fault="writer killed", **told, seconds=time.monotonic() - began)
