"""Adding to the cells of kept sums in single statements, each row locked in one order on any database."""

from collections.abc import Mapping, Sequence

from django.db import connection

from forecasts.models import LevelCell

TABLE = LevelCell._meta.db_table
COLUMNS = "scope_id, level, lexicon_entry, weight, hits, rows"
ADD = ", ".join(f"{name} = {TABLE}.{name} + EXCLUDED.{name}" for name in ("weight", "hits", "rows"))
# Names of our own tables and columns; every value is a parameter.
INSERT = f"INSERT INTO {TABLE} ({COLUMNS})"
CONFLICT = f"ON CONFLICT (scope_id, level, lexicon_entry) DO UPDATE SET {ADD}"
GONE = f"DELETE FROM {TABLE} WHERE rows = 0 AND scope_id = %s"  # noqa: S608


def add_levels(changes: Mapping[int, Mapping[tuple[int, int], Sequence[int]]]) -> None:
    """
    Add to the level cells of scopes, and remove those that come to nothing.

    Args:
        changes: By scope, what is added to the weight, the hits and the rows of a level and a reading of words; it may
            be negative.
    """
    rows = sorted((scope, *key, *terms) for scope, levels in changes.items() for key, terms in levels.items())
    if not rows:
        return
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            columns = [list(column) for column in zip(*rows, strict=True)]
            types = ("bigint", "smallint", "bigint", "bigint", "bigint", "bigint")
            arrays = ", ".join(f"%s::{kind}[]" for kind in types)
            cursor.execute(f"{INSERT} SELECT * FROM unnest({arrays}) {CONFLICT}", columns)  # noqa: S608
        else:
            cursor.executemany(f"{INSERT} VALUES (%s, %s, %s, %s, %s, %s) {CONFLICT}", rows)
        for scope in sorted({row[0] for row in rows if row[-1] < 0}):
            cursor.execute(GONE, [scope])
