"""
Triggers by which a reader can tell that nothing it shows was written since it looked last; on PostgreSQL.

Each transaction that writes in a traced table leaves its number, once, in `forecasts_written`. Now and then one also
clears away older numbers, all but what a reader may still compare with: its own, which is the highest.
"""

from ._by_hand import ByHand

ONE_IN = 1000
TABLE = "CREATE TABLE forecasts_written (transaction_number bigint PRIMARY KEY)"
NOTE = f"""
    CREATE FUNCTION forecasts_note_writing() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO forecasts_written VALUES (pg_current_xact_id()::text::bigint) ON CONFLICT DO NOTHING;
        IF FOUND AND random() * {ONE_IN} < 1 THEN
            DELETE FROM forecasts_written WHERE transaction_number IN (
                SELECT transaction_number FROM forecasts_written
                WHERE transaction_number < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
                FOR UPDATE SKIP LOCKED
            );
        END IF;
        RETURN NULL;
    END $$
"""  # noqa: S608 - our own names
# One call, so that the plan is made once per connection. A number below all that still run says all: whoever had a lower
# one is done. Otherwise what is done and what is not is told in full.
STATE = """
    CREATE FUNCTION forecasts_state() RETURNS text LANGUAGE plpgsql STABLE AS $$
    DECLARE
        newest bigint := (SELECT max(transaction_number) FROM forecasts_written);
    BEGIN
        IF newest < pg_snapshot_xmin(pg_current_snapshot())::text::bigint THEN
            RETURN newest::text;
        END IF;
        RETURN coalesce(newest, 0) || ':' || pg_current_snapshot();
    END $$
"""


def begin_tracing():
    """The operation that makes the table of numbers and what reads it."""
    return _on_postgresql(
        [TABLE, NOTE, STATE],
        undo=[
            "DROP FUNCTION forecasts_state()",
            "DROP FUNCTION forecasts_note_writing()",
            "DROP TABLE forecasts_written",
        ],
    )


def trace(*names):
    """The operation that has every transaction leave its number which writes in one of these tables of this app."""
    return _on_postgresql(
        [statement for name in names for statement in _trigger(f"forecasts_{name}")],
        undo=[f"DROP TRIGGER IF EXISTS forecasts_{name}_written ON forecasts_{name}" for name in names],
    )


def _trigger(table):
    yield (
        f"CREATE TRIGGER {table}_written AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION forecasts_note_writing()"
    )
    yield f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_written"


def _on_postgresql(statements, *, undo):
    def run(chosen):
        def execute(schema_editor):
            for statement in chosen if schema_editor.connection.vendor == "postgresql" else ():
                schema_editor.execute(statement, params=None)

        return execute

    return ByHand(run(statements), run(undo))
