"""Pages by cursor: stable while rows arrive, and as quick at the end as at the start."""

from typing import Any

from django.db.models import F, QuerySet
from django.db.models.fields.tuple_lookups import TupleGreaterThan, TupleLessThan, TupleLookupMixin
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from forecasts.api.cursors import read_cursor, write_cursor
from forecasts.api.fields import near

DEFAULT_SIZE, LARGEST_SIZE = 50, 200
PAGE_SIZE = {"type": "integer", "minimum": 1, "maximum": LARGEST_SIZE, "default": DEFAULT_SIZE}
CURSOR = {"type": "string", "pattern": "^[A-Za-z0-9_-]+$"}
LARGEST_TOTAL = 10_000


class CreatedCursorPagination(BasePagination):
    """
    Keyset pages over one of the view's `orderings`, by default its `ordering`.

    The columns of an ordering share one direction, hold no nulls, and the last is unique, so that rows of one instant
    are neither lost nor doubled. An index with the same columns makes every page cost the same.
    """

    parameters = ("cursor", "page_size", "ordering", "total")

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        given = request.query_params
        self._request = request
        size, name = page_size(given.get("page_size")), given.get("ordering", "")
        columns = ordering_of(name, view=view)
        self._total = _capped_count(queryset) if _is_asked(given.get("total")) else None
        rows = queryset.order_by(*columns)
        if cursor := given.get("cursor"):
            rows = _after(rows, columns=columns, cursor=cursor, ordering=name)
        page = list(rows[: size + 1])
        self._next = write_cursor(_place(page[size - 1], columns), of=name) if len(page) > size else None
        return page[:size]

    def get_paginated_response(self, data: Any) -> Response:
        here = self._request.build_absolute_uri()
        following = replace_query_param(here, "cursor", self._next) if self._next else None
        return Response({"next": following, **self._counted(), "results": data})

    def _counted(self) -> dict[str, Any]:
        if self._total is None:
            return {}
        return {"total": min(self._total, LARGEST_TOTAL), "total_is_exact": self._total <= LARGEST_TOTAL}

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        following = {"type": ["string", "null"], "format": "uri", "description": "The next page; null on the last."}
        total = {"type": "integer", "maximum": LARGEST_TOTAL, "description": "Rows on all pages; with `total=true`."}
        exact = {"type": "boolean", "description": f"False where there are more than {LARGEST_TOTAL}."}
        return {
            "type": "object",
            "required": ["next", "results"],
            "properties": {"next": following, "total": total, "total_is_exact": exact, "results": schema},
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        cursor = "Where to go on, from the `next` of the page before."
        total = f"Whether to count the rows on all pages, up to {LARGEST_TOTAL}."
        orders = {"type": "string", "enum": _names(view)}
        return [
            {"name": "cursor", "in": "query", "schema": CURSOR, "description": cursor},
            {"name": "page_size", "in": "query", "schema": PAGE_SIZE, "description": "Rows on a page."},
            {"name": "ordering", "in": "query", "schema": orders, "description": "What comes first; - reverses."},
            {"name": "total", "in": "query", "schema": {"type": "boolean"}, "description": total},
        ]


def ordering_of(name: str, *, view: Any) -> tuple[str, ...]:
    """
    The columns that a list is ordered by, each with its direction; the usual ones for the empty name.

    Raises:
        ValidationError: The view has no such ordering.
    """
    if not name:
        return tuple(view.ordering)
    known = _names(view)
    if name not in known:
        hint = f"{near(name, known=known)} Known: {', '.join(known)}."
        raise ValidationError({"ordering": [f"There is no ordering “{name[:40]}” here.{hint}"]})
    columns = view.orderings[name.removeprefix("-")]
    return tuple(f"-{column}" for column in columns) if name.startswith("-") else columns


def _names(view: Any) -> list[str]:
    return [f"{sign}{name}" for name in view.orderings for sign in ("", "-")]


def _is_asked(text: str | None) -> bool:
    if text not in (None, "true", "false"):
        raise ValidationError({"total": [f"“{text[:40]}” is neither true nor false."]})
    return text == "true"


def _capped_count(rows: QuerySet[Any]) -> int:
    """How many rows there are, counted no further than to the first that is too many."""
    return rows.order_by().values("pk")[: LARGEST_TOTAL + 1].count()


def page_size(text: str | None) -> int:
    """
    The number of rows that was asked for, or the usual one.

    Raises:
        ValidationError: It is no number within the bounds.
    """
    if text is None:
        return DEFAULT_SIZE
    if not (text.isascii() and text.isdigit() and len(text) < 6 and 1 <= int(text) <= LARGEST_SIZE):
        raise ValidationError({"page_size": [f"“{text[:40]}” is no page size: a number from 1 to {LARGEST_SIZE}."]})
    return int(text)


def _place(row: Any, columns: tuple[str, ...]) -> list[Any]:
    return [getattr(row, column.lstrip("-")) for column in columns]


def _after(rows: QuerySet[Any], *, columns: tuple[str, ...], cursor: str, ordering: str) -> QuerySet[Any]:
    """
    The rows that come later than the place of a cursor in the order of the columns.

    One comparison of whole rows, since only that is a single range of the index.
    """
    names = [column.lstrip("-") for column in columns]
    later = _RowLessThan if columns[0].startswith("-") else _RowGreaterThan
    values = read_cursor(cursor, of=ordering, fields=[rows.model._meta.get_field(name) for name in names])
    return rows.filter(later(tuple(F(name) for name in names), tuple(values)))


class _RowLessThan(TupleLessThan):
    """A comparison of whole rows on every database: SQLite has them too, only not with IN."""

    def get_fallback_sql(self, compiler: Any, connection: Any) -> Any:
        return super(TupleLookupMixin, self).as_sql(compiler, connection)


class _RowGreaterThan(TupleGreaterThan):
    """The same the other way."""

    def get_fallback_sql(self, compiler: Any, connection: Any) -> Any:
        return super(TupleLookupMixin, self).as_sql(compiler, connection)
