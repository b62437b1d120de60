"""Tests of child processes that end with their parent."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.conf import settings

from config import children

pytestmark = pytest.mark.any_database

SPAWN_AND_WAIT = """
from config import children
import time
print(children.spawn(["sleep", "60"]).pid, flush=True)
time.sleep(60)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent died")
def test_a_child_dies_with_a_parent_that_is_killed():
    with subprocess.Popen(
        [sys.executable, "-c", SPAWN_AND_WAIT], cwd=settings.BASE_DIR, stdout=subprocess.PIPE, text=True
    ) as parent:
        child = Path("/proc") / parent.stdout.readline().strip()
        assert child.exists()

        parent.kill()

    assert eventually(lambda: not child.exists() or "State:\tZ" in (child / "status").read_text())


def test_a_child_that_will_not_go_is_killed():
    process = children.spawn(
        [
            sys.executable,
            "-c",
            "import signal, time; signal.signal(15, signal.SIG_IGN); print(1, flush=True); time.sleep(60)",
        ],
        output=subprocess.PIPE,
    )
    with process.stdout as said:
        said.readline()
        children.stop(process, patience_seconds=0.2)

    assert process.returncode == -signal.SIGKILL


def test_a_child_is_out_of_reach_of_ctrl_c():
    process = children.spawn(["sleep", "60"])

    assert os.getsid(process.pid) == process.pid
    children.stop(process, patience_seconds=5)
    assert process.returncode == -signal.SIGTERM


def eventually(condition) -> bool:
    end = time.monotonic() + 10
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return False
