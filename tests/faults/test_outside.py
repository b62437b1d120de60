"""What comes from outside, or does not answer there, stops nobody else."""

import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.receivers import receiving

from .report import Tally, report
from .rig import ROOT, Rig, wait_until

MEGABYTE = 1 << 20
MORE = 100
# Whom nobody answered, and who is left alone for a while.
DEAD = "attempts > 0 AND last_status IS NULL AND last_error <> '' AND next_attempt_at > now() + interval '20 seconds'"
GOOD = (
    '{"title": "Aid is sent %d", "event_type": "AID", "occurred_on": "2025-02-03", "topics": ["aid/military"], '
    '"actors": ["USA.GOV"], "external_id": "%d", "evidence": [{"url": "https://news.example/%d"}]}\n'
)
HEADER = "external_id,title,event_type,occurred_on,url\n"
BOMBS = {
    "a line of 64 MB": ("jsonl", lambda: iter(["{" + '"title": "', *["a" * MEGABYTE] * 64])),
    "100,000 lists in one another": ("jsonl", lambda: iter(['{"title": ', "[" * 100_000, "]" * 100_000, "}\n"])),
    "a number of a million digits": ("jsonl", lambda: iter(['{"title": ', "9" * 1_000_000, "}\n"])),
    "a quotation mark that is never closed": (
        "csv",
        lambda: iter([HEADER, '1,"', *["a,b\n" * (MEGABYTE // 4)] * 32]),
    ),
    "a cell of 32 MB": ("csv", lambda: iter([HEADER, "1,", *["a" * MEGABYTE] * 32])),
    "an archive": ("csv", lambda: iter(["PK\x03\x04", *["\x00" * MEGABYTE] * 8])),
}


def test_files_that_are_bombs_are_refused_with_a_reason_and_little_memory(rig_on):
    rig = rig_on("postgresql")
    rig.fill(1)
    plain = rig.folder / "plain.jsonl"
    plain.write_text("".join(GOOD % (number, number, number) for number in range(20)))
    code, said, usual = import_of(rig, plain)
    assert code == 0, said
    before, peaks = rig.count("forecasts_eventversion"), {}
    for name, (ending, parts) in BOMBS.items():
        file = rig.folder / f"bomb.{ending}"
        with file.open("w") as stream:
            stream.writelines(parts())
        code, said, peaks[name] = import_of(rig, file)
        assert (code, "Traceback" in said) == (1, False), f"{name}: {said[-2000:]}"
        assert any(word in said for word in ("refused", "no JSON", "no header", "too long", "longer")), said[-2000:]
    again = import_of(rig, plain)[1]

    worst = max(peaks, key=peaks.__getitem__)
    assert rig.count("forecasts_eventversion") == before == 20
    assert "0 new, 20 unchanged" in again
    assert peaks[worst] < usual + MORE
    assert rig.doctor()["breaches"] == 0
    result = f"each refused with its reason; at most {peaks[worst] - usual:.0f} MB more than a file of 20 rows"
    told = {"times": len(BOMBS), "database": "postgresql", "result": result, "tally": Tally(20)}
    report("F21", fault=f"file: {', '.join(BOMBS)}", **told, peak=peaks[worst], usual=usual)


def import_of(rig: Rig, file: Path) -> tuple[int, str, float]:
    """The exit code of importing a file, what it said, and the megabytes it had in memory at most."""
    command = [sys.executable, "-m", "manage", "import_events", str(file), "--source", "wire"]
    limit = (2048 * MEGABYTE, 2048 * MEGABYTE)
    with (rig.folder / "import.log").open("w+") as log:
        process = subprocess.Popen(
            command,
            env=rig.environment(),
            cwd=ROOT,
            stdout=log,
            stderr=log,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, limit),
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        log.seek(0)
        return process.returncode, log.read(), usage.ru_maxrss / 1024


@pytest.fixture
def receivers() -> Iterator[tuple]:
    """Ten that listen, one that never answers, one that is not there."""
    with ExitStack() as stack:
        listening = [stack.enter_context(receiving()) for _ in range(10)]
        silent = stack.enter_context(receiving(lambda connection: time.sleep(30)))
        with receiving() as gone:
            pass
        yield listening, silent, gone


def test_receivers_that_are_dead_hold_up_no_other(rig_on, receivers):
    rig, (listening, silent, gone) = rig_on("postgresql"), receivers
    everybody = [*listening, silent, gone]
    hosts = {"WEBHOOK_ALLOW_HOSTS": ",".join(one.host for one in everybody), "WEBHOOK_SECONDS": "1"}
    rig.fill(5)
    done = rig.run("tests.faults.fill", "webhooks", *(str(one.port) for one in everybody), **hosts)
    assert done.returncode == 0, done.stderr[-2000:]
    rig.start_worker(**hosts)
    rig.start_beat(**hosts)
    rig.make_due(5)
    began = time.monotonic()
    wait_until(lambda: all(len(ids_in(one)) >= 5 for one in listening), seconds=150)
    seconds = time.monotonic() - began
    rig.finish()
    wait_until(
        lambda: rig.count(f"(SELECT DISTINCT webhook_id FROM forecasts_delivery WHERE {DEAD}) AS d") == 2, seconds=90
    )

    tally = rig.clean_tally()
    assert rig.count("forecasts_delivery WHERE attempts > 2") == 0
    assert all(len(set(ids_in(one))) == len(ids_in(one)) == 5 for one in listening)
    told = {"times": 2, "database": "postgresql", "tally": tally}
    result = f"{len(listening)} others were told everything within {seconds:.0f} s; the dead are waited for ever longer"
    report("F23", fault="a receiver that does not answer, or is not there", result=result, **told, seconds=seconds)


def ids_in(receiver) -> list[str]:
    return [request.headers["webhook-id"] for request in receiver.requests]
