"""What other programs read whole: tables as files, deadlines as a calendar, verdicts as reviews of claims."""

import csv
from collections.abc import Iterable, Iterator, Mapping
from io import StringIO
from itertools import chain, islice
from typing import Any

import orjson
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from forecasts.api.calendars import calendar_lines
from forecasts.api.filters import EventFilter, ForecastFilter, PredictionFilter, ResolutionFilter, ScoreFilter
from forecasts.api.negotiation import AsTheAddressSays
from forecasts.api.serializers.claim_reviews import claim_review
from forecasts.api.serializers.slices import ChosenPredictions, ChosenSlice, slice_of
from forecasts.feeds.spreadsheets import inert
from forecasts.models import Prediction, Resolution
from forecasts.selectors.exports import EXPORTS, as_cell, rows_of, whole_rows
from forecasts.selectors.slices import Slice, predictions_in
from forecasts.selectors.terms import forecasts_of

from .base import Endpoint
from .streamed import Streamed

TYPES = {"csv": "text/csv; charset=utf-8", "ndjson": "application/x-ndjson"}
PART = 500


class FileEndpoint(Streamed):
    """A file with the filters of a list."""

    http_method_names = ["get", "head"]
    content_negotiation_class = AsTheAddressSays
    filterset_class: Any
    model: Any

    def parameters(self) -> list[str]:
        return [*self.filterset_class.base_filters]

    def narrowed(self, rows: Any) -> Any:
        """
        The rows that the parameters choose.

        Raises:
            ValidationError: One of them is malformed.
        """
        chosen = self.filterset_class(self.request.query_params, queryset=rows, request=self.request)
        if not chosen.is_valid():
            raise ValidationError(chosen.errors)
        return chosen.qs


class ExportEndpoint(FileEndpoint):
    """A table as CSV or as an object a line, with the filters of its list."""

    export: str

    @property
    def model(self) -> Any:
        """What a line of the table is."""
        return EXPORTS[self.export][1].model

    def file(self, suffix: str) -> StreamingHttpResponse:
        """
        Raises:
            Http404: It is neither csv nor ndjson.
        """
        if suffix not in TYPES:
            raise Http404
        columns, rows = EXPORTS[self.export]
        write = _csv if suffix == "csv" else _lines
        values = chain.from_iterable(rows_of(part, columns=columns) for part in self.parts(rows))
        headers = {"Content-Disposition": f'attachment; filename="{self.export}.{suffix}"'}
        return StreamingHttpResponse(write(values, columns=columns), content_type=TYPES[suffix], headers=headers)

    def parts(self, rows: Any) -> list[Any]:
        """
        The rows that the parameters choose, as one part or several.

        Raises:
            ValidationError: One of them is malformed.
        """
        return [self.narrowed(rows)]


class SlicedExport(ExportEndpoint):
    """A table with the filters of a scorecard beside those of its list, which win where both have a name."""

    chosen_by: type[ChosenSlice]

    def parameters(self) -> list[str]:
        return list(dict.fromkeys([*super().parameters(), *self.chosen_by().fields]))

    def parts(self, rows: Any) -> list[Any]:
        given = self.request.query_params.dict()
        names = self.chosen_by().fields
        if not set(given) & set(names) - set(self.filterset_class.base_filters):
            return super().parts(rows)
        chosen = slice_of({name: text for name, text in given.items() if name in names}, kind=self.chosen_by)
        return list(self.sliced(self.narrowed(rows), chosen=chosen))

    def sliced(self, rows: Any, *, chosen: Slice) -> Iterable[Any]:
        """Those of the rows that a slice is about."""
        raise NotImplementedError


class ForecastTable(SlicedExport):
    """Rows that belong to forecasts."""

    chosen_by = ChosenSlice
    forecasts_at: str

    def sliced(self, rows: Any, *, chosen: Slice) -> Iterable[Any]:
        forecasts = forecasts_of(chosen, now=timezone.now())
        return (rows.filter(**{f"{self.forecasts_at}__in": part}) for part in forecasts)


class PredictionTable(SlicedExport):
    """Rows that belong to predictions."""

    chosen_by = ChosenPredictions
    predictions_at: str

    def sliced(self, rows: Any, *, chosen: Slice) -> Iterable[Any]:
        return [rows.filter(**{f"{self.predictions_at}__in": predictions_in(chosen)})]


def exported(name: str, *more: Any) -> Any:
    """How the export of a table is documented, with what it takes beside the filters of its list."""
    suffix = OpenApiParameter("suffix", str, OpenApiParameter.PATH, enum=list(TYPES))
    return extend_schema(
        operation_id=f"export_{name}",
        parameters=[suffix, *more],
        responses={(200, TYPES["csv"].split(";")[0]): OpenApiTypes.STR, (200, TYPES["ndjson"]): OpenApiTypes.OBJECT},
    )


class PredictionExport(PredictionTable):
    export, filterset_class, predictions_at = "predictions", PredictionFilter, "pk"

    @exported("predictions", ChosenPredictions)
    def get(self, request: Request, suffix: str) -> StreamingHttpResponse:
        """All predictions."""
        return self.file(suffix)


class ForecastExport(ForecastTable):
    export, filterset_class, forecasts_at = "forecasts", ForecastFilter, "pk"

    @exported("forecasts", ChosenSlice)
    def get(self, request: Request, suffix: str) -> StreamingHttpResponse:
        """All forecasts."""
        return self.file(suffix)


class EventExport(ExportEndpoint):
    export, filterset_class = "events", EventFilter

    @exported("events")
    def get(self, request: Request, suffix: str) -> StreamingHttpResponse:
        """All events as they are known now; each line can be sent to `bulk/events/` of another instance."""
        return self.file(suffix)


class ResolutionExport(PredictionTable):
    export, filterset_class, predictions_at = "resolutions", ResolutionFilter, "prediction"

    @exported("resolutions", ChosenPredictions)
    def get(self, request: Request, suffix: str) -> StreamingHttpResponse:
        """All verdicts, the superseded ones with them."""
        return self.file(suffix)


class ScoreExport(ForecastTable):
    export, filterset_class, forecasts_at = "scores", ScoreFilter, "forecast"

    @exported("scores", ChosenSlice)
    def get(self, request: Request, suffix: str) -> StreamingHttpResponse:
        """All scores, under each verdict."""
        return self.file(suffix)


class CalendarView(FileEndpoint):
    """Deadlines."""

    filterset_class = PredictionFilter
    model = Prediction

    @extend_schema(
        operation_id="calendar",
        responses={(200, "text/calendar"): OpenApiTypes.STR},
    )
    def get(self, request: Request) -> StreamingHttpResponse:
        """When predictions were bound to be decided, as a calendar to subscribe to (RFC 5545)."""
        rows = self.narrowed(Prediction.objects.exclude(scheduled_close_at=None).select_related("holder", "topic"))
        deadlines = ((row, _page(request, row)) for row in whole_rows(rows))
        host = request.get_host().split(":")[0]
        return StreamingHttpResponse(
            calendar_lines(deadlines, host=host),
            content_type="text/calendar; charset=utf-8",
            headers={"Content-Disposition": 'inline; filename="deadlines.ics"'},
        )


class ClaimReviewView(Endpoint):
    """A verdict for search engines and fact checkers."""

    http_method_names = ["get", "head"]
    content_negotiation_class = AsTheAddressSays

    @extend_schema(operation_id="claim_review", responses={(200, "application/ld+json"): OpenApiTypes.OBJECT})
    def get(self, request: Request, resolution_id: Any) -> HttpResponse:
        """The verdict as schema.org's ClaimReview; there is none of a resolution that reopens."""
        related = ("prediction__holder", "prediction__article__outlet")
        found = Resolution.objects.select_related(*related).filter(pk=resolution_id).exclude(verdict="").first()
        if found is None:
            raise Http404
        is_current = not Resolution.objects.filter(supersedes=found.pk).exists()
        home = request.build_absolute_uri(reverse("pages:home"))
        review = claim_review(found, page=_page(request, found.prediction), home=home, is_current=is_current)
        return HttpResponse(orjson.dumps(review), content_type="application/ld+json")


def _page(request: HttpRequest | Request, prediction: Prediction) -> str:
    return request.build_absolute_uri(reverse("pages:prediction", args=[prediction.pk]))


def _csv(rows: Iterator[list[object]], *, columns: Any) -> Iterator[str]:
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow([column.name for column in columns])
    for number, row in enumerate(rows, start=1):
        writer.writerow([inert(as_cell(value)) for value in row])
        if number % PART == 0:
            yield text.getvalue()
            text.seek(0)
            text.truncate()
    yield text.getvalue()


def _lines(rows: Iterator[list[object]], *, columns: Any) -> Iterator[bytes]:
    names = [column.name for column in columns]
    while part := list(islice(rows, PART)):
        yield b"".join(_line(dict(zip(names, row, strict=True))) for row in part)


def _line(values: Mapping[str, object]) -> bytes:
    given = {name: value for name, value in values.items() if value is not None}
    return orjson.dumps(given, default=str, option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_UTC_Z)
