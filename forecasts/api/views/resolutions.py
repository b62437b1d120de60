"""What rules came to, verdicts and scores. Verdicts are recorded at their prediction."""

from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from forecasts.api.filters import DisputeFilter, EvaluationFilter, ResolutionFilter, ScoreFilter
from forecasts.api.serializers.resolutions import (
    EvaluationSerializer,
    EvaluationWithTraceSerializer,
    NewDisputeOf,
    ResolutionSerializer,
    ScoreSerializer,
)
from forecasts.models import ApiToken, Resolution, Witness
from forecasts.services.verdicts import dispute
from forecasts.tasks import hint

from .base import NUMBER, Records
from .rows import EVALUATIONS, OF_RESOLUTIONS, RESOLUTIONS, SCORES

WITNESSES = Prefetch("witnesses", Witness.objects.select_related("event_version", "observation").order_by("role", "id"))


class ResolutionViewSet(Records):
    """Verdicts on predictions, the superseded ones with them."""

    queryset = RESOLUTIONS
    serializer_class = ResolutionSerializer
    filterset_class = ResolutionFilter
    includes = OF_RESOLUTIONS


class DisputeViewSet(Records):
    """Verdicts that somebody questioned, each as the resolution that says so."""

    queryset = RESOLUTIONS.filter(state=Resolution.State.DISPUTED)
    serializer_class = ResolutionSerializer
    filterset_class = DisputeFilter
    includes = OF_RESOLUTIONS
    write_scope = ApiToken.Scope.RESOLVE

    @extend_schema(request=NewDisputeOf, responses={201: ResolutionSerializer})
    def create(self, request: Request) -> Response:
        """Question the verdict on a prediction."""
        body = self.body(NewDisputeOf)
        prediction = body.pop("prediction")
        disputed = dispute(prediction_id=prediction.pk, actor=self.account, now=timezone.now(), **body)
        hint()
        return self.created(disputed)


class EvaluationViewSet(Records):
    """What rules came to, each time the answer changed; each also with its trace and its facts."""

    queryset = EVALUATIONS
    serializer_class = EvaluationSerializer
    detail_serializer_class = EvaluationWithTraceSerializer
    filterset_class = EvaluationFilter

    def get_queryset(self) -> QuerySet[Any]:
        rows = super().get_queryset()
        return rows if self.action == "list" else rows.prefetch_related(WITNESSES)


class ScoreViewSet(Records):
    """Scoring rules applied to forecasts, under each verdict."""

    queryset = SCORES
    serializer_class = ScoreSerializer
    filterset_class = ScoreFilter
    lookup_value_regex = NUMBER
