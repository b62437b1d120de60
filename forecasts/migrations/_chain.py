"""Triggers that let the ledger only be continued: by the next number, from the last hash, by the clock of the database."""

from ._by_hand import ByHand

TABLE = "forecasts_ledgerentry"
LAST = f"(SELECT {{column}} FROM {TABLE} ORDER BY seq DESC LIMIT 1)"  # noqa: S608 — our own names
# Seconds. A clock that was put back does not stop anything: entries then keep the time of the one before.
TOLERANCE = 5

SQLITE = {
    "seq": ("NEW.seq <> COALESCE({seq}, 0) + 1", "seq does not continue the chain"),
    "prev": ("NEW.prev <> COALESCE({hash}, NEW.prev)", "prev is not the hash of the last entry"),
    "clock": (
        "ABS(julianday(NEW.recorded_at) - julianday('now')) * 86400 > {tolerance} "
        "AND NEW.recorded_at IS NOT {recorded_at}",
        "recorded_at is off the clock of the database",
    ),
}
POSTGRESQL = f"""
CREATE FUNCTION {TABLE}_continues() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE last {TABLE}%ROWTYPE;
BEGIN
  SELECT * INTO last FROM {TABLE} ORDER BY seq DESC LIMIT 1;
  IF NEW.seq <> COALESCE(last.seq, 0) + 1 THEN
    RAISE EXCEPTION 'append-only: seq does not continue the chain' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NEW.prev <> COALESCE(last.hash, NEW.prev) THEN
    RAISE EXCEPTION 'append-only: prev is not the hash of the last entry' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF abs(extract(epoch FROM clock_timestamp() - NEW.recorded_at)) > {TOLERANCE}
    AND NEW.recorded_at IS DISTINCT FROM last.recorded_at THEN
    RAISE EXCEPTION 'append-only: recorded_at is off the clock of the database'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$
"""  # noqa: S608 — our own names


def continue_only():
    """The operation that has the database refuse an entry that does not continue the chain."""

    def install(schema_editor):
        is_sqlite = schema_editor.connection.vendor == "sqlite"
        for statement in _sqlite() if is_sqlite else _postgresql():
            schema_editor.execute(statement, params=None)

    def remove(schema_editor):
        if schema_editor.connection.vendor == "sqlite":
            for name in SQLITE:
                schema_editor.execute(f"DROP TRIGGER IF EXISTS {TABLE}_{name}", params=None)
            return
        schema_editor.execute(f"DROP TRIGGER IF EXISTS {TABLE}_continues ON {TABLE}", params=None)
        schema_editor.execute(f"DROP FUNCTION {TABLE}_continues()", params=None)

    return ByHand(install, remove)


def _sqlite():
    last = {column: LAST.format(column=column) for column in ("seq", "hash", "recorded_at")}
    for name, (condition, message) in SQLITE.items():
        when = condition.format(**last, tolerance=TOLERANCE)
        yield (
            f"CREATE TRIGGER {TABLE}_{name} BEFORE INSERT ON {TABLE} WHEN {when} "
            f"BEGIN SELECT RAISE(ABORT, 'append-only: {message}'); END"
        )


def _postgresql():
    yield POSTGRESQL
    yield (
        f"CREATE TRIGGER {TABLE}_continues BEFORE INSERT ON {TABLE} FOR EACH ROW EXECUTE FUNCTION {TABLE}_continues()"
    )
    yield f"ALTER TABLE {TABLE} ENABLE ALWAYS TRIGGER {TABLE}_continues"
