"""Giving the application's role on PostgreSQL what it needs and nothing more, and the owner's tables a last guard."""

import re
from collections.abc import Iterator

from django.db import connection, transaction

from forecasts.selectors.guards import append_only
from forecasts.selectors.privileges import Difference, current_role, differences, is_owner

NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")
WEAK = "NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS"


class CannotHarden(Exception):
    """The database cannot be hardened so; the message says what to do."""


@transaction.atomic
def harden(*, role: str) -> list[str]:
    """
    Let `role` do what the application does, and let nobody truncate records by mistake.

    Running it again changes nothing. After a migration it gives the role what came with it.

    Returns:
        The statements that were run; none where all was in order.
    Raises:
        CannotHarden: Not on PostgreSQL, an odd name, or a role that owns the tables.
    """
    if connection.vendor != "postgresql":
        raise CannotHarden("SQLite knows no roles: whoever can write its file can change it. Use PostgreSQL.")
    if not NAME.fullmatch(role):
        raise CannotHarden(f"“{role}” is no name for a role: use lowercase letters, digits and underscores.")
    done = [*_run(_create(role))]
    if is_owner(role):
        raise CannotHarden(
            f"{role} owns the tables, belongs to the role that does, or is a superuser (you are {current_role()}): "
            "migrate as an owner, and give the application a role of its own."
        )
    done += _run(_open_schema(role))
    # Twice: what single columns are open is seen once the whole table is not.
    done += [statement for _ in range(2) for statement in _run(_grants(role))]
    done += _run(_sequences(role))
    done += _run(_guards_against_truncate())
    return done


def set_password(*, role: str, password: str) -> None:
    """Give a role the password it connects with."""
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER ROLE {role} PASSWORD %s", [password])


def _run(statements: Iterator[str]) -> list[str]:
    """Run statements that were found to be needed, and return them."""
    needed = list(statements)
    with connection.cursor() as cursor:
        for statement in needed:
            cursor.execute(statement)
    return needed


def _asked(query: str, *parameters: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return cursor.fetchall()


def _create(role: str) -> Iterator[str]:
    found = _asked(
        "SELECT rolcreatedb OR rolcreaterole OR rolreplication OR rolbypassrls FROM pg_roles WHERE rolname = %s", role
    )
    if not found:
        yield f"CREATE ROLE {role} LOGIN {WEAK}"
    elif found[0][0]:
        yield f"ALTER ROLE {role} NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS"


def _open_schema(role: str) -> Iterator[str]:
    ((database, schema, may_connect, may_use, may_create),) = _asked(
        "SELECT quote_ident(current_database()), quote_ident(current_schema()), "
        "has_database_privilege(%s, current_database(), 'CONNECT'), has_schema_privilege(%s, current_schema(), 'USAGE'), "
        "has_schema_privilege(%s, current_schema(), 'CREATE')",
        role, role, role,
    )  # fmt: skip
    if not may_connect:
        yield f"GRANT CONNECT ON DATABASE {database} TO {role}"
    if not may_use:
        yield f"GRANT USAGE ON SCHEMA {schema} TO {role}"
    if may_create:
        yield f"REVOKE CREATE ON SCHEMA {schema} FROM PUBLIC, {role}"


def _grants(role: str) -> Iterator[str]:
    for one in differences(role):
        what = f"{one.privilege}{_listed(one)} ON {one.table}"
        yield f"GRANT {what} TO {role}" if one.is_missing else f"REVOKE {what} FROM PUBLIC, {role}"


def _listed(one: Difference) -> str:
    return f" ({', '.join(one.columns)})" if one.columns else ""


def _sequences(role: str) -> Iterator[str]:
    closed = _asked(
        "SELECT relname FROM pg_class WHERE relkind = 'S' AND relnamespace = current_schema()::regnamespace "
        "AND NOT (has_sequence_privilege(%s, oid, 'USAGE') AND has_sequence_privilege(%s, oid, 'SELECT')) ORDER BY relname",
        role, role,
    )  # fmt: skip
    for (name,) in closed:
        yield f"GRANT USAGE, SELECT ON SEQUENCE {name} TO {role}"


def _guards_against_truncate() -> Iterator[str]:
    """Not by a migration: tests clear their tables by TRUNCATE."""
    there = {name for (name,) in _asked("SELECT tgname FROM pg_trigger WHERE tgenabled = 'A'")}
    for table in sorted({model._meta.db_table for model in append_only()} | {"forecasts_prediction"}):
        trigger = f"{table}_no_truncate"
        if trigger not in there:
            yield (
                f"CREATE TRIGGER {trigger} BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION forecasts_refuse()"
            )
            yield f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {trigger}"
