"""
The one way in which a record may change: texts that a redaction of the same transaction names become its mark.

Salts go the same way: those that a redaction of the same transaction lists become zeros.
"""

from ._by_hand import ByHand

# What may be taken out, by kind: the table, and its columns.
TABLES = {
    "article": ("article", ("title", "text", "note")),
    "coverage": ("coverage", ("note",)),
    "evaluation": ("evaluation", ("explanation",)),
    "event": ("eventversion", ("title", "note", "reason")),
    "evidence": ("evidence", ("citation", "owner", "quote")),
    "forecast": ("forecast", ("phrase", "basis", "origin")),
    "judgement": ("judgement", ("reason",)),
    "merge": ("eventmerge", ("reason",)),
    "prediction": (
        "prediction",
        ("title", "statement", "quote", "original_wording", "condition", "outcome", "note"),
    ),
    "resolution": ("resolution", ("reason",)),
    "rule": ("ruleversion", ("description",)),
    "sealed": ("sealed", ("about",)),
    "unsealing": ("unsealing", ("content", "salt")),
}
# Columns of a prediction that have a trigger of their own, since they came later; they go with the migration that added them.
GUARDED_BY_THEMSELVES = {"deadline_basis", "sealed_at"}
REFUSED = "append-only: UPDATE of {table} is refused"
# What this transaction noted: on SQLite, where whoever writes is alone, what no entry of the ledger holds yet.
SAME_SQLITE = (
    "c.kind = 'redaction' AND c.row_key = CAST(r.id AS text) "
    "AND c.id > COALESCE((SELECT MAX(last_change) FROM forecasts_ledgerentry), 0)"
)
SAME_POSTGRESQL = (
    "c.kind = 'redaction' AND c.row_key = r.id::text AND c.era = (SELECT system_identifier FROM pg_control_system()) "
    "AND c.transaction_number = pg_current_xact_id()::text::bigint"
)
POSTGRESQL = """
CREATE OR REPLACE FUNCTION forecasts_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF TG_OP = 'UPDATE' AND TG_TABLE_NAME = 'forecasts_ledgersalts' THEN
    IF NEW.seq = OLD.seq AND NEW.salts <> OLD.salts AND EXISTS (
      SELECT 1 FROM forecasts_redactedsalt s JOIN forecasts_redaction r ON r.id = s.redaction_id
      JOIN forecasts_change c ON {same}
      WHERE s.seq = OLD.seq
        AND NEW.salts = overlay(OLD.salts PLACING decode(repeat('00', 16), 'hex') FROM s.position * 16 + 1 FOR 16)
    ) THEN RETURN NEW; END IF;
  ELSIF TG_OP = 'UPDATE' AND to_jsonb(NEW) <> to_jsonb(OLD) AND EXISTS (
    SELECT 1 FROM (VALUES {tables}) may (kind, named, texts)
    JOIN forecasts_redaction r ON r.kind = may.kind AND r.row_key = to_jsonb(OLD) ->> 'id'
    JOIN forecasts_change c ON {same}
    WHERE may.named = TG_TABLE_NAME
      AND (SELECT array_agg(one) FROM jsonb_array_elements_text(r.columns) one) <@ may.texts
      AND to_jsonb(NEW) - (SELECT array_agg(one) FROM jsonb_array_elements_text(r.columns) one)
        = to_jsonb(OLD) - (SELECT array_agg(one) FROM jsonb_array_elements_text(r.columns) one)
      AND NOT EXISTS (
        SELECT 1 FROM jsonb_array_elements_text(r.columns) one
        WHERE to_jsonb(NEW) ->> one IS DISTINCT FROM to_jsonb(OLD) ->> one
          AND to_jsonb(NEW) ->> one IS DISTINCT FROM '[redacted #' || r.id || ']'
      )
  ) THEN RETURN NEW; END IF;
  RAISE EXCEPTION 'append-only: % of % is refused', tg_op, tg_table_name USING ERRCODE = 'integrity_constraint_violation';
END $$
"""
PLAIN = """
CREATE OR REPLACE FUNCTION forecasts_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  RAISE EXCEPTION 'append-only: % of % is refused', tg_op, tg_table_name USING ERRCODE = 'integrity_constraint_violation';
END $$
"""


def allow_redaction():
    """The operation that has the database let redactions through, and nothing else."""

    def install(schema_editor):
        for statement in _sqlite(schema_editor) if _is_sqlite(schema_editor) else [_postgresql()]:
            schema_editor.execute(statement, params=None)

    def remove(schema_editor):
        for statement in _sqlite_before(schema_editor) if _is_sqlite(schema_editor) else [PLAIN]:
            schema_editor.execute(statement, params=None)

    return ByHand(install, remove)


def tell_of_redacted():
    """The operation that has the database note, with each redaction, that its record changed."""
    trigger, values = "forecasts_redaction_noted_record", "NEW.kind, 'REDACTED', NEW.key"
    columns = "(era, transaction_number, kind, action, key, noted_at, row_key)"

    def install(schema_editor):
        if _is_sqlite(schema_editor):
            schema_editor.execute(
                f"CREATE TRIGGER {trigger} AFTER INSERT ON forecasts_redaction BEGIN INSERT INTO forecasts_change {columns} "
                f"SELECT 0, 0, {values}, strftime('%Y-%m-%d %H:%M:%f', 'now'), NEW.row_key; END",
                params=None,
            )
            return
        schema_editor.execute(
            f"CREATE FUNCTION {trigger}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO forecasts_change {columns} "  # noqa: S608 — our own names
            f"SELECT (SELECT system_identifier FROM pg_control_system()), pg_current_xact_id()::text::bigint, {values}, "
            f"clock_timestamp(), NEW.row_key; RETURN NULL; END $$",
            params=None,
        )
        schema_editor.execute(
            f"CREATE TRIGGER {trigger} AFTER INSERT ON forecasts_redaction FOR EACH ROW EXECUTE FUNCTION {trigger}()",
            params=None,
        )
        schema_editor.execute(f"ALTER TABLE forecasts_redaction ENABLE ALWAYS TRIGGER {trigger}", params=None)

    def remove(schema_editor):
        if _is_sqlite(schema_editor):
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {trigger}", params=None)
            return
        schema_editor.execute(f"DROP TRIGGER IF EXISTS {trigger} ON forecasts_redaction", params=None)
        schema_editor.execute(f"DROP FUNCTION {trigger}()", params=None)

    return ByHand(install, remove)


def _is_sqlite(schema_editor):
    return schema_editor.connection.vendor == "sqlite"


def _postgresql():
    tables = ", ".join(
        f"('{kind}', 'forecasts_{table}', ARRAY[{', '.join(map(repr, texts))}])"
        for kind, (table, texts) in TABLES.items()
    )
    return POSTGRESQL.format(tables=tables, same=SAME_POSTGRESQL)


def _sqlite(schema_editor):
    for kind, (name, texts) in TABLES.items():
        table = f"forecasts_{name}"
        columns = _columns(schema_editor, table)
        allowed = _allowed(kind, columns, texts)
        yield f"DROP TRIGGER IF EXISTS {table}_no_update"
        yield _trigger(table, f"{_touched(name, columns)} AND NOT {allowed}")
    table, zeros = "forecasts_ledgersalts", "00" * 16
    forgotten = (
        "EXISTS (SELECT 1 FROM forecasts_redactedsalt s JOIN forecasts_redaction r ON r.id = s.redaction_id "  # noqa: S608 — our own names
        f"JOIN forecasts_change c ON {SAME_SQLITE} WHERE s.seq = OLD.seq AND NEW.seq = OLD.seq AND NEW.salts <> OLD.salts "
        f"AND hex(NEW.salts) = hex(substr(OLD.salts, 1, s.position * 16)) || '{zeros}' || "
        "hex(substr(OLD.salts, s.position * 16 + 17)))"
    )
    yield f"DROP TRIGGER IF EXISTS {table}_no_update"
    yield _trigger(table, f"NOT {forgotten}")


def _sqlite_before(schema_editor):
    for name, _ in (*TABLES.values(), ("ledgersalts", ())):
        table = f"forecasts_{name}"
        columns = [column for column in _columns(schema_editor, table) if column not in GUARDED_BY_THEMSELVES]
        yield f"DROP TRIGGER IF EXISTS {table}_no_update"
        yield _trigger(table, _touched(name, columns))


def _trigger(table, when):
    told = REFUSED.format(table=table)
    return f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} WHEN {when} BEGIN SELECT RAISE(ABORT, '{told}'); END"


def _touched(name, columns):
    """Whether an update is one that is guarded: any of a record; of a prediction those that touch its claim."""
    if name != "prediction":
        return "TRUE"
    state = {
        "status", "verdict", "review_reasons", "needs_confirmation", "next_check_at", "checked_at", "attempts", "last_error",
        "scheduled_close_at",
    }  # fmt: skip
    changed = " OR ".join(f'OLD."{column}" IS NOT NEW."{column}"' for column in columns if column not in state)
    return f"({changed})"


def _allowed(kind, columns, texts):
    changed = " OR ".join(f'OLD."{column}" IS NOT NEW."{column}"' for column in texts)
    kept = " AND ".join(_kept(column, is_text=column in texts) for column in columns)
    return (
        "EXISTS (SELECT 1 FROM forecasts_redaction r JOIN forecasts_change c ON "  # noqa: S608 — our own names
        f"{SAME_SQLITE} WHERE r.kind = '{kind}' AND r.row_key = CAST(OLD.id AS text) AND ({changed}) AND {kept})"
    )


def _kept(column, *, is_text):
    same = f'OLD."{column}" IS NEW."{column}"'
    if not is_text:
        return same
    named = f"EXISTS (SELECT 1 FROM json_each(r.columns) WHERE value = '{column}')"  # noqa: S608 — our own names
    return f"({same} OR (NEW.\"{column}\" = '[redacted #' || r.id || ']' AND {named}))"


def _columns(schema_editor, table):
    with schema_editor.connection.cursor() as cursor:
        return [column.name for column in schema_editor.connection.introspection.get_table_description(cursor, table)]
