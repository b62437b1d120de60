"""
Going back over a migration drops the tables and columns that it added, and what is recorded in them.

SQLite makes a table anew for every other change as well, and the guards of its rows do not come back with it.
"""

from django.core.management import CommandError
from django.db import connections
from django.db.migrations import AddField, AddIndex, CreateModel, Migration, RemoveIndex
from django.db.migrations.operations.fields import FieldOperation
from django.db.migrations.operations.models import IndexOperation, ModelOperation

LEAVES_ROWS = (AddIndex, RemoveIndex)


class WouldLose(CommandError):
    """A step back would lose rows or their guards; nothing was changed."""


def refuse_to_lose(*, plan: list[tuple[Migration, bool]], using: str, **_: object) -> None:
    """
    Refuse to go back over any step that would lose rows of ours; forward steps are let through.

    Args:
        plan: The steps that are about to be taken, each with whether it goes back.
        using: The name of the database.
    Raises:
        WouldLose: It names the steps, and how many rows each of their tables holds.
    """
    back = [step for step, goes_back in plan if goes_back and step.app_label == "forecasts"]
    touched = {step.name: _tables_of(step, vendor=connections[using].vendor) for step in back}
    held = {table: _n_rows(table, using=using) for tables in touched.values() for table in tables}
    lost = {name: [table for table in tables if held[table]] for name, tables in touched.items()}
    told = [
        f"{name}: {', '.join(f'{table} (rows: {held[table]})' for table in tables)}"
        for name, tables in lost.items()
        if tables
    ]
    if told:
        raise WouldLose(
            "Going back would drop or make anew tables in which something is recorded. Nothing was changed.\n  "
            + "\n  ".join(told)
            + "\nKeep the newer release, or fill an empty database of the older one from a backup of that time (docs/operations.md)."
        )


def _tables_of(step: Migration, *, vendor: str) -> list[str]:
    """The tables that a step back drops, takes columns from or, on SQLite, makes anew."""
    kinds = (CreateModel, AddField) if vendor == "postgresql" else (FieldOperation, IndexOperation, ModelOperation)
    names = {
        operation.model_name_lower if hasattr(operation, "model_name_lower") else operation.name_lower
        for operation in step.operations
        if isinstance(operation, kinds) and not isinstance(operation, LEAVES_ROWS)
    }
    return [f"forecasts_{name}" for name in sorted(names)]


def _n_rows(table: str, *, using: str) -> int:
    connection = connections[using]
    with connection.cursor() as cursor:
        if table not in connection.introspection.table_names(cursor):
            return 0
        cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(table)}")  # noqa: S608 a table of ours
        return cursor.fetchone()[0]
