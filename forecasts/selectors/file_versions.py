"""Whether a file of SQLite was written since it was looked at last, by a connection that stays open to watch it."""

import os
import sqlite3
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_hex
from threading import Lock


@dataclass(frozen=True)
class _Watch:
    """
    A connection that only looks.

    Attributes:
        place: Which file it has open, in which process: a child must not use the connection of its parent.
        name: Names its versions: those of two connections say nothing of each other.
    """

    place: tuple[int, int, int]
    connection: sqlite3.Connection
    name: str = field(default_factory=lambda: token_hex(8))


class FileVersions:
    """
    Names the states of one file.

    SQLite gives a connection another `data_version` whenever any other one has committed, in this process or elsewhere,
    from the moment on in which a reader sees it. This one never writes, so all that commit are others.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._watch: _Watch | None = None
        self._of_parents: list[_Watch] = []

    def of(self, path: str) -> str | None:
        """
        Return the state of a file by name: where two are equal, nothing was committed between them.

        The names are good within this process, and none comes back. A file that another took the place of has new ones.

        Returns:
            None where there is no such file, or it cannot be read just now.
        """
        with self._lock:
            try:
                watch = self._watching(path)
                (version,) = watch.connection.execute("PRAGMA data_version").fetchone()
            except (OSError, sqlite3.Error):
                self._leave()
                return None
            return f"{watch.name}.{version}"

    def _watching(self, path: str) -> _Watch:
        found = os.stat(path)
        place = (os.getpid(), found.st_dev, found.st_ino)
        if self._watch is None or self._watch.place != place:
            self._leave()
            self._watch = _Watch(place, _opened(path))
        return self._watch

    def _leave(self) -> None:
        watch, self._watch = self._watch, None
        if watch is not None and watch.place[0] == os.getpid():
            watch.connection.close()
        elif watch is not None:
            # To close it is for the parent alone.
            self._of_parents.append(watch)


def _opened(path: str) -> sqlite3.Connection:
    # One thread at a time, by the lock of whoever asks.
    address = f"{Path(path).absolute().as_uri()}?mode=rw"
    opened = sqlite3.connect(address, uri=True, check_same_thread=False, isolation_level=None)
    opened.execute("PRAGMA query_only=ON")
    return opened


VERSIONS = FileVersions()
