"""Writing many rows of one table at once."""

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import (
    AutoField,
    BooleanField,
    CharField,
    DateTimeField,
    DecimalField,
    Field,
    ForeignKey,
    IntegerField,
    JSONField,
    Model,
    TextField,
    UUIDField,
)

# Columns whose values in Python the driver of PostgreSQL writes as they are.
NATIVE = (BooleanField, DateTimeField, DecimalField, ForeignKey, IntegerField, UUIDField)


def insert_rows(model: type[Model], rows: Collection[Model]) -> None:
    """
    Insert rows that are not stored yet, by COPY where the database has it.

    For tables whose rows cannot be there already: unlike `bulk_create` it neither returns keys nor skips conflicts.

    Raises:
        IntegrityError: A constraint refuses one of the rows; none is stored.
    """
    if not rows:
        return
    fields = [field for field in model._meta.concrete_fields if not isinstance(field, AutoField)]
    names = [field.attname for field in fields]
    contents = (vars(row) for row in rows)
    _insert(model, fields, _prepared(fields, ([content[name] for name in names] for content in contents)))


def insert_values(model: type[Model], names: Sequence[str], rows: Collection[Sequence[Any]]) -> None:
    """
    Insert rows that are not stored yet, given as values of the types that the columns have in Python.

    Like `insert_rows`, without the cost of making each row an object.

    Args:
        names: The attributes that the values are of: all that the table has besides a key that counts up.
    Raises:
        IntegrityError: A constraint refuses one of the rows; none is stored.
    """
    if not rows:
        return
    by_name = {field.attname: field for field in model._meta.concrete_fields}
    fields = [by_name[name] for name in names]
    is_plain = connections[DEFAULT_DB_ALIAS].vendor == "postgresql" and not any(
        isinstance(field, JSONField) for field in fields
    )
    _insert(model, fields, rows if is_plain else _prepared(fields, rows))


def insert_alike(model: type[Model], rows: Sequence[Mapping[str, Any]]) -> None:
    """
    The same for rows that name their attributes, all of them the same ones in the same order.

    Raises:
        IntegrityError: A constraint refuses one of the rows; none is stored.
    """
    if rows:
        insert_values(model, tuple(rows[0]), [tuple(row.values()) for row in rows])


def _prepared(fields: Sequence[Field], rows: Iterable[Sequence[Any]]) -> Iterable[list[Any]]:
    prepares = [_prepare(field) for field in fields]
    return (
        [value if prepare is None else prepare(value) for prepare, value in zip(prepares, row, strict=True)]
        for row in rows
    )


def _prepare(field: Field) -> Callable[[Any], Any] | None:
    """What makes a value ready for the driver; none where that takes it as it is, which Django would find out anew each time."""
    # The connection itself: the proxy that is usually imported looks it up at each value.
    connection = connections[DEFAULT_DB_ALIAS]
    is_native = connection.vendor == "postgresql"
    if is_native and isinstance(field, NATIVE):
        return None
    if is_native and isinstance(field, CharField | TextField):
        return _plain_text
    if is_native and isinstance(field, JSONField):
        return _written
    return partial(field.get_db_prep_save, connection=connection)


def _plain_text(value: Any) -> Any:
    """A text as it is, a member of an enumeration as its value."""
    return value if value is None or type(value) is str else str(value)


def _written(value: Any) -> str | None:
    """The text of JSON, which is what COPY takes; empty where there is nothing."""
    return None if value is None else json.dumps(value)


def _insert(model: type[Model], fields: Sequence[Field], rows: Iterable[Sequence[Any]]) -> None:
    connection = connections[DEFAULT_DB_ALIAS]
    quoted = connection.ops.quote_name
    target = f"{quoted(model._meta.db_table)} ({', '.join(quoted(str(field.column)) for field in fields)})"
    with connection.cursor() as cursor, connection.wrap_database_errors:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {target} FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            marks = ", ".join(["%s"] * len(fields))
            # Names of our own tables and columns; every value is a parameter.
            cursor.executemany(f"INSERT INTO {target} VALUES ({marks})", list(rows))  # noqa: S608 no value, and no name from outside
