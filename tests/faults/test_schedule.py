"""A schedule that stood still: it is told, nothing is asked for twice, and the first sweep takes all."""

import json
import shelve
import time
from datetime import timedelta
from pathlib import Path

from .report import report
from .rig import Rig, answer_of, asked, wait_until

SENT = "Sending due task sweep"
DEAD = timedelta(minutes=10)


def test_a_beat_that_was_dead_asks_once_for_all_that_it_missed(rig_on):
    rig, count = rig_on("postgresql"), 40
    rig.fill(count)
    rig.start_worker_and_beat()
    rig.end("beat")
    long_ago(rig.folder / "beat" / "celerybeat-schedule")
    rig.database.execute("UPDATE forecasts_prediction SET next_check_at = now() - interval '10 minutes'")
    late, sent, began = rig.doctor(), sent_by(rig), time.monotonic()
    rig.start_beat()
    seconds = wait_until(lambda: not rig.undecided(), seconds=90)
    wait_until(lambda: sent_by(rig) > sent, seconds=10)
    n_sent, passed = sent_by(rig) - sent, time.monotonic() - began

    tally = rig.clean_tally()
    assert [one["number"] for one in late["invariants"] if one["n_breaches"]] == ["I8"]
    assert n_sent <= passed + 2, "it catches up on 600 sweeps that nobody needs"
    result = f"all decided {seconds:.0f} s after it was back, by {n_sent} of the 600 sweeps that it missed"
    told = {"times": 1, "database": "postgresql", "result": result, "tally": tally}
    report("F5", fault="no beat for ten minutes", **told, seconds=seconds, sent=n_sent)


def test_a_sweep_that_stands_still_is_told_within_five_minutes_and_no_longer_than_it_does(rig_on):
    rig = rig_on("postgresql")
    rig.fill(5)
    rig.start_worker_and_beat()
    address = rig.start_web()
    before = late_jobs(address)
    rig.end("beat")
    wait_until(lambda: not rig.redis.client().llen("celery"), seconds=30)
    rig.database.execute("UPDATE forecasts_jobrun SET succeeded_at = succeeded_at - interval '5 minutes'")
    standing_still, is_alive = late_jobs(address), asked(f"{address}/healthz")
    rig.start_beat()
    seconds = wait_until(lambda: "sweep" not in late_jobs(address)[1], seconds=60)
    rig.finish()

    tally = rig.clean_tally()
    assert before[0] == 200
    assert (standing_still[0], "sweep" in standing_still[1], is_alive) == (503, True, 200)
    result = f"told by name while the web process is alive; well {seconds:.0f} s after beat was back"
    told = {"times": 1, "database": "postgresql", "result": result, "tally": tally}
    report("O1", fault="no sweep for five minutes", **told, seconds=seconds)


def late_jobs(address: str) -> tuple[int, dict[str, str]]:
    answer = answer_of(f"{address}/healthz/jobs")
    return answer.status, json.loads(answer.body)["late"]


def sent_by(rig: Rig) -> int:
    """How many sweeps beat has asked for."""
    return rig.log.read_text(errors="replace").count(SENT)


def long_ago(schedule: Path) -> None:
    """Let a beat find that it asked for everything last ten minutes ago."""
    with shelve.open(str(schedule)) as kept:  # noqa: S301 its own file
        entries = kept["entries"]
        for entry in entries.values():
            entry.last_run_at -= DEAD
        kept["entries"] = entries
