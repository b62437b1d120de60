"""Going back over a migration drops the tables and columns that it added, and what is recorded in them."""

from django.core.management import CommandError
from django.db import connections
from django.db.migrations import AddField, CreateModel, Migration


class WouldLose(CommandError):
    """A step back would drop a table or a column that holds rows; nothing was changed."""


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
    held = {table: _n_rows(table, using=using) for step in back for table in _tables_of(step)}
    lost = {step.name: [table for table in _tables_of(step) if held[table]] for step in back}
    told = [
        f"{name}: {', '.join(f'{table} (rows: {held[table]})' for table in tables)}"
        for name, tables in lost.items()
        if tables
    ]
    if told:
        raise WouldLose(
            "Going back would drop tables or columns in which something is recorded. Nothing was changed.\n  "
            + "\n  ".join(told)
            + "\nKeep the newer release, or fill an empty database of the older one from a backup of that time (docs/operations.md)."
        )


def _tables_of(step: Migration) -> list[str]:
    """The tables that a step added, or added columns to."""
    names = {
        operation.name_lower if isinstance(operation, CreateModel) else operation.model_name_lower
        for operation in step.operations
        if isinstance(operation, CreateModel | AddField)
    }
    return [f"forecasts_{name}" for name in sorted(names)]


def _n_rows(table: str, *, using: str) -> int:
    connection = connections[using]
    with connection.cursor() as cursor:
        if table not in connection.introspection.table_names(cursor):
            return 0
        cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(table)}")  # noqa: S608 a table of ours
        return cursor.fetchone()[0]
