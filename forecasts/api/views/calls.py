"""Every call of a slice with every term, and every number that they come to, as files."""

from collections.abc import Iterable
from dataclasses import astuple, fields

import orjson
from django.http import HttpResponse, StreamingHttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from forecasts.api.serializers.figures import FIGURE_COLUMNS, figure_rows
from forecasts.api.serializers.slices import ChosenCard, ChosenSlice, card_asked, parameters_of, slice_of
from forecasts.charts.csv_lines import csv_lines
from forecasts.selectors.scorecards import full_scorecard, with_bands
from forecasts.selectors.terms import Terms, terms_of

from .base import Endpoint
from .streamed import Streamed

COLUMNS = tuple(field.name for field in fields(Terms))


class CallsEndpoint(Streamed):
    """The calls of one slice, in no order that means anything."""

    filterset_class = None

    def parameters(self) -> list[str]:
        return parameters_of(ChosenSlice)

    def terms(self) -> Iterable[Terms]:
        """
        The terms of each call of the slice that the parameters choose.

        Raises:
            ValidationError: They choose none.
        """
        return terms_of(slice_of(self.request.query_params.dict()), now=timezone.now())


class CallsCsvView(CallsEndpoint):
    """Every call that counts, as CSV."""

    @extend_schema(
        operation_id="accuracy_calls_csv", parameters=[ChosenSlice], responses={(200, "text/csv"): OpenApiTypes.STR}
    )
    def get(self, request: Request) -> StreamingHttpResponse:
        """Each call with every term of its scores: weight, probability, outcome, reference, cluster, versions."""
        return csv_file(COLUMNS, (_plain(one) for one in self.terms()), name="calls.csv")


class CallsLinesView(CallsEndpoint):
    """Every call that counts, as JSON Lines."""

    @extend_schema(
        operation_id="accuracy_calls_ndjson",
        parameters=[ChosenSlice],
        responses={(200, "application/x-ndjson"): OpenApiTypes.OBJECT},
    )
    def get(self, request: Request) -> StreamingHttpResponse:
        """The same as the CSV, one JSON object a line."""
        lines = (orjson.dumps(one, option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_UTC_Z) for one in self.terms())
        return _file(lines, kind="application/x-ndjson", name="calls.ndjson")


class FiguresCsvView(Endpoint):
    """Every number of a scorecard, as CSV."""

    def parameters(self) -> list[str]:
        return parameters_of(ChosenCard)

    @extend_schema(
        operation_id="accuracy_figures_csv", parameters=[ChosenCard], responses={(200, "text/csv"): OpenApiTypes.STR}
    )
    def get(self, request: Request) -> HttpResponse:
        """Each number with its n, its events, its interval and range; or the reason why it or its interval is missing."""
        asked = card_asked(request.query_params.dict())
        card = full_scorecard(asked.chosen, now=timezone.now(), with_calls=False)
        rows = figure_rows(with_bands(card) if asked.bands else card)
        return csv_table(FIGURE_COLUMNS, rows, name="figures.csv")


def _plain(one: Terms) -> tuple[object, ...]:
    """Truth values as 1 and 0, instants as RFC 3339."""
    return tuple(
        int(value) if isinstance(value, bool) else value.isoformat() if hasattr(value, "isoformat") else value
        for value in astuple(one)
    )


def csv_file(columns: Iterable[str], rows: Iterable[Iterable[object]], *, name: str) -> StreamingHttpResponse:
    """
    A file of CSV that streams; `csv_table` gives one of few rows.

    Args:
        columns: Their names.
        rows: Their values, as `csv_lines` takes them.
        name: What browsers save it as.
    """
    lines = (line.encode() for line in csv_lines(columns, rows))
    return _file(lines, kind="text/csv; charset=utf-8", name=name)


def csv_table(columns: Iterable[str], rows: Iterable[Iterable[object]], *, name: str) -> HttpResponse:
    """The same of rows that are at hand, as an answer with the ETag of its content."""
    file = csv_file(columns, rows, name=name)
    return HttpResponse(file.getvalue(), headers=dict(file.items()))


def _file(content: Iterable[bytes], *, kind: str, name: str) -> StreamingHttpResponse:
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingHttpResponse(content, content_type=kind, headers=disposition)
