"""Many predictions at once, as copies of one that was logged properly: made by the database itself."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.db.models import Model, QuerySet

from forecasts.models import Prediction, RuleKey, RuleVersion

IDENTIFIERS = {
    "sqlite": "printf('%%032x', {of} + {offset})",
    "postgresql": "lpad(to_hex({of} + {offset}), 32, '0')::uuid",
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
    prediction, rule = {"prediction_id": identifier()}, {"rule_version_id": identifier(offset=RULES)}
    numbers = range(first, first + count)
    copy_rows(Prediction.objects.filter(pk=original.pk), numbers, {"id": identifier(), **texts})
    # Each rule counts as one of its own: what was read for one must not serve the others.
    copy_rows(original.rules.all(), numbers, {"id": identifier(offset=RULES), **prediction, "sha256": "'copy ' || n.i"})
    copy_rows(listening, numbers, {**rule, **({"key": key} if key else {})})


def identifier(*, offset: int = 0, of: str = "n.i") -> str:
    """SQL for the primary key of copy number `of`; tables whose keys must not meet take other offsets."""
    return IDENTIFIERS[connection.vendor].format(of=of, offset=offset)


def copy_rows(originals: QuerySet, numbers: range, changes: dict[str, str]) -> None:
    """Add a copy of each row for each number n.i, with SQL for the columns that differ."""
    model: type[Model] = originals.model
    columns = [field.column for field in model._meta.concrete_fields if field.column != "id" or "id" in changes]
    values = ", ".join(changes.get(column, f'one."{column}"') for column in columns)
    counted = (
        f"WITH RECURSIVE n(i) AS (SELECT {numbers.start} UNION ALL SELECT i + 1 FROM n WHERE i < {numbers.stop - 1})"
    )
    table = model._meta.db_table
    for row in originals:
        key = model._meta.pk.get_db_prep_value(row.pk, connection)
        quoted = ", ".join(f'"{column}"' for column in columns)
        target = f"INSERT INTO {table} ({quoted})"
        with connection.cursor() as cursor:
            cursor.execute(f"{target} {counted} SELECT {values} FROM n, {table} one WHERE one.id = %s", [key])


@contextmanager
def unchecked() -> Iterator[None]:
    """
    Copy without checks of foreign keys on PostgreSQL, which takes half the time; they hold as those of the originals do.

    What notes rows in the feed of changes goes on.
    """
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        yield
        cursor.execute("SET session_replication_role = origin")


def analyse(*models: type[Model]) -> None:
    """Let the database look at the copies, as it does by itself in service; those of predictions where none is named."""
    with connection.cursor() as cursor:
        for model in models or (Prediction, RuleVersion, RuleKey):
            cursor.execute(f"ANALYZE {model._meta.db_table}")
