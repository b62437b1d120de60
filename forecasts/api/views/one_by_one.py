"""Rows in numbers that are checked and recorded one after the other, by the service that records a single one."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from rest_framework.exceptions import PermissionDenied

from forecasts.api.problems import flat_errors
from forecasts.api.serializers.base import Body
from forecasts.feeds.objects import ObjectRow
from forecasts.services.batches import SHORT_CHUNK, RowResult, SentRow, key_in, one_by_one, one_by_one_on_routes
from forecasts.services.refusal import Refused, refuse
from forecasts.services.verdict_batches import record_decisions

from .bulk import BulkEndpoint, Record

Write = Callable[[dict[str, Any]], tuple[object, bool]]


class OneByOneEndpoint(BulkEndpoint):
    """Rows that are checked and recorded one after the other, those of a transaction in one order."""

    n_together = None
    # The fields by which rows are ordered: what they lock, or insert, everybody takes in this order.
    ordered_by: tuple[str, ...]

    def rank(self, row: ObjectRow) -> tuple[str, ...]:
        """What the rows of a transaction are ordered by before they are recorded; those of one rank stay in their order."""
        return tuple(_alike(row.values.get(name)) for name in self.ordered_by)

    def write(self, body: dict[str, Any], *, now: datetime) -> tuple[object, bool]:
        """Record one row; what it is found by, and whether it is new."""
        raise NotImplementedError

    def recording(self, *, now: datetime) -> Record:
        def write(values: dict[str, Any]) -> tuple[object, bool]:
            return self.write(_checked(self.body_class, values), now=now)

        return lambda rows: self.record(
            [(row.index, row.values) for row in sorted(rows, key=self.rank)], write=write, now=now
        )

    def record(self, rows: Sequence[SentRow], *, write: Write, now: datetime) -> list[RowResult]:
        """Record rows in one transaction."""
        return one_by_one(rows, write=write)

    def require(self, check: Callable[[Any, Any], None], named: Any, *, field: str) -> None:
        """
        Raises:
            Refused: The token is for another source or forecaster than a field of the row names, as the check says.
        """
        try:
            check(self.token, named)
        except PermissionDenied as denied:
            raise refuse(field, str(denied.detail)) from None


class OnRoutes(OneByOneEndpoint):
    """Rows that change which facts concern which predictions: few are a transaction, since facts wait for its end."""

    n_at_once = SHORT_CHUNK

    def record(self, rows: Sequence[SentRow], *, write: Write, now: datetime) -> list[RowResult]:
        return one_by_one_on_routes(rows, write=write)


class Decisions(OneByOneEndpoint):
    """Rows that each add to the record of a prediction."""

    ordered_by = ("prediction",)

    def record(self, rows: Sequence[SentRow], *, write: Write, now: datetime) -> list[RowResult]:
        return record_decisions(rows, write=write, now=now)


def _alike(value: object) -> str:
    """A value by which rows are ordered; a key however it was written."""
    return str(key_in(value) or value)


def _checked(kind: type[Body], values: dict[str, Any]) -> dict[str, Any]:
    """
    Raises:
        Refused: With the messages of each field that is wrong, by its place.
    """
    body = kind(data=values)
    if body.is_valid():
        return body.validated_data
    errors: dict[str, list[str]] = {}
    for place, message in flat_errors(body.errors, path=""):
        errors.setdefault(place, []).append(message)
    raise Refused(errors)
