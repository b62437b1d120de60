"""Scorecards."""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from forecasts.api.kept import slice_answer
from forecasts.api.serializers.accuracy import AccuracySerializer, accuracy_of
from forecasts.api.serializers.calibration import CalibrationSerializer, calibration_of
from forecasts.api.serializers.cohorts import CohortSerializer, cohort_shown
from forecasts.api.serializers.slices import (
    CardAsked,
    ChosenAccuracy,
    ChosenCard,
    ChosenSlice,
    card_asked,
    parameters_of,
    slice_of,
)
from forecasts.selectors.cohorts import cohort_of
from forecasts.selectors.scorecards import Scorecard, full_scorecard, scorecard, with_bands
from forecasts.selectors.sums import KeptScope

from .base import Endpoint


class SliceEndpoint(Endpoint):
    """A view of the scorecard of one slice."""

    asks: type[ChosenCard] = ChosenCard

    def parameters(self) -> list[str]:
        return parameters_of(self.asks)

    def hangs_on_records(self) -> bool:
        return True

    def _marked(self, handler: Callable[..., Any], request: Request, *args: Any, **kwargs: Any) -> Any:
        # It says itself what it stands for, in fewer words than all that is read for it.
        return handler(request, *args, **kwargs)

    def answer(self) -> HttpResponse:
        """
        The answer about the slice that the parameters choose, worked out.

        Raises:
            ValidationError: The parameters choose no slice.
        """
        return slice_answer(card_asked(self.request.query_params.dict(), kind=self.asks), work_out=self.worked_out)

    @classmethod
    def worked_out(cls, asked: CardAsked, scope: KeptScope | None) -> tuple[Any, bool]:
        """The content of the answer, and whether it hangs on nothing but what the version of the slice says."""
        card = cls.card(asked, scope)
        details = card.details
        is_read_otherwise = details is not None and bool(details.spread.variants or details.deadlines.n_ranged)
        return cls.shape(with_bands(card) if asked.bands else card, asked), not is_read_otherwise

    @staticmethod
    def card(asked: CardAsked, scope: KeptScope | None) -> Scorecard:
        """The scorecard behind the answer, without bands, from what is kept of its slice if that is at hand."""
        return scorecard(asked.chosen, now=timezone.now(), scope=scope)

    @staticmethod
    def shape(card: Scorecard, asked: CardAsked) -> Any:
        """The content of the answer, from the scorecard."""
        raise NotImplementedError


class AccuracyView(SliceEndpoint):
    """How accurate forecasts were."""

    asks = ChosenAccuracy

    @extend_schema(operation_id="accuracy", parameters=[ChosenAccuracy], responses=AccuracySerializer)
    def get(self, request: Request) -> HttpResponse:
        """
        The scorecard: every score with its n and interval, and what became of the predictions.

        With what words of probability were worth, how many conditions were met, and how much hangs on readings; with
        `include=calls` also the newest calls.
        """
        return self.answer()

    @staticmethod
    def card(asked: CardAsked, scope: KeptScope | None) -> Scorecard:
        return full_scorecard(asked.chosen, now=timezone.now(), with_calls=bool(asked.include), scope=scope)

    @staticmethod
    def shape(card: Scorecard, asked: CardAsked) -> Any:
        return AccuracySerializer.shown(accuracy_of(card, with_calls=bool(asked.include)))


class CalibrationView(SliceEndpoint):
    """How often forecasts of each probability came about."""

    @extend_schema(operation_id="calibration", parameters=[ChosenCard], responses=CalibrationSerializer)
    def get(self, request: Request) -> HttpResponse:
        """
        Each probability that was used, how often, and the share that came about; the curve; what decisions on it lost.

        With `bands=true` also where the curve would lie by chance, and what the record proves.
        """
        return self.answer()

    @staticmethod
    def shape(card: Scorecard, asked: CardAsked) -> Any:
        return CalibrationSerializer.shown(calibration_of(card))


class CohortView(Endpoint):
    """How accurate those forecasts were that were due."""

    def parameters(self) -> list[str]:
        return parameters_of(ChosenSlice)

    @extend_schema(operation_id="accuracy_cohort", parameters=[ChosenSlice], responses=CohortSerializer)
    def get(self, request: Request) -> Response:
        """
        The score of all that was due by now, beside that of all that is resolved, and the share still open.

        What is due later is resolved only where it came true early, which makes the whole look better or worse than it is.
        """
        now, chosen = timezone.now(), slice_of(request.query_params.dict())
        card = scorecard(chosen, now=now)
        found = cohort_of(chosen, coverage=card.coverage, n_rows=card.n_calls, now=now)
        return Response(CohortSerializer(cohort_shown(card, found)).data)
