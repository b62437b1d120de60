"""Tests of connections to SQLite that stay open from request to request."""

import pytest

from config.databases import database_from_url
from config.sqlite3.base import DatabaseWrapper

COUNT = "SELECT count(*) FROM notes"
# What Django adds to the settings of every database.
SAME = {"TIME_ZONE": None, "TEST": {}, "AUTOCOMMIT": True, "ATOMIC_REQUESTS": False}

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


def _connection(path):
    return DatabaseWrapper(SAME | database_from_url(url=f"sqlite:///{path}", statement_timeout_ms=1))


def _ask(connection, statement):
    with connection.cursor() as cursor:
        return cursor.execute(statement).fetchall()


def _make_file(path, statement):
    connection = _connection(path)
    _ask(connection, statement)
    connection.close()


@pytest.fixture
def connection(tmp_path):
    """A connection to a file with a table of no notes."""
    _make_file(tmp_path / "file", "CREATE TABLE notes (id INTEGER PRIMARY KEY)")
    connection = _connection(tmp_path / "file")
    assert _ask(connection, COUNT) == [(0,)]
    yield connection
    connection.close()


@pytest.fixture
def other(tmp_path, connection):
    """Another connection to the same file."""
    other = _connection(tmp_path / "file")
    yield other
    other.close()


def test_a_connection_serves_the_next_request(connection):
    opened = connection.connection

    connection.close_if_unusable_or_obsolete()

    assert _ask(connection, COUNT) == [(0,)]
    assert connection.connection is opened


def test_a_connection_that_made_its_file_serves_the_next_request(tmp_path):
    connection = _connection(tmp_path / "new")
    _ask(connection, "CREATE TABLE notes (id INTEGER PRIMARY KEY)")

    assert connection.is_usable()
    connection.close()


def test_a_file_that_took_the_place_of_another_is_noticed_with_the_next_request(connection, tmp_path):
    for name in ("file", "file-wal", "file-shm"):
        (tmp_path / name).unlink()
    _make_file(tmp_path / "file", "CREATE TABLE notes AS SELECT 1 AS id")
    assert _ask(connection, COUNT) == [(0,)]

    connection.close_if_unusable_or_obsolete()

    assert _ask(connection, COUNT) == [(1,)]


def test_what_a_request_left_unread_hides_nothing_from_the_next(connection, other):
    _ask(connection, "INSERT INTO notes VALUES (1), (2)")
    unread = connection.cursor()
    assert unread.execute("SELECT a.id FROM notes a, notes b").fetchone()
    _ask(other, "INSERT INTO notes VALUES (3)")
    assert _ask(connection, COUNT) == [(2,)]

    connection.close_if_unusable_or_obsolete()

    assert _ask(connection, COUNT) == [(3,)]
