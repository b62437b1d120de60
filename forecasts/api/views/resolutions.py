"""What rules came to, verdicts and scores. Only reading: verdicts are recorded at their prediction."""

from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, QuerySet

from forecasts.api.filters import EvaluationFilter, ResolutionFilter, ScoreFilter
from forecasts.api.serializers.resolutions import (
    EvaluationSerializer,
    EvaluationWithTraceSerializer,
    ResolutionSerializer,
    ScoreSerializer,
)
from forecasts.models import Evaluation, Resolution, Score, Witness

from .base import NUMBER, Records

RESOLUTIONS = Resolution.objects.annotate(is_current=~Exists(Resolution.objects.filter(supersedes=OuterRef("pk"))))
WITNESSES = Prefetch("witnesses", Witness.objects.select_related("event_version", "observation").order_by("role", "id"))


class ResolutionViewSet(Records):
    """Verdicts on predictions, the superseded ones with them."""

    queryset = RESOLUTIONS
    serializer_class = ResolutionSerializer
    filterset_class = ResolutionFilter


class EvaluationViewSet(Records):
    """What rules came to, each time the answer changed; each also with its trace and its facts."""

    queryset = Evaluation.objects.select_related("rule_version")
    serializer_class = EvaluationSerializer
    detail_serializer_class = EvaluationWithTraceSerializer
    filterset_class = EvaluationFilter

    def get_queryset(self) -> QuerySet[Any]:
        rows = super().get_queryset()
        return rows if self.action == "list" else rows.prefetch_related(WITNESSES)


class ScoreViewSet(Records):
    """Scoring rules applied to forecasts, under each verdict."""

    queryset = Score.objects.select_related("forecast__forecaster", "resolution").annotate(
        is_current=~Exists(Resolution.objects.filter(supersedes=OuterRef("resolution")))
    )
    serializer_class = ScoreSerializer
    filterset_class = ScoreFilter
    lookup_value_regex = NUMBER
