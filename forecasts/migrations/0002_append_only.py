"""Records are written once: the database itself refuses to change or delete them."""

from django.db import migrations

from ._by_hand import ByHand

# Rows of these tables never change and never go.
APPEND_ONLY = (
    "article",
    "articleauthor",
    "coverage",
    "entitymembership",
    "evaluation",
    "event",
    "eventkey",
    "eventversion",
    "evidence",
    "forecast",
    "lexicon",
    "lexiconentry",
    "milestone",
    "observation",
    "resolution",
    "rulekey",
    "ruleversion",
    "score",
    "witness",
)

# A prediction's row is also its place in the queue: its state changes, its claim does not.
CLAIM_COLUMNS = (
    "id", "article_id", "holder_id", "topic_id", "title", "statement", "quote", "original_wording", "condition", "outcome",
    "attribution", "issued_at", "contrasts_with_id", "cluster_key", "note", "recorded_at", "recorded_by_id",
)  # fmt: skip

POSTGRESQL_FUNCTION = """
CREATE OR REPLACE FUNCTION forecasts_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  RAISE EXCEPTION 'append-only: % of % is refused', tg_op, tg_table_name USING ERRCODE = 'integrity_constraint_violation';
END $$
"""


def sqlite_statements():
    for name in APPEND_ONLY:
        table = f"forecasts_{name}"
        for verb in ("UPDATE", "DELETE"):
            yield (
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, 'append-only: {verb} of {table} is refused'); END"
            )
    table = "forecasts_prediction"
    yield (
        f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} "
        f"BEGIN SELECT RAISE(ABORT, 'append-only: DELETE of {table} is refused'); END"
    )
    changed = " OR ".join(f'OLD."{column}" IS NOT NEW."{column}"' for column in CLAIM_COLUMNS)
    yield (
        f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} WHEN {changed} "
        f"BEGIN SELECT RAISE(ABORT, 'append-only: the claim of a prediction cannot be changed'); END"
    )


def postgresql_statements():
    yield POSTGRESQL_FUNCTION
    for name in APPEND_ONLY:
        table = f"forecasts_{name}"
        yield (
            f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION forecasts_refuse()"
        )
        yield f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_no_change"
    table = "forecasts_prediction"
    changed = " OR ".join(f'OLD."{column}" IS DISTINCT FROM NEW."{column}"' for column in CLAIM_COLUMNS)
    yield f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION forecasts_refuse()"
    yield (
        f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} FOR EACH ROW WHEN ({changed}) "
        f"EXECUTE FUNCTION forecasts_refuse()"
    )
    for trigger in ("no_delete", "no_update"):
        yield f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_{trigger}"


def install(schema_editor):
    vendor = schema_editor.connection.vendor
    statements = {"sqlite": sqlite_statements, "postgresql": postgresql_statements}[vendor]
    for statement in statements():
        schema_editor.execute(statement, params=None)


def remove(schema_editor):
    sqlite = schema_editor.connection.vendor == "sqlite"
    verbs = ("no_update", "no_delete") if sqlite else ("no_change",)
    triggers = [(f"forecasts_{name}", verb) for name in APPEND_ONLY for verb in verbs]
    triggers += [("forecasts_prediction", "no_delete"), ("forecasts_prediction", "no_update")]
    for table, verb in triggers:
        schema_editor.execute(
            f"DROP TRIGGER IF EXISTS {table}_{verb}" + ("" if sqlite else f" ON {table}"), params=None
        )
    if not sqlite:
        schema_editor.execute("DROP FUNCTION forecasts_refuse()", params=None)


class Migration(migrations.Migration):
    dependencies = [("forecasts", "0001_initial")]
    operations = [ByHand(install, remove)]
