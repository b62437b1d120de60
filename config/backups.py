"""Copies of the database with what proves them whole: a digest of the file, and how many rows each table had."""

import hashlib
import json
import os
import sqlite3
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

FORMAT = 1
ENDINGS = {"sqlite": "sqlite3", "postgresql": "dump"}
CHUNK = 1 << 20


class BackupFailed(Exception):
    """A backup cannot be made, or is not what it says; the message says why."""


def back_up(*, folder: Path, now: datetime) -> Path:
    """
    Copy the database into a folder, while it is in use, and return the manifest that proves the copy whole.

    Copy and counts are of one instant. The manifest is written last: a copy without one is not whole.

    Raises:
        BackupFailed: The copy cannot be made.
    """
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"aftercast-{now:%Y%m%dT%H%M%SZ}.{ENDINGS[connection.vendor]}"
    if file.exists():
        raise BackupFailed(f"{file} exists already: nothing was written.")
    os.close(os.open(file, os.O_CREAT | os.O_EXCL, 0o600))
    rows = _copy_sqlite(file) if connection.vendor == "sqlite" else _copy_postgresql(file)
    manifest = {
        "format": FORMAT,
        "database": connection.vendor,
        "made_at": now.isoformat(),
        "file": file.name,
        "bytes": file.stat().st_size,
        "sha256": _digest(file),
        "migrations": sorted(f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations()),
        "rows": rows,
    }
    target = file.with_suffix(".json")
    target.write_text(json.dumps(manifest, indent=1) + "\n")
    return target


def restore(*, manifest: Path) -> datetime:
    """
    Fill the empty database of DATABASE_URL from a backup, and return the instant the backup was made at.

    Raises:
        BackupFailed: The backup is damaged or of another release or database, ours is not empty, or what came out of it
            is not what went in.
    """
    told = _checked(manifest)
    if tables := connection.introspection.table_names():
        raise BackupFailed(f"The database has {len(tables)} tables already: restore into an empty one.")
    file = manifest.parent / told["file"]
    if connection.vendor == "sqlite":
        _fill_sqlite(file)
    else:
        _run_postgresql("pg_restore", "--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error",
                        f"--dbname={_place()['PGDATABASE']}", str(file))  # fmt: skip
    rows = _count(_tables())
    wrong = sorted(name for name in {*rows, *told["rows"]} if rows.get(name) != told["rows"].get(name))
    if wrong:
        listed = ", ".join(f"{name} has {rows.get(name)} rows and had {told['rows'].get(name)}" for name in wrong[:10])
        raise BackupFailed(f"What came out is not what went in: {listed}.")
    return datetime.fromisoformat(told["made_at"])


def _checked(manifest: Path) -> dict[str, Any]:
    """The manifest, once its file is found to be the one it speaks of, and of a release that we know."""
    try:
        told = json.loads(manifest.read_text())
        file = manifest.parent / told["file"]
        digest = _digest(file)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BackupFailed(f"{manifest} is no manifest of a backup that is there: {error}") from error
    if told.get("format") != FORMAT or told["database"] != connection.vendor:
        raise BackupFailed(
            f"It is a backup of {told.get('database')} in format {told.get('format')}; this is {connection.vendor}, format {FORMAT}."
        )
    if digest != told["sha256"]:
        raise BackupFailed(f"{file} is damaged: its SHA-256 is {digest}, not {told['sha256']}.")
    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    if unknown := sorted(set(told["migrations"]) - known):
        raise BackupFailed(f"It was made by a later release, with {unknown[0]}: restore it with that.")
    return told


def _digest(file: Path) -> str:
    digest = hashlib.sha256()
    with file.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _tables() -> list[str]:
    """Every ordinary table: not the parts that SQLite's index of words is made of."""
    names = connection.introspection.table_names()
    return sorted(name for name in names if not name.startswith("forecasts_searchindex"))


def _count(tables: Sequence[str]) -> dict[str, int]:
    with connection.cursor() as cursor:
        return {name: _counted(cursor, name) for name in tables}


def _counted(cursor: Any, table: str) -> int:
    # The name of a table of our own database.
    row = cursor.execute(f'SELECT COUNT(*) FROM "{table}"').fetchone()  # noqa: S608 no value, and no name from outside
    return int(row[0])


def _copy_sqlite(file: Path) -> dict[str, int]:
    connection.ensure_connection()
    with closing(sqlite3.connect(file)) as copy:
        connection.connection.backup(copy)
        return {name: _counted(copy, name) for name in _tables()}


def _fill_sqlite(file: Path) -> None:
    connection.ensure_connection()
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as source:
        source.backup(connection.connection)
    with connection.cursor() as cursor:
        (told,) = cursor.execute("PRAGMA integrity_check").fetchone()
    if told != "ok":
        raise BackupFailed(f"SQLite finds the restored file damaged: {told}")


def _copy_postgresql(file: Path) -> dict[str, int]:
    with _snapshot() as name:
        _run_postgresql("pg_dump", "--format=custom", f"--snapshot={name}", f"--file={file}")
        return _count(_tables())


@contextmanager
def _snapshot() -> Iterator[str]:
    """A view of the database that pg_dump can share, so that what is counted is what is copied."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        cursor.execute("SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0")
        cursor.execute("SELECT pg_export_snapshot()")
        yield cursor.fetchone()[0]


def _place() -> dict[str, str]:
    """Where our database is, as the programs of PostgreSQL read it; the password stays out of the list of processes."""
    connection.ensure_connection()
    info = connection.connection.info
    given = {"PGHOST": info.host, "PGPORT": str(info.port), "PGUSER": info.user, "PGDATABASE": info.dbname}
    return given | ({"PGPASSWORD": info.password} if info.password else {})


def _run_postgresql(program: str, *arguments: str) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")} | _place()
    try:
        subprocess.run([program, *arguments], env=environment, check=True, capture_output=True, text=True)
    except FileNotFoundError:
        raise BackupFailed(f"There is no {program} on the PATH: install the client programs of PostgreSQL.") from None
    except subprocess.CalledProcessError as error:
        raise BackupFailed(f"{program} failed: {error.stderr.strip()}") from error
