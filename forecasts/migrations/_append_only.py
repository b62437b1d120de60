"""Triggers for tables that came after the first ones: their rows never change and never go."""

from ._by_hand import ByHand, nothing


def protect(name):
    """The operation that has the database refuse to change or delete rows of a table of this app."""
    table = f"forecasts_{name}"

    def install(schema_editor):
        for statement in _statements(table, vendor=schema_editor.connection.vendor):
            schema_editor.execute(statement, params=None)

    def remove(schema_editor):
        sqlite = schema_editor.connection.vendor == "sqlite"
        for verb in ("no_update", "no_delete") if sqlite else ("no_change",):
            schema_editor.execute(
                f"DROP TRIGGER IF EXISTS {table}_{verb}" + ("" if sqlite else f" ON {table}"), params=None
            )

    return ByHand(install, remove)


def _statements(table, *, vendor):
    if vendor == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            yield (
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, 'append-only: {verb} of {table} is refused'); END"
            )
        return
    yield (
        f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION forecasts_refuse()"
    )
    yield f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_no_change"


def protect_anew(name):
    """The operation that gives back what SQLite drops when it makes a protected table anew, to add a constraint."""
    table = f"forecasts_{name}"

    def install(schema_editor):
        if schema_editor.connection.vendor == "sqlite":
            for statement in _statements(table, vendor="sqlite"):
                schema_editor.execute(statement, params=None)

    return ByHand(install, nothing)


def protect_column(name, column):
    """The operation that has the database refuse to change one column of a table whose others may change."""
    table, trigger = f"forecasts_{name}", f"forecasts_{name}_no_other_{column}"

    def install(schema_editor):
        if schema_editor.connection.vendor == "sqlite":
            statements = (
                f'CREATE TRIGGER {trigger} BEFORE UPDATE ON {table} WHEN OLD."{column}" IS NOT NEW."{column}" '
                f"BEGIN SELECT RAISE(ABORT, 'append-only: {column} of {table} cannot be changed'); END",
            )
        else:
            statements = (
                f'CREATE TRIGGER {trigger} BEFORE UPDATE ON {table} FOR EACH ROW WHEN (OLD."{column}" IS DISTINCT FROM '
                f'NEW."{column}") EXECUTE FUNCTION forecasts_refuse()',
                f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {trigger}",
            )
        for statement in statements:
            schema_editor.execute(statement, params=None)

    def remove(schema_editor):
        on_table = "" if schema_editor.connection.vendor == "sqlite" else f" ON {table}"
        schema_editor.execute(f"DROP TRIGGER IF EXISTS {trigger}{on_table}", params=None)

    return ByHand(install, remove)
