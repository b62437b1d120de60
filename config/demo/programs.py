"""The programs of the demo, and waiting for what they do."""

import sys
import time
import urllib.request
from typing import NoReturn

from config.demo import data
from config.demo.supervisor import Supervisor, say

WEB_SECONDS = 60
ADDRESSES = {"Pages": "", "API": "api/v1/predictions/", "API docs": "api/v1/docs/", "Admin": "admin/"}


def start(supervisor: Supervisor, *, port: int) -> None:
    """Start web, worker and beat as they run in production, as separate processes."""
    python = sys.executable
    address = f"127.0.0.1:{port}"
    web = ["gunicorn", "config.wsgi", "--bind", address, "--threads", "4", "--worker-class", "gthread"]
    celery = ["celery", "--quiet", "-A", "config"]
    supervisor.start("web", command=[python, "-m", *web, "--log-level", "warning"])
    supervisor.start("worker", command=[python, "-m", *celery, "worker", "--concurrency", "2", "--without-mingle"])
    supervisor.start("beat", command=[python, "-m", *celery, "beat"])


def wait_for_web(supervisor: Supervisor, *, port: int) -> None:
    """
    Return when the web process answers.

    Raises:
        ChildEnded: A process has ended.
        TimeoutError: It has not answered for a minute.
    """
    end = time.monotonic() + WEB_SECONDS
    while time.monotonic() < end:
        supervisor.check()
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5):
                return
        except OSError:  # Refused, silent or unready: URLError is one too.
            time.sleep(0.1)
    raise TimeoutError(f"http://127.0.0.1:{port}/readyz did not answer for {WEB_SECONDS} seconds.")


def announce(*, port: int, password: str) -> None:
    """Print where everything is."""
    lines = [f"{name:<9} http://127.0.0.1:{port}/{path}" for name, path in ADDRESSES.items()]
    lines.append(f"{'Login':<9} {data.USERNAME} / {password}   (made for this run)")
    rule = "-" * 64
    print(
        "\n".join(
            ["", rule, "  Aftercast is running. Ctrl-C stops it.", rule, *(f"  {line}" for line in lines), rule, ""]
        )
    )
    sys.stdout.flush()


def watch(supervisor: Supervisor) -> NoReturn:
    """Tell how far the worker has come, for as long as all processes run."""
    told = ""
    while True:
        supervisor.check()
        if (news := str(data.measure_progress())) != told:
            told = news
            say("demo", f"The worker has {news}.")
        time.sleep(2)
