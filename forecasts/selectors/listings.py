"""The table of calls on a scorecard: every one of them, sorted by a column, a page at a time."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.db.models import F
from django.db.models.expressions import Combinable
from django.db.models.functions import Abs

from . import calls
from .calls import Call, Weighed
from .recounts import Recount
from .slices import Slice


class Column(StrEnum):
    """What the table can be sorted by."""

    KNOWN = "known"
    SAID = "said"
    HAPPENED = "happened"
    BRIER = "brier"


@dataclass(frozen=True, kw_only=True)
class Listing:
    """Which calls a table is to show: the largest of its column first unless it rises; pages are counted from 1."""

    column: Column = Column.KNOWN
    is_rising: bool = False
    page: int = 1


@dataclass(frozen=True, kw_only=True)
class Listed:
    """
    What a table shows.

    `first` is the place of its first call among the `n` of the slice, counted from 1. Of more than `MOST_SORTED` it
    `is_of_the_newest` only: those scored last, sorted among themselves.
    """

    calls: tuple[Call, ...]
    listing: Listing
    first: int
    n: int
    n_pages: int
    is_of_the_newest: bool

    @property
    def last(self) -> int:
        return self.first + len(self.calls) - 1


IN_DATABASE: Mapping[Column, Combinable] = {
    Column.KNOWN: F("resolution__known_at"),
    Column.SAID: F("level"),
    Column.HAPPENED: F("outcome"),
    # The Brier score is its square, so the order is the same.
    Column.BRIER: Abs(F("level") - F("outcome")),
}
OF_CALLS: Mapping[Column, Callable[[Call], float]] = {
    Column.KNOWN: lambda call: call.known_at.timestamp() if call.known_at else 0.0,
    Column.SAID: lambda call: call.probability,
    Column.HAPPENED: lambda call: call.outcome,
    Column.BRIER: lambda call: call.brier,
}


def listed_calls(
    chosen: Slice, *, listing: Listing, newest: Sequence[Call], n_rows: int, recount: Recount | None = None
) -> Listed:
    """
    Return a page of the forecasts that count in a slice; where it has fewer pages, the last of them.

    The number of queries does not depend on how many there are: none where all are at hand already, else one.

    Args:
        chosen: The slice.
        listing: What is asked for.
        newest: The calls at hand already, the newest of the slice.
        n_rows: How many forecasts count in it.
        recount: What counts where its predictions are decided anew; by the record otherwise.
    """
    is_whole = n_rows <= calls.MOST_SORTED
    n_pages = max(1, -(-n_rows // calls.MOST_SHOWN)) if is_whole else 1
    page = min(listing.page, n_pages)
    start = (page - 1) * calls.MOST_SHOWN
    at_hand = tuple(newest) if n_pages == 1 else _looked_up(chosen, listing=listing, start=start, recount=recount)
    shown = sorted(at_hand, key=OF_CALLS[listing.column], reverse=not listing.is_rising)
    return Listed(
        calls=tuple(shown),
        listing=Listing(column=listing.column, is_rising=listing.is_rising, page=page),
        first=start + 1,
        n=n_rows,
        n_pages=n_pages,
        is_of_the_newest=not is_whole,
    )


def _looked_up(chosen: Slice, *, listing: Listing, start: int, recount: Recount | None) -> tuple[Call, ...]:
    page = slice(start, start + calls.MOST_SHOWN)
    if recount is not None:
        return calls.recounted_calls(_sorted(chosen, listing=listing, recount=recount)[page], recount=recount)
    by = IN_DATABASE[listing.column]
    column = F("by").asc(nulls_first=True) if listing.is_rising else F("by").desc(nulls_last=True)
    rows = calls.counting_postings(chosen).annotate(by=by)
    latest = F("resolution__known_at").desc(nulls_last=True)
    return calls.recorded_calls(rows.order_by(column, latest, "-pk").values("pk")[page], chosen=chosen)


def _sorted(chosen: Slice, *, listing: Listing, recount: Recount) -> list[Weighed]:
    newest_first = sorted(
        calls.counting(chosen, recount=recount), key=lambda one: calls.newest_first(one, recount=recount)
    )
    if listing.column is Column.KNOWN and not listing.is_rising:
        return newest_first
    keys: Mapping[Column, Callable[[Weighed], float]] = {
        Column.KNOWN: lambda one: -calls.newest_first(one, recount=recount)[0],
        Column.SAID: lambda one: one.row.level,
        Column.HAPPENED: lambda one: one.row.outcome,
        Column.BRIER: lambda one: abs(one.row.level - one.row.outcome),
    }
    return sorted(newest_first, key=keys[listing.column], reverse=not listing.is_rising)
