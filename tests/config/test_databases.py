"""Tests of the database settings."""

from datetime import UTC

import pytest
from django.db import connection
from django.db.backends.postgresql.psycopg_any import BaseTzLoader
from psycopg import DataError

from config.databases import database_from_url
from config.postgresql.base import DatabaseWrapper, InstantLoader
from forecasts.selectors.statements import prepared
from tests.builders import NOW, make_source

# What Django adds to the settings of every database.
SAME = {"TIME_ZONE": None, "TEST": {}, "AUTOCOMMIT": True, "ATOMIC_REQUESTS": False}


def test_sqlite_takes_the_write_lock_at_once():
    database = database_from_url(url="sqlite:////tmp/a.sqlite3", statement_timeout_ms=1)

    assert database["NAME"] == "/tmp/a.sqlite3"
    assert database["OPTIONS"]["transaction_mode"] == "IMMEDIATE"


def test_postgresql_keeps_the_host_of_the_query_beside_our_options():
    database = database_from_url(url="postgres://me@/name?host=/run/pg", statement_timeout_ms=15_000)

    assert database["OPTIONS"]["host"] == "/run/pg"
    assert "-c statement_timeout=15000 -c lock_timeout=3000" in database["OPTIONS"]["options"]
    assert database["CONN_HEALTH_CHECKS"] is True


def test_another_database_is_refused():
    with pytest.raises(ValueError, match="must begin with sqlite:// or postgres://, not mysql://"):
        database_from_url(url="mysql://me@host/name", statement_timeout_ms=1)


@pytest.mark.django_db
@pytest.mark.parametrize(("pragma", "value"), [("foreign_keys", 1), ("recursive_triggers", 1), ("journal_mode", "wal")])
def test_every_sqlite_connection_has_its_pragmas(pragma, value):
    if connection.vendor != "sqlite":
        return

    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA {pragma}")

        assert cursor.fetchone() == (value,)


@pytest.mark.parametrize(
    "written",
    [
        b"2025-01-20 17:00:00+00", b"2025-01-20 17:00:00.12+00", b"0001-01-01 00:00:00+00",
        b"9999-12-31 23:59:59.999999+00", b"2025-01-20 18:00:00+01", b"2025-01-20 22:30:00+05:30",
    ],
)  # fmt: skip
def test_an_instant_is_read_as_django_reads_it(written):
    ours, theirs = InstantLoader(0), BaseTzLoader(0)
    theirs.timezone = UTC

    assert ours.load(written) == theirs.load(written)
    assert ours.load(written).tzinfo is UTC


def test_an_instant_that_python_cannot_hold_is_refused_as_by_django():
    with pytest.raises(DataError, match="infinity"):
        InstantLoader(0).load(b"infinity")


@pytest.mark.django_db
def test_instants_come_back_in_utc_from_either_database():
    source = make_source()

    source.refresh_from_db()

    assert (source.recorded_at, source.recorded_at.tzinfo) == (NOW, UTC)
    if connection.vendor == "postgresql":
        assert connection.connection.adapters.get_loader(1184, 0) is InstantLoader


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_a_connection_that_the_server_closed_is_noticed_and_one_that_waits_is_not_asked():
    connection.ensure_connection()
    pid = connection.connection.info.backend_pid
    with connection.cursor() as cursor:
        cursor.execute("SELECT 'the last question'")
    other = connection.copy()
    try:
        assert connection.is_usable()
        with other.cursor() as cursor:
            cursor.execute("SELECT query FROM pg_stat_activity WHERE pid = %s", [pid])
            assert cursor.fetchone() == ("SELECT 'the last question'",)
            cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
        assert not connection.is_usable()
    finally:
        other.close()
        connection.close()
    assert make_source().pk


@pytest.mark.django_db
def test_every_postgresql_connection_has_its_timeouts():
    if connection.vendor != "postgresql":
        return

    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")

        assert cursor.fetchone() == ("3s",)


@pytest.mark.django_db
def test_postgresql_plans_cursors_for_all_their_rows():
    if connection.vendor != "postgresql":
        return

    with connection.cursor() as cursor:
        cursor.execute("SHOW cursor_tuple_fraction")

        assert cursor.fetchone() == ("1",)


@pytest.mark.postgresql
@pytest.mark.django_db
def test_a_statement_that_is_asked_again_is_planned_once_a_connection():
    for number in (1, 2):
        with prepared() as cursor:
            cursor.execute("SELECT slug FROM forecasts_source WHERE id = %s", [number])
            assert cursor.fetchall() == []
    make_source(slug="wire")

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT generic_plans + custom_plans FROM pg_prepared_statements WHERE statement LIKE '%slug FROM%'"
        )
        assert cursor.fetchall() == [(2,)]


def test_behind_a_pooler_no_connection_keeps_plans():
    url = "postgres://me@/name?DISABLE_SERVER_SIDE_CURSORS={}"
    databases = (database_from_url(url=url.format(given), statement_timeout_ms=1) for given in (True, False))
    at_once, later = (DatabaseWrapper(SAME | one).get_connection_params() for one in databases)

    assert (at_once["prepare_threshold"], later["prepare_threshold"]) == (None, 1)
