"""Postings added up by the database, into temporary tables from which the sums of any scope are read in order."""

# Names in the statements are of our own tables and columns, literals are keys that were read.
# ruff: noqa: S608

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db import connection

from forecasts.models import Forecaster
from forecasts.scoring.levels import BASIS_POINTS
from forecasts.scoring.statistics import cell_of
from forecasts.selectors.coverage import AGAINST

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
PARTS = ["weight", *(f"{name}_{part}" for name in TERMS for part in ("great", "small"))]
SUMS = ", ".join(
    [
        "SUM(w) AS weight",
        *(f"SUM(w * (({term}) / {PART})) AS {name}_great" for name, term in TERMS.items()),
        *(f"SUM(w * (({term}) % {PART})) AS {name}_small" for name, term in TERMS.items()),
    ]
)
BY_REFERENCE = ", ".join(
    f"SUM(CASE WHEN reference_kind = '{kind}' THEN sign ELSE 0 END) AS {name}" for kind, name in AGAINST.items()
)
SUMMED = ", ".join(f"SUM({part}) AS {part}" for part in PARTS)
WIDE = (
    "CAST(p.level AS bigint) AS l, CAST(p.outcome AS bigint) AS o, CAST(p.reference AS bigint) AS r, "
    "CAST(p.sign * p.weight AS bigint) AS w"
)
LEVELS = "SUM(p.sign * p.weight) AS weight, SUM(p.sign * CAST(p.weight AS bigint) * p.outcome) AS hits, SUM(p.sign) AS number"
WORDS = (
    "LEFT JOIN (SELECT id, lexicon_entry_id FROM forecasts_forecast WHERE lexicon_entry_id IS NOT NULL) v "
    "ON v.id = p.forecast_id"
)
PLACE = (
    "JOIN forecasts_resolution u ON u.id = p.resolution_id JOIN forecasts_prediction q ON q.id = u.prediction_id "
    "LEFT JOIN forecasts_article a ON a.id = q.article_id"
)
# What aggregates say has been said already: it counts for themselves, and at no place.
SAID_FIRST = (
    "NOT EXISTS (SELECT 1 FROM forecasts_forecast g WHERE g.id = p.forecast_id AND g.forecaster_id IN ({aggregates}))"
)
OWN = "f.is_scored AND f.probability IS NOT NULL"
WITH_ENTRIES = "FROM forecasts_forecast f LEFT JOIN forecasts_lexiconentry e ON e.id = f.lexicon_entry_id"
STATED = (
    "SELECT f.prediction_id, SUM(CASE WHEN e.is_hedge THEN 0 ELSE 1 END) AS own, "
    "SUM(CASE WHEN e.is_hedge THEN 1 ELSE 0 END) AS hedges, SUM(CASE WHEN f.phrase = '' THEN 0 ELSE 1 END) AS worded "
    f"{WITH_ENTRIES} WHERE {OWN} "
    "AND f.forecaster_id NOT IN (SELECT id FROM forecasts_forecaster WHERE kind = 'AGGREGATE') GROUP BY f.prediction_id"
)
# Whoever only withdrew has to do with a prediction as well.
STATED_BY = (
    f"SELECT f.prediction_id, f.forecaster_id, SUM(CASE WHEN {OWN} AND e.is_hedge IS NOT TRUE THEN 1 ELSE 0 END) AS own, "
    f"SUM(CASE WHEN {OWN} AND e.is_hedge THEN 1 ELSE 0 END) AS hedges, "
    f"SUM(CASE WHEN {OWN} AND f.phrase <> '' THEN 1 ELSE 0 END) AS worded "
    f"{WITH_ENTRIES} WHERE f.forecaster_id IN ({{chosen}}) GROUP BY f.prediction_id, f.forecaster_id"
)
TABLES = {
    "results": ("resolution_id",),
    "posted": ("prediction_id",),
    "stated": ("prediction_id",),
    "place_levels": ("topic_id", "outlet_id"),
    "place_clusters": ("topic_id", "outlet_id"),
    "kept": (),
    "forecaster_stated": ("prediction_id",),
    "forecaster_posted": ("prediction_id",),
    "forecaster_levels": ("forecaster_id",),
    "forecaster_clusters": ("forecaster_id",),
}


def fold(*, kept: Collection[str]) -> None:
    """
    Add up all postings by topic and outlet, and by forecaster for those given, in tables that last for the session.

    Each posting is read twice, and those of the given forecasters once more; how predictions were forecast is counted
    in one reading of the forecasts. Nothing is brought into this process.

    Args:
        kept: Slugs of forecasters.
    """
    with connection.cursor() as cursor:
        _settings(cursor)
        for name in (*TABLES, "surprises"):
            cursor.execute(f"DROP TABLE IF EXISTS fold_{name}")
        _places(cursor)
        _forecasters(cursor, kept=kept)
        _make(cursor, "stated", STATED)


def _settings(cursor: Any) -> None:
    if connection.vendor == "postgresql":
        # For this transaction: the limits are for requests.
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute("SET LOCAL work_mem = '64MB'")


def _places(cursor: Any) -> None:
    """By result first, which is what the sums of predictions, events and places are made of."""
    aggregates = Forecaster.objects.filter(kind=Forecaster.Kind.AGGREGATE).values_list("pk", flat=True)
    said_first = f"WHERE {SAID_FIRST.format(aggregates=_literals(aggregates))}" if aggregates else ""
    surprises, joined = _surprises(cursor)
    rows = (
        f"SELECT p.resolution_id, p.cluster, p.sign, p.reference_kind, {WIDE}, {surprises} FROM forecasts_posting p "
        f"{joined} {said_first}"
    )
    grouped = "GROUP BY resolution_id, cluster"
    _make(cursor, "results", f"SELECT resolution_id, cluster, {BY_REFERENCE}, {SUMS} FROM ({rows}) x {grouped}")
    numbers = ", ".join(f"SUM(p.{name}) AS {name}" for name in AGAINST.values())
    posted = f"SELECT u.prediction_id, {numbers} FROM fold_results p JOIN forecasts_resolution u"
    _make(cursor, "posted", f"{posted} ON u.id = p.resolution_id GROUP BY u.prediction_id")
    by = "q.topic_id, a.outlet_id"
    _make(
        cursor, "place_clusters", f"SELECT {by}, cluster, {SUMMED} FROM fold_results p {PLACE} GROUP BY {by}, cluster"
    )
    entry = "COALESCE(v.lexicon_entry_id, 0)"
    levels = f"SELECT {by}, p.level, {entry} AS entry, {LEVELS} FROM forecasts_posting p {PLACE} {WORDS} {said_first}"
    _make(cursor, "place_levels", f"{levels} GROUP BY {by}, p.level, {entry}")


def _forecasters(cursor: Any, *, kept: Collection[str]) -> None:
    chosen = Forecaster.objects.filter(slug__in=kept).values_list("pk", flat=True)
    terms = "p.cluster, p.sign, p.weight, p.level, p.outcome, p.reference, p.reference_kind"
    held = f"f.forecaster_id IN ({_literals(chosen)})"
    joined = "forecasts_forecast f JOIN forecasts_posting p ON p.forecast_id = f.id"
    _make(cursor, "forecaster_stated", STATED_BY.format(chosen=_literals(chosen)))
    who = "f.prediction_id, f.forecaster_id, f.lexicon_entry_id"
    _make(cursor, "kept", f"SELECT {who}, {terms} FROM {joined} WHERE {held}")
    posted = f"SELECT p.prediction_id, p.forecaster_id, {BY_REFERENCE} FROM fold_kept p"
    _make(cursor, "forecaster_posted", f"{posted} GROUP BY p.prediction_id, p.forecaster_id")
    entry = "COALESCE(p.lexicon_entry_id, 0)"
    levels = f"SELECT p.forecaster_id, p.level, {entry} AS entry, {LEVELS} FROM fold_kept p"
    _make(cursor, "forecaster_levels", f"{levels} GROUP BY p.forecaster_id, p.level, {entry}")
    surprises, joined = _surprises(cursor)
    rows = f"SELECT p.forecaster_id, p.cluster, {WIDE}, {surprises} FROM fold_kept p {joined}"
    grouped = "GROUP BY forecaster_id, cluster"
    _make(cursor, "forecaster_clusters", f"SELECT forecaster_id, cluster, {SUMS} FROM ({rows}) x {grouped}")


def _literals(keys: Collection[UUID]) -> str:
    is_native = connection.vendor == "postgresql"
    return ", ".join(f"'{key if is_native else key.hex}'" for key in keys) or "NULL"


def _make(cursor: Any, name: str, query: str) -> None:
    cursor.execute(f"CREATE TEMPORARY TABLE fold_{name} AS {query}")
    for column in TABLES[name]:
        cursor.execute(f"CREATE INDEX fold_{name}_{column} ON fold_{name} ({column})")
    if connection.vendor == "postgresql":
        cursor.execute(f"ANALYZE fold_{name}")


def _surprises(cursor: Any) -> tuple[str, str]:
    """
    SQL for the logarithms at a level and at its opposite, which no database works out to the same digit, and for the join.

    PostgreSQL has them written into the statement: several of its processes cannot share a temporary table.
    """
    came = [cell_of(level, BASIS_POINTS, weight=1).log // BASIS_POINTS for level in range(BASIS_POINTS + 1)]
    if connection.vendor == "postgresql":
        known = f"('{{{','.join(map(str, came))}}}'::bigint[])"
        return f"{known}[p.level + 1] AS came, {known}[{BASIS_POINTS + 1} - p.level] AS stayed", ""
    cursor.execute("CREATE TEMPORARY TABLE IF NOT EXISTS fold_surprises (level integer PRIMARY KEY, came, stayed)")
    rows = list(zip(range(BASIS_POINTS + 1), came, reversed(came), strict=True))
    cursor.executemany("INSERT OR IGNORE INTO fold_surprises VALUES (%s, %s, %s)", rows)
    return "s.came, s.stayed", "JOIN fold_surprises s ON s.level = p.level"
