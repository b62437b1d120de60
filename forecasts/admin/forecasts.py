"""Probabilities, and the lexicons that words are read through."""

from uuid import UUID

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext_lazy as _

from forecasts.models import Forecast, Lexicon, LexiconEntry

from .forecast_forms import ForecastForm
from .forecast_uploads import upload_page
from .recording import KeptAdmin, RecordAdmin
from .rows import KeptRows
from .upload_progress import NEEDED, progress_page


@admin.register(Forecast)
class ForecastAdmin(RecordAdmin):
    form_class = ForecastForm
    list_display = ("prediction", "forecaster", "probability", "phrase", "is_scored", "made_at")
    list_filter = ("is_scored", ("forecaster", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("prediction", "forecaster")
    search_fields = ("prediction__title", "forecaster__name", "phrase")
    ordering = ("-recorded_at", "-pk")
    change_list_template = "admin/forecasts/forecast_list.html"

    def get_urls(self) -> list:
        upload = self.admin_site.admin_view(self.upload_view)
        uploading = self.admin_site.admin_view(self.uploading_view)
        return [
            path("upload/", upload, name="forecasts_forecast_upload"),
            path("upload/<uuid:upload_id>/", uploading, name="forecasts_forecast_uploading"),
            *super().get_urls(),
        ]

    def upload_view(self, request: HttpRequest) -> HttpResponse:
        """The page on which a file of forecasts with outcomes is looked at and recorded."""
        return upload_page(request, context={**self.admin_site.each_context(request), "opts": self.opts})

    def uploading_view(self, request: HttpRequest, upload_id: UUID) -> HttpResponse:
        """The page that tells how far a long file is recorded, and what came of it."""
        return progress_page(request, upload_id, context={**self.admin_site.each_context(request), "opts": self.opts})

    def changelist_view(self, request, extra_context=None) -> HttpResponse:
        can_upload = {"can_upload": request.user.has_perms(NEEDED)}
        return super().changelist_view(request, {**can_upload, **(extra_context or {})})


class LexiconEntryInline(KeptRows):
    model = LexiconEntry
    fields = ("phrase", "low", "point", "high", "spread", "is_hedge", "source")
    ordering = ("-point", "phrase")
    verbose_name_plural = _("phrases")


@admin.register(Lexicon)
class LexiconAdmin(KeptAdmin):
    list_display = ("title", "code", "version", "recorded_at")
    search_fields = ("title", "code", "entries__phrase")
    ordering = ("code", "-version")
    inlines = (LexiconEntryInline,)
