"""What somebody can do who owns the database: its triggers and constraints are no obstacle."""

from typing import Any

from django.db import connection, models


def attack(model: type[models.Model], statement: str, *parameters: Any) -> None:
    """Run a statement, in which `{t}` is the table of the model, past the guards of that table."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        strip = _strip_sqlite if connection.vendor == "sqlite" else _strip_postgresql
        strip(cursor, table, key=model._meta.pk.column)
        cursor.execute(
            statement.format(t=table), [getattr(value, "hex", value) if _is_sqlite() else value for value in parameters]
        )
        assert cursor.rowcount > 0, "the attack hit nothing"


def _is_sqlite() -> bool:
    return connection.vendor == "sqlite"


def _strip_sqlite(cursor: Any, table: str, *, key: str) -> None:
    """Make the table anew without constraints, indexes and triggers; the key stays one, for those who refer to it."""
    cursor.execute("PRAGMA defer_foreign_keys = ON")
    cursor.execute(f"CREATE TEMP TABLE stripped AS SELECT * FROM {table}")
    cursor.execute(f"DROP TABLE {table}")
    cursor.execute(f"CREATE TABLE {table} AS SELECT * FROM stripped")
    cursor.execute("DROP TABLE stripped")
    cursor.execute(f"CREATE UNIQUE INDEX {table}_key ON {table} ({key})")


def _strip_postgresql(cursor: Any, table: str, *, key: str) -> None:
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
    cursor.execute("SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass AND contype IN ('c', 'u')", [table])
    for (name,) in cursor.fetchall():
        cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name} CASCADE")
    cursor.execute(
        "SELECT indexrelid::regclass FROM pg_index WHERE indrelid = %s::regclass AND indisunique AND NOT indisprimary",
        [table],
    )
    for (name,) in cursor.fetchall():
        cursor.execute(f"DROP INDEX {name}")
