"""Adding to the cells of kept sums in single statements, each row locked in one order on any database."""

import json
from collections.abc import Collection, Mapping, Sequence

from django.db import connection

from forecasts.models import ClusterCell, LevelCell, Scope
from forecasts.scoring.statistics import Cell

TABLE = LevelCell._meta.db_table
COLUMNS = "scope_id, level, lexicon_entry, weight, hits, rows"
ADD = ", ".join(f"{name} = {TABLE}.{name} + EXCLUDED.{name}" for name in ("weight", "hits", "rows"))
# Names of our own tables and columns; every value is a parameter.
INSERT = f"INSERT INTO {TABLE} ({COLUMNS})"
CONFLICT = f"ON CONFLICT (scope_id, level, lexicon_entry) DO UPDATE SET {ADD}"
CELLS, SCOPES = ClusterCell._meta.db_table, Scope._meta.db_table
THERE = f"SELECT scope_id, cluster, sums FROM {CELLS} WHERE"  # noqa: S608 no value, and no name from outside
STORE = f"INSERT INTO {CELLS} (scope_id, cluster, sums)"
REPLACE = "ON CONFLICT (scope_id, cluster) DO UPDATE SET sums = EXCLUDED.sums"
REMOVE = f"DELETE FROM {CELLS} WHERE scope_id = %s AND cluster = %s"  # noqa: S608 no value, and no name from outside
UPDATE_ONE = f"UPDATE {SCOPES} SET totals = %s, counts = %s, revision = %s WHERE id = %s"  # noqa: S608 no value, and no name from outside
UPDATE_MANY = (
    f"UPDATE {SCOPES} SET totals = new.totals, counts = new.counts, revision = new.revision "  # noqa: S608 no value, and no name from outside
    "FROM unnest(%s::jsonb[], %s::jsonb[], %s::bigint[], %s::bigint[]) AS new (totals, counts, revision, id) "
    f"WHERE {SCOPES}.id = new.id"
)
GONE = f"DELETE FROM {TABLE} WHERE rows = 0 AND scope_id = %s"  # noqa: S608 no value, and no name from outside


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
            cursor.execute(f"{INSERT} SELECT * FROM unnest({arrays}) {CONFLICT}", columns)  # noqa: S608 no value, and no name from outside
        else:
            cursor.executemany(f"{INSERT} VALUES (%s, %s, %s, %s, %s, %s) {CONFLICT}", rows)
        for scope in sorted({row[0] for row in rows if row[-1] < 0}):
            cursor.execute(GONE, [scope])


def clusters_there(wanted: Mapping[int, Collection[str]]) -> Mapping[tuple[int, str], Cell]:
    """
    The sums of events by scope and event, those left out that have none yet.

    Args:
        wanted: By scope, the events.
    """
    clusters = {cluster for listed in wanted.values() for cluster in listed}
    if not clusters:
        return {}
    with connection.cursor() as cursor:
        # Every parameter is looked at several times on its way: two arrays are looked at as two.
        if connection.vendor == "postgresql":
            cursor.execute(f"{THERE} scope_id = ANY(%s) AND cluster = ANY(%s)", [list(wanted), list(clusters)])
        else:
            given = [json.dumps(list(wanted)), json.dumps(list(clusters))]
            listed = "IN (SELECT value FROM json_each(%s))"
            cursor.execute(f"{THERE} scope_id {listed} AND cluster {listed}", given)
        return {(scope, cluster): Cell(*json.loads(sums)) for scope, cluster, sums in cursor.fetchall()}


def store_clusters(rows: Sequence[tuple[int, str, Cell]], *, gone: Sequence[tuple[int, str]]) -> None:
    """
    Store the sums of events, and remove those of which nothing is left.

    Args:
        rows: Scope, event and sums of each.
        gone: Scope and event of each that comes to nothing.
    """
    written = sorted((scope, cluster, json.dumps(cell.numbers())) for scope, cluster, cell in rows)
    with connection.cursor() as cursor:
        if written and connection.vendor == "postgresql":
            arrays = "SELECT * FROM unnest(%s::bigint[], %s::text[], %s::jsonb[])"
            cursor.execute(f"{STORE} {arrays} {REPLACE}", [list(column) for column in zip(*written, strict=True)])
        elif written:
            cursor.executemany(f"{STORE} VALUES (%s, %s, %s) {REPLACE}", written)
        if gone:
            cursor.executemany(REMOVE, sorted(gone))


def store_scopes(scopes: Sequence[Scope]) -> None:
    """
    Store the totals, the counts and the revisions of scopes that are locked.

    Args:
        scopes: With what is to be stored.
    """
    rows = [(json.dumps(row.totals), json.dumps(row.counts), row.revision, row.pk) for row in scopes]
    if not rows:
        return
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(UPDATE_MANY, [list(column) for column in zip(*rows, strict=True)])
        else:
            cursor.executemany(UPDATE_ONE, rows)
