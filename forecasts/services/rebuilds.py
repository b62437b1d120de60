"""The kept sums worked out again from the postings: to check them, to mend them, and to decide which are kept."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, zip_longest
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Max, QuerySet

from forecasts.models import (
    ClusterCell,
    Forecast,
    Forecaster,
    LevelCell,
    Prediction,
    PredictionCounts,
    Scope,
    Uncounted,
)
from forecasts.scoring.statistics import Cell, Totals
from forecasts.selectors.own_standings import BySlug, own_counts_given
from forecasts.selectors.standings import Counts, Standing, counts_given, standings_of
from forecasts.selectors.sums import totals_of

from .bulk import insert_rows
from .folded import (
    folded_clusters,
    folded_forecasters,
    folded_levels,
    folded_own_posted,
    folded_own_stated,
    folded_places,
    folded_posted,
    folded_stated,
    store_levels,
)
from .folds import fold
from .rollups import (
    COUNTED,
    Name,
    Place,
    added,
    counted_rows,
    keep_scopes_as_they_are,
    kept_forecasters,
    names_of,
    store_totals,
)
from .topic_outcomes import count_outcomes_anew, topics_counted_wrongly

KEEP_FROM = 1_000  # Forecasters with fewer postings are added up when they are asked for.
ROWS, BATCH = 5_000, 1_000


@dataclass(frozen=True)
class Difference:
    """A scope whose kept sums are not those of its postings, or a prediction that stands otherwise, and in what."""

    kind: str
    key: str
    what: str


@transaction.atomic
def check_scopes() -> list[Difference]:
    """Everything kept that differs from what the postings and records say; none, as long as nothing is broken."""
    keep_scopes_as_they_are()
    kept = {(row.kind, row.key): row for row in Scope.objects.all()}
    fold(kept=[key for kind, key in kept if kind == Scope.Kind.FORECASTER])
    counts = _summed_counts()
    names = sorted({*counts, *kept, *_posted_names()})
    found = [one for name in names for one in _differences(name, kept.get(name), counts=counts.get(name, {}))]
    outcomes = [Difference(Scope.Kind.TOPIC.value, path, "outcomes") for path in topics_counted_wrongly()]
    return [*found, *outcomes, *_wrongly_counted(kept_forecasters())]


def _posted_names() -> set[Name]:
    """The scopes that postings belong to, forecasters left out."""
    return {name for place in folded_places() for name in names_of(Place(*place))}


def _differences(name: Name, scope: Scope | None, *, counts: Counts) -> Iterator[Difference]:
    levels = LevelCell.objects.filter(scope=scope).order_by("level", "lexicon_entry")
    if list(levels.values_list("level", "lexicon_entry", "weight", "hits", "rows")) != folded_levels(*name):
        yield Difference(*name, "levels")
    clusters = ClusterCell.objects.filter(scope=scope).order_by("cluster").values_list("cluster", "sums")
    cells = ((cluster, Cell(*sums)) for cluster, sums in clusters.iterator(ROWS))
    if not all(kept == found for kept, found in zip_longest(cells, folded_clusters(*name))):
        yield Difference(*name, "events")
    totals = totals_of(scope) if scope else Totals()
    if totals != Totals.of(cell for _, cell in folded_clusters(*name)):
        yield Difference(*name, "totals")
    if added(scope.counts if scope else {}, {}) != added(counts, {}):
        yield Difference(*name, "counts")


def _wrongly_counted(kept: Mapping[UUID, str]) -> Iterator[Difference]:
    """Predictions that stand otherwise than they are counted, though they do not wait to be counted again."""
    waiting = Uncounted.objects.values("prediction")
    stored = {pk: row for pk, *row in PredictionCounts.objects.values_list("prediction", *COUNTED)}
    for counted in _counted(Prediction.objects.exclude(pk__in=waiting), kept=kept):
        for pk, now in counted.items():
            counts, own, *outcome = stored.get(pk, ({}, None, None, None))
            if added(counts, {}) != added(now.counts, {}) or (own or {}) != (now.by_forecaster or {}):
                yield Difference("PREDICTION", str(pk), "counts")
            if outcome != [now.known_on, now.came_true]:
                yield Difference("PREDICTION", str(pk), "outcome")


def _counted(
    predictions: QuerySet[Prediction], *, kept: Mapping[UUID, str]
) -> Iterator[Mapping[UUID, PredictionCounts]]:
    """How predictions stand by what was folded, in batches."""
    keys = predictions.order_by("pk").values_list("pk", flat=True).iterator()
    while batch := list(islice(keys, BATCH)):
        standings = standings_of(batch)
        counts = counts_given(standings, stated=folded_stated(batch), posted=folded_posted(batch))
        yield counted_rows(counts, own=_own_counts(batch, standings=standings, kept=kept))


def _own_counts(
    batch: Sequence[UUID], *, standings: Mapping[UUID, Standing], kept: Mapping[UUID, str]
) -> Mapping[UUID, BySlug]:
    if not kept:
        return {}
    stated, posted = folded_own_stated(batch), folded_own_posted(batch)
    return own_counts_given(standings, forecasters=kept, stated=stated, posted=posted)


def _summed_counts() -> Mapping[Name, Counter[str]]:
    """What the counts of predictions come to in each scope."""
    by_place: dict[Place, Counter[str]] = defaultdict(Counter)
    total: dict[Name, Counter[str]] = defaultdict(Counter)
    of = ("prediction__topic__path", "prediction__article__outlet__slug", "counts", "by_forecaster")
    for topic, outlet, counts, own in PredictionCounts.objects.values_list(*of).iterator(ROWS):
        by_place[Place(topic, outlet)].update(counts)
        for slug, found in (own or {}).items():
            total[Scope.Kind.FORECASTER.value, slug].update(found)
    for place, found in by_place.items():
        for name in names_of(place):
            total[name].update(found)
    return total


@transaction.atomic
def rebuild_scopes() -> int:
    """
    Keep the sums of all, of topics and outlets, and of forecasters with many postings, worked out from the postings.

    Returns:
        How many scopes are kept.
    """
    keep_scopes_as_they_are()
    Uncounted.objects.all().delete()
    fold(kept=_perhaps_many())
    many = dict(Forecaster.objects.filter(slug__in=folded_forecasters(at_least=KEEP_FROM)).values_list("pk", "slug"))
    # A revision is never used again, so that an answer that was kept under one cannot come back.
    revision = 1 + (Scope.objects.aggregate(last=Max("revision"))["last"] or 0)
    Scope.objects.all().delete()
    _count_all(kept=many)
    counts = _summed_counts()
    names = sorted({*counts, *_posted_names(), *((Scope.Kind.FORECASTER.value, slug) for slug in many.values())})
    for name in names:
        _store(name, counts=counts.get(name, {}), revision=revision)
    return len(names)


def _perhaps_many() -> list[str]:
    """The forecasters whose sums may be worth keeping: nobody has more postings than forecasts."""
    made = Forecast.objects.order_by().values("forecaster").annotate(n=Count("pk")).filter(n__gte=KEEP_FROM)
    return list(Forecaster.objects.filter(pk__in=made.values("forecaster")).values_list("slug", flat=True))


def _count_all(*, kept: Mapping[UUID, str]) -> None:
    PredictionCounts.objects.all().delete()
    for counted in _counted(Prediction.objects.all(), kept=kept):
        insert_rows(PredictionCounts, list(counted.values()))
    count_outcomes_anew()


def _store(name: Name, *, counts: Counts, revision: int) -> None:
    kind, key = name
    scope = Scope.objects.create(kind=kind, key=key, revision=revision, counts=added(counts, {}))
    store_levels(scope.pk, kind, key)
    store_totals(scope, Totals.of(_stored(scope, folded_clusters(kind, key))))
    scope.save(update_fields=["totals"])


def _stored(scope: Scope, cells: Iterator[tuple[str, Cell]]) -> Iterator[Cell]:
    """Store the sums of events on the way."""
    while batch := list(islice(cells, ROWS)):
        rows = [ClusterCell(scope=scope, cluster=cluster, sums=list(cell.numbers())) for cluster, cell in batch]
        insert_rows(ClusterCell, rows)
        yield from (cell for _, cell in batch)
