"""Private databases that may be broken: a PostgreSQL cluster, and a file of SQLite."""

import os
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Protocol

import psycopg
import pytest

PATIENCE_SECONDS = 20
ELSEWHERE = Path("/usr/lib/postgresql")


class Database(Protocol):
    """Somewhere to record: its address for programs, and plain SQL for whoever checks them."""

    url: str
    now: str
    vendor: str

    def rows(self, sql: str) -> list[tuple[Any, ...]]: ...

    def execute(self, sql: str) -> None: ...

    def remove(self) -> None: ...


class Sqlite:
    """A file."""

    vendor = "sqlite"
    now = "strftime('%Y-%m-%d %H:%M:%f', 'now')"

    def __init__(self, *, folder: Path, name: str = "faults") -> None:
        self.path = folder / f"{name}.sqlite3"
        self.url = f"sqlite:///{self.path}"

    def copy(self, *, folder: Path, name: str, disk: Path | None = None) -> "Sqlite":
        """Another file with the same in it, where one is given on a disk of its own."""
        copied = Sqlite(folder=disk or folder, name=name)
        self.execute(f"VACUUM INTO '{copied.path}'")
        return copied

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.path, timeout=PATIENCE_SECONDS)) as connection:
            return connection.execute(sql).fetchall()

    def execute(self, sql: str) -> None:
        with closing(sqlite3.connect(self.path, timeout=PATIENCE_SECONDS, isolation_level=None)) as connection:
            connection.execute(sql)

    def remove(self) -> None:
        """The file goes with its folder."""


class Postgres:
    """A database in a cluster of ours."""

    vendor = "postgresql"
    now = "now()"

    def __init__(self, *, cluster: "Cluster", name: str) -> None:
        self.cluster = cluster
        self.url = f"postgres://postgres@/{name}?host={cluster.folder}"
        self._name = name
        self.address = f"host={cluster.folder} user=postgres dbname={name}"

    def copy(self, *, folder: Path, name: str, disk: Path | None = None) -> "Postgres":
        """Another database with the same in it, where one is given on a disk of its own; nobody may be connected to ours."""
        return self.cluster.new_database(name, like=self._name, disk=disk)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Ask, and ask again while the cluster is coming up."""
        ends = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                with psycopg.connect(self.address, autocommit=True) as connection:
                    cursor = connection.execute(sql)
                    return cursor.fetchall() if cursor.description else []
            except psycopg.OperationalError:
                if time.monotonic() > ends:
                    raise
                time.sleep(0.1)

    def execute(self, sql: str) -> None:
        self.rows(sql)

    def remove(self) -> None:
        """Let it go, with its place on another disk if it has one."""
        whole = Postgres(cluster=self.cluster, name="postgres")
        whole.execute(f'DROP DATABASE IF EXISTS "{self._name}" WITH (FORCE)')
        whole.execute(f'DROP TABLESPACE IF EXISTS "{self._name}"')


class Cluster:
    """A cluster in a folder of its own, reached by its socket alone. PostgreSQL does not run as root."""

    def __init__(self, *, folder: Path) -> None:
        self.folder = folder
        self.data = folder / "data"
        self._as_postgres = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        if self._as_postgres:
            shutil.chown(folder, "postgres")
        self._run(
            "initdb", "-D", self.data, "-U", "postgres", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8"
        )
        self._control("start")

    def new_database(self, name: str, *, like: str = "template0", disk: Path | None = None) -> Postgres:
        """Make a database, empty unless it is to be like another one."""
        place = ""
        if disk:
            folder = disk / "tables"
            folder.mkdir()
            if self._as_postgres:
                shutil.chown(folder, "postgres")
            Postgres(cluster=self, name="postgres").execute(f"CREATE TABLESPACE \"{name}\" LOCATION '{folder}'")
            place = f'TABLESPACE "{name}"'
        Postgres(cluster=self, name="postgres").execute(f'CREATE DATABASE "{name}" TEMPLATE "{like}" {place}')
        return Postgres(cluster=self, name=name)

    def crash(self) -> None:
        """End every session at once, as a failing machine does, and come up again."""
        self._control("restart")

    def stop(self) -> None:
        """End for good."""
        self._control("stop")

    def _control(self, what: str) -> None:
        options = ["-o", f"-c listen_addresses='' -k {self.folder} -c fsync=off -c max_connections=60"]
        log = ["-l", self.folder / "log"]
        self._run(
            "pg_ctl", "-s", "-w", "-m", "immediate", "-D", self.data, what, *(log + options if what != "stop" else ())
        )

    def _run(self, program: str, *arguments: object) -> None:
        command: Sequence[str] = [*self._as_postgres, str(binary(program)), *map(str, arguments)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)


def binary(program: str) -> Path:
    """Where a program of PostgreSQL's server lies, which is not always on the PATH."""
    found = shutil.which(program)
    newest = sorted(ELSEWHERE.glob(f"*/bin/{program}"), key=lambda path: int(path.parts[-3]))
    if not found and not newest:
        pytest.fail(f"There is no {program}: install PostgreSQL (apt-get install postgresql)")
    return Path(found) if found else newest[-1]
