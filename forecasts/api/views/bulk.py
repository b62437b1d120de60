"""Rows in numbers, each told what became of it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ParseError, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from forecasts.api.parsers import JsonLinesRowsParser, JsonRowsParser
from forecasts.api.permissions import holds
from forecasts.api.problems import flat_errors
from forecasts.api.serializers.articles import NewForecaster, NewTopic
from forecasts.api.serializers.base import Body
from forecasts.api.serializers.bulk import BulkAnswerSerializer, ChosenMode, answer_of
from forecasts.api.serializers.events import NewEvent, NewObservation
from forecasts.api.serializers.forecasts import NewForecast
from forecasts.api.serializers.predictions import NewPrediction
from forecasts.feeds import BadRow, problem
from forecasts.feeds.forecast_fields import ForecastEntry, read_forecast
from forecasts.feeds.json_events import event_of
from forecasts.feeds.objects import ObjectRow
from forecasts.models import ApiToken, Forecaster, Topic
from forecasts.services.articles import record_forecaster, record_topic
from forecasts.services.batches import (
    NothingRecorded,
    RowResult,
    one_by_one,
    record_all,
    record_each,
)
from forecasts.services.event_batches import EventEntry, record_events
from forecasts.services.forecast_batches import record_forecasts
from forecasts.services.refusal import Refused
from forecasts.services.sources import record_observation
from forecasts.tasks import hint

from .base import Endpoint
from .predictions import log_from

Record = Callable[[Sequence[Any]], list[RowResult]]


class BulkEndpoint(Endpoint):
    """
    Rows as a JSON array or as JSON Lines, read one after the other.

    Each row has the fields of the single `POST`, and its result says what became of it.
    """

    http_method_names = ["post"]
    parser_classes = [JsonRowsParser, JsonLinesRowsParser]

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
        results = list(record_each(entries, record=record)) if mode == "each" else _all_of(entries, record=record)
        hint()
        return Response(answer_of(results, mode=mode))

    def _entries(self, rows: Iterable[ObjectRow | BadRow]) -> Iterator[Any]:
        for row in rows:
            yield row if isinstance(row, BadRow) else self.entry(row)


def _all_of(entries: Iterator[Any], *, record: Record) -> list[RowResult]:
    try:
        return record_all(entries, record=record)
    except NothingRecorded as nothing:
        errors = {str(result.index): dict(result.errors) for result in nothing.refused}
        raise ValidationError(errors) from None


def in_bulk(body: Any, *, name: str) -> Any:
    """How an endpoint for rows in numbers is documented."""
    return extend_schema(
        operation_id=f"{name}_bulk_create",
        parameters=[ChosenMode],
        request={JsonRowsParser.media_type: body(many=True), JsonLinesRowsParser.media_type: OpenApiTypes.STR},
        responses={200: BulkAnswerSerializer},
    )


class ForecastBulkView(BulkEndpoint):
    """Forecasts in numbers."""

    write_scope = ApiToken.Scope.FORECAST_WRITE

    @in_bulk(NewForecast, name="forecasts")
    def post(self, request: Request) -> Response:
        """Record forecasts, and withdrawals."""
        return self.answer(request)

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


class EventBulkView(BulkEndpoint):
    """Events in numbers."""

    write_scope = ApiToken.Scope.EVENT_WRITE

    @in_bulk(NewEvent, name="events")
    def post(self, request: Request) -> Response:
        """Record events with their evidence, on the same path as a file of events."""
        return self.answer(request)

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


class OneByOneEndpoint(BulkEndpoint):
    """Rows that are checked and recorded one after the other, in transactions of a thousand."""

    body_class: type[Body]

    def write(self, body: dict[str, Any], *, now: datetime) -> tuple[object, bool]:
        """Record one row; what it is found by, and whether it is new."""
        raise NotImplementedError

    def recording(self, *, now: datetime) -> Record:
        def write(values: dict[str, Any]) -> tuple[object, bool]:
            return self.write(_checked(self.body_class, values), now=now)

        return lambda rows: one_by_one([(row.index, row.values) for row in rows], write=write)


class ForecasterBulkView(OneByOneEndpoint):
    """Forecasters in numbers."""

    write_scope = ApiToken.Scope.PREDICTION_WRITE
    body_class = NewForecaster

    @in_bulk(NewForecaster, name="forecasters")
    def post(self, request: Request) -> Response:
        """Record forecasters; a slug that is recorded already counts as unchanged."""
        return self.answer(request)

    def write(self, body: dict[str, Any], *, now: datetime) -> tuple[object, bool]:
        is_new = not Forecaster.objects.filter(slug=body["slug"]).exists()
        return record_forecaster(**body, now=now).slug, is_new


class TopicBulkView(OneByOneEndpoint):
    """Topics in numbers."""

    write_scope = ApiToken.Scope.PREDICTION_WRITE
    body_class = NewTopic

    @in_bulk(NewTopic, name="topics")
    def post(self, request: Request) -> Response:
        """Record topics and those above them; a path that is recorded already counts as unchanged."""
        return self.answer(request)

    def write(self, body: dict[str, Any], *, now: datetime) -> tuple[object, bool]:
        is_new = not Topic.objects.filter(path=body["path"]).exists()
        return record_topic(**body).path, is_new


class PredictionBulkView(OneByOneEndpoint):
    """Predictions in numbers."""

    write_scope = ApiToken.Scope.PREDICTION_WRITE
    body_class = NewPrediction

    @in_bulk(NewPrediction, name="predictions")
    def post(self, request: Request) -> Response:
        """Log predictions, each whole: with its rules and its forecast."""
        return self.answer(request)

    def write(self, body: dict[str, Any], *, now: datetime) -> tuple[object, bool]:
        prediction, is_new = log_from(body, token=self.token, account=self.account, now=now)
        return prediction.pk, is_new


class ObservationBulkView(OneByOneEndpoint):
    """Values of series in numbers."""

    write_scope = ApiToken.Scope.EVENT_WRITE
    body_class = NewObservation

    @in_bulk(NewObservation, name="observations")
    def post(self, request: Request) -> Response:
        """Record values of series, each as released at one time."""
        return self.answer(request)

    def write(self, body: dict[str, Any], *, now: datetime) -> tuple[object, bool]:
        source = body["source"]
        if not holds(self.token, ApiToken.Scope.ADMIN) and self.token.source_id != source.pk:
            own = self.token.source.slug if self.token.source else "no source"
            raise Refused({"source": [f"This token records for {own}, not for {source.slug}."]})
        observation, is_new = record_observation(**body, now=now, recorded_by=self.account)
        return observation.pk, is_new


def _bad(row: ObjectRow, field: str, message: str) -> BadRow:
    return BadRow((problem(row.index, field, message, row.values.get(field, "")),))


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
