"""What is read from the tables of `folds`: the sums of any scope, in order, and how predictions were forecast."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import connection

from forecasts.models import Prediction, Scope
from forecasts.scoring.statistics import Cell
from forecasts.selectors.coverage import AGAINST

from .folds import PART, PARTS

Level = tuple[int, int, int, int, int]
Numbers = Sequence[int]
Pair = tuple[UUID, UUID]  # A prediction and a forecaster.
STATED = ("own", "hedges", "worded")
CHOSEN = {
    Scope.Kind.ALL: ("place", "1 = 1"),
    Scope.Kind.TOPIC: (
        "place",
        "topic_id IN (SELECT id FROM forecasts_topic WHERE path = %s OR substr(path, 1, length(%s) + 1) = %s || '/')",
    ),
    Scope.Kind.OUTLET: ("place", "outlet_id = (SELECT id FROM forecasts_forecaster WHERE slug = %s)"),
    Scope.Kind.FORECASTER: ("forecaster", "forecaster_id = (SELECT id FROM forecasts_forecaster WHERE slug = %s)"),
}
PLACES = (
    "SELECT DISTINCT t.path, o.slug FROM fold_place_clusters f JOIN forecasts_topic t ON t.id = f.topic_id "
    "LEFT JOIN forecasts_forecaster o ON o.id = f.outlet_id"
)
MANY = (
    "SELECT w.slug FROM fold_forecaster_levels f JOIN forecasts_forecaster w ON w.id = f.forecaster_id "
    "GROUP BY w.slug HAVING SUM(f.number) >= %s"
)


def folded_places() -> list[tuple[str, str | None]]:
    """The topics, and outlets or None, that postings belong to."""
    return list(_rows(PLACES, []))


def folded_forecasters(*, at_least: int) -> set[str]:
    """Those of the forecasters that were folded who have so many postings."""
    return {slug for (slug,) in _rows(MANY, [at_least])}


def folded_stated(predictions: Sequence[UUID]) -> Mapping[UUID, Numbers]:
    """Of some predictions in the order of their keys: the forecasters' own probabilities, hedges, and those in words."""
    found = {pk: numbers for (pk,), numbers in _of_predictions("stated", STATED, predictions)}
    return defaultdict(lambda: (0, 0, 0), found)


def folded_posted(predictions: Sequence[UUID]) -> Mapping[UUID, Mapping[str, int]]:
    """How many forecasts count on some predictions, in the order of their keys, by what they are compared with."""
    rows = _of_predictions("posted", AGAINST.values(), predictions)
    return defaultdict(dict, {pk: dict(zip(AGAINST.values(), numbers, strict=True)) for (pk,), numbers in rows})


def folded_own_stated(predictions: Sequence[UUID]) -> Mapping[Pair, Numbers]:
    """What `folded_stated` returns, by prediction and forecaster, of those that were folded."""
    rows = _of_predictions("forecaster_stated", STATED, predictions, by=("forecaster_id",))
    return {(pk, who): numbers for (pk, who), numbers in rows}


def folded_own_posted(predictions: Sequence[UUID]) -> Mapping[Pair, Mapping[str, int]]:
    """What `folded_posted` returns, by prediction and forecaster, of those that were folded."""
    rows = _of_predictions("forecaster_posted", AGAINST.values(), predictions, by=("forecaster_id",))
    return {(pk, who): dict(zip(AGAINST.values(), numbers, strict=True)) for (pk, who), numbers in rows}


def _of_predictions(
    table: str, columns: Iterable[str], predictions: Sequence[UUID], *, by: Sequence[str] = ()
) -> Iterator[tuple[Sequence[UUID], Numbers]]:
    """
    The keys and the numbers of a run of predictions, whatever lies between the first and the last: one reading of an index.

    Args:
        by: Columns of further keys.
    """
    field = Prediction._meta.pk
    ends = [field.get_db_prep_value(pk, connection) for pk in (predictions[0], predictions[-1])]
    names = ("prediction_id", *by)
    statement = f"SELECT {', '.join([*names, *columns])} FROM fold_{table} WHERE prediction_id BETWEEN %s AND %s"  # noqa: S608 no value, and no name from outside
    for row in _rows(statement, ends):
        yield [field.to_python(key) for key in row[: len(names)]], [int(number) for number in row[len(names) :]]


def folded_levels(kind: str, key: str) -> list[Level]:
    """The level cells of a scope as its postings have them: level, reading of words, weight, hits, number; in order."""
    sums = "SUM(weight), SUM(hits), SUM(number)"
    rows = _read(kind, key, "levels", f"SELECT level, entry, {sums}", "GROUP BY level, entry HAVING SUM(number) <> 0")
    return sorted(tuple(int(number) for number in row) for row in rows)  # type: ignore[misc]  # As many as are selected.


def store_levels(scope: int, kind: str, key: str) -> None:
    """Store the level cells of a scope as its postings have them, where it has none."""
    prefix, where = CHOSEN[Scope.Kind(kind)]
    statement = (
        # Names of our own tables and columns; every value is a parameter.
        "INSERT INTO forecasts_levelcell (scope_id, level, lexicon_entry, weight, hits, rows) "  # noqa: S608 no value, and no name from outside
        "SELECT CAST(%s AS bigint), level, entry, CAST(SUM(weight) AS bigint), CAST(SUM(hits) AS bigint), "
        f"CAST(SUM(number) AS bigint) FROM fold_{prefix}_levels WHERE {where} GROUP BY level, entry HAVING SUM(number) <> 0"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [scope, *[key] * where.count("%s")])


def folded_clusters(kind: str, key: str) -> Iterator[tuple[str, Cell]]:
    """The sums of each event of a scope as its postings have them, in the order of the database."""
    sums = ", ".join(f"SUM({part})" for part in PARTS)
    for cluster, *found in _read(kind, key, "clusters", f"SELECT cluster, {sums}", "GROUP BY cluster ORDER BY cluster"):
        weight, *parts = map(int, found)
        cell = Cell(weight, *(great * PART + small for great, small in zip(parts[::2], parts[1::2], strict=True)))
        if cell:
            yield cluster, cell


def _read(kind: str, key: str, table: str, selected: str, grouped: str) -> Iterator[tuple[Any, ...]]:
    prefix, where = CHOSEN[Scope.Kind(kind)]
    statement = f"{selected} FROM fold_{prefix}_{table} WHERE {where} {grouped}"
    return _rows(statement, [key] * where.count("%s"))


def _rows(statement: str, parameters: Sequence[Any]) -> Iterator[tuple[Any, ...]]:
    # Rows stay with the database until they are asked for.
    with connection.chunked_cursor() as cursor:
        cursor.execute(statement, parameters)
        while rows := cursor.fetchmany(5_000):
            yield from rows
