"""Tests that commit for real, with real processes looking at the same rows."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.db import connection

from config.children import spawn, stop


@pytest.fixture
def start(committed, tmp_path) -> Iterator[Callable[..., subprocess.Popen]]:
    """Start a Celery program on the test's own database and Redis; it is stopped at the end."""
    running: list[subprocess.Popen] = []
    log = (tmp_path / "celery.log").open("wb")

    def _start(*arguments: str) -> subprocess.Popen:
        command = [sys.executable, "-m", "celery", "-A", "config", *arguments]
        running.append(spawn(command, environment=environment(tmp_path), output=log))
        return running[-1]

    yield _start
    for process in running:
        stop(process, patience_seconds=15)
    log.close()


def environment(folder) -> dict[str, str]:
    """What a process needs to work on the rows of this test; it sweeps every second."""
    ours = {
        "DATABASE_URL": database_url(),
        "REDIS_URL": settings.REDIS_URL,
        "SECRET_KEY": "for-tests-only",
        "VAR_DIR": str(folder),
        "SWEEP_SECONDS": "1",
        "ENV_FILE": os.devnull,
        "LOG_LEVEL": "INFO",
        "TLS": "0",
    }
    return {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ} | ours


def database_url() -> str:
    """The test's database, as another process reaches it."""
    details = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{details['NAME']}"
    host = urlencode({"host": details["HOST"] or details["OPTIONS"].get("host", "")})
    return f"postgres://{details['USER']}:{details['PASSWORD']}@/{details['NAME']}?{host}"


def wait_until(is_true: Callable[[], bool], *, seconds: float = 120) -> None:
    """Look again and again until it holds, and fail the test when it does not in time."""
    ends = time.monotonic() + seconds
    while not is_true():
        if time.monotonic() > ends:
            pytest.fail(f"still not so after {seconds} s")
        time.sleep(0.2)
