"""Writing many rows of one table at once."""

from collections.abc import Collection

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import AutoField, Model


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
    # The connection itself: the proxy that is usually imported looks it up at each value.
    connection = connections[DEFAULT_DB_ALIAS]
    columns = [(field.attname, field.get_db_prep_save) for field in fields]
    contents = (vars(row) for row in rows)
    values = ([prepare(content[name], connection) for name, prepare in columns] for content in contents)
    quoted = connection.ops.quote_name
    target = f"{quoted(model._meta.db_table)} ({', '.join(quoted(str(field.column)) for field in fields)})"
    with connection.cursor() as cursor, connection.wrap_database_errors:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {target} FROM STDIN") as copy:
                for row in values:
                    copy.write_row(row)
        else:
            marks = ", ".join(["%s"] * len(fields))
            # Names of our own tables and columns; every value is a parameter.
            cursor.executemany(f"INSERT INTO {target} VALUES ({marks})", list(values))  # noqa: S608
