"""The heads of the table of calls: links that sort it, and what they ask for read again."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.utils.translation import gettext_lazy as _

from forecasts.selectors.listings import Column, Listed, Listing

LONGEST = 6
NAMES = {Column.SAID: _("Said"), Column.HAPPENED: _("Happened"), Column.KNOWN: _("Known"), Column.BRIER: _("Brier")}


class UnreadableListing(ValueError):
    """What a page was asked for is no order of its calls, or no page of them."""


@dataclass(frozen=True)
class Head:
    """A head of a column: its name, what its link asks for, and which way the table is sorted by it, as `aria-sort` says it."""

    name: str
    query: str
    sorted: str
    is_number: bool


@dataclass(frozen=True)
class CallsTable:
    """A page of the calls with the heads above it; `earlier` and `later` ask for its neighbours, empty where there are none."""

    listed: Listed
    heads: tuple[Head, ...]
    sort: str
    earlier: str
    later: str


def read_listing(given: Mapping[str, str]) -> Listing:
    """
    Read `sort` and `page` from the query parameters of a scorecard.

    Raises:
        UnreadableListing: A column that the table cannot be sorted by, or a page that is no number from 1 on.
    """
    sort, page = given.get("sort", ""), given.get("page", "")
    if page and not (page.isascii() and page.isdigit() and len(page) <= LONGEST and int(page)):
        raise UnreadableListing(f"page: “{page[:40]}” is no page; they are counted from 1.")
    if sort and sort.removeprefix("-") not in {*Column}:
        *names, last = Column
        raise UnreadableListing(
            f"sort: “{sort[:40]}” is no column to sort by: take {', '.join(names)} or {last}, with “-” before it for the "
            "largest first."
        )
    if not sort:
        return Listing(page=int(page or 1))
    return Listing(column=Column(sort.removeprefix("-")), is_rising=not sort.startswith("-"), page=int(page or 1))


def calls_table(listed: Listed, *, page_query: str) -> CallsTable:
    """
    Return the table of calls with its links; each keeps what the scorecard is narrowed by.

    Args:
        listed: The page of calls.
        page_query: What asks for the same slice, as a query string.
    """
    listing = listed.listing
    sort = _sort(listing.column, is_rising=listing.is_rising)

    def neighbour(page: int) -> str:
        return _query(page_query, sort=sort, page=page) if 1 <= page <= listed.n_pages else ""

    return CallsTable(
        listed=listed,
        heads=tuple(_heads(listing, page_query=page_query)),
        sort=sort if sort != _sort(Column.KNOWN, is_rising=False) else "",
        earlier=neighbour(listing.page - 1),
        later=neighbour(listing.page + 1),
    )


def _heads(listing: Listing, *, page_query: str) -> Iterator[Head]:
    """Each asks for the largest first; that of the column sorted by, for the other way round."""
    for column, name in NAMES.items():
        is_sorted = column is listing.column
        query = _query(page_query, sort=_sort(column, is_rising=is_sorted and not listing.is_rising))
        order = ("ascending" if listing.is_rising else "descending") if is_sorted else ""
        yield Head(str(name), query, order, column in (Column.SAID, Column.BRIER))


def _sort(column: Column, *, is_rising: bool) -> str:
    return column.value if is_rising else f"-{column.value}"


def _query(page_query: str, **asked: object) -> str:
    return "&".join(filter(None, (page_query, urlencode(asked))))
