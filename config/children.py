"""Child processes that end with their parent."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

PR_SET_PDEATHSIG = 1


def spawn(
    command: Sequence[str | Path],
    *,
    environment: Mapping[str, str] | None = None,
    output: int | IO[bytes] | None = None,
) -> subprocess.Popen[bytes]:
    """
    Start `command` in a session of its own, so that Ctrl-C reaches the parent alone.

    On Linux the child is killed when the parent dies, however it dies.

    Args:
        command: The program and its arguments.
        environment: Its environment; None for our own.
        output: Where its output and errors go together; None for where ours go.
    """
    return subprocess.Popen(
        [str(part) for part in command],
        env=None if environment is None else dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT if output is not None else None,
        start_new_session=True,
        preexec_fn=_die_with_parent if sys.platform == "linux" else None,
    )


def stop(process: subprocess.Popen[bytes], *, patience_seconds: float) -> None:
    """End a child with SIGTERM; after `patience_seconds` kill all of its session."""
    if process.poll() is None:
        process.terminate()
    try:
        process.wait(timeout=patience_seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _die_with_parent() -> None:
    # Not SIGTERM: a worker that says goodbye into the broken pipe of its parent never leaves.
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
