"""Tables are copied whole, and never those of other migrations."""

import sqlite3
from contextlib import closing

import pytest

from tests import migrated

pytestmark = pytest.mark.any_database


@pytest.fixture
def build(tmp_path, monkeypatch):
    monkeypatch.setattr(migrated, "BUILD", tmp_path / "build")
    return tmp_path / "build"


@pytest.fixture
def tables(tmp_path):
    path = tmp_path / "tables.sqlite3"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript("CREATE TABLE answers (n); INSERT INTO answers VALUES (42)")
    return path


def test_what_was_kept_is_brought(build, tables, tmp_path):
    migrated.keep(tables)

    assert migrated.bring(tmp_path / "copy")
    with closing(sqlite3.connect(tmp_path / "copy")) as copy:
        assert copy.execute("SELECT n FROM answers").fetchall() == [(42,)]
    assert list(build.iterdir()) == [migrated.kept()]


def test_what_other_migrations_made_is_not_brought_and_makes_room(build, tables, tmp_path, monkeypatch):
    migrated.keep(tables)
    monkeypatch.setattr(migrated, "MADE_FROM", [migrated.ROOT / "requirements.txt"])

    assert not migrated.bring(tmp_path / "copy")
    assert not (tmp_path / "copy").exists()
    migrated.keep(tables)
    assert list(build.iterdir()) == [migrated.kept()]
