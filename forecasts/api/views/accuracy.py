"""Scorecards."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from forecasts.api.serializers.accuracy import AccuracySerializer, CalibrationSerializer, accuracy_of, calibration_of
from forecasts.api.serializers.slices import ChosenSlice, slice_of
from forecasts.selectors.scorecards import Scorecard, full_scorecard, scorecard
from forecasts.selectors.slices import Slice

from .base import Endpoint


class SliceEndpoint(Endpoint):
    """A view of the scorecard of one slice."""

    def parameters(self) -> list[str]:
        return list(ChosenSlice().fields)

    def card(self) -> Scorecard:
        """
        The scorecard of the slice that the parameters choose.

        Raises:
            ValidationError: They choose none.
        """
        return scorecard(self.chosen(), now=timezone.now())

    def chosen(self) -> Slice:
        """
        The slice that the parameters choose.

        Raises:
            ValidationError: They choose none.
        """
        return slice_of(self.request.query_params.dict())


class AccuracyView(SliceEndpoint):
    """How accurate forecasts were."""

    @extend_schema(operation_id="accuracy", parameters=[ChosenSlice], responses=AccuracySerializer)
    def get(self, request: Request) -> Response:
        """
        The scorecard: every score with its n and interval, what became of the predictions, and each call.

        With what words of probability were worth, how many conditions were met, and how much hangs on readings.
        """
        return Response(AccuracySerializer(accuracy_of(full_scorecard(self.chosen(), now=timezone.now()))).data)


class CalibrationView(SliceEndpoint):
    """How often forecasts of each probability came about."""

    @extend_schema(operation_id="calibration", parameters=[ChosenSlice], responses=CalibrationSerializer)
    def get(self, request: Request) -> Response:
        """Each probability that was used, how often, and the share that came about with its interval."""
        return Response(CalibrationSerializer(calibration_of(self.card())).data)
