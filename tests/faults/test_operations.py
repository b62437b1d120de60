"""What operators rely on: a backup taken while the service records is whole, and a service that runs on stays as it is."""

import json
import os
import time
from itertools import cycle

import numpy as np
import pytest

from .report import IS_CAMPAIGN, report
from .rig import Rig, asked, wait_until

SOAK_SECONDS = 600 if IS_CAMPAIGN else 40
EVERY, BREAK_EVERY = 5, 25 if IS_CAMPAIGN else 10
LARGEST_SLOPE, MEGABYTE = 1.0, 1 << 20
CONNECTIONS = "pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"


@pytest.mark.parametrize("vendor", ["postgresql", "sqlite"])
def test_a_backup_taken_while_others_record_is_whole_up_to_its_moment(vendor, rig_on, cluster):
    rig, count = rig_on(vendor), 300 if IS_CAMPAIGN else 60
    rig.fill(count)
    rig.start_worker_and_beat()
    rig.make_due(count // 2)
    keys = {"LEDGER_KEY_FILE": str(rig.folder / "keys" / "ledger.key")}
    signed = rig.run("manage", "ledger", "checkpoint", **keys)
    assert signed.returncode == 0, signed.stderr
    note = rig.folder / "checkpoint.note"
    note.write_text(signed.stdout.strip() + "\n")
    rig.start("writer", "tests.faults.crowd", "append", "1", "1", "1000000")
    wait_until(lambda: rig.count("forecasts_forecaster WHERE slug LIKE 'writer-%'") > 5, seconds=60)
    began = time.monotonic()
    backed_up = rig.run("manage", "backup", str(rig.folder / "backups"))
    taken = time.monotonic() - began
    assert backed_up.returncode == 0, backed_up.stderr
    assert rig.is_running("writer"), "nobody wrote while the backup was taken"
    (manifest,) = (rig.folder / "backups").glob("*.json")
    rig.finish()
    rig.kill("writer")
    began = time.monotonic()
    restored = empty_copy(rig, vendor=vendor, cluster=cluster)
    filled = rig.run("manage", "restore", str(manifest), **restored)
    restoring = time.monotonic() - began
    assert filled.returncode == 0, filled.stdout + filled.stderr
    verified = rig.run("manage", "ledger", "verify", "--tables", "--against", str(note), **keys, **restored)
    assert verified.returncode == 0, verified.stdout + verified.stderr

    tally, told_rows = rig.clean_tally(), json.loads(manifest.read_text())["rows"]
    entries = rig.count("forecasts_ledgerentry")
    after = entries - told_rows["forecasts_ledgerentry"]
    assert after > 0
    assert f"{told_rows['forecasts_ledgerentry']} entries, 1 checkpoints held against it" in verified.stdout
    result = (
        f"whole up to its moment in {restoring:.0f} s, and continues the checkpoint held outside; lost with the database "
        f"are the {after} entries made after it, of {entries}"
    )
    told = {"times": 1, "database": vendor, "result": result, "tally": tally}
    report("O3", fault="restored from a backup taken while others record", **told, seconds=taken, after=after)


def empty_copy(rig: Rig, *, vendor: str, cluster) -> dict[str, str]:
    """Where a backup can be restored."""
    if vendor == "sqlite":
        return {"DATABASE_URL": f"sqlite:///{rig.folder / 'restored.sqlite3'}"}
    name = rig.database.url.rpartition("/")[2].partition("?")[0]
    return {"DATABASE_URL": cluster.new_database(f"r{os.getpid()}_{len(name)}").url}


def test_a_service_that_runs_on_under_faults_stays_as_it_is(rig_on):
    rig = rig_on("postgresql")
    rig.fill(SOAK_SECONDS)
    rig.start_worker_and_beat()
    rig.start_worker("victim")
    rig.start_beat("beat-two")
    address = rig.start_web()

    def restart(name: str, start) -> None:
        rig.kill(name)
        start(name)

    def redis_away() -> None:
        rig.redis.kill()
        time.sleep(1)
        rig.redis.start()

    faults = cycle([
        lambda: restart("victim", rig.start_worker), rig.redis.flush, lambda: restart("beat-two", rig.start_beat), redis_away,
    ])  # fmt: skip
    began, n_faults, n_requests, samples = time.monotonic(), 0, 0, []
    while (passed := time.monotonic() - began) < SOAK_SECONDS:
        rig.make_due(EVERY)
        for path in ("/", "/api/v1/predictions/", "/api/v1/accuracy/?forecaster=ada-byron", "/healthz/jobs"):
            n_requests += asked(f"{address}{path}") in (200, 503)
        if passed > BREAK_EVERY * (n_faults + 1):
            next(faults)()
            n_faults += 1
        samples.append((passed, rig.memory("worker"), rig.memory("web"), rig.count(CONNECTIONS)))
        time.sleep(EVERY)
    rig.finish()

    tally = rig.clean_tally()
    slopes = {name: slope(samples, column) for column, name in ((1, "worker"), (2, "web"))}
    connections = [row[3] for row in samples]
    half = len(connections) // 2
    assert max(connections[half:]) <= max(connections[:half]) + 1, connections
    if IS_CAMPAIGN:
        assert max(slopes.values()) < LARGEST_SLOPE, samples
    result = (
        f"{SOAK_SECONDS} s, {n_requests} requests: memory grew by {slopes['worker']:.2f} (worker) and {slopes['web']:.2f} "
        f"(web) MB a minute; at most {max(connections)} connections"
    )
    told = {"times": n_faults, "database": "postgresql", "result": result, "tally": tally}
    report("O6", fault="worker, beat, queue or Redis broken while it runs on", **told, **slopes)


def slope(samples: list[tuple[float, ...]], column: int) -> float:
    """Megabytes a minute by which memory grew, once everything has been loaded."""
    later = samples[len(samples) // 3 :]
    return float(np.polyfit([row[0] / 60 for row in later], [row[column] / MEGABYTE for row in later], 1)[0])
