"""The integer sums behind a figure: kept ones where there are any, else added up on demand."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from django.db import connection
from django.db.models import F, Sum

from forecasts.models import ClusterCell, Scope
from forecasts.scoring.levels import Integers, Levels
from forecasts.scoring.signed import MIN_CLUSTERS_FOR_T
from forecasts.scoring.statistics import Cell, Moments, Totals, cell_of
from forecasts.scoring.thresholds import MIN_SHOWN

from .slices import Slice, postings_in, weight_of
from .statements import prepared

FLIPPED_FROM = MIN_SHOWN["points_saved"].events
KEPT = {
    frozenset(): (Scope.Kind.ALL, ""),
    frozenset({"topic"}): (Scope.Kind.TOPIC, "topic"),
    frozenset({"outlet"}): (Scope.Kind.OUTLET, "outlet"),
    frozenset({"forecaster"}): (Scope.Kind.FORECASTER, "forecaster"),
}


# Every answer begins with these: written out, they take a third of the time, and their cells as one text a quarter. In one
# statement, so of one instant.
CELLS = """(
  SELECT {joined}(lexicon_entry || ' ' || level || ' ' || weight || ' ' || hits || ' ' || rows, ' ')
  FROM forecasts_levelcell cell WHERE cell.scope_id = scope.id
)"""
SCOPE = """
SELECT id, totals, counts, EXISTS (SELECT 1 FROM forecasts_uncounted), {cells}
FROM forecasts_scope scope WHERE kind = %s AND key = %s
"""
JOINED = {"postgresql": "string_agg", "sqlite": "group_concat"}


class KeptScope(NamedTuple):
    """
    What is kept of a scope, and whether any prediction at all waits to be counted again.

    `cells` has reading, level, weight, hits and number of each level, one after the other.
    """

    pk: int
    totals: dict[str, Any]
    counts: dict[str, int]
    are_marked: bool
    cells: str


class Group(NamedTuple):
    """Forecasts that count alike, added up: their weights in millionths, and how many they are."""

    cluster: str
    level: int
    outcome: int
    reference: int
    lexicon_entry: int
    weight: int
    rows: int


@dataclass(frozen=True, kw_only=True)
class Sums:
    """
    Everything that a scorecard is worked out from.

    `by_words` has the levels of each reading of words, with 0 for those given as numbers; `few` the sums of each event
    where signs are flipped, below 15 of them; `scope` is where they are kept. Where they were added up it is None, and
    `clusters` has the sums of each event.
    """

    totals: Totals
    by_words: Mapping[int, Levels]
    n_rows: int
    few: tuple[Cell, ...] = ()
    scope: KeptScope | None = None
    clusters: Mapping[str, Cell] = field(default_factory=dict)

    @cached_property
    def levels(self) -> Levels:
        """All levels, however the probabilities were given."""
        if len(self.by_words) == 1:
            return next(iter(self.by_words.values()))
        return Levels.summed(cell for levels in self.by_words.values() for cell in levels.cells())


def sums_of(chosen: Slice, *, scope: KeptScope | None = None) -> Sums:
    """
    The sums of a slice as they are recorded: those that are kept, or else added up by the database.

    Args:
        scope: What is kept of it, where it was read already.
    """
    scope = scope or kept_scope(chosen)
    return added_up(_groups(chosen)) if scope is None else _kept(scope)


def place_kept(chosen: Slice) -> tuple[str, str] | None:
    """Kind and key of the scope that holds the sums of a slice; None where there is none of its kind."""
    place = KEPT.get(chosen.is_narrowed_by())
    if place is None:
        return None
    kind, field = place
    return kind.value, getattr(chosen, field) if field else ""


def kept_scope(chosen: Slice) -> KeptScope | None:
    """The scope that holds the sums of a slice already; None where they have to be added up."""
    place = place_kept(chosen)
    if place is None:
        return None
    with prepared() as cursor:
        cursor.execute(SCOPE.format(cells=cells_as_text()), place)
        row = cursor.fetchone()
    return row and kept_in(*row)


def cells_as_text() -> str:
    """What asks for the cells of a scope as `KeptScope` has them."""
    return CELLS.format(joined=JOINED[connection.vendor])


def kept_in(pk: int, totals: str, counts: str, are_marked: bool, cells: str | None) -> KeptScope:
    """What is kept of a scope, as the database gives it."""
    return KeptScope(pk, json.loads(totals), json.loads(counts), bool(are_marked), cells or "")


def totals_of(scope: Scope | KeptScope) -> Totals:
    """The totals that a scope keeps; those of nothing where it is new."""
    if not scope.totals:
        return Totals()
    moments = {name: Moments(**sums) for name, sums in scope.totals["moments"].items()}
    return Totals(**{**scope.totals, "moments": moments})


def _kept(scope: KeptScope) -> Sums:
    table = np.fromstring(scope.cells, dtype=np.int64, sep=" ").reshape(-1, 5)
    table = table[np.lexsort((table[:, 1], table[:, 0]))]
    totals = totals_of(scope)
    return Sums(
        totals=totals,
        few=tuple(kept_clusters(scope)) if FLIPPED_FROM <= totals.clusters < MIN_CLUSTERS_FOR_T else (),
        by_words=_by_words(table),
        n_rows=int(table[:, 4].sum()),
        scope=scope,
    )


def _by_words(table: Integers) -> dict[int, Levels]:
    """The levels of each reading of words, from rows of reading, level, weight, hits and number in this order."""
    entries = table[:, 0]
    parts = np.split(table, np.flatnonzero(entries[1:] != entries[:-1]) + 1)
    return {int(part[0, 0]): Levels.ordered(part[:, 1:]) for part in parts if len(part)}


def _groups(chosen: Slice) -> Iterable[Group]:
    """Forecasts of a slice that count alike, added up by the database."""
    alike = ("cluster", "level", "outcome", "reference", "forecast__lexicon_entry")
    rows = postings_in(chosen).order_by().values_list(*alike)
    summed = rows.annotate(total=Sum(F("sign") * weight_of(chosen.weighting)), number=Sum("sign"))
    for cluster, level, outcome, reference, entry, weight, number in summed.iterator():
        yield Group(cluster, level, outcome, reference, entry or 0, weight, number)


def added_up(groups: Iterable[Group]) -> Sums:
    """The sums of groups, whatever they come from."""
    cells: dict[int, list[tuple[int, int, int, int]]] = defaultdict(list)
    clusters: dict[str, Cell] = defaultdict(Cell)
    n_rows = 0
    for one in groups:
        if one.weight:
            n_rows += one.rows
            cells[one.lexicon_entry].append((one.level, one.weight, one.weight * one.outcome, one.rows))
            clusters[one.cluster] += cell_of(one.level, one.outcome, reference=one.reference, weight=one.weight)
    held = {cluster: cell for cluster, cell in clusters.items() if cell}
    return Sums(
        totals=Totals.of(held.values()),
        few=tuple(held.values()) if len(held) < MIN_CLUSTERS_FOR_T else (),
        clusters=held,
        by_words={entry: Levels.summed(found) for entry, found in sorted(cells.items())},
        n_rows=n_rows,
    )


def kept_clusters(scope: KeptScope) -> list[Cell]:
    """The sums of each event of a scope."""
    return [Cell(*sums) for sums in ClusterCell.objects.filter(scope=scope.pk).values_list("sums", flat=True)]


def with_cells(sums: Sums, *, clusters: Collection[str]) -> Sums:
    """The same sums with those of some events at hand, so that they are read once for all who ask for them."""
    if sums.scope is None or not clusters:
        return sums
    return replace(sums, scope=None, clusters=cells_of(sums, clusters=clusters))


def cells_of(sums: Sums, *, clusters: Collection[str]) -> Mapping[str, Cell]:
    """The sums of some events, those left out of which nothing counts."""
    if sums.scope is None:
        return {cluster: sums.clusters[cluster] for cluster in clusters if cluster in sums.clusters}
    rows = ClusterCell.objects.filter(scope=sums.scope.pk, cluster__in=list(clusters))
    return {cluster: Cell(*terms) for cluster, terms in rows.values_list("cluster", "sums")}
