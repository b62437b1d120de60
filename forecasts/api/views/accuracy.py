"""Scorecards."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from forecasts.api.serializers.accuracy import AccuracySerializer, accuracy_of
from forecasts.api.serializers.calibration import CalibrationSerializer, calibration_of
from forecasts.api.serializers.slices import ChosenCard, card_asked
from forecasts.selectors.scorecards import Scorecard, full_scorecard, scorecard, with_bands

from .base import Endpoint


class SliceEndpoint(Endpoint):
    """A view of the scorecard of one slice."""

    score = staticmethod(scorecard)

    def parameters(self) -> list[str]:
        return list(ChosenCard().fields)

    def card(self) -> Scorecard:
        """
        The scorecard of the slice that the parameters choose.

        Raises:
            ValidationError: They choose none.
        """
        chosen, is_banded = card_asked(self.request.query_params.dict())
        card = self.score(chosen, now=timezone.now())
        return with_bands(card) if is_banded else card


class AccuracyView(SliceEndpoint):
    """How accurate forecasts were."""

    score = staticmethod(full_scorecard)

    @extend_schema(operation_id="accuracy", parameters=[ChosenCard], responses=AccuracySerializer)
    def get(self, request: Request) -> Response:
        """
        The scorecard: every score with its n and interval, what became of the predictions, and each call.

        With what words of probability were worth, how many conditions were met, and how much hangs on readings.
        """
        return Response(AccuracySerializer(accuracy_of(self.card())).data)


class CalibrationView(SliceEndpoint):
    """How often forecasts of each probability came about."""

    @extend_schema(operation_id="calibration", parameters=[ChosenCard], responses=CalibrationSerializer)
    def get(self, request: Request) -> Response:
        """
        Each probability that was used, how often, and the share that came about; the curve; what decisions on it lost.

        With `bands=true` also where the curve would lie by chance, and what the record proves.
        """
        return Response(CalibrationSerializer(calibration_of(self.card())).data)
