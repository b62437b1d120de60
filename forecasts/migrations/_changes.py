"""Triggers that note in `forecasts_change` what is recorded or changed in a table, in the same transaction."""

from django.db import migrations

COLUMNS = "era, transaction_number, kind, action, key, noted_at"
NOW_HERE = "strftime('%Y-%m-%d %H:%M:%f', 'now')"


def watch(name, *, kind, key, changing=()):
    """
    The operation that has the database note each new row of a table of this app, and what is there already.

    Args:
        kind: Of `Change.Kind`.
        key: SQL for what the row is found by, with {row} for the row.
        changing: Columns whose change is noted too.
    """
    table = f"forecasts_{name}"

    def install(apps, schema_editor):
        is_sqlite = schema_editor.connection.vendor == "sqlite"
        statements = _sqlite(table, kind, key, changing) if is_sqlite else _postgresql(table, kind, key, changing)
        for statement in statements:
            schema_editor.execute(statement, params=None)

    def remove(apps, schema_editor):
        for verb in ("insert", *(["update"] if changing else [])):
            if schema_editor.connection.vendor == "sqlite":
                schema_editor.execute(f"DROP TRIGGER {table}_noted_{verb}", params=None)
            else:
                schema_editor.execute(f"DROP TRIGGER {table}_noted_{verb} ON {table}", params=None)
                schema_editor.execute(f"DROP FUNCTION {table}_noted_{verb}()", params=None)

    return migrations.RunPython(install, remove)


def _sqlite(table, kind, key, changing):
    def note(action, row):
        return f"INSERT INTO forecasts_change ({COLUMNS}) SELECT 0, 0, '{kind}', '{action}', {key.format(row=row)}, {NOW_HERE}"

    yield f"{note('RECORDED', table)} FROM {table} ORDER BY rowid"
    yield f"CREATE TRIGGER {table}_noted_insert AFTER INSERT ON {table} BEGIN {note('RECORDED', 'NEW')}; END"
    if changing:
        changed = " OR ".join(f'OLD."{column}" IS NOT NEW."{column}"' for column in changing)
        yield (
            f"CREATE TRIGGER {table}_noted_update AFTER UPDATE ON {table} WHEN {changed} "
            f"BEGIN {note('CHANGED', 'NEW')}; END"
        )


def _postgresql(table, kind, key, changing):
    where = "(SELECT system_identifier FROM pg_control_system()), pg_current_xact_id()::text::bigint"

    def note(action, row):
        return (
            f"INSERT INTO forecasts_change ({COLUMNS}) "
            f"SELECT {where}, '{kind}', '{action}', {key.format(row=row)}, clock_timestamp()"
        )

    yield f"{note('RECORDED', table)} FROM {table} ORDER BY id"
    # Once a statement, so that rows in bulk cost one more INSERT in all.
    yield _function(f"{table}_noted_insert", f"{note('RECORDED', 'added')} FROM added")
    yield (
        f"CREATE TRIGGER {table}_noted_insert AFTER INSERT ON {table} REFERENCING NEW TABLE AS added "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_noted_insert()"
    )
    yield f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_noted_insert"
    if changing:
        changed = " OR ".join(f'OLD."{column}" IS DISTINCT FROM NEW."{column}"' for column in changing)
        yield _function(f"{table}_noted_update", note("CHANGED", "NEW"))
        yield (
            f"CREATE TRIGGER {table}_noted_update AFTER UPDATE ON {table} FOR EACH ROW WHEN ({changed}) "
            f"EXECUTE FUNCTION {table}_noted_update()"
        )
        yield f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_noted_update"


def _function(name, statement):
    return f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {statement}; RETURN NULL; END $$"
