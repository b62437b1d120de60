"""Triggers that note in `forecasts_change` what is recorded or changed in a table, in the same transaction."""

from ._by_hand import ByHand, nothing

COLUMNS = "era, transaction_number, kind, action, key, noted_at"
ROW_KEY = "row_key"
NOW_HERE = "strftime('%Y-%m-%d %H:%M:%f', 'now')"


# Each table with the kind of its rows, SQL for what a row is found by, and the columns whose change is noted too;
# upstream first, so that what was there before comes in an order that makes sense.
WATCHED = {
    "forecaster": ("forecaster", "{row}.slug", ("slug", "name", "kind", "description")),
    "topic": ("topic", "{row}.path", ("path", "label")),
    "article": ("article", "{row}.id", ()),
    "lexicon": ("lexicon", "{row}.code", ()),
    "prediction": (
        "prediction",
        "{row}.id",
        ("status", "verdict", "review_reasons", "needs_confirmation", "scheduled_close_at"),
    ),
    "ruleversion": ("rule", "{row}.id", ()),
    "forecast": ("forecast", "{row}.id", ()),
    "source": (
        "source",
        "{row}.slug",
        ("slug", "name", "kind", "tier", "group", "settlement_lag", "url", "citation"),
    ),
    "coverage": ("coverage", "(SELECT slug FROM forecasts_source s WHERE s.id = {row}.source_id)", ()),
    "entity": ("entity", "{row}.path", ("path", "label", "wikidata")),
    "entitymembership": ("membership", "(SELECT path FROM forecasts_entity e WHERE e.id = {row}.member_id)", ()),
    "milestone": ("milestone", "{row}.key", ()),
    "eventversion": ("event", "{row}.event_id", ()),
    "evidence": ("evidence", "{row}.event_id", ()),
    "eventmerge": ("merge", "{row}.merged_id", ()),
    "observation": ("observation", "{row}.id", ()),
    "evaluation": ("evaluation", "{row}.id", ()),
    "judgement": (
        "judgement",
        "(SELECT prediction_id FROM forecasts_ruleversion r WHERE r.id = {row}.rule_version_id)",
        (),
    ),
    "resolution": ("resolution", "{row}.id", ()),
    "score": ("score", "{row}.id", ()),
}

# The same for tables that came later: what was done to all of them at once did not find these.
LATER = {
    "redaction": ("redaction", "{row}.id", ()),
    "sealed": ("sealed", "{row}.commitment", ()),
    "unsealing": ("unsealing", "(SELECT commitment FROM forecasts_sealed s WHERE s.id = {row}.sealed_id)", ()),
}


def note_what_is_there():
    """The operation that notes each row of the tables to be watched, which keeps nobody from recording more."""

    def install(schema_editor):
        row_order = "rowid" if schema_editor.connection.vendor == "sqlite" else "id"
        for name, (kind, key, _) in WATCHED.items():
            _note_those(schema_editor, f"forecasts_{name}", kind, key, f"ORDER BY {row_order}")

    return ByHand(install, nothing)


def watch(name):
    """The operation that has the database note each new row of a table of this app."""
    table, (kind, key, changing) = f"forecasts_{name}", (WATCHED | LATER)[name]

    def install(schema_editor):
        make = _sqlite if schema_editor.connection.vendor == "sqlite" else _postgresql
        for statement in make(table, kind, key, changing, with_rows=_notes_rows(schema_editor)):
            schema_editor.execute(statement, params=None)

    def remove(schema_editor):
        for verb in ("insert", *(["update"] if changing else [])):
            if schema_editor.connection.vendor == "sqlite":
                schema_editor.execute(f"DROP TRIGGER IF EXISTS {table}_noted_{verb}", params=None)
            else:
                schema_editor.execute(f"DROP TRIGGER IF EXISTS {table}_noted_{verb} ON {table}", params=None)
                schema_editor.execute(f"DROP FUNCTION {table}_noted_{verb}()", params=None)

    return ByHand(install, remove)


def note_what_came_meanwhile():
    """
    The operation that notes what others recorded between the two before it.

    From here on they wait for the end of this step, so that it is only counted where nothing is missing.
    """

    def install(schema_editor):
        noted = dict(_rows(schema_editor, "SELECT kind, count(*) FROM forecasts_change GROUP BY kind"))
        for name, (kind, key, _) in WATCHED.items():
            table = f"forecasts_{name}"
            ((n_rows,),) = _rows(schema_editor, f"SELECT count(*) FROM {table}")  # noqa: S608 a table of ours
            if n_rows > noted.get(kind, 0):
                same = f"c.kind = '{kind}' AND c.key = CAST({key.format(row=table)} AS text)"
                missing = f"WHERE NOT EXISTS (SELECT 1 FROM forecasts_change c WHERE {same})"  # noqa: S608 texts of ours
                _note_those(schema_editor, table, kind, key, missing)

    return ByHand(install, nothing)


def watch_anew(name):
    """The operation to follow a change of a watched table: SQLite makes such a table anew, without its triggers."""
    table, (kind, key, changing) = f"forecasts_{name}", (WATCHED | LATER)[name]

    def install(schema_editor):
        if schema_editor.connection.vendor != "sqlite":
            return
        for statement in _sqlite(table, kind, key, changing, with_rows=_notes_rows(schema_editor)):
            schema_editor.execute(statement.replace("CREATE TRIGGER", "CREATE TRIGGER IF NOT EXISTS"), params=None)

    return ByHand(install, nothing)


def note_rows():
    """The operation that has the database note the key of each row too, from now on."""

    def set_to(*, with_rows):
        def install(schema_editor):
            for name, (kind, key, changing) in WATCHED.items():
                _made_anew(schema_editor, f"forecasts_{name}", kind, key, changing, with_rows=with_rows)

        return install

    return ByHand(set_to(with_rows=True), set_to(with_rows=False))


def _made_anew(schema_editor, table, kind, key, changing, *, with_rows):
    if schema_editor.connection.vendor == "postgresql":
        # A trigger calls its function by name, whatever it does by then.
        statements = [one for one in _postgresql(table, kind, key, changing, with_rows=with_rows) if "CREATE OR" in one]
    else:
        verbs = ("insert", *(["update"] if changing else []))
        dropped = [f"DROP TRIGGER IF EXISTS {table}_noted_{verb}" for verb in verbs]
        statements = [*dropped, *_sqlite(table, kind, key, changing, with_rows=with_rows)]
    for statement in statements:
        schema_editor.execute(statement, params=None)


def _notes_rows(schema_editor):
    """Whether the feed has a column for the key of the row by now."""
    with schema_editor.connection.cursor() as cursor:
        columns = schema_editor.connection.introspection.get_table_description(cursor, "forecasts_change")
    return ROW_KEY in {column.name for column in columns}


def _note_those(schema_editor, table, kind, key, which):
    """Note rows of a table as recorded."""
    note = _sqlite_note if schema_editor.connection.vendor == "sqlite" else _postgresql_note
    noted = note(kind, "RECORDED", key.format(row=table), row="")
    schema_editor.execute(f"{noted} FROM {table} {which}", params=None)


def _rows(schema_editor, question):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(question)
        return cursor.fetchall()


def _sqlite_note(kind, action, key, *, row):
    columns, values = (f", {ROW_KEY}", f", {row}.id") if row else ("", "")
    return (
        f"INSERT INTO forecasts_change ({COLUMNS}{columns}) "
        f"SELECT 0, 0, '{kind}', '{action}', {key}, {NOW_HERE}{values}"
    )


def _sqlite(table, kind, key, changing, *, with_rows):
    row = "NEW" if with_rows else ""
    recorded = _sqlite_note(kind, "RECORDED", key.format(row="NEW"), row=row)
    yield f"CREATE TRIGGER {table}_noted_insert AFTER INSERT ON {table} BEGIN {recorded}; END"
    if changing:
        different = " OR ".join(f'OLD."{column}" IS NOT NEW."{column}"' for column in changing)
        changed = _sqlite_note(kind, "CHANGED", key.format(row="NEW"), row=row)
        yield f"CREATE TRIGGER {table}_noted_update AFTER UPDATE ON {table} WHEN {different} BEGIN {changed}; END"


def _postgresql_note(kind, action, key, *, row):
    columns, values = (f", {ROW_KEY}", f", {row}.id::text") if row else ("", "")
    return (
        f"INSERT INTO forecasts_change ({COLUMNS}{columns}) "  # noqa: S608
        f"SELECT (SELECT system_identifier FROM pg_control_system()), "
        f"pg_current_xact_id()::text::bigint, '{kind}', '{action}', {key}, clock_timestamp(){values}"
    )


def _postgresql(table, kind, key, changing, *, with_rows):
    # Once a statement, so that rows in bulk cost one more INSERT in all.
    recorded = _postgresql_note(kind, "RECORDED", key.format(row="added"), row="added" if with_rows else "")
    yield _function(f"{table}_noted_insert", f"{recorded} FROM added")
    yield (
        f"CREATE TRIGGER {table}_noted_insert AFTER INSERT ON {table} REFERENCING NEW TABLE AS added "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_noted_insert()"
    )
    yield f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_noted_insert"
    if changing:
        different = " OR ".join(f'OLD."{column}" IS DISTINCT FROM NEW."{column}"' for column in changing)
        changed = _postgresql_note(kind, "CHANGED", key.format(row="NEW"), row="NEW" if with_rows else "")
        yield _function(f"{table}_noted_update", changed)
        yield (
            f"CREATE TRIGGER {table}_noted_update AFTER UPDATE ON {table} FOR EACH ROW WHEN ({different}) "
            f"EXECUTE FUNCTION {table}_noted_update()"
        )
        yield f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_noted_update"


def _function(name, statement):
    return (
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql "
        f"AS $$ BEGIN {statement}; RETURN NULL; END $$"
    )
