"""A server under load: gunicorn with the product, and wrk asking."""

import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import urlopen

from django.conf import settings
from django.db import connection

from config import children

WRK = shutil.which("wrk")
THREADS, CONNECTIONS, SECONDS, ROUNDS, START_SECONDS = 4, 4, 1, 5, 30
UNITS = {"us": 1e-3, "ms": 1.0, "s": 1e3, "m": 60e3}
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Server:
    """One process of gunicorn."""

    address: str
    pid: int

    def worked(self) -> float:
        """Seconds of CPU time that the process and its workers have taken."""
        return sum(_worked(pid) for pid in (self.pid, *_children(self.pid)))


@dataclass(frozen=True)
class Load:
    """What came of asking one address as fast as it answers."""

    rate: float
    median_ms: float
    p99_ms: float
    cpu_ms: float
    n_failed: int


@dataclass(frozen=True)
class Share:
    """The rate of an address as a share of another's, by the clock and by the server's CPU time; medians of rounds."""

    by_clock: float
    by_cpu: float
    tail: float
    tail_of_limit: float
    n_failed: int
    ours: Load
    limit: Load


@contextmanager
def serving(**settings_of_it: str) -> Iterator[Server]:
    """Serve the database of the test by one process, as docs/operations.md says to run it, with these settings."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    command = [sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", address, "--worker-class", "gthread",
               "--workers", "1", "--threads", str(THREADS), "--log-level", "warning"]  # fmt: skip
    process = subprocess.Popen(command, env={**os.environ, **environment(), **settings_of_it}, cwd=settings.BASE_DIR)
    try:
        _wait_for(address, process)
        yield Server(f"http://{address}", process.pid)
    finally:
        children.stop(process, patience_seconds=10)


def share(server: Server, ours: str, *, of: str, headers: Mapping[str, str] | None = None) -> Share:
    """Ask both addresses in turns, the order swapped each round."""
    rounds = []
    for number in range(ROUNDS):
        turns = [(ours, headers or {}), (of, {})]
        if number % 2:
            turns.reverse()
        found = [load(server, path, headers=more) for path, more in turns]
        rounds.append(found[::-1] if number % 2 else found)
    median = statistics.median
    return Share(
        by_clock=median(one.rate / other.rate for one, other in rounds),
        by_cpu=median(other.cpu_ms / one.cpu_ms for one, other in rounds),
        tail=median(one.p99_ms / one.median_ms for one, _ in rounds),
        tail_of_limit=median(other.p99_ms / other.median_ms for _, other in rounds),
        n_failed=sum(one.n_failed + other.n_failed for one, other in rounds),
        ours=rounds[-1][0],
        limit=rounds[-1][1],
    )


def load(server: Server, path: str, *, headers: Mapping[str, str]) -> Load:
    """Ask one address for some seconds over a few connections."""
    given = [part for name, value in headers.items() for part in ("-H", f"{name}: {value}")]
    command = [str(WRK), "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "--latency", *given, server.address + path]
    before = server.worked()
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    worked = server.worked() - before
    failed = [int(number) for number in re.findall(r"Non-2xx or 3xx responses: (\d+)", told)]
    errors = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", told)
    n_requests = int(_found(r"(\d+) requests in", told))
    return Load(
        rate=float(_found(r"Requests/sec:\s+([\d.]+)", told)),
        median_ms=_milliseconds(_found(r"\n\s+50%\s+(\S+)", told)),
        p99_ms=_milliseconds(_found(r"\n\s+99%\s+(\S+)", told)),
        cpu_ms=worked / n_requests * 1000,
        n_failed=sum(failed) + (sum(map(int, errors.groups())) if errors else 0),
    )


def environment() -> dict[str, str]:
    """What a process of its own is told to work on the database of the test as the product would."""
    return {
        "DJANGO_SETTINGS_MODULE": "tests.benchmarks.served",
        "ENV_FILE": os.devnull,
        "VAR_DIR": str(settings.VAR_DIR),
        "DEBUG": "0",
        "TLS": "0",
        "SECRET_KEY": "for-tests-only",
        "DATABASE_URL": _database_url(),
        "REDIS_URL": settings.REDIS_URL,
        "STATIC_FROM_SOURCE": "1",
        "LOG_LEVEL": "WARNING",
    }


def _database_url() -> str:
    """Where the tests' own database is: beside the one they were given."""
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}").geturl()


def _wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    """Return once a worker answers; the socket takes connections before."""
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            with urlopen(f"http://{address}/empty/", timeout=START_SECONDS):
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"gunicorn did not answer at {address} within {START_SECONDS} seconds.")


def _children(pid: int) -> list[int]:
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _worked(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def _found(pattern: str, told: str) -> str:
    match = re.search(pattern, told)
    if match is None:
        raise ValueError(f"wrk told no {pattern!r}:\n{told}")
    return match.group(1)


def _milliseconds(text: str) -> float:
    number, unit = re.fullmatch(r"([\d.]+)([a-z]+)", text).groups()  # type: ignore[union-attr]  # wrk writes every number so.
    return float(number) * UNITS[unit]
