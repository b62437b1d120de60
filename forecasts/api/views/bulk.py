"""Rows in numbers, each told what became of it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, TypeVar

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ParseError, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer

from forecasts.api.idempotency import key_of
from forecasts.api.parsers import JsonLinesRowsParser, JsonRowsParser
from forecasts.api.permissions import holds
from forecasts.api.serializers.base import Body
from forecasts.api.serializers.bulk import BulkAnswerSerializer, ChosenMode, answer_of
from forecasts.api.serializers.events import NewEvent
from forecasts.api.serializers.forecasts import NewForecast
from forecasts.feeds import BadRow, problem
from forecasts.feeds.forecast_fields import ForecastEntry, read_forecast
from forecasts.feeds.json_events import event_of
from forecasts.feeds.objects import ObjectRow
from forecasts.models import ApiToken
from forecasts.services.batches import CHUNK, NothingRecorded, RowResult, record_all, record_each
from forecasts.services.event_batches import EventEntry, record_events
from forecasts.services.forecast_batches import record_forecasts
from forecasts.tasks import hint

from .base import Endpoint

Record = Callable[[Sequence[Any]], list[RowResult]]


class BulkEndpoint(Endpoint):
    """
    Rows as a JSON array or as JSON Lines, read one after the other.

    Each row has the fields of the single `POST`, and its result says what became of it.
    """

    http_method_names = ["post"]
    write_scope: str
    body_class: type[Body]
    parser_classes = [JsonRowsParser, JsonLinesRowsParser]
    post: Any
    # How many rows are recorded at once: where each such part is a transaction, and where the whole body is one.
    n_at_once: int = CHUNK
    n_together: int | None = CHUNK

    def parameters(self) -> list[str]:
        return ["mode"]

    def entry(self, row: ObjectRow) -> Any:
        """What is handed to the recording of a row; a `BadRow` where the row is wrong by itself."""
        return row

    def recording(self, *, now: datetime) -> Record:
        """What records rows in one transaction."""
        raise NotImplementedError

    def answer(self, request: Request) -> Response:
        """Record the rows of the body in the way that `mode` says."""
        chosen = ChosenMode(data=request.query_params.dict())
        chosen.is_valid(raise_exception=True)
        mode, record = chosen.validated_data["mode"], self.recording(now=timezone.now())
        rows: Any = request.data
        if not rows:
            raise ParseError("The body is empty. Send an array of objects, or an object a line.")
        entries = self._entries(rows)
        results = self._all_of(entries, record=record) if mode == "all" else self._each_of(entries, record=record)
        hint()
        return Response(self.told(results, mode=mode))

    def told(self, results: list[RowResult], *, mode: str) -> dict[str, Any]:
        """The answer, from what became of each row."""
        return answer_of(results, mode=mode)

    def _each_of(self, entries: Iterator[Any], *, record: Record) -> list[RowResult]:
        # With a key the answer is kept in the transaction of the work, so that is one.
        is_one = key_of(self.request.headers) is not None
        return list(record_each(entries, record=record, n_at_once=self.n_together if is_one else self.n_at_once))

    def _all_of(self, entries: Iterator[Any], *, record: Record) -> list[RowResult]:
        try:
            return record_all(entries, record=record, n_at_once=self.n_together)
        except NothingRecorded as nothing:
            errors = {str(result.index): dict(result.errors) for result in nothing.refused}
            raise ValidationError(errors) from None

    def _entries(self, rows: Iterable[ObjectRow | BadRow]) -> Iterator[Any]:
        for row in rows:
            yield row if isinstance(row, BadRow) else self.entry(row)


View = TypeVar("View", bound=type[BulkEndpoint])


def in_numbers(
    body: type[Body], *, name: str, scope: str, answer: type[Serializer] = BulkAnswerSerializer
) -> Callable[[View], View]:
    """
    Give an endpoint for rows in numbers its `POST`, documented by the words of the class.

    Args:
        body: What each row has.
        name: Of the operation: {name}_bulk_create.
        scope: What a token needs.
        answer: What is answered.
    """

    def offered(view: View) -> View:
        def post(self: BulkEndpoint, request: Request) -> Response:
            return self.answer(request)

        post.__doc__ = view.__doc__
        documented = extend_schema(
            operation_id=f"{name}_bulk_create",
            parameters=[ChosenMode],
            request={JsonRowsParser.media_type: body(many=True), JsonLinesRowsParser.media_type: OpenApiTypes.STR},
            responses={200: answer},
        )
        view.post, view.write_scope, view.body_class = documented(post), scope, body
        return view

    return offered


@in_numbers(NewForecast, name="forecasts", scope=ApiToken.Scope.FORECAST_WRITE)
class ForecastBulkView(BulkEndpoint):
    """Record forecasts, and withdrawals."""

    def entry(self, row: ObjectRow) -> ForecastEntry | BadRow:
        entry = read_forecast(row)
        if isinstance(entry, BadRow) or holds(self.token, ApiToken.Scope.ADMIN):
            return entry
        own = self.token.forecaster.slug if self.token.forecaster else "nobody"
        if entry.forecaster != own:
            return _bad(row, "forecaster", f"This token forecasts as {own}, not as {entry.forecaster[:80]}.")
        if entry.made_at is not None:
            return _bad(row, "made_at", "A forecast is made when it is recorded; only the scope admin may date one.")
        return entry

    def recording(self, *, now: datetime) -> Record:
        return lambda entries: record_forecasts(entries, now=now, recorded_by=self.account)


@in_numbers(NewEvent, name="events", scope=ApiToken.Scope.EVENT_WRITE)
class EventBulkView(BulkEndpoint):
    """Record events with their evidence, on the same path as a file of events."""

    def entry(self, row: ObjectRow) -> EventEntry | BadRow:
        values = dict(row.values)
        source = values.pop("source", None)
        if not isinstance(source, str):
            return _bad(
                row, "source", "Give the slug of the source." if "source" in row.values else "This field is required."
            )
        if not holds(self.token, ApiToken.Scope.ADMIN):
            own = self.token.source.slug if self.token.source else "no source"
            if source != own:
                return _bad(row, "source", f"This token records for {own}, not for {source[:80]}.")
        event = event_of(values, line=row.index)
        return event if isinstance(event, BadRow) else EventEntry(source, event)

    def recording(self, *, now: datetime) -> Record:
        return lambda entries: record_events(entries, now=now, recorded_by=self.account)


def _bad(row: ObjectRow, field: str, message: str) -> BadRow:
    return BadRow((problem(row.index, field, message, row.values.get(field, "")),))
