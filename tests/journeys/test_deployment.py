"""The programs of a deployment, started by the very commands of its files, work together and end gracefully."""

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from config.celery import app
from config.children import spawn, stop
from config.embedded_redis import free_port
from forecasts.models import Prediction
from forecasts.tasks import sweep
from tests.builders import cover, make_prediction
from tests.config.test_deployment_files import COMPOSE, commands_of_compose, commands_of_units
from tests.journeys.conftest import environment, wait_until

pytestmark = pytest.mark.any_database

BIN = Path(sys.executable).parent
TOKEN = "read-by-prometheus"


@pytest.fixture
def run(committed, tmp_path) -> Iterator[Callable[..., subprocess.Popen]]:
    """Start a service of the compose file by its command, on the test's database and Redis, with a log of its own."""
    running: list[subprocess.Popen] = []
    ours = environment(tmp_path) | {
        "BIND": f"127.0.0.1:{free_port()}",
        "METRICS_TOKEN": TOKEN,
        "STATIC_FROM_SOURCE": "1",
    }

    def _run(service: str, **changes: str) -> subprocess.Popen:
        command = [part.replace("/tmp/", f"{tmp_path}/") for part in commands_of_compose()[service]]
        with (tmp_path / f"{service}.log").open("wb") as log:
            running.append(spawn([BIN / command[0], *command[1:]], environment=ours | changes, output=log))
        running[-1].port = int(ours["BIND"].rpartition(":")[2])
        return running[-1]

    yield _run
    for process in running:
        stop(process, patience_seconds=15)


def get(port: int, path: str, **headers: str) -> tuple[int, str]:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as asked:
        asked.request("GET", path, headers=headers)
        answer = asked.getresponse()
        return answer.status, answer.read().decode()


def listens(port: int) -> bool:
    with closing(socket.socket()) as tried:
        return tried.connect_ex(("127.0.0.1", port)) == 0


def test_a_request_that_names_two_hosts_is_refused(run):
    port = run("web", WEB_CONCURRENCY="1").port
    wait_until(lambda: listens(port))
    own = f"127.0.0.1:{port}"

    def asked(*hosts: str) -> tuple[int, str]:
        with closing(socket.create_connection(("127.0.0.1", port), timeout=30)) as connected:
            named = "".join(f"Host: {host}\r\n" for host in hosts)
            connected.sendall(f"GET /api/v1/topics/ HTTP/1.1\r\n{named}Connection: close\r\n\r\n".encode())
            answer = http.client.HTTPResponse(connected)
            answer.begin()
            return answer.status, answer.read().decode()

    assert asked(own)[0] == 200
    for hosts in ((own, "evil.example"), ("evil.example", own), (own, own)):
        status, told = asked(*hosts)
        assert status == 400, hosts
        assert "evil" not in told


def test_web_worker_and_beat_work_together_and_end_what_they_began(run, tmp_path):
    web, worker, beat = (run(name) for name in ("web", "worker", "beat"))
    port = web.port
    wait_until(lambda: listens(port))
    wait_until(lambda: '"sweep"' not in get(port, "/healthz/jobs")[1])
    ready, probed = get(port, "/readyz")[0], is_well_as_probed(port)
    # Answered by any of the workers, and counted together.
    for _ in range(6):
        get(port, "/healthz")
    _, measured = get(port, "/metrics", Authorization=f"Bearer {TOKEN}")
    prediction = make_prediction()
    cover()

    with half_a_request(port) as (send_the_rest, answer), a_sweep_at_work(since=time.time()):
        for process in (web, worker, beat):
            process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        alive = [process.poll() is None for process in (web, worker)]
        send_the_rest()
        status = answer()

    assert (ready, probed) == (200, True)
    (counted,) = re.findall(r'request_seconds_count\{.*"config\.health\.healthz"\} (\S+)', measured)
    assert float(counted) == 6
    assert alive == [True, True]
    assert status == 403, "the form without its token is read to the end, and then refused"
    assert [process.wait(timeout=60) for process in (web, worker, beat)] == [0, 0, 0]
    assert Prediction.objects.get(pk=prediction.pk).verdict == "NO"
    assert [json.loads(line) for line in (tmp_path / "web.log").read_text().splitlines()]


def is_well_as_probed(port: int) -> bool:
    probe = [sys.executable, "-m", "config.deploy.probe", "/readyz"]
    ours = os.environ | {"BIND": f"127.0.0.1:{port}"}
    return subprocess.run(probe, cwd=settings.BASE_DIR, env=ours, check=False).returncode == 0


@contextmanager
def a_sweep_at_work(*, since: float) -> Iterator[None]:
    """Hold up a sweep that began after an instant; where other tasks have taken the worker's places, let them end first."""
    for _ in range(60):
        with nobody_writes():
            if is_sweeping(since=since):
                yield
                return
        time.sleep(0.5)
    pytest.fail("no sweep began")


def is_sweeping(*, since: float) -> bool:
    """Whether a worker has begun a sweep after an instant, as it says itself; beat sends one every second."""
    for _ in range(4):
        time.sleep(0.5)
        at_work = app.control.inspect(timeout=5, limit=1).active() or {}
        tasks = [task for tasks in at_work.values() for task in tasks]
        if any(task["name"] == sweep.name and (task["time_start"] or 0) > since for task in tasks):
            return True
    return False


@contextmanager
def half_a_request(port: int) -> Iterator[tuple[Callable[[], None], Callable[[], int]]]:
    """A form that has arrived in part, so that its request is being served; the rest, and the status of the answer."""
    with closing(socket.create_connection(("127.0.0.1", port), timeout=60)) as wire:
        head = "POST /admin/login/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        wire.sendall(f"{head}Content-Length: 20\r\n\r\nusername=a".encode())
        time.sleep(0.3)
        yield lambda: wire.sendall(b"&password="), lambda: int(wire.recv(100).split()[1])


@contextmanager
def nobody_writes() -> Iterator[None]:
    """Hold up whoever settles, so that a sweep is at work."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("BEGIN IMMEDIATE")
        else:
            cursor.execute("BEGIN; LOCK TABLE forecasts_evaluation IN EXCLUSIVE MODE")
        yield
        cursor.execute("ROLLBACK")


def test_the_units_run_the_commands_of_the_compose_file():
    of_units = commands_of_units()

    for service in ("web", "worker", "beat"):
        wanted = [
            part for part in COMPOSE["services"][service]["command"] if part not in ("--schedule", "/tmp/schedule")
        ]
        assert of_units[f"aftercast-{service}"] == wanted
    assert of_units["aftercast-backup"][:3] == ["python", "manage.py", "backup"]
