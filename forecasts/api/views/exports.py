"""What other programs read whole: tables as files, deadlines as a calendar, verdicts as reviews of claims."""

import csv
from collections.abc import Iterator, Mapping
from io import StringIO
from itertools import islice
from typing import Any

import orjson
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request

from forecasts.api.calendars import calendar_lines
from forecasts.api.documentation import query
from forecasts.api.filters import EventFilter, ForecastFilter, PredictionFilter, ResolutionFilter, ScoreFilter
from forecasts.api.renderers import OrjsonRenderer
from forecasts.api.serializers.claim_reviews import claim_review
from forecasts.api.serializers.slices import slice_of
from forecasts.feeds.spreadsheets import inert
from forecasts.models import Prediction, Resolution
from forecasts.selectors.exports import EXPORTS, as_cell, rows_of, whole_rows
from forecasts.selectors.slices import forecasts_in

from .base import Endpoint

TYPES = {"csv": "text/csv; charset=utf-8", "ndjson": "application/x-ndjson"}
PART = 500
# What a scorecard asks of a forecast and its prediction; its other parameters ask about verdicts and weights.
SLICED = ("article", "outlet", "issued_from", "issued_to", "conditional", "attribution", "verbal")


class AsTheAddressSays(BaseContentNegotiation):
    """The address says the type, whatever a program would accept; errors are JSON."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        return parsers[0]

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        return OrjsonRenderer(), OrjsonRenderer.media_type


class FileEndpoint(Endpoint):
    """A file that is sent while it is read, so that any size begins at once and takes no memory."""

    http_method_names = ["get", "head"]
    content_negotiation_class = AsTheAddressSays
    filterset_class: Any

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

    def file(self, suffix: str) -> StreamingHttpResponse:
        """
        Raises:
            Http404: It is neither csv nor ndjson.
        """
        if suffix not in TYPES:
            raise Http404
        columns, rows = EXPORTS[self.export]
        write = _csv if suffix == "csv" else _lines
        body = write(rows_of(self.narrowed(rows), columns=columns), columns=columns)
        headers = {"Content-Disposition": f'attachment; filename="{self.export}.{suffix}"'}
        return StreamingHttpResponse(body, content_type=TYPES[suffix], headers=headers)


class SlicedExport(ExportEndpoint):
    """A table of forecasts, with the filters of a scorecard beside those of its list."""

    forecasts_at: str

    def parameters(self) -> list[str]:
        return [*super().parameters(), *SLICED]

    def narrowed(self, rows: Any) -> Any:
        given = {name: text for name in SLICED if (text := self.request.query_params.get(name))}
        narrowed = super().narrowed(rows)
        return narrowed.filter(**{f"{self.forecasts_at}__in": forecasts_in(slice_of(given))}) if given else narrowed


def exported(name: str, filterset: Any, *, more: tuple[str, ...] = ()) -> Any:
    """How the export of a table is documented."""
    suffix = OpenApiParameter("suffix", str, OpenApiParameter.PATH, enum=list(TYPES))
    narrowing = [query(one, "As in the list, or as of a scorecard.") for one in (*filterset.base_filters, *more)]
    return extend_schema(
        operation_id=f"export_{name}",
        parameters=[suffix, *narrowing],
        responses={(200, TYPES["csv"].split(";")[0]): OpenApiTypes.STR, (200, TYPES["ndjson"]): OpenApiTypes.STR},
    )


class PredictionExport(ExportEndpoint):
    export, filterset_class = "predictions", PredictionFilter

    @exported("predictions", PredictionFilter)
    def get(self, request: Request, suffix: str) -> StreamingHttpResponse:
        """All predictions."""
        return self.file(suffix)


class ForecastExport(SlicedExport):
    export, filterset_class, forecasts_at = "forecasts", ForecastFilter, "pk"

    @exported("forecasts", ForecastFilter, more=SLICED)
    def get(self, request: Request, suffix: str) -> StreamingHttpResponse:
        """All forecasts."""
        return self.file(suffix)


class EventExport(ExportEndpoint):
    export, filterset_class = "events", EventFilter

    @exported("events", EventFilter)
    def get(self, request: Request, suffix: str) -> StreamingHttpResponse:
        """All events as they are known now; each line can be sent to `bulk/events/` of another instance."""
        return self.file(suffix)


class ResolutionExport(ExportEndpoint):
    export, filterset_class = "resolutions", ResolutionFilter

    @exported("resolutions", ResolutionFilter)
    def get(self, request: Request, suffix: str) -> StreamingHttpResponse:
        """All verdicts, the superseded ones with them."""
        return self.file(suffix)


class ScoreExport(SlicedExport):
    export, filterset_class, forecasts_at = "scores", ScoreFilter, "forecast"

    @exported("scores", ScoreFilter, more=SLICED)
    def get(self, request: Request, suffix: str) -> StreamingHttpResponse:
        """All scores, under each verdict."""
        return self.file(suffix)


class CalendarView(FileEndpoint):
    """Deadlines."""

    filterset_class = PredictionFilter

    @extend_schema(
        operation_id="calendar",
        parameters=[query(name, "As in `predictions/`.") for name in PredictionFilter.base_filters],
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
