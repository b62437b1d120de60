"""Events, and forecasts with their outcomes, by the file."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ParseError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from forecasts.api.documentation import query
from forecasts.api.fields import SourceField
from forecasts.api.parsers import CsvEventsParser, CsvForecastsParser, JsonLinesEventsParser
from forecasts.api.permissions import require_source
from forecasts.api.problems import Busy
from forecasts.api.serializers.base import Body
from forecasts.api.serializers.imports import ForecastImportReportSerializer, ImportReportSerializer
from forecasts.models import ApiToken
from forecasts.services.articles import TOPIC_PATH
from forecasts.services.forecast_imports import import_forecasts
from forecasts.services.forecast_plans import Origin
from forecasts.services.import_reports import ImportStopped
from forecasts.services.imports import import_events
from forecasts.tasks import hint

from .base import Endpoint

FILE = {"type": "string", "minLength": 1}


class ImportTarget(Body):
    """Where the events of a file belong."""

    source = SourceField()  # type: ignore[assignment]  # A field of that name; the framework has something else under it.


class EventImportView(Endpoint):
    """Recording a file of events."""

    http_method_names = ["post"]
    parser_classes = [CsvEventsParser, JsonLinesEventsParser]
    write_scope = ApiToken.Scope.EVENT_WRITE
    takes_files = True

    def parameters(self) -> list[str]:
        return ["source"]

    @extend_schema(
        operation_id="import_events",
        parameters=[query("source", "Slug of the source that reports them; the one the token is for.", required=True)],
        request={parser.media_type: FILE for parser in parser_classes},
        responses=ImportReportSerializer,
    )
    def post(self, request: Request) -> Response:
        """Record the events of a CSV or JSON Lines file. Each bad row is told; the others are recorded all the same."""
        target = ImportTarget(data=request.query_params.dict())
        target.is_valid(raise_exception=True)
        source: Any = target.validated_data["source"]
        require_source(self.token, source)
        rows: Any = request.data
        if not rows:
            raise ParseError("The file is empty.")
        try:
            report = import_events(source=source, rows=rows, now=timezone.now(), recorded_by=self.account)
        except ImportStopped as stopped:
            raise Busy(str(stopped)) from stopped
        hint()
        return Response(ImportReportSerializer(report).data)


TOPIC_NAME = {"type": "string", "pattern": f"^{TOPIC_PATH.pattern}$", "maxLength": 200}


class QuestionTarget(Body):
    """Where the questions of a file belong."""

    topic = serializers.RegexField(
        rf"^{TOPIC_PATH.pattern}$",
        max_length=200,
        error_messages={"invalid": "A topic is lowercase words joined by slashes, like sport/nfl."},
    )


class ForecastImportView(Endpoint):
    """Recording a file of forecasts with their outcomes."""

    http_method_names = ["post"]
    parser_classes = [CsvForecastsParser]
    write_scope = ApiToken.Scope.ADMIN
    takes_files = True

    def parameters(self) -> list[str]:
        return ["topic"]

    @extend_schema(
        operation_id="import_forecasts",
        parameters=[
            query("topic", "Of the questions that name none; made where it is new.", type=TOPIC_NAME, required=True)
        ],
        request={parser.media_type: FILE for parser in parser_classes},
        responses=ForecastImportReportSerializer,
    )
    def post(self, request: Request) -> Response:
        """
        Record the questions, forecasts, outcomes and scores of a CSV file. Its header says which format it has.

        Each bad row is told; the others are recorded all the same. The same file again adds nothing.
        """
        target = QuestionTarget(data=request.query_params.dict())
        target.is_valid(raise_exception=True)
        rows: Any = request.data
        if not rows:
            raise ParseError("The file is empty.")
        origin = Origin(actor=self.account, topic=target.validated_data["topic"], now=timezone.now())
        try:
            report = import_forecasts(rows=rows, origin=origin)
        except ImportStopped as stopped:
            raise Busy(str(stopped)) from stopped
        scorecard = f"{reverse('api:accuracy', request=request)}?topic={origin.topic}"
        return Response(ForecastImportReportSerializer(vars(report) | {"scorecard": scorecard}).data)
