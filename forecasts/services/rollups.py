"""The sums that are kept: integers that follow every posting in its own transaction."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import Q

from forecasts.models import ClusterCell, Forecast, LevelCell, Posting, Scope
from forecasts.scoring.statistics import Cell, Totals, cell_of
from forecasts.selectors.sums import totals_of

ROWS = 2_000
SCOPES_LOCK = 0x41667466  # Any number, as long as nothing else in the database locks it.
Name = tuple[str, str]


class Entry(NamedTuple):
    """A posting that is added to the sums, or with a sign of -1 taken from them."""

    posting: Posting
    sign: int


class Place(NamedTuple):
    """Where a forecast belongs; the outlet is None where the prediction was published by nobody."""

    forecaster: str
    topic: str
    outlet: str | None
    lexicon_entry: int


def names_of(place: Place, *, kept: Collection[str]) -> Iterator[Name]:
    """
    The scopes that a forecast belongs to.

    Args:
        kept: The forecasters whose sums are kept; those of others are found when they are asked for.
    """
    yield Scope.Kind.ALL.value, ""
    steps = place.topic.split("/")
    for depth in range(1, len(steps) + 1):
        yield Scope.Kind.TOPIC.value, "/".join(steps[:depth])
    if place.outlet:
        yield Scope.Kind.OUTLET.value, place.outlet
    if place.forecaster in kept:
        yield Scope.Kind.FORECASTER.value, place.forecaster


class _Change:
    """What is to be added to the sums of one scope."""

    def __init__(self) -> None:
        self.levels: dict[tuple[int, int], list[int]] = defaultdict(lambda: [0, 0, 0])
        self.clusters: dict[str, Cell] = defaultdict(Cell)

    def add(self, posting: Posting, *, lexicon_entry: int, sign: int) -> None:
        terms = self.levels[posting.level, lexicon_entry]
        for place, term in enumerate((posting.weight, posting.weight * posting.outcome, 1)):
            terms[place] += sign * term
        cell = cell_of(posting.level, posting.outcome, reference=posting.reference, weight=posting.weight)
        self.clusters[posting.cluster] += cell if sign > 0 else -cell


def post(*, entries: Sequence[Entry]) -> None:
    """
    Add postings to the sums of every scope that is kept, in the transaction that records them.

    Scopes are locked in one order, so that transactions wait for each other and never in a circle.
    """
    if not entries:
        return
    _lock("pg_advisory_xact_lock_shared")
    changes = _changes(entries)
    scopes = _locked(changes.keys())
    _add_levels(scopes, changes=changes)
    _add_clusters(scopes, changes=changes)


def keep_scopes_as_they_are() -> None:
    """Let no posting be recorded while it is decided which scopes are kept."""
    _lock("pg_advisory_xact_lock")


def _lock(function: str) -> None:
    # On SQLite every transaction that writes is alone anyway.
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {function}(%s)", [SCOPES_LOCK])


def _changes(entries: Sequence[Entry]) -> dict[Name, _Change]:
    """What is to be added to each scope that is kept."""
    places = _places({entry.posting.resolution.prediction_id for entry in entries})
    kept = _kept_forecasters({place.forecaster for place in places.values()})
    changes: dict[Name, _Change] = defaultdict(_Change)
    for posting, sign in entries:
        place = places[posting.forecast_id]
        for name in names_of(place, kept=kept):
            changes[name].add(posting, lexicon_entry=place.lexicon_entry, sign=sign)
    return changes


def _places(predictions: Iterable[UUID]) -> Mapping[UUID, Place]:
    rows = Forecast.objects.filter(prediction__in=list(predictions), is_scored=True).values_list(
        "pk", "forecaster__slug", "prediction__topic__path", "prediction__article__outlet__slug", "lexicon_entry_id"
    )
    return {pk: Place(forecaster, topic, outlet, entry or 0) for pk, forecaster, topic, outlet, entry in rows}


def _kept_forecasters(slugs: set[str]) -> set[str]:
    listed = sorted(slugs)
    parts = (listed[start : start + ROWS] for start in range(0, len(listed), ROWS))
    scopes = Scope.objects.filter(kind=Scope.Kind.FORECASTER)
    return {key for part in parts for key in scopes.filter(key__in=part).values_list("key", flat=True)}


def _locked(names: Iterable[Name]) -> dict[Name, Scope]:
    wanted = sorted(names)
    Scope.objects.bulk_create([Scope(kind=kind, key=key) for kind, key in wanted], ignore_conflicts=True)
    asked = Q(pk=None)
    for kind in {kind for kind, _ in wanted}:
        asked |= Q(kind=kind, key__in=[key for other, key in wanted if other == kind])
    rows = Scope.objects.select_for_update().filter(asked).order_by("pk")
    return {(row.kind, row.key): row for row in rows}


def _add_levels(scopes: Mapping[Name, Scope], *, changes: Mapping[Name, _Change]) -> None:
    levels = {level for change in changes.values() for level, _ in change.levels}
    rows = LevelCell.objects.filter(scope__in=scopes.values(), level__in=levels)
    found = {(row.scope_id, row.level, row.lexicon_entry): row for row in rows}
    stored: list[LevelCell] = []
    gone: list[LevelCell] = []
    for name, change in changes.items():
        for (level, entry), (weight, hits, number) in change.levels.items():
            key = (scopes[name].pk, level, entry)
            row = found.get(key) or LevelCell(
                scope=scopes[name], level=level, lexicon_entry=entry, weight=0, hits=0, rows=0
            )
            row.weight, row.hits, row.rows = row.weight + weight, row.hits + hits, row.rows + number
            (stored if row.rows else gone).append(row)
    LevelCell.objects.bulk_create(
        stored,
        update_conflicts=True,
        unique_fields=["scope", "level", "lexicon_entry"],
        update_fields=["weight", "hits", "rows"],
        batch_size=ROWS,
    )
    LevelCell.objects.filter(pk__in=[row.pk for row in gone if row.pk]).delete()


def _add_clusters(scopes: Mapping[Name, Scope], *, changes: Mapping[Name, _Change]) -> None:
    clusters = {cluster for change in changes.values() for cluster in change.clusters}
    rows = ClusterCell.objects.filter(scope__in=scopes.values(), cluster__in=clusters)
    found = {(row.scope_id, row.cluster): row for row in rows}
    stored: list[ClusterCell] = []
    gone: list[ClusterCell] = []
    for name, change in changes.items():
        scope = scopes[name]
        totals = totals_of(scope)
        for cluster, difference in change.clusters.items():
            row = found.get((scope.pk, cluster)) or ClusterCell(scope=scope, cluster=cluster, sums=[])
            before = Cell(*row.sums)
            after = before + difference
            totals = totals.replace_cell(before, after)
            row.sums = list(after.numbers())
            (stored if after else gone).append(row)
        store_totals(scope, totals)
        scope.revision += 1
    ClusterCell.objects.bulk_create(
        stored, update_conflicts=True, unique_fields=["scope", "cluster"], update_fields=["sums"], batch_size=ROWS
    )
    ClusterCell.objects.filter(pk__in=[row.pk for row in gone if row.pk]).delete()
    Scope.objects.bulk_update(scopes.values(), ["totals", "revision"], batch_size=ROWS)


def store_totals(scope: Scope, totals: Totals) -> None:
    """Put totals into a scope that is not saved yet, as `totals_of` reads them."""
    scope.totals = asdict(totals)
