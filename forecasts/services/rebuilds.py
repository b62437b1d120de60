"""The kept sums worked out again from the postings: to check them, to mend them, and to decide which are kept."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F, Sum

from forecasts.models import ClusterCell, LevelCell, Posting, Scope
from forecasts.scoring.statistics import Cell, Totals, cell_of
from forecasts.selectors.sums import totals_of

from .rollups import Name, Place, keep_scopes_as_they_are, names_of, store_totals

KEEP_FROM = 1_000  # Forecasters with fewer postings are added up when they are asked for.
ROWS = 5_000


class _Fold:
    """The sums of one scope, from its postings."""

    def __init__(self) -> None:
        self.levels: dict[tuple[int, int], list[int]] = defaultdict(lambda: [0, 0, 0])
        self.clusters: dict[str, Cell] = defaultdict(Cell)

    def rows(self) -> dict[tuple[int, int], tuple[int, ...]]:
        return {key: tuple(terms) for key, terms in self.levels.items() if terms[2]}

    def cells(self) -> dict[str, Cell]:
        return {cluster: cell for cluster, cell in self.clusters.items() if cell}


@dataclass(frozen=True)
class Difference:
    """A scope whose kept sums are not those of its postings, and in what."""

    kind: str
    key: str
    what: str


def check_scopes() -> list[Difference]:
    """Every scope whose kept sums differ from those of its postings; none, as long as nothing is broken."""
    with transaction.atomic():
        keep_scopes_as_they_are()
        folds, kept = _folded(kept=_kept_forecasters()), {(row.kind, row.key): row for row in Scope.objects.all()}
        names = sorted({name for name, fold in folds.items() if fold.rows()} | kept.keys())
        return [found for name in names for found in _differences(name, kept.get(name), folds.get(name, _Fold()))]


def _differences(name: Name, scope: Scope | None, fold: _Fold) -> Iterator[Difference]:
    levels = LevelCell.objects.filter(scope=scope).values_list("level", "lexicon_entry", "weight", "hits", "rows")
    clusters = ClusterCell.objects.filter(scope=scope).values_list("cluster", "sums")
    if {(level, entry): tuple(terms) for level, entry, *terms in levels} != fold.rows():
        yield Difference(*name, "levels")
    if {cluster: Cell(*sums) for cluster, sums in clusters} != fold.cells():
        yield Difference(*name, "events")
    if (totals_of(scope) if scope else Totals()) != Totals.of(fold.cells().values()):
        yield Difference(*name, "totals")


@transaction.atomic
def rebuild_scopes() -> int:
    """
    Keep the sums of all, of topics and outlets, and of forecasters with many postings, worked out from the postings.

    Returns:
        How many scopes are kept.
    """
    keep_scopes_as_they_are()
    folds = {name: fold for name, fold in _folded(kept=_many()).items() if fold.rows()}
    Scope.objects.all().delete()
    for name, fold in folds.items():
        _store(name, fold)
    return len(folds)


def _store(name: Name, fold: _Fold) -> None:
    kind, key = name
    scope = Scope(kind=kind, key=key, revision=1)
    store_totals(scope, Totals.of(fold.cells().values()))
    scope.save()
    levels = (
        LevelCell(scope=scope, level=level, lexicon_entry=entry, weight=weight, hits=hits, rows=rows)
        for (level, entry), (weight, hits, rows) in fold.rows().items()
    )
    LevelCell.objects.bulk_create(levels, batch_size=ROWS)
    clusters = (ClusterCell(scope=scope, cluster=one, sums=list(cell.numbers())) for one, cell in fold.cells().items())
    ClusterCell.objects.bulk_create(clusters, batch_size=ROWS)


def _kept_forecasters() -> set[str]:
    return set(Scope.objects.filter(kind=Scope.Kind.FORECASTER).values_list("key", flat=True))


def _many() -> set[str]:
    """The forecasters whose sums are worth keeping."""
    counted = Posting.objects.order_by().values("forecast__forecaster__slug").annotate(n=Sum("sign"))
    return set(counted.filter(n__gte=KEEP_FROM).values_list("forecast__forecaster__slug", flat=True))


def _folded(*, kept: set[str]) -> Mapping[Name, _Fold]:
    """The sums of every scope; the database adds up what counts alike, so that memory does not grow with forecasts."""
    folds: dict[Name, _Fold] = defaultdict(_Fold)
    alike = (
        "forecast__prediction__topic__path", "forecast__prediction__article__outlet__slug", "cluster", "level",
        "outcome", "reference", "forecast__lexicon_entry",
    )  # fmt: skip
    for row in _summed(alike):
        for name in names_of(Place("", row[0], row[1], 0), kept=()):
            _add(folds[name], *row[2:])
    for slug in sorted(kept):
        for row in _summed(alike[2:], forecast__forecaster__slug=slug):
            _add(folds[Scope.Kind.FORECASTER.value, slug], *row)
    return folds


def _summed(alike: tuple[str, ...], **of: str) -> Iterator[tuple]:
    rows = Posting.objects.filter(**of).order_by().values_list(*alike)
    return rows.annotate(total=Sum(F("sign") * F("weight")), number=Sum("sign")).iterator(ROWS)


def _add(
    fold: _Fold, cluster: str, level: int, outcome: int, reference: int, entry: int | None, weight: int, number: int
) -> None:
    for place, term in enumerate((weight, weight * outcome, number)):
        fold.levels[level, entry or 0][place] += term
    fold.clusters[cluster] += cell_of(level, outcome, reference=reference, weight=weight)
