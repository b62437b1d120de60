"""How much memory the processes of the database hold, as the kernel sees it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection

EVERY_SECONDS = 0.1


@contextmanager
def peak_of_the_database(peaks: dict[str, float]) -> Iterator[None]:
    """Leave the peak in megabytes of what the processes at work for this database held, without what they all share."""
    name, stop = str(connection.settings_dict["NAME"]), threading.Event()
    peaks["database"] = 0.0

    def watch() -> None:
        while not stop.wait(EVERY_SECONDS):
            peaks["database"] = max(peaks["database"], _held(name))

    watcher = threading.Thread(target=watch)
    if connection.vendor == "postgresql":
        watcher.start()
    try:
        yield
    finally:
        stop.set()
        if watcher.ident:
            watcher.join()


def _held(name: str) -> float:
    return sum(_own(process) for process in Path("/proc").glob("[0-9]*") if _is_of(process, name))


def _is_of(process: Path, name: str) -> bool:
    """PostgreSQL writes into the title of each of its processes for whom it works."""
    try:
        title = (process / "cmdline").read_bytes()
    except OSError:
        return False
    return title.startswith(b"postgres:") and (f" {name} ".encode() in title or b"parallel worker" in title)


def _own(process: Path) -> float:
    try:
        lines = (process / "status").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("RssAnon:")) / 1000
