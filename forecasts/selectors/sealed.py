"""What is sealed, what became of it, and how much of it nobody ever revealed."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, FilteredRelation, OuterRef, Q, QuerySet

from forecasts.models import Prediction, Sealed, Unsealing

REVEALED, OVERDUE = Unsealing.Kind.REVEALED, Unsealing.Kind.OVERDUE
WAITING = "SEALED"
MAX_LISTED = 50


@dataclass(frozen=True, kw_only=True)
class SealedCounts:
    """
    How much a forecaster sealed, by what became of it: the three add up to all of it.

    What was revealed late is among the revealed.
    """

    sealed: int = 0
    revealed: int = 0
    never_revealed: int = 0

    @property
    def all(self) -> int:
        return self.sealed + self.revealed + self.never_revealed


@dataclass(frozen=True, kw_only=True)
class SealedItem:
    """Something sealed, with what became of it."""

    row: Sealed
    state: str
    revealed: Unsealing | None
    overdue: Unsealing | None


def state_of(kinds: Iterable[str]) -> str:
    """What became of something, from the kinds of its unsealings: SEALED, REVEALED or OVERDUE."""
    found = set(kinds)
    return REVEALED.value if REVEALED in found else OVERDUE.value if OVERDUE in found else WAITING


def sealed_item(*, commitment: str) -> SealedItem:
    """
    Raises:
        Sealed.DoesNotExist: Nothing was sealed under this commitment.
    """
    rows = Sealed.objects.select_related("forecaster").prefetch_related(
        "unsealings__prediction", "unsealings__forecast"
    )
    return _item(rows.get(commitment=commitment))


def newest_sealed(*, forecaster: str) -> list[SealedItem]:
    """What a forecaster sealed last, at most `MAX_LISTED`, the newest first."""
    # Something sealed has at most one unsealing of each kind, so joining both leaves one row of each.
    joined = Sealed.objects.annotate(
        its_reveal=FilteredRelation("unsealings", condition=Q(unsealings__kind=REVEALED)),
        its_lapse=FilteredRelation("unsealings", condition=Q(unsealings__kind=OVERDUE)),
    )
    joined = joined.select_related("its_reveal__prediction", "its_lapse")  # type: ignore[misc]  # The plugin knows no such relations.
    rows = joined.filter(forecaster__slug=forecaster).order_by("-recorded_at", "-id")[:MAX_LISTED]
    # A relation that found nothing leaves no attribute.
    names = ("its_reveal", "its_lapse")
    return [_item_of(row, unsealings=[getattr(row, name, None) for name in names]) for row in rows]


def _item(row: Sealed) -> SealedItem:
    return _item_of(row, unsealings=row.unsealings.all())


def _item_of(row: Sealed, *, unsealings: Iterable[Unsealing | None]) -> SealedItem:
    found = {one.kind: one for one in unsealings if one}
    return SealedItem(row=row, state=state_of(found), revealed=found.get(REVEALED), overdue=found.get(OVERDUE))


def seal_of(*, prediction: Prediction) -> str:
    """The commitment that a prediction was revealed from."""
    return (
        Sealed.objects.filter(unsealings__prediction=prediction).order_by("id").values_list("commitment", flat=True)[0]
    )


def unsealed(kind: str, *, as_recorded: datetime | None = None) -> Exists:
    """Whether something sealed has an unsealing of a kind, by an instant."""
    rows = Unsealing.objects.filter(sealed=OuterRef("pk"), kind=kind)
    return Exists(rows.filter(recorded_at__lte=as_recorded) if as_recorded else rows)


def never_revealed(*, as_recorded: datetime | None = None) -> QuerySet[Sealed]:
    """What nobody revealed by its date, nor since."""
    missing = unsealed(OVERDUE, as_recorded=as_recorded) & ~unsealed(REVEALED, as_recorded=as_recorded)
    return Sealed.objects.filter(missing)


def sealed_counts(*, forecaster: str, as_recorded: datetime | None = None) -> SealedCounts:
    """
    Return how much a forecaster sealed, as the database held it.

    Args:
        forecaster: The slug.
        as_recorded: Up to when it counts what was recorded; up to now without it.
    """
    rows = Sealed.objects.filter(forecaster__slug=forecaster)
    if as_recorded:
        rows = rows.filter(recorded_at__lte=as_recorded)
    is_revealed, is_overdue = (unsealed(kind, as_recorded=as_recorded) for kind in (REVEALED, OVERDUE))
    found = rows.annotate(is_revealed=is_revealed, is_overdue=is_overdue).aggregate(
        sealed=Count("pk", filter=Q(is_revealed=False, is_overdue=False)),
        revealed=Count("pk", filter=Q(is_revealed=True)),
        never_revealed=Count("pk", filter=Q(is_revealed=False, is_overdue=True)),
    )
    return SealedCounts(**found)


def counted_among(items: Sequence[SealedItem], *, as_recorded: datetime | None = None) -> SealedCounts:
    """What `sealed_counts` returns, by whoever has all that the forecaster sealed at hand."""
    found = Counter(
        state_of(one.kind for one in (item.revealed, item.overdue) if one and _is_by(one.recorded_at, as_recorded))
        for item in items
        if _is_by(item.row.recorded_at, as_recorded)
    )
    return SealedCounts(sealed=found[WAITING], revealed=found[REVEALED], never_revealed=found[OVERDUE])


def _is_by(moment: datetime, instant: datetime | None) -> bool:
    return instant is None or moment <= instant


def who_never_revealed(*, as_recorded: datetime | None = None) -> frozenset[str]:
    """The forecasters who kept something back beyond its date, by slug."""
    return frozenset(never_revealed(as_recorded=as_recorded).values_list("forecaster__slug", flat=True))
