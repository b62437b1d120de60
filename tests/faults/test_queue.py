"""The queue may lose, double and garble what it likes: what is due is in the database."""

import json
import time
from collections.abc import Callable

from .report import IS_CAMPAIGN, report
from .rig import Rig, asked, wait_until

QUEUE = "celery"
SWEEP = "forecasts.tasks.sweep"


def message(task: str, *, args: object = (), body: str | None = None) -> str:
    """A message as Celery puts it into the list; with a body of our own where one is given."""
    from kombu.utils.encoding import bytes_to_str
    from kombu.utils.uuid import uuid

    number = uuid()
    encoded = json.dumps([args, {}, {"callbacks": None, "errbacks": None, "chain": None, "chord": None}])
    properties = {
        "correlation_id": number,
        "delivery_mode": 2,
        "delivery_info": {"exchange": "", "routing_key": QUEUE},
        "priority": 0,
        "body_encoding": "utf-8",
        "delivery_tag": uuid(),
    }
    headers = {"lang": "py", "task": task, "id": number, "root_id": number, "parent_id": None, "group": None}
    content = {"body": bytes_to_str(body if body is not None else encoded), "content-encoding": "utf-8"}
    return json.dumps(content | {"content-type": "application/json", "headers": headers, "properties": properties})


def push(rig: Rig, *messages: str | bytes) -> None:
    with rig.redis.client() as client:
        client.lpush(QUEUE, *messages)


def ready(rig: Rig) -> None:
    """Let a worker and a beat run until the first sweep is over."""
    rig.start_worker()
    rig.start_beat()
    wait_until(lambda: rig.told("swept") > 0, seconds=90)


def test_two_beats_ask_twice_and_everything_happens_once(rig_on):
    rig = rig_on("postgresql")
    rig.fill(30)
    ready(rig)
    rig.start_beat("second-beat")
    rig.make_due(30)
    before, began = rig.told("swept"), time.monotonic()
    rig.finish()
    wait_until(lambda: rig.told("swept") >= before + 10, seconds=60)

    tally, seconds = rig.clean_tally(), time.monotonic() - began
    sweeps = rig.told("swept") - before
    result = f"{tally.predictions} of {tally.predictions} decided once by {sweeps} sweeps"
    report("F4", fault="two beats at once", database="postgresql", result=result, sweeps=sweeps, seconds=seconds)


def test_an_emptied_queue_costs_one_interval(rig_on):
    rig = rig_on("postgresql")
    rig.fill(30)
    rig.make_due(30)
    push(rig, *[message(SWEEP) for _ in range(44)])
    rig.redis.flush()
    assert rig.redis.client().llen(QUEUE) == 0
    ready(rig)
    seconds = wait_until(lambda: not rig.undecided(), seconds=30)

    tally = rig.clean_tally()
    result = f"{tally.predictions} of {tally.predictions} decided by the next sweep"
    report("F6", fault="44 tasks lost with the queue", database="postgresql", result=result, seconds=seconds)


def test_a_worker_goes_on_when_redis_comes_back(rig_on):
    rig = rig_on("postgresql")
    rig.fill(20)
    ready(rig)
    rig.redis.kill()
    time.sleep(2)
    rig.redis.start()
    rig.make_due(20)
    seconds = wait_until(lambda: not rig.undecided(), seconds=60)

    rig.clean_tally()
    assert rig.is_running("worker")
    result = f"the worker stayed, and decided {seconds:.0f} s after Redis was back"
    report("F7", fault="Redis killed and started again", database="postgresql", result=result, seconds=seconds)


def test_without_redis_and_workers_a_command_decides(rig_on):
    rig = rig_on("sqlite")
    rig.fill(20)
    rig.make_due(20)
    rig.redis.kill()
    swept = rig.run("manage", "sweep")

    assert swept.returncode == 0, swept.stderr
    tally = rig.clean_tally()
    result = f"{tally.predictions} of {tally.predictions} decided by `manage.py sweep`"
    report("F9", fault="no Redis, no worker", database="sqlite", result=result)


REFUSED: dict[str, Callable[[], str]] = {
    "no message": lambda: '{"not": "a message"}',
    "an unknown task": lambda: message("os.system", args=["true"]),
    "too many arguments": lambda: message(SWEEP, args=[1, 2, 3]),
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
    ready(rig)
    for poison in REFUSED.values():
        push(rig, poison())
        time.sleep(0.3)
    rig.make_due(5)
    seconds = wait_until(lambda: not rig.undecided(), seconds=60)

    rig.clean_tally()
    assert rig.is_running("worker")
    result = f"the worker stayed, and decided {seconds:.1f} s later"
    fault = f"{len(REFUSED)} poisoned messages: {', '.join(REFUSED)}"
    report("F10", fault=fault, database="postgresql", result=result, seconds=seconds)


def test_what_is_no_message_at_all_ends_a_worker_once(rig_on):
    """Celery stops at bytes that are no JSON; the message is gone, so the worker that is started next goes on."""
    rig = rig_on("postgresql")
    rig.fill(5)
    ready(rig)
    for junk in UNREADABLE.values():
        push(rig, junk)
        wait_until(lambda: not rig.is_running("worker"), seconds=60)
        rig.kill("worker")
        rig.start_worker()
    rig.make_due(5)
    seconds = wait_until(lambda: not rig.undecided(), seconds=60)

    rig.clean_tally()
    assert rig.is_running("worker")
    result = f"each ended one worker; the next decided {seconds:.1f} s later"
    report("F10b", fault="bytes in the queue that are no JSON", database="postgresql", result=result, seconds=seconds)


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

    rig.clean_tally()
    assert swept == 0
    result = f"{waiting} old messages dropped, 0 run; decided by the next"
    report("F18", fault=f"no worker for {down + 4} s", database="postgresql", result=result, waiting=waiting)


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
    result = f"{tally.predictions} of {tally.predictions} decided once"
    report("F22", fault=f"{count} messages, each twice, shuffled", database="postgresql", result=result)


def test_a_frozen_redis_holds_up_no_reader_and_loses_no_write(rig_on):
    rig = rig_on("postgresql")
    rig.fill(3)
    made = rig.run("manage", "createsuperuser", "--noinput", "--username=editor", "--email=editor@example.org")
    assert made.returncode == 0, made.stderr
    token = rig.run("manage", "create_token", "faults", "--scope", "admin", "--account", "editor").stdout.strip()
    address, times = f"{rig.start_web()}/api/v1", []
    rig.redis.freeze()
    for number in range(20 if IS_CAMPAIGN else 6):
        began = time.monotonic()
        assert asked(f"{address}/predictions/") == 200
        times.append(time.monotonic() - began)
        began = time.monotonic()
        body = {"slug": f"late-{number}", "name": f"Late {number}"}
        assert asked(f"{address}/forecasters/", body=body, token=token) == 201
        times.append(time.monotonic() - began)
    rig.redis.thaw()

    n_written = rig.count("forecasts_forecaster WHERE slug LIKE 'late-%'")
    assert n_written == len(times) // 2
    assert max(times) < 5
    result = (
        f"{len(times)} requests answered, the slowest in {max(times):.1f} s; {n_written} of {n_written} rows stored"
    )
    report("F8", fault="a Redis that answers nobody", database="postgresql", result=result, slowest=max(times))
