"""A service of our own to break: workers and beats as real processes on a private database and a private Redis."""

import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
import redis

from config.children import spawn, stop
from config.embedded_redis import START_SECONDS, find_redis_server, free_port

from .databases import Database
from .report import Tally

WORKER = ("worker", "--concurrency=2", "--loglevel=INFO", "--without-gossip", "--without-mingle", "--without-heartbeat")
ROOT = Path(__file__).parents[2]
PASSWORD, SECRET_KEY = "the-password-of-redis", "the-secret-key-of-tests"


class Redis:
    """A Redis that may be emptied, frozen and killed, and comes back at the same address."""

    def __init__(self, *, folder: Path) -> None:
        self.port = free_port()
        self.url = f"redis://:{PASSWORD}@127.0.0.1:{self.port}/0"
        self._folder = folder
        self.start()

    def start(self) -> None:
        options = {"port": self.port, "bind": "127.0.0.1", "requirepass": PASSWORD, "save": "", "dir": self._folder}
        arguments = [part for name, value in options.items() for part in (f"--{name}", str(value))]
        self._process = spawn([find_redis_server(), *arguments], output=subprocess.DEVNULL)
        wait_until(self._answers, seconds=START_SECONDS)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def flush(self) -> None:
        self.client().flushall()

    def freeze(self) -> None:
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._process.send_signal(signal.SIGCONT)

    def client(self) -> redis.Redis:
        return redis.Redis.from_url(self.url, socket_timeout=2)

    def stop(self) -> None:
        self.thaw()
        stop(self._process, patience_seconds=5)

    def _answers(self) -> bool:
        try:
            with self.client() as client:
                return bool(client.ping())
        except redis.RedisError:
            return False


@dataclass(frozen=True)
class Answer:
    """What our server said."""

    status: int
    headers: Mapping[str, str]
    body: str


class Rig:
    """Programs on one database and one Redis."""

    def __init__(self, *, folder: Path, database: Database, redis: Redis) -> None:
        self.folder = folder
        self.database = database
        self.redis = redis
        self.log = folder / "log"
        self._output = self.log.open("ab")
        self._secrets: list[str] = []
        self._programs: dict[str, subprocess.Popen[bytes]] = {}

    def environment(self, **changes: str) -> dict[str, str]:
        """What a program needs to work on this service; it sweeps every second."""
        ours = {
            "DATABASE_URL": self.database.url,
            "REDIS_URL": self.redis.url,
            "SECRET_KEY": SECRET_KEY,
            "VAR_DIR": str(self.folder),
            "SWEEP_SECONDS": "1",
            "ENV_FILE": os.devnull,
            "TLS": "0",
            "DJANGO_SETTINGS_MODULE": "config.settings",
        }
        return {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ} | ours | changes

    def start(self, name: str, *arguments: str, **changes: str) -> None:
        """Start a program of Python under a name; each keeps a folder of its own."""
        command = [sys.executable, "-m", *arguments]
        folder = self.folder / name
        folder.mkdir(exist_ok=True)
        environment = self.environment(VAR_DIR=str(folder), **changes)
        self._programs[name] = spawn(command, environment=environment, output=self._output)

    def start_worker(self, name: str = "worker", *arguments: str, app: str = "config", **changes: str) -> None:
        self.start(name, "celery", "-A", app, *WORKER, f"--hostname={name}@rig", *arguments, **changes)

    def start_beat(self, name: str = "beat", **changes: str) -> None:
        self.start(name, "celery", "-A", "config", "beat", "--loglevel=INFO", **changes)

    def start_worker_and_beat(self) -> None:
        """Let a worker and a beat run until the first sweep is over."""
        self.start_worker()
        self.start_beat()
        wait_until(lambda: self.told("swept") > 0, seconds=120)

    def start_web(self, **changes: str) -> str:
        """Start the web server and return its address."""
        address = f"127.0.0.1:{free_port()}"
        self.start(
            "web",
            "gunicorn",
            "config.wsgi",
            "--bind",
            address,
            "--threads",
            "4",
            "--worker-class",
            "gthread",
            **changes,
        )
        wait_until(lambda: is_served(f"http://{address}/healthz"), seconds=60)
        return f"http://{address}"

    def told(self, event: str) -> int:
        """How many lines of the log tell of an event."""
        return self.log.read_text(errors="replace").count(f'"event": "{event}"')

    def kill(self, name: str) -> None:
        """End a program and its children as a failing machine does."""
        process = self._programs.pop(name)
        with suppress(ProcessLookupError):  # It ended by itself.
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def end(self, name: str, *, with_signal: int = signal.SIGTERM, seconds: float = 60) -> float:
        """Ask a program to stop, and return after how many seconds it did."""
        process, began = self._programs.pop(name), time.monotonic()
        process.send_signal(with_signal)
        process.wait(timeout=seconds)
        return time.monotonic() - began

    def memory(self, name: str) -> int:
        """Bytes that a program and its children hold in memory."""
        group, held = self._programs[name].pid, 0
        for status in Path("/proc").glob("[0-9]*/stat"):
            with suppress(OSError):  # It ended just now.
                fields = status.read_text().rpartition(")")[2].split()
                held += int(fields[21]) * resource.getpagesize() if int(fields[2]) == group else 0
        return held

    def is_running(self, name: str) -> bool:
        return self._programs[name].poll() is None

    def run(self, *arguments: str, **changes: str) -> subprocess.CompletedProcess[str]:
        """Run a module with arguments to its end."""
        command = [sys.executable, "-m", *arguments]
        environment = self.environment(**changes)
        return subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=600)

    def fill(self, count: int) -> None:
        """Record so many predictions that a sweep can decide, none of them due."""
        done = self.run("tests.faults.fill", "predictions", str(count))
        assert done.returncode == 0, done.stderr[-2000:]

    def crowd(
        self, work: str, *, processes: int, threads: int = 1, each: int = 1, **changes: str
    ) -> tuple[dict[str, int], float]:
        """Let many work at once, and return what came of it, counted, and after how many seconds."""
        environment = self.patient() | changes
        done = self.run("tests.faults.crowd", work, *map(str, (processes, threads, each)), **environment)
        assert done.returncode == 0, done.stderr[-2000:]
        told = json.loads(done.stdout)
        return told["came_to"], told["seconds"]

    def patient(self) -> dict[str, str]:
        """The database as it is reached by who waits for a lock until it comes."""
        if self.database.vendor == "sqlite":
            return {"DATABASE_URL": f"{self.database.url}?timeout=60"}
        return {"DATABASE_URL": f"{self.database.url}&options=-c%20lock_timeout%3D60000%20-c%20timezone%3DUTC"}

    def token(self) -> str:
        """A token of an administrator, with which everything may be written."""
        made = self.run("manage", "createsuperuser", "--noinput", "--username=editor", "--email=editor@example.org")
        assert made.returncode == 0, made.stderr
        arguments = ("create_token", "faults", "--scope", "admin", "--account", "editor")
        issued = self.run("manage", *arguments)
        assert issued.returncode == 0, issued.stderr
        self._secrets.append(issued.stdout.strip())
        return self._secrets[-1]

    def make_due(self, count: int) -> None:
        """Let so many undecided predictions be due, those that were tried before among the first."""
        undecided = "SELECT id FROM forecasts_prediction WHERE verdict = '' ORDER BY attempts DESC, id LIMIT"
        self.database.execute(
            f"UPDATE forecasts_prediction SET next_check_at = {self.database.now}, retry_at = NULL WHERE id IN ({undecided} {count})"
        )

    def undecided(self) -> int:
        return self.count("forecasts_prediction WHERE verdict = ''")

    def count(self, what: str) -> int:
        return self.database.rows(f"SELECT count(*) FROM {what}")[0][0]

    def doctor(self) -> dict[str, Any]:
        """What `manage.py doctor` finds."""
        return json.loads(self.run("manage", "doctor", "--json").stdout)

    def tally(self) -> Tally:
        """Count the predictions, and those that are not decided once, scored twice and as they must be."""
        scores = "SELECT prediction_id, count(*) AS n FROM forecasts_resolution GROUP BY prediction_id"
        n = self.count("forecasts_prediction")
        return Tally(
            records=n,
            lost=n - self.count(f"({scores}) AS resolved"),
            doubled=self.count(f"({scores}) AS resolved WHERE n > 1"),
            unscored=2 * n - self.count("forecasts_score"),
            breaches=self.doctor()["breaches"],
        )

    def clean_tally(self) -> Tally:
        """Count, and fail the test where anything is lost, doubled or broken."""
        tally = self.tally()
        assert tally == Tally(tally.records), self.doctor()
        return tally

    def finish(self, *, seconds: float = 180) -> float:
        """Let what is left be due until all is decided, and return after how many seconds it was."""

        def is_done() -> bool:
            self.make_due(left := self.undecided())
            return not left

        return wait_until(is_done, seconds=seconds, every=0.5)

    def stop(self) -> None:
        """End everything that still runs."""
        for name in list(self._programs):
            self.kill(name)
        self._output.close()

    def tells_no_secret(self) -> None:
        """Fail the test where a program wrote into its log what nobody else may know."""
        said = self.log.read_text(errors="replace")
        assert [secret for secret in (PASSWORD, SECRET_KEY, *self._secrets) if secret in said] == []


def migrate(database: Database, *, folder: Path) -> None:
    """Make all tables, in a process of its own."""
    given = {"DATABASE_URL": database.url, "SECRET_KEY": SECRET_KEY, "VAR_DIR": str(folder), "ENV_FILE": os.devnull}
    command = [sys.executable, "-m", "manage", "migrate", "--verbosity=0"]
    subprocess.run(command, env=os.environ | given, cwd=ROOT, check=True, timeout=300)


def asked(address: str, *, body: dict[str, Any] | None = None, token: str = "") -> int:
    """Send a request to our own server, with a body as POST, and return the status of the answer."""
    return answer_of(address, body=body, token=token).status


def answer_of(address: str, *, body: dict[str, Any] | None = None, token: str = "") -> Answer:
    """Send a request to our own server, with a body as POST, and return the answer."""
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    content = None if body is None else json.dumps(body).encode()
    try:
        with urlopen(Request(address, data=content, headers=headers), timeout=30) as answer:  # noqa: S310 ours
            return Answer(answer.status, answer.headers, answer.read().decode())
    except HTTPError as refusal:
        return Answer(refusal.code, refusal.headers, refusal.read().decode())


def is_served(address: str) -> bool:
    """Whether an address answers."""
    try:
        return asked(address) == 200
    except OSError:
        return False


def wait_until(is_true: Callable[[], bool], *, seconds: float = 60, every: float = 0.1) -> float:
    """
    Look again and again until it holds, and return after how many seconds; fail the test when it does not in time.

    On a machine that has other work too, everything takes longer: the time is for one that is idle, and ten times that is
    waited. What must be quick is asserted.
    """
    began = time.monotonic()
    while not is_true():
        if time.monotonic() > began + 10 * seconds:
            pytest.fail(f"still not so after {10 * seconds} s")
        time.sleep(every)
    return time.monotonic() - began
