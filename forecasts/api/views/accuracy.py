"""Scorecards."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from forecasts.api.documentation import query
from forecasts.api.fields import ArticleField, ForecasterField, TopicField
from forecasts.api.serializers.accuracy import AccuracySerializer, CalibrationSerializer, accuracy_of, calibration_of
from forecasts.api.serializers.base import Body
from forecasts.selectors.scorecards import Slice, scorecard

from .base import Endpoint

NARROWING = [
    query("forecaster", "Slug of the forecaster."),
    query("topic", "Path of a topic; all below it is included."),
    query("article", "Id of an article.", type=OpenApiTypes.UUID),
    query("outlet", "Slug of the forecaster that published the article."),
]


class ChosenSlice(Body):
    """Which forecasts a scorecard is about."""

    forecaster = ForecasterField(required=False)
    topic = TopicField(required=False)
    article = ArticleField(required=False)
    outlet = ForecasterField(required=False)


class SliceEndpoint(Endpoint):
    """A view of the scorecard of one slice."""

    def parameters(self) -> list[str]:
        return list(ChosenSlice().fields)

    def slice(self) -> Slice:
        """
        The slice that the parameters choose.

        Raises:
            ValidationError: One of them names nothing that is recorded.
        """
        chosen = ChosenSlice(data={name: value for name, value in self.request.query_params.items() if value})
        chosen.is_valid(raise_exception=True)
        return Slice(**{name: _name(row) for name, row in chosen.validated_data.items()})


def _name(row: Any) -> str:
    return str(getattr(row, "slug", None) or getattr(row, "path", None) or row.pk)


class AccuracyView(SliceEndpoint):
    """How accurate forecasts were."""

    @extend_schema(operation_id="accuracy", parameters=NARROWING, responses=AccuracySerializer)
    def get(self, request: Request) -> Response:
        """The scorecard: every score with its n and interval, what became of the predictions, and each call."""
        return Response(AccuracySerializer(accuracy_of(scorecard(self.slice()))).data)


class CalibrationView(SliceEndpoint):
    """How often forecasts of each probability came about."""

    @extend_schema(operation_id="calibration", parameters=NARROWING, responses=CalibrationSerializer)
    def get(self, request: Request) -> Response:
        """Each probability that was used, how often, and the share that came about with its interval."""
        return Response(CalibrationSerializer(calibration_of(scorecard(self.slice()))).data)
