"""A backup that is made while the service works is restored whole, and one that is not whole is refused."""

import hashlib
import json
import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

from config.backups import BackupFailed, back_up, restore
from tests.builders import NOW
from tests.everything import a_row_in_every_table
from tests.journeys.conftest import database_url


@pytest.fixture
def empty_database(committed, tmp_path):
    """The addresses of databases without tables, beside that of the test."""
    made: list[str] = []

    def _make() -> str:
        if connection.vendor == "sqlite":
            made.append(f"restored{len(made)}")
            return f"sqlite:///{tmp_path}/{made[-1]}.sqlite3"
        name = f"{connection.settings_dict['NAME']}_restored{len(made)}"
        _run(f"DROP DATABASE IF EXISTS {name}", f"CREATE DATABASE {name} TEMPLATE template0")
        made.append(name)
        address, _, query = database_url().partition("?")
        return f"{address.rpartition('/')[0]}/{name}?{query}"

    yield _make
    if connection.vendor == "postgresql":
        _run(*(f"DROP DATABASE {name}" for name in made))


def _run(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def manage(*arguments: str, database: str, folder) -> subprocess.CompletedProcess[str]:
    given = {"DATABASE_URL": database, "SECRET_KEY": "for-tests-only", "VAR_DIR": str(folder), "ENV_FILE": os.devnull}
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=settings.BASE_DIR, env=kept | given, capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip


def test_what_was_backed_up_comes_back_whole_with_its_guards(empty_database, tmp_path):
    a_row_in_every_table()
    manifest, database = back_up(folder=tmp_path / "backups", now=NOW), empty_database()

    restored = manage("restore", str(manifest), database=database, folder=tmp_path)
    examined = manage("doctor", "--json", database=database, folder=tmp_path)

    told = json.loads(manifest.read_text())
    assert told["rows"]["forecasts_resolution"] == 1
    assert oct((manifest.parent / told["file"]).stat().st_mode)[-3:] == "600"
    assert restored.returncode == 0, restored.stderr
    assert "Restored as of 2025-06-01 12:00:00 UTC: every table has its rows" in restored.stdout
    # By now the prediction of 2025 is long overdue, and that is all.
    assert [one["number"] for one in json.loads(examined.stdout)["invariants"] if one["n_breaches"]] == ["I8"]


def test_rows_that_went_missing_on_the_way_are_told(empty_database, tmp_path):
    manifest = back_up(folder=tmp_path, now=NOW)
    told = json.loads(manifest.read_text())
    told["rows"]["forecasts_score"] = 7
    manifest.write_text(json.dumps(told))

    restored = manage("restore", str(manifest), database=empty_database(), folder=tmp_path)

    assert restored.returncode == 1
    assert "What came out is not what went in: forecasts_score has 0 rows and had 7." in restored.stderr


@pytest.fixture
def manifest(tmp_path):
    """Of a backup that only has to be looked at before it is refused."""
    (tmp_path / "copy.dump").write_bytes(b"a copy")
    told = {
        "format": 1, "database": connection.vendor, "made_at": NOW.isoformat(), "file": "copy.dump",
        "sha256": hashlib.sha256(b"a copy").hexdigest(), "migrations": [], "rows": {},
    }  # fmt: skip
    path = tmp_path / "copy.json"

    def _write(**other):
        path.write_text(json.dumps(told | other))
        return path

    return _write


@pytest.mark.django_db
def test_a_damaged_copy_is_refused(manifest):
    with pytest.raises(BackupFailed, match="copy.dump is damaged: its SHA-256 is"):
        restore(manifest=manifest(sha256="another"))


@pytest.mark.django_db
def test_a_copy_of_another_database_is_refused(manifest):
    with pytest.raises(BackupFailed, match="It is a backup of oracle in format 1; this is"):
        restore(manifest=manifest(database="oracle"))


@pytest.mark.django_db
def test_a_copy_of_a_later_release_is_refused(manifest):
    with pytest.raises(BackupFailed, match=r"It was made by a later release, with forecasts\.9999_to_come"):
        restore(manifest=manifest(migrations=["forecasts.9999_to_come"]))


@pytest.mark.django_db
def test_a_database_with_tables_is_not_filled(manifest):
    with pytest.raises(BackupFailed, match="tables already: restore into an empty one"):
        restore(manifest=manifest())


@pytest.mark.django_db
def test_what_is_no_manifest_is_refused(tmp_path):
    with pytest.raises(CommandError, match="is no manifest of a backup that is there"):
        call_command("restore", str(tmp_path / "nothing.json"))
