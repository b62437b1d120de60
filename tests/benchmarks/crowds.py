"""Many predictions at once, as copies of one that was logged properly: made by the database itself."""

from django.db import connection

from forecasts.models import Prediction, RuleKey, RuleVersion

IDENTIFIERS = {"sqlite": "printf('%032x', n.i + {offset})", "postgresql": "lpad(to_hex(n.i + {offset}), 32, '0')::uuid"}


def identifier(*, offset: int = 0) -> str:
    """SQL for the primary key of copy number n.i."""
    return IDENTIFIERS[connection.vendor].format(offset=offset)


def copy_prediction(count: int, *, first: int, key: str | None = None) -> None:
    """
    Add copies of the only prediction that has forecasts, each with a rule that listens for the same.

    Args:
        count: How many.
        first: The number of the first copy.
        key: SQL over n.i for a key to listen for instead, in the time of the window.
    """
    rule_offset = 10**12
    _copy(Prediction, count, first, {"id": identifier(), "statement": "'Copy ' || n.i", "title": "'Copy ' || n.i"})
    _copy(RuleVersion, count, first, {"id": identifier(offset=rule_offset), "prediction_id": identifier()})
    changes = {"rule_version_id": identifier(offset=rule_offset)} | ({"key": key} if key else {})
    _copy(RuleKey, count, first, changes, only="AND one.key LIKE 'type:AID|%%'" if key else "")


def _copy(model, count: int, first: int, changes: dict[str, str], *, only: str = "") -> None:
    columns = [field.column for field in model._meta.concrete_fields if field.column != "id" or "id" in changes]
    values = ", ".join(changes.get(column, f"one.{column}") for column in columns)
    table = model._meta.db_table
    originals = {
        Prediction: "title NOT LIKE 'Copy %%'",
        RuleVersion: "prediction_id IN (SELECT id FROM forecasts_prediction WHERE title NOT LIKE 'Copy %%')",
        RuleKey: (
            "rule_version_id IN (SELECT r.id FROM forecasts_ruleversion r JOIN forecasts_prediction p "
            "ON p.id = r.prediction_id WHERE p.title NOT LIKE 'Copy %%')"
        ),
    }
    numbers = f"WITH RECURSIVE n(i) AS (SELECT {first} UNION ALL SELECT i + 1 FROM n WHERE i < {first + count - 1})"
    chosen = f"(SELECT * FROM {table} WHERE {originals[model]})"
    if only:
        chosen = f"(SELECT * FROM {chosen} one WHERE TRUE {only} ORDER BY key DESC LIMIT 1)"
    statement = f"INSERT INTO {table} ({', '.join(columns)}) {numbers} SELECT {values} FROM n, {chosen} one"
    with connection.cursor() as cursor:
        cursor.execute(statement.replace("%%", "%"))


def analyse() -> None:
    """Let the database look at what it holds, as it does by itself in service."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
