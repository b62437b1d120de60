"""A web server of its own, as it is deployed, with the demonstration and a file of forecasts on it."""

import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from config.embedded_redis import free_port
from tests import migrated

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "made-up-for-tests"
# In one process: each would take a second before it began.
PREPARE = """
import os, sys, django
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
django.setup()
from django.core.management import call_command
for command in ("migrate", "load_demo", "sweep"):
    call_command(command)
call_command("createsuperuser", interactive=False, username="editor", email="editor@example.org")
call_command("import_forecasts", sys.argv[1], topic="weather", by="editor")
"""


@contextmanager
def served(home: Path) -> Iterator[str]:
    """
    Serve until the block is left; gives the address.

    Args:
        home: An empty directory for the database and the log.
    """
    port = free_port()
    environment = {
        "PATH": os.environ["PATH"], "ENV_FILE": os.devnull, "VAR_DIR": str(home), "DEBUG": "0", "TLS": "0", "REQUIRE_TWO_FACTOR": "0",
        "SECRET_KEY": "for-tests-only", "STATIC_FROM_SOURCE": "1", "ALLOWED_HOSTS": "127.0.0.1",
        "DATABASE_URL": f"sqlite:///{home}/aftercast.sqlite3", "DJANGO_SUPERUSER_PASSWORD": PASSWORD,
    }  # fmt: skip
    rows = home / "forecasts.csv"
    rows.write_text("\n".join(_three_hundred_calls()))
    migrated.bring(home / "aftercast.sqlite3")
    prepare = [sys.executable, "-c", PREPARE, str(rows)]
    subprocess.run(prepare, cwd=ROOT, env=environment, check=True, capture_output=True)
    serve = [sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", f"127.0.0.1:{port}", "--threads", "4"]
    with (
        (home / "log").open("wb") as log,
        subprocess.Popen(serve, cwd=ROOT, env=environment, stdout=log, stderr=log) as process,
    ):
        try:
            _await(f"http://127.0.0.1:{port}/healthz")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


def _three_hundred_calls() -> Iterator[str]:
    """A file of 300 questions: one who forecasts them all a little too boldly, one more timid, one who answers few."""
    yield "asker,statement,forecaster,probability,made_at,closes_at,cluster,verdict,known_at"
    chance = random.Random(20)
    for number in range(300):
        share = chance.choice((0.1, 0.2, 0.3, 0.5, 0.6, 0.8, 0.9))
        verdict = "YES" if chance.random() < share else "NO"
        said = {"bold-barometer": min(max(1.3 * share - 0.15, 0.02), 0.98), "timid-thermometer": 0.5 * share + 0.25}
        if number < 12:
            said["rare-rainbow"] = share
        day = f"2024-{1 + number % 12:02d}-{1 + number // 12:02d}"
        for slug, probability in said.items():
            yield f"almanac,It rains at station {number}.,{slug},{probability:.4f},{day}T06:00:00Z,{day}T20:00:00Z,,{verdict},{day}T21:00:00Z"


def _await(address: str, *, seconds: float = 120) -> None:
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        try:
            with urlopen(address, timeout=5):  # noqa: S310 - our own server
                return
        except (URLError, TimeoutError):
            time.sleep(0.1)
    raise TimeoutError(f"{address} did not answer within {seconds:.0f} seconds")
