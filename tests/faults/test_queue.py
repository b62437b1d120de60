"""The queue may lose, double and garble what it likes: what is due is in the database."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from .messages import QUEUE, SWEEP, message, push
from .report import IS_CAMPAIGN, Tally, report
from .rig import asked, wait_until


def test_two_beats_ask_twice_and_everything_happens_once(rig_on):
    rig = rig_on("postgresql")
    rig.fill(30)
    rig.start_worker_and_beat()
    rig.start_beat("second-beat")
    rig.make_due(30)
    before, began = rig.told("swept"), time.monotonic()
    rig.finish()
    wait_until(lambda: rig.told("swept") >= before + 10, seconds=60)

    tally, seconds = rig.clean_tally(), time.monotonic() - began
    sweeps = rig.told("swept") - before
    result = f"all decided once by {sweeps} sweeps"
    told = {"times": 1, "database": "postgresql", "result": result, "tally": tally}
    report("F4", fault="two beats at once", **told, sweeps=sweeps, seconds=seconds)


def test_an_emptied_queue_costs_one_interval(rig_on):
    rig = rig_on("postgresql")
    rig.fill(30)
    rig.make_due(30)
    push(rig, *[message(SWEEP) for _ in range(44)])
    rig.redis.flush()
    assert rig.redis.client().llen(QUEUE) == 0
    rig.start_worker_and_beat()
    seconds = wait_until(lambda: not rig.undecided(), seconds=30)

    tally = rig.clean_tally()
    told = {"times": 44, "database": "postgresql", "result": "all decided by the next sweep", "tally": tally}
    report("F6", fault="task lost with the queue", **told, seconds=seconds)


def test_a_worker_goes_on_when_redis_comes_back(rig_on):
    rig = rig_on("postgresql")
    rig.fill(20)
    rig.start_worker_and_beat()
    kills = 5 if IS_CAMPAIGN else 1
    waits = []
    for _ in range(kills):
        rig.redis.kill()
        time.sleep(2)
        rig.redis.start()
        left = rig.undecided()
        rig.make_due(20 // kills)
        waits.append(wait_until(lambda left=left: rig.undecided() == left - 20 // kills, seconds=60))

    tally = rig.clean_tally()
    assert rig.is_running("worker")
    result = f"the worker stayed, and decided at most {max(waits):.0f} s after Redis was back"
    told = {"times": kills, "database": "postgresql", "result": result, "tally": tally}
    report("F7", fault="Redis killed and started again", **told, seconds=max(waits))


def test_without_redis_and_workers_a_command_decides(rig_on):
    rig = rig_on("sqlite")
    rig.fill(20)
    rig.make_due(20)
    rig.redis.kill()
    swept = rig.run("manage", "sweep")

    assert swept.returncode == 0, swept.stderr
    tally = rig.clean_tally()
    told = {"times": 1, "database": "sqlite", "result": "all decided by `manage.py sweep`", "tally": tally}
    report("F9", fault="no Redis, no worker", **told)


REFUSED: dict[str, Callable[[], str]] = {
    "no message": lambda: '{"not": "a message"}',
    "an unknown task": lambda: message("os.system", args=["true"]),
    "too many arguments": lambda: message(SWEEP, args=[1, 2, 3]),
    "an unknown argument": lambda: message(SWEEP, kwargs={"limit": 0}),
    "a body that is no JSON": lambda: message(SWEEP, body="[[], {"),
    "a pickle": lambda: message(SWEEP).replace("application/json", "application/x-python-serialize"),
}
UNREADABLE = {
    "a bare pickle": b"\x80\x04\x95\x0a\x00\x00\x00\x00\x00\x00\x00\x8c\x02id\x94.",
    "bytes": b"\xff\x00\xfe" * 100,
}


def test_poisoned_messages_stop_no_worker(rig_on):
    rig = rig_on("postgresql")
    rig.fill(5)
    rig.start_worker_and_beat()
    for poison in REFUSED.values():
        push(rig, poison())
        time.sleep(0.3)
    rig.make_due(5)
    seconds = wait_until(lambda: not rig.undecided(), seconds=60)

    tally = rig.clean_tally()
    assert rig.is_running("worker")
    result = f"the worker stayed, and decided {seconds:.1f} s later"
    told = {"times": len(REFUSED), "database": "postgresql", "result": result, "tally": tally}
    report("F10", fault=f"poisoned message: {', '.join(REFUSED)}", **told, seconds=seconds)


def test_what_is_no_message_at_all_ends_a_worker_once(rig_on):
    """Celery stops at bytes that are no JSON; the message is gone, so the worker that is started next goes on."""
    rig = rig_on("postgresql")
    rig.fill(5)
    rig.start_worker_and_beat()
    for junk in UNREADABLE.values():
        push(rig, junk)
        wait_until(lambda: not rig.is_running("worker"), seconds=60)
        rig.kill("worker")
        rig.start_worker()
    rig.make_due(5)
    seconds = wait_until(lambda: not rig.undecided(), seconds=60)

    tally = rig.clean_tally()
    assert rig.is_running("worker")
    result = f"each ended one worker; the next decided {seconds:.1f} s later"
    told = {"times": len(UNREADABLE), "database": "postgresql", "result": result, "tally": tally}
    report("F10b", fault="bytes in the queue that are no JSON", **told, seconds=seconds)


def test_messages_that_waited_too_long_are_dropped(rig_on):
    rig, down = rig_on("postgresql"), 30 if IS_CAMPAIGN else 8
    rig.fill(5)
    rig.start_beat()
    wait_until(lambda: rig.redis.client().llen(QUEUE) >= down - 2, seconds=120)
    rig.make_due(5)
    waiting = rig.redis.client().llen(QUEUE)
    rig.end("beat")
    time.sleep(4)
    rig.start_worker()
    wait_until(lambda: not rig.redis.client().llen(QUEUE), seconds=60)
    time.sleep(1)
    swept = rig.told("swept")
    rig.start_beat()
    rig.finish()

    tally = rig.clean_tally()
    assert swept == 0
    result = f"{waiting} old messages dropped, 0 run; decided by the next"
    told = {"times": 1, "database": "postgresql", "result": result, "tally": tally}
    report("F18", fault=f"no worker for {down + 4} intervals", **told, waiting=waiting)


def test_messages_that_come_twice_and_in_disorder_are_worked_off_once(rig_on, dice):
    rig, count = rig_on("postgresql"), 2_000 if IS_CAMPAIGN else 100
    rig.fill(40)
    messages = [message(SWEEP) for _ in range(count // 2)] * 2
    dice.shuffle(messages)
    rig.make_due(40)
    push(rig, *messages)
    for name in ("worker-one", "worker-two"):
        rig.start_worker(name)
    wait_until(lambda: not rig.redis.client().llen(QUEUE), seconds=300)
    rig.start_beat()
    rig.finish()

    tally = rig.clean_tally()
    told = {"times": count, "database": "postgresql", "result": "all decided once", "tally": tally}
    report("F22", fault="message that comes twice and in disorder", **told)


def test_a_frozen_redis_holds_up_no_reader_and_loses_no_write(rig_on):
    rig, rounds, n_reads = rig_on("postgresql"), 48 if IS_CAMPAIGN else 4, 4
    rig.fill(3)
    token, address = rig.token(), f"{rig.start_web()}/api/v1"

    def ask(number: int) -> list[float]:
        """Read some lists and write one row, and return how long each took."""
        body = {"slug": f"late-{number}", "name": f"Late {number}"}
        reads = [seconds_of(lambda: asked(f"{address}/predictions/"), expected=200) for _ in range(n_reads)]
        write = seconds_of(lambda: asked(f"{address}/forecasters/", body=body, token=token), expected=201)
        return [*reads, write]

    rig.redis.freeze()
    with ThreadPoolExecutor(4) as clients:
        times = [each for taken in clients.map(ask, range(rounds)) for each in taken]
    rig.redis.thaw()

    lost = rounds - rig.count("forecasts_forecaster WHERE slug LIKE 'late-%'")
    assert lost == 0
    assert max(times) < 5
    result = f"{len(times)} requests answered, the slowest in {max(times):.1f} s, none with an error"
    told = {"times": len(times), "database": "postgresql", "result": result, "tally": Tally(rounds)}
    report("F8", fault="request while Redis answers nobody", **told, slowest=max(times))


def seconds_of(ask: Callable[[], int], *, expected: int) -> float:
    """How long a request took, which must be answered as expected."""
    began = time.monotonic()
    assert ask() == expected
    return time.monotonic() - began
