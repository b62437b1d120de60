"""The sums that are kept: integers that follow every posting in its own transaction."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import Q

from forecasts.models import (
    Among,
    Forecast,
    Forecaster,
    Posting,
    Prediction,
    PredictionCounts,
    Scope,
    Uncounted,
)
from forecasts.scoring.statistics import Cell, Totals, cell_of
from forecasts.selectors.base_rates import KnownOutcome, known_outcomes
from forecasts.selectors.counting import Counted
from forecasts.selectors.own_standings import BySlug, own_counts_of
from forecasts.selectors.standings import Counts, counts_of, standings_of
from forecasts.selectors.sums import totals_of

from .cells import add_levels, clusters_there, store_clusters, store_scopes
from .ledger import read_ahead
from .topic_outcomes import Changes, add_outcomes, changed_days, rows_of

ROWS = 2_000
COUNTED = ("counts", "by_forecaster", "known_on", "came_true")
NEVER_COUNTED = PredictionCounts()
SCOPES_LOCK = 0x41667466  # Any number, as long as nothing else in the database locks it.
Name = tuple[str, str]


class Entry(NamedTuple):
    """A forecast that is added to the sums, or with a sign of -1 taken from them, with what it counts for."""

    prediction_id: UUID
    forecast_id: UUID
    terms: Posting | Counted
    sign: int


class Place(NamedTuple):
    """Where a prediction belongs; the outlet is None where it was published by nobody."""

    topic: str
    outlet: str | None


class _Alike(NamedTuple):
    """
    What postings have in common that are added to the same sums; the forecaster where theirs are kept.

    What aggregates say counts for themselves, and nowhere else: it has been said already.
    """

    place: Place | None
    forecaster: str
    cluster: str
    level: int
    outcome: int
    reference: int
    lexicon_entry: int


def names_of(place: Place) -> Iterator[Name]:
    """The scopes that a prediction belongs to, whoever forecast it."""
    yield Scope.Kind.ALL.value, ""
    steps = place.topic.split("/")
    for depth in range(1, len(steps) + 1):
        yield Scope.Kind.TOPIC.value, "/".join(steps[:depth])
    if place.outlet:
        yield Scope.Kind.OUTLET.value, place.outlet


class _Change:
    """What is to be added to the sums of one scope."""

    def __init__(self) -> None:
        self.levels: dict[tuple[int, int], list[int]] = defaultdict(lambda: [0, 0, 0])
        self.clusters: dict[str, Cell] = defaultdict(Cell)
        self.counts: Counter[str] = Counter()

    def add(self, alike: _Alike, cell: Cell, *, weight: int, number: int) -> None:
        for place, term in enumerate((weight, weight * alike.outcome, number)):
            self.levels[alike.level, alike.lexicon_entry][place] += term
        self.clusters[alike.cluster] += cell


@dataclass
class _Sum:
    """The weight and the number of postings that are alike."""

    weight: int = 0
    number: int = 0


def post(*, entries: Sequence[Entry], marked: Collection[UUID]) -> None:
    """
    Add postings to the sums of every scope that is kept, and count predictions again of which anything was recorded.

    In the transaction that records the postings, of a caller that holds the rows of the predictions locked. Scopes are
    locked in one order, so that transactions wait for each other and never in a circle.

    Args:
        marked: Predictions whose marks were taken off.
    """
    _lock("pg_advisory_xact_lock_shared")
    counted = {*marked} | {entry.prediction_id for entry in entries}
    if not counted:
        return
    places, kept = _places(counted), kept_forecasters()
    changes: dict[Name, _Change] = defaultdict(_Change)
    _sum_up(entries, places=places, kept=kept, changes=changes)
    outcomes = rows_of(_count(places, kept=kept, changes=changes))
    # From here on everybody waits whose predictions lie in the same scopes: what can be done before is done.
    _check_what_is_written()
    read_ahead(connection)
    scopes = _locked(changes.keys())
    add_levels({scopes[name].pk: change.levels for name, change in changes.items()})
    add_outcomes(outcomes)
    _add_clusters(scopes, changes=changes)


def keep_scopes_as_they_are() -> None:
    """Let no posting be recorded while it is decided which scopes are kept."""
    _lock("pg_advisory_xact_lock")


def _lock(function: str) -> None:
    # On SQLite every transaction that writes is alone anyway.
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {function}(%s)", [SCOPES_LOCK])


def _check_what_is_written() -> None:
    """Check the foreign keys of all that is written so far, which the database would put off to the commit."""
    if connection.vendor == "postgresql":
        connection.check_constraints()


def take_marks_off(predictions: Collection[UUID]) -> set[UUID]:
    """
    Take the marks off predictions of which something was recorded since they were last counted, and return these.

    Before anything is read that is scored or counted: a mark that comes meanwhile stays, and is heeded next time.
    """
    marks = list(Uncounted.objects.filter(Among("prediction", predictions)).values_list("pk", "prediction"))
    Uncounted.objects.filter(pk__in=[pk for pk, _ in marks]).delete()
    return {prediction for _, prediction in marks}


def _places(predictions: Iterable[UUID]) -> Mapping[UUID, Place]:
    rows = Prediction.objects.filter(pk__in=list(predictions))
    found = rows.values_list("pk", "topic__path", "article__outlet__slug")
    return {pk: Place(topic, outlet) for pk, topic, outlet in found}


def _sum_up(
    entries: Sequence[Entry],
    *,
    places: Mapping[UUID, Place],
    kept: Mapping[UUID, str],
    changes: dict[Name, _Change],
) -> None:
    """Put what postings add to each scope into the changes; those that are alike are worked out once."""
    sums: dict[_Alike, _Sum] = defaultdict(_Sum)
    words = _words(entries, kept=kept)
    for prediction, forecast, one, sign in entries:
        forecaster, entry, is_said_already = words[forecast]
        place = None if is_said_already else places[prediction]
        found = sums[_Alike(place, forecaster, one.cluster, one.level, one.outcome, one.reference, entry)]
        found.weight += sign * one.weight
        found.number += sign
    for alike, found in sums.items():
        cell = cell_of(alike.level, alike.outcome, reference=alike.reference, weight=found.weight)
        for name in _names(alike):
            changes[name].add(alike, cell, weight=found.weight, number=found.number)


def _names(alike: _Alike) -> Iterator[Name]:
    if alike.place:
        yield from names_of(alike.place)
    if alike.forecaster:
        yield Scope.Kind.FORECASTER.value, alike.forecaster


def _words(entries: Sequence[Entry], *, kept: Mapping[UUID, str]) -> Mapping[UUID, tuple[str, int, bool]]:
    """By forecast its forecaster, empty where no sums of theirs are kept, the reading of its words, and if it is an aggregate's."""
    under = {entry.prediction_id for entry in entries}
    aggregates = set(Forecaster.objects.filter(kind=Forecaster.Kind.AGGREGATE).values_list("pk", flat=True))
    rows = Forecast.objects.filter(prediction__in=under, is_scored=True)
    found = rows.values_list("pk", "forecaster_id", "lexicon_entry_id")
    return {
        pk: (kept.get(forecaster, ""), entry or 0, forecaster in aggregates)
        for pk, forecaster, entry in found.iterator(ROWS)
    }


def kept_forecasters() -> Mapping[UUID, str]:
    """The slugs of the forecasters whose sums are kept, by their keys."""
    from_scopes = Scope.objects.filter(kind=Scope.Kind.FORECASTER).values("key")
    return dict(Forecaster.objects.filter(slug__in=from_scopes).values_list("pk", "slug"))


def _count(places: Mapping[UUID, Place], *, kept: Mapping[UUID, str], changes: dict[Name, _Change]) -> Changes:
    """Put into the changes how the predictions stand otherwise than when they were last counted; return it of their outcomes."""
    before = {row.prediction_id: row for row in PredictionCounts.objects.filter(Among("prediction", places))}
    standings = standings_of(places)
    after = counted_rows(counts_of(standings), own=own_counts_of(standings, forecasters=kept))
    for pk, place in places.items():
        now = after[pk]
        was = before.get(pk, NEVER_COUNTED)
        difference = _difference(was.counts, now.counts)
        for name in names_of(place):
            changes[name].counts.update(difference)
        # Also where nothing differs: other figures of theirs may, and the revision says so.
        for slug, counts in (now.by_forecaster or {}).items():
            change = changes[Scope.Kind.FORECASTER.value, slug]
            change.counts.update(_difference((was.by_forecaster or {}).get(slug, {}), counts))
    PredictionCounts.objects.bulk_create(
        [after[pk] for pk in sorted(places)],
        update_conflicts=True,
        unique_fields=["prediction"],
        update_fields=COUNTED,
        batch_size=ROWS,
    )
    topics = {pk: place.topic for pk, place in places.items()}
    return changed_days(before=_outcomes(before), after=_outcomes(after), topics=topics)


def _difference(before: Counts, after: Counts) -> Counter[str]:
    difference = Counter(after)
    difference.subtract(before)
    return difference


def counted_rows(counts: Mapping[UUID, Counts], *, own: Mapping[UUID, BySlug]) -> dict[UUID, PredictionCounts]:
    """
    How predictions stand, and their outcomes, as rows that are not stored.

    Args:
        counts: What they add to the scopes they belong to.
        own: What they add to those of forecasters whose sums are kept.
    """
    outcomes = known_outcomes(counts.keys())
    return {
        pk: PredictionCounts(
            prediction_id=pk,
            counts=found,
            by_forecaster=own.get(pk),
            **(outcomes[pk]._asdict() if pk in outcomes else {}),
        )
        for pk, found in counts.items()
    }


def _outcomes(rows: Mapping[UUID, PredictionCounts]) -> Mapping[UUID, KnownOutcome]:
    return {
        pk: KnownOutcome(row.known_on, row.came_true)
        for pk, row in rows.items()
        if row.known_on is not None and row.came_true is not None
    }


def _locked(names: Collection[Name]) -> dict[Name, Scope]:
    # Missing ones are added by who holds none yet, in one order: else one may hold what another waits for who added
    # what the first is about to add.
    there = set(Scope.objects.filter(_among(names)).values_list("kind", "key"))
    missing = [Scope(kind=kind, key=key) for kind, key in sorted(set(names) - there)]
    Scope.objects.bulk_create(missing, ignore_conflicts=True)
    rows = Scope.objects.select_for_update().filter(_among(names)).order_by("pk")
    return {(row.kind, row.key): row for row in rows}


def _among(names: Iterable[Name]) -> Q:
    asked = Q(pk=None)
    for kind in {kind for kind, _ in names}:
        asked |= Q(kind=kind, key__in=[key for other, key in names if other == kind])
    return asked


def _add_clusters(scopes: Mapping[Name, Scope], *, changes: Mapping[Name, _Change]) -> None:
    found = clusters_there(
        {scope.pk: changes[name].clusters.keys() for name, scope in scopes.items() if changes[name].clusters}
    )
    stored: list[tuple[int, str, Cell]] = []
    gone: list[tuple[int, str]] = []
    for name, change in changes.items():
        scope = scopes[name]
        totals = totals_of(scope)
        for cluster, difference in change.clusters.items():
            before = found.get((scope.pk, cluster), Cell())
            after = before + difference
            totals = totals.replace_cell(before, after)
            if after:
                stored.append((scope.pk, cluster, after))
            else:
                gone.append((scope.pk, cluster))
        store_totals(scope, totals)
        scope.counts = added(scope.counts, change.counts)
        scope.revision += 1
    store_clusters(stored, gone=gone)
    store_scopes(list(scopes.values()))


def store_totals(scope: Scope, totals: Totals) -> None:
    """Put totals into a scope that is not saved yet, as `totals_of` reads them."""
    scope.totals = asdict(totals)


def added(counts: Mapping[str, int], more: Mapping[str, int]) -> dict[str, int]:
    """Counts added up, without those that come to nothing, so that equal ones compare equal."""
    total = Counter(counts)
    total.update(more)
    return {name: number for name, number in sorted(total.items()) if number}
