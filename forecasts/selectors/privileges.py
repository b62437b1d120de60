"""What the application's role may do on PostgreSQL, and what it can do more or less than that."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection

from .guards import STATE_COLUMNS, append_only

TABLE_PRIVILEGES = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")
CHANGING = frozenset({"SELECT", "INSERT", "UPDATE", "DELETE"})
GROWING = frozenset({"SELECT", "INSERT"})
# What only the owner does.
OWNED = {name: frozenset({"SELECT"}) for name in ("django_migrations", "forecasts_redaction", "forecasts_redactedsalt")}
# Rows that are locked while something is recorded of them: a lock takes the privilege, and the trigger refuses its use.
LOCKED = {"forecasts_article": ("id",), "forecasts_event": ("id",), "forecasts_sealed": ("id",)}
COLUMNS: Mapping[str, tuple[str, ...]] = {"forecasts_prediction": STATE_COLUMNS, **LOCKED}


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A privilege that a role lacks on a table, or has beyond what it may do; `columns` where it is of some alone."""

    table: str
    privilege: str
    columns: tuple[str, ...]
    is_missing: bool


def wanted_privileges() -> dict[str, frozenset[str]]:
    """What the application's role may do with each table of the schema as a whole."""
    growing = {model._meta.db_table for model in append_only()} | {"forecasts_prediction"}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = current_schema()::regnamespace"
        )
        tables = sorted(name for (name,) in cursor.fetchall())
    special = dict.fromkeys(growing, GROWING) | OWNED
    return {table: special.get(table, CHANGING) for table in tables}


def differences(role: str) -> list[Difference]:
    """What a role can do otherwise than the application's role may, by table."""
    with connection.cursor() as cursor:
        found = []
        for table, wanted in wanted_privileges().items():
            cursor.execute(
                "SELECT p FROM unnest(%s::text[]) p WHERE has_table_privilege(%s, %s::regclass, p)",
                [list(TABLE_PRIVILEGES), role, table],
            )
            has = {name for (name,) in cursor.fetchall()}
            found += list(_of_table(table, wanted=wanted, has=has))
            found += list(_of_columns(cursor, role=role, table=table, has=has)) if "UPDATE" not in wanted else []
    return found


def _of_table(table: str, *, wanted: frozenset[str], has: set[str]) -> Iterator[Difference]:
    for privilege in TABLE_PRIVILEGES:
        if (privilege in wanted) != (privilege in has):
            yield Difference(table=table, privilege=privilege, columns=(), is_missing=privilege in wanted)


def _of_columns(cursor: Any, *, role: str, table: str, has: set[str]) -> Iterator[Difference]:
    """Which columns the role can change, where it may not change the others."""
    if "UPDATE" in has:
        # Told of the whole table already; what is left once that is taken away is seen the next time.
        granted: set[str] = set()
    else:
        cursor.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped "
            "AND has_column_privilege(%s, attrelid, attnum, 'UPDATE')",
            [table, role],
        )
        granted = {name for (name,) in cursor.fetchall()}
    wanted = set(COLUMNS.get(table, ()))
    for columns, is_missing in ((wanted - granted, True), (granted - wanted, False)):
        if columns:
            yield Difference(table=table, privilege="UPDATE", columns=tuple(sorted(columns)), is_missing=is_missing)


def is_owner(role: str) -> bool:
    """Whether a role can do as it likes with the records: it owns them, or is a superuser."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolsuper OR EXISTS (SELECT FROM pg_class WHERE relnamespace = current_schema()::regnamespace "
            "AND relkind IN ('r', 'p') AND pg_has_role(pg_roles.oid, relowner, 'MEMBER')) FROM pg_roles WHERE rolname = %s",
            [role],
        )
        row = cursor.fetchone()
    return bool(row and row[0])


def current_role() -> str:
    """The role that this connection acts as."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        return cursor.fetchone()[0]
