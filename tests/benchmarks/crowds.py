"""Many predictions at once, as copies of one that was logged properly: made by the database itself."""

from django.db import connection
from django.db.models import Model, QuerySet

from forecasts.models import Prediction, RuleKey, RuleVersion

IDENTIFIERS = {
    "sqlite": "printf('%%032x', n.i + {offset})",
    "postgresql": "lpad(to_hex(n.i + {offset}), 32, '0')::uuid",
}
RULES = 10**12


def copy_prediction(original: Prediction, *, count: int, first: int, key: str | None = None) -> None:
    """
    Add open copies of a prediction with its one rule, which listens for the same.

    Args:
        original: What to copy.
        count: How many copies.
        first: The number of the first copy; numbers are never used again.
        key: SQL over n.i for the one key that each copy listens for instead.
    """
    listening = RuleKey.objects.filter(rule_version__prediction=original)
    if key:
        listening = listening.filter(pk=listening.latest("pk").pk)
    texts = {"statement": "'Copy ' || n.i", "title": "'Copy ' || n.i", "status": "'OPEN'", "verdict": "''"}
    prediction, rule = {"prediction_id": _identifier()}, {"rule_version_id": _identifier(offset=RULES)}
    numbers = range(first, first + count)
    _copy(Prediction.objects.filter(pk=original.pk), numbers, {"id": _identifier(), **texts})
    # Each rule counts as one of its own: what was read for one must not serve the others.
    _copy(original.rules.all(), numbers, {"id": _identifier(offset=RULES), **prediction, "sha256": "'copy ' || n.i"})
    _copy(listening, numbers, {**rule, **({"key": key} if key else {})})


def _identifier(*, offset: int = 0) -> str:
    """SQL for the primary key of copy number n.i."""
    return IDENTIFIERS[connection.vendor].format(offset=offset)


def _copy(originals: QuerySet, numbers: range, changes: dict[str, str]) -> None:
    model: type[Model] = originals.model
    columns = [field.column for field in model._meta.concrete_fields if field.column != "id" or "id" in changes]
    values = ", ".join(changes.get(column, f"one.{column}") for column in columns)
    counted = (
        f"WITH RECURSIVE n(i) AS (SELECT {numbers.start} UNION ALL SELECT i + 1 FROM n WHERE i < {numbers.stop - 1})"
    )
    table = model._meta.db_table
    for row in originals:
        key = model._meta.pk.get_db_prep_value(row.pk, connection)
        target = f"INSERT INTO {table} ({', '.join(columns)})"
        with connection.cursor() as cursor:
            cursor.execute(f"{target} {counted} SELECT {values} FROM n, {table} one WHERE one.id = %s", [key])


def analyse() -> None:
    """Let the database look at the copies, as it does by itself in service."""
    with connection.cursor() as cursor:
        for model in (Prediction, RuleVersion, RuleKey):
            cursor.execute(f"ANALYZE {model._meta.db_table}")
