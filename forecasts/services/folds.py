"""Postings added up by the database, into temporary tables from which the sums of any scope are read in order."""

from collections.abc import Collection, Iterator
from typing import Any
from uuid import UUID

from django.db import connection

from forecasts.models import Forecaster, Scope
from forecasts.scoring.levels import BASIS_POINTS
from forecasts.scoring.statistics import Cell, cell_of

Level = tuple[int, int, int, int, int]

# No term may outgrow 64 bits once it is weighted and summed, which SQLite cannot: great ones are summed in two parts.
PART = 10**6
TERMS = {
    "brier": "o * (10000 - l) * (10000 - l) + (10000 - o) * l * l",
    "bias": "l - o",
    "expected_brier": "l * (10000 - l) * 10000",
    "saved": "o * (10000 - r) * (10000 - r) + (10000 - o) * r * r - o * (10000 - l) * (10000 - l) - (10000 - o) * l * l",
    "hits": "CASE WHEN l = 5000 THEN 10000 WHEN l > 5000 THEN 2 * o ELSE 2 * (10000 - o) END",
    "confidence": "CASE WHEN l > 5000 THEN 2 * l ELSE 2 * (10000 - l) END",
    "log": "o * came + (10000 - o) * stayed",
}
SUMS = ", ".join(
    f"SUM(w * (({term}) / {PART})) AS {name}_great, SUM(w * (({term}) % {PART})) AS {name}_small"
    for name, term in TERMS.items()
)
PARTS = ["weight", *(f"{name}_{part}" for name in TERMS for part in ("great", "small"))]
AS_WHOLE = (
    "SELECT {of}, p.cluster, CAST(p.level AS bigint) AS l, CAST(p.outcome AS bigint) AS o, CAST(p.reference AS bigint) AS r, "
    "CAST(p.sign * p.weight AS bigint) AS w FROM forecasts_posting p {joined}"
)
PLACED = (
    "JOIN forecasts_resolution u ON u.id = p.resolution_id AND NOT EXISTS (SELECT 1 FROM forecasts_forecast g "
    "JOIN forecasts_forecaster k ON k.id = g.forecaster_id AND k.kind = 'AGGREGATE' WHERE g.id = p.forecast_id) JOIN forecasts_prediction q ON q.id = u.prediction_id "
    "LEFT JOIN forecasts_article a ON a.id = q.article_id"
)
WORDS = (
    "LEFT JOIN (SELECT id, lexicon_entry_id FROM forecasts_forecast WHERE lexicon_entry_id IS NOT NULL) v "
    "ON v.id = p.forecast_id"
)
BY_FORECASTER = "JOIN forecasts_forecast f ON f.id = p.forecast_id"
# Where a posting belongs: by place, and again by forecaster for those whose sums are kept.
BY_PLACE = "q.topic_id, a.outlet_id"
LEVELS = (
    "SELECT {of}, p.level, COALESCE({entry}, 0) AS entry, SUM(p.sign * p.weight) AS weight, "
    "SUM(p.sign * CAST(p.weight AS bigint) * p.outcome) AS hits, SUM(p.sign) AS number FROM forecasts_posting p {joined} "
    "GROUP BY {of}, p.level, COALESCE({entry}, 0)"
)
CLUSTERS = (
    "SELECT {named}, cluster, SUM(w) AS weight, {sums} FROM ({rows}) placed "
    "JOIN fold_surprises s ON s.level = placed.l GROUP BY {named}, cluster"
)
CHOSEN = {
    Scope.Kind.ALL: ("place", "1 = 1"),
    Scope.Kind.TOPIC: (
        "place",
        "topic_id IN (SELECT id FROM forecasts_topic WHERE path = %s OR substr(path, 1, length(%s) + 1) = %s || '/')",
    ),
    Scope.Kind.OUTLET: ("place", "outlet_id = (SELECT id FROM forecasts_forecaster WHERE slug = %s)"),
    Scope.Kind.FORECASTER: ("forecaster", "forecaster_id = (SELECT id FROM forecasts_forecaster WHERE slug = %s)"),
}


def fold(*, kept: Collection[str]) -> None:
    """
    Add up all postings by topic and outlet, and by forecaster for those given, in tables that last for the session.

    Args:
        kept: Slugs of forecasters.
    """
    with connection.cursor() as cursor:
        _without_limit(cursor)
        for name in ("surprises", "place_levels", "place_clusters", "forecaster_levels", "forecaster_clusters"):
            cursor.execute(f"DROP TABLE IF EXISTS fold_{name}")
        _surprises(cursor)
        _make(
            cursor, "place_levels", LEVELS.format(of=BY_PLACE, entry="v.lexicon_entry_id", joined=f"{PLACED} {WORDS}")
        )
        _make(cursor, "place_clusters", _clusters(of=BY_PLACE, joined=PLACED))
        chosen = list(Forecaster.objects.filter(slug__in=kept).values_list("pk", flat=True))
        among = f"{BY_FORECASTER} AND f.forecaster_id IN ({', '.join(_literal(pk) for pk in chosen) or 'NULL'})"
        _make(
            cursor,
            "forecaster_levels",
            LEVELS.format(of="f.forecaster_id", entry="f.lexicon_entry_id", joined=among),
        )
        _make(cursor, "forecaster_clusters", _clusters(of="f.forecaster_id", joined=among))


def _clusters(*, of: str, joined: str) -> str:
    named = ", ".join(column.partition(".")[2] for column in of.split(", "))
    return CLUSTERS.format(named=named, sums=SUMS, rows=AS_WHOLE.format(of=of, joined=joined))


def _without_limit(cursor: Any) -> None:
    if connection.vendor == "postgresql":
        # For this transaction: the limit is for requests.
        cursor.execute("SET LOCAL statement_timeout = 0")


def _literal(key: UUID) -> str:
    return f"'{key}'" if connection.vendor == "postgresql" else f"'{key.hex}'"


def _make(cursor: Any, name: str, query: str) -> None:
    cursor.execute(f"CREATE TEMPORARY TABLE fold_{name} AS {query}")
    for column in ("topic_id", "outlet_id") if name.startswith("place") else ("forecaster_id",):
        cursor.execute(f"CREATE INDEX fold_{name}_{column} ON fold_{name} ({column})")
    if connection.vendor == "postgresql":
        cursor.execute(f"ANALYZE fold_{name}")


def _surprises(cursor: Any) -> None:
    """The logarithms, which no database works out to the same digit."""
    cursor.execute("CREATE TEMPORARY TABLE fold_surprises (level integer PRIMARY KEY, came bigint, stayed bigint)")
    came = [cell_of(level, BASIS_POINTS, weight=1).log // BASIS_POINTS for level in range(BASIS_POINTS + 1)]
    rows = list(zip(range(BASIS_POINTS + 1), came, reversed(came), strict=True))
    cursor.executemany("INSERT INTO fold_surprises VALUES (%s, %s, %s)", rows)


def folded_levels(kind: str, key: str) -> list[Level]:
    """The level cells of a scope as its postings have them: level, reading of words, weight, hits, number; in order."""
    sums = "SUM(weight), SUM(hits), SUM(number)"
    rows = _read(kind, key, "levels", f"SELECT level, entry, {sums}", "GROUP BY level, entry HAVING SUM(number) <> 0")
    return sorted(tuple(int(number) for number in row) for row in rows)  # type: ignore[misc]


def store_levels(scope: int, kind: str, key: str) -> None:
    """Store the level cells of a scope as its postings have them, where it has none."""
    prefix, where = CHOSEN[Scope.Kind(kind)]
    statement = (
        # Names of our own tables and columns; every value is a parameter.
        "INSERT INTO forecasts_levelcell (scope_id, level, lexicon_entry, weight, hits, rows) "  # noqa: S608
        "SELECT CAST(%s AS bigint), level, entry, CAST(SUM(weight) AS bigint), CAST(SUM(hits) AS bigint), "
        f"CAST(SUM(number) AS bigint) FROM fold_{prefix}_levels WHERE {where} GROUP BY level, entry HAVING SUM(number) <> 0"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [scope, *[key] * where.count("%s")])


def folded_clusters(kind: str, key: str) -> Iterator[tuple[str, Cell]]:
    """The sums of each event of a scope as its postings have them, in the order of the database."""
    sums = ", ".join(f"SUM({part})" for part in PARTS)
    for cluster, *found in _read(kind, key, "clusters", f"SELECT cluster, {sums}", "GROUP BY cluster ORDER BY cluster"):
        weight, *parts = (int(number) for number in found)
        cell = Cell(weight, *(great * PART + small for great, small in zip(parts[::2], parts[1::2], strict=True)))
        if cell:
            yield cluster, cell


def _read(kind: str, key: str, table: str, selected: str, grouped: str) -> Iterator[tuple[Any, ...]]:
    prefix, where = CHOSEN[Scope.Kind(kind)]
    statement = f"{selected} FROM fold_{prefix}_{table} WHERE {where} {grouped}"
    with connection.cursor() as cursor:
        cursor.execute(statement, [key] * where.count("%s"))
        while rows := cursor.fetchmany(5_000):
            yield from rows
