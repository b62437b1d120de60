"""What rules came to, the verdicts, and the scores: shown, never touched."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from forecasts.models import Evaluation, Resolution, RuleVersion, Score

from .recording import KeptAdmin


@admin.register(RuleVersion)
class RuleVersionAdmin(KeptAdmin):
    list_display = ("prediction", "name", "variant", "version", "recorded_at")
    list_filter = ("variant",)
    list_select_related = ("prediction",)
    search_fields = ("prediction__title", "name", "description")
    ordering = ("-recorded_at", "-pk")


@admin.register(Evaluation)
class EvaluationAdmin(KeptAdmin):
    list_display = ("rule_version", "shown_prediction", "number", "status", "reason", "as_of")
    list_filter = ("status", "reason")
    list_select_related = ("rule_version__prediction",)
    search_fields = ("rule_version__prediction__title", "explanation")
    ordering = ("-recorded_at", "-pk")

    @admin.display(description=_("prediction"))
    def shown_prediction(self, row: Evaluation) -> str:
        return row.rule_version.prediction.title


@admin.register(Resolution)
class ResolutionAdmin(KeptAdmin):
    list_display = ("prediction", "number", "verdict", "share", "state", "reason_code", "actor", "recorded_at")
    list_filter = ("verdict", "state", "reason_code", "is_retrospective")
    list_select_related = ("prediction", "actor")
    search_fields = ("prediction__title", "reason")
    ordering = ("-recorded_at", "-pk")


@admin.register(Score)
class ScoreAdmin(KeptAdmin):
    list_display = ("shown_prediction", "shown_forecaster", "rule", "value", "outcome", "recorded_at")
    list_filter = ("rule", "rule_version")
    search_fields = ("forecast__prediction__title", "forecast__forecaster__name")
    ordering = ("-recorded_at", "-pk")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Score]:
        return super().get_queryset(request).select_related("forecast__prediction", "forecast__forecaster")

    @admin.display(description=_("prediction"))
    def shown_prediction(self, row: Score) -> str:
        return row.forecast.prediction.title

    @admin.display(description=_("forecaster"))
    def shown_forecaster(self, row: Score) -> str:
        return row.forecast.forecaster.name
