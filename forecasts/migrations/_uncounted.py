"""Triggers that note in `forecasts_uncounted` of which predictions something was recorded, in the same transaction."""

from ._by_hand import ByHand

TABLE = "forecasts_uncounted"


def count_again_after(name, *, key):
    """
    The operation that has the database note the prediction of each new row of a table of this app.

    Args:
        name: Of the table, without the app's.
        key: The column that holds the prediction.
    """
    table = f"forecasts_{name}"
    trigger = f"{table}_uncounted"

    def install(schema_editor):
        sqlite = schema_editor.connection.vendor == "sqlite"
        for statement in (_sqlite if sqlite else _postgresql)(table, trigger, key):
            schema_editor.execute(statement, params=None)

    def remove(schema_editor):
        if schema_editor.connection.vendor == "sqlite":
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {trigger}", params=None)
        else:
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {trigger} ON {table}", params=None)
            schema_editor.execute(f"DROP FUNCTION {trigger}()", params=None)

    return ByHand(install, remove)


def _sqlite(table, trigger, key):
    # Triggers run once a row here: a new row in place of the old one, so that a crowd leaves one and a higher number.
    gone = f"DELETE FROM {TABLE} WHERE prediction_id = NEW.{key}"  # noqa: S608
    noted = f"INSERT INTO {TABLE} (prediction_id) VALUES (NEW.{key})"  # noqa: S608
    yield f"CREATE TRIGGER {trigger} AFTER INSERT ON {table} BEGIN {gone}; {noted}; END"


def _postgresql(table, trigger, key):
    # Nothing but inserts, so that no writer waits for another.
    noted = f"INSERT INTO {TABLE} (prediction_id) SELECT DISTINCT {key} FROM added"  # noqa: S608
    yield (f"CREATE FUNCTION {trigger}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {noted}; RETURN NULL; END $$")
    yield (
        f"CREATE TRIGGER {trigger} AFTER INSERT ON {table} REFERENCING NEW TABLE AS added "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {trigger}()"
    )
    yield f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {trigger}"
