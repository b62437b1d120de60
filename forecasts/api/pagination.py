"""Pages by cursor: stable while rows arrive, and as quick at the end as at the start."""

import base64
import binascii
import json
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError as FieldError
from django.db.models import Q, QuerySet
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from forecasts.feeds.strict_json import is_unstorable

DEFAULT_SIZE, LARGEST_SIZE = 50, 200
FIRST_YEAR, LAST_YEAR = 1800, 2200


class CreatedCursorPagination(BasePagination):
    """
    Keyset pages over the view's `ordering`.

    Its columns share one direction and the last is unique, so that rows of one instant are neither lost nor doubled.
    """

    parameters = ("cursor", "page_size")

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        self._ordering: tuple[str, ...] = view.ordering
        self._request = request
        size = page_size(request.query_params.get("page_size"))
        rows = queryset.order_by(*self._ordering)
        if cursor := request.query_params.get("cursor"):
            rows = _after(rows, columns=self._ordering, position=_decode(cursor, n=len(self._ordering)))
        page = list(rows[: size + 1])
        self._next = _encode(page[size - 1], columns=self._ordering) if len(page) > size else None
        return page[:size]

    def get_paginated_response(self, data: Any) -> Response:
        here = self._request.build_absolute_uri()
        following = replace_query_param(here, "cursor", self._next) if self._next else None
        return Response({"next": following, "results": data})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        following = {"type": ["string", "null"], "format": "uri", "description": "The next page; null on the last."}
        return {
            "type": "object",
            "required": ["next", "results"],
            "properties": {"next": following, "results": schema},
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        size = {"type": "integer", "minimum": 1, "maximum": LARGEST_SIZE, "default": DEFAULT_SIZE}
        cursor = "Where to go on, from the `next` of the page before."
        return [
            {"name": "cursor", "in": "query", "schema": {"type": "string"}, "description": cursor},
            {"name": "page_size", "in": "query", "schema": size, "description": "Rows on a page."},
        ]


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


def _after(rows: QuerySet[Any], *, columns: tuple[str, ...], position: list[Any]) -> QuerySet[Any]:
    """The rows that come later than a position in the order of the columns."""
    later, equal = Q(), Q()
    for column, value in zip(columns, position, strict=True):
        value = _moment(value) if column.endswith(("_at", "_from")) else value
        comparison = "lt" if column.startswith("-") else "gt"
        later |= equal & Q(**{f"{column.lstrip('-')}__{comparison}": value})
        equal &= Q(**{column.lstrip("-"): value})
    try:
        return rows.filter(later)
    except (FieldError, ValueError, TypeError):
        raise _bad_cursor() from None


def _encode(row: Any, *, columns: tuple[str, ...]) -> str:
    values = [getattr(row, column.lstrip("-")) for column in columns]
    text = json.dumps([value if isinstance(value, int) else str(value) for value in values])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _decode(cursor: str, *, n: int) -> list[Any]:
    try:
        position = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        raise _bad_cursor() from None
    is_ours = isinstance(position, list) and len(position) == n
    if not is_ours or not all(isinstance(value, str | int) and not is_unstorable(str(value)) for value in position):
        raise _bad_cursor()
    return position


def _moment(text: object) -> datetime:
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        raise _bad_cursor() from None
    if moment.tzinfo is None or not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise _bad_cursor()
    return moment


def _bad_cursor() -> ValidationError:
    return ValidationError({"cursor": ["This is no cursor of ours. Start without one, and follow `next`."]})
