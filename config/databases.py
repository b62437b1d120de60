"""Database settings from one URL."""

from typing import Any

import environ

SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL; "
    "PRAGMA synchronous=FULL; "
    "PRAGMA foreign_keys=ON; "
    # Without it `INSERT OR REPLACE` slips past the triggers that keep records append-only.
    "PRAGMA recursive_triggers=ON; "
    # 64 MiB, so that the indexes of a large database are not read again for each row; all connections of a process share it.
    "PRAGMA cache_size=-65536; "
    "PRAGMA soft_heap_limit=67108864"
)
# How many statements a connection of SQLite keeps the plan of: those of every kind of page, some 20 kB each.
STATEMENTS = 512
# A connection stays open for a minute, and is looked at before a request uses it again.
KEPT = {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}


def database_from_url(*, url: str, statement_timeout_ms: int) -> dict[str, Any]:
    """
    Return Django's settings for the database at `url`.

    What the query of the URL says (`?host=/run/postgresql`) is kept beside our own options.

    Raises:
        ValueError: A scheme other than sqlite or postgres.
    """
    database = environ.Env.db_url_config(url)
    if database["ENGINE"].endswith(".sqlite3"):
        options = _sqlite_options() | database.get("OPTIONS", {})
        return database | KEPT | {"ENGINE": "config.sqlite3", "OPTIONS": options}
    if not database["ENGINE"].endswith(".postgresql"):
        raise ValueError(f"DATABASE_URL must begin with sqlite:// or postgres://, not {url.split(':', 1)[0]}://")
    options = _postgres_options(statement_timeout_ms=statement_timeout_ms) | database.get("OPTIONS", {})
    return database | KEPT | {"ENGINE": "config.postgresql", "OPTIONS": options}


def _sqlite_options() -> dict[str, Any]:
    # IMMEDIATE takes the write lock at BEGIN: a deferred transaction that upgrades later fails at once when it loses.
    return {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        "init_command": SQLITE_PRAGMAS,
        "cached_statements": STATEMENTS,
    }


def _postgres_options(*, statement_timeout_ms: int) -> dict[str, Any]:
    parameters = {
        "statement_timeout": statement_timeout_ms,
        "lock_timeout": 3000,
        "idle_in_transaction_session_timeout": 30000,
        "timezone": "UTC",
        # What is read through a cursor is read to its end: its first rows soon are no reason to look up row by row.
        "cursor_tuple_fraction": 1,
    }
    return {"options": " ".join(f"-c {name}={value}" for name, value in parameters.items())}
