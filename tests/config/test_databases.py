"""Tests of the database settings."""

import pytest
from django.db import connection

from config.databases import database_from_url


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


@pytest.mark.django_db
def test_every_postgresql_connection_has_its_timeouts():
    if connection.vendor != "postgresql":
        return

    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")

        assert cursor.fetchone() == ("3s",)
