"""Forecasters beside each other."""

import sys
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from forecasts.api.serializers.adjusted import AdjustedSerializer, adjusted_of
from forecasts.api.serializers.comparisons import CALL_COLUMNS, VersusSerializer, call_rows, versus_of
from forecasts.api.serializers.leaderboards import COLUMNS, LeaderboardSerializer, leaderboard_of, leaderboard_rows
from forecasts.api.serializers.peers import PeersSerializer, peers_of
from forecasts.api.serializers.slices import ChosenSlice, ComparedSlice, comparison_of, parameters_of, slice_of
from forecasts.models import Prediction
from forecasts.selectors.comparisons import compare_two, compare_with_peers, shared_calls
from forecasts.selectors.difficulties import difficulties
from forecasts.selectors.leaderboards import leaderboard
from forecasts.selectors.peers import peers_on

from .base import Endpoint
from .calls import csv_table


class LeaderboardView(Endpoint):
    """Who forecasts better than the reference, and how sure that is."""

    def parameters(self) -> list[str]:
        return parameters_of(ChosenSlice)

    @extend_schema(operation_id="leaderboard", parameters=[ChosenSlice], responses=LeaderboardSerializer)
    def get(self, request: Request) -> Response:
        """Forecasters by what they saved against the reference, each with a range of ranks; too small records without."""
        board = leaderboard(slice_of(request.query_params.dict()), now=timezone.now())
        return Response(LeaderboardSerializer(leaderboard_of(board)).data)


class LeaderboardCsvView(Endpoint):
    """The leaderboard as CSV."""

    def parameters(self) -> list[str]:
        return parameters_of(ChosenSlice)

    @extend_schema(
        operation_id="leaderboard_csv", parameters=[ChosenSlice], responses={(200, "text/csv"): OpenApiTypes.STR}
    )
    def get(self, request: Request) -> HttpResponse:
        """Every forecaster of the slice, the ranked ones first; whoever is not ranked with the reason."""
        board = leaderboard(slice_of(request.query_params.dict()), now=timezone.now(), most=sys.maxsize)
        return csv_table(COLUMNS, leaderboard_rows(board), name="leaderboard.csv")


class AdjustedView(Endpoint):
    """Who forecasts better, were all asked the same."""

    def parameters(self) -> list[str]:
        return parameters_of(ChosenSlice)

    @extend_schema(operation_id="adjusted_leaderboard", parameters=[ChosenSlice], responses=AdjustedSerializer)
    def get(self, request: Request) -> Response:
        """Mean Brier scores as they would be had all made the same predictions, among those whom shared ones connect."""
        found = difficulties(slice_of(request.query_params.dict()), now=timezone.now())
        return Response(AdjustedSerializer(adjusted_of(found)).data)


class CompareView(Endpoint):
    """One forecaster against another, on what both forecast."""

    def parameters(self) -> list[str]:
        return parameters_of(ComparedSlice)

    @extend_schema(operation_id="compare", parameters=[ComparedSlice], responses=VersusSerializer)
    def get(self, request: Request) -> Response:
        """The difference on shared predictions alone; without b, against everybody else who forecast the same."""
        chosen, first, second = comparison_of(request.query_params.dict())
        now = timezone.now()
        found = (
            compare_two(chosen, first=first, second=second, now=now)
            if second
            else compare_with_peers(chosen, first=first, now=now)
        )
        return Response(VersusSerializer(versus_of(found)).data)


class SharedCallsCsvView(Endpoint):
    """What two forecasters are compared by, as CSV."""

    def parameters(self) -> list[str]:
        return parameters_of(ComparedSlice)

    @extend_schema(
        operation_id="compare_calls_csv", parameters=[ComparedSlice], responses={(200, "text/csv"): OpenApiTypes.STR}
    )
    def get(self, request: Request) -> HttpResponse:
        """Every prediction that is compared, those that decide most first: the difference is their weighted mean."""
        chosen, first, second = comparison_of(request.query_params.dict())
        calls = shared_calls(chosen, first=first, second=second, now=timezone.now())
        return csv_table(CALL_COLUMNS, call_rows(calls), name="shared-calls.csv")


class PeersView(Endpoint):
    """Everybody on one prediction against the others, as Metaculus scores them."""

    @extend_schema(operation_id="peer_scores", responses=PeersSerializer)
    def get(self, request: Request, prediction_id: UUID, **kwargs: Any) -> Response:
        """The peer, spot peer and baseline score of each forecaster on the prediction; not recommended as a headline."""
        try:
            found = peers_on(prediction_id=prediction_id)
        except Prediction.DoesNotExist:
            raise Http404 from None
        return Response(PeersSerializer(peers_of(found)).data)
