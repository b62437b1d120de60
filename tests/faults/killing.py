"""
Kill writers of a file of SQLite: `python -m tests.faults.killing KILLS SEED` prints how many rows were acknowledged.

Each writer records rows one after the other, and says so of each once it is committed. It is killed at any moment; then
the file must be whole, and its ledger too.
"""

import os
import random
import signal
import sqlite3
import sys
import time
from contextlib import closing
from typing import IO

import django


def write(number: int, *, told: IO[bytes]) -> None:
    """Record rows until we are killed."""
    from django.utils import timezone

    from tests.builders import make_forecaster

    while True:
        for n in range(1_000_000):
            make_forecaster(f"killed-{number}-{n}", now=timezone.now())
            told.write(b".")
            told.flush()


def kill_one(number: int, *, dice: random.Random) -> int:
    """Let a writer write, kill it, and return how many rows it had acknowledged."""
    reading, writing = os.pipe()
    writer = os.fork()
    if not writer:
        os.close(reading)
        write(number, told=os.fdopen(writing, "wb"))
    os.close(writing)
    with os.fdopen(reading, "rb") as told:
        first = told.read(1)
        time.sleep(dice.uniform(0, 0.1))
        os.kill(writer, signal.SIGKILL)
        os.waitpid(writer, 0)
        return len(first + told.read())


def check() -> None:
    """Fail where the file or the ledger in it is not whole."""
    from django.db import connections

    from forecasts.selectors.ledger_checks import chain_problems

    with closing(sqlite3.connect(connections["default"].settings_dict["NAME"])) as file:
        (found,) = file.execute("PRAGMA integrity_check").fetchone()
    problems = [*([found] if found != "ok" else []), *chain_problems()]
    connections.close_all()
    if problems:
        sys.exit("\n".join(map(str, problems)))


if __name__ == "__main__":
    django.setup()
    kills, thrown = int(sys.argv[1]), random.Random(int(sys.argv[2]))
    acknowledged = 0
    for turn in range(kills):
        acknowledged += kill_one(turn, dice=thrown)
        check()
    sys.stdout.write(str(acknowledged))
