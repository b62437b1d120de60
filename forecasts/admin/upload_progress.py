"""How far a file is recorded that is too long for one request."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext

from forecasts.feeds import RowProblem
from forecasts.models import Upload
from forecasts.services.forecast_plans import ForecastImportReport
from forecasts.services.uploads import COUNTED, go_on
from forecasts.tasks import hint_uploads

NEEDED = ("forecasts.add_prediction", "forecasts.add_forecast", "forecasts.add_resolution")
GO_ON = "_go_on"


def progress_url(upload: Upload) -> str:
    """The page that tells how far a file is recorded."""
    return reverse("admin:forecasts_forecast_uploading", args=[upload.pk])


def progress_page(request: HttpRequest, upload_id: UUID, *, context: dict[str, Any]) -> HttpResponse:
    """Tell how far a file is recorded, and what came of it; on a post go on with one that failed too often."""
    if not request.user.has_perms(NEEDED):
        raise PermissionDenied
    upload = get_object_or_404(Upload.objects.defer("content").select_related("sent_by"), pk=upload_id)
    if upload.sent_by_id != request.user.pk and not request.user.is_superuser:
        raise PermissionDenied
    if GO_ON in request.POST and go_on(upload=upload):
        hint_uploads()
        messages.success(request, gettext("It goes on where it stopped."))
        return HttpResponseRedirect(progress_url(upload))
    shown = {
        "title": gettext("Importing %(name)s") % {"name": upload.name},
        "upload": upload,
        "share": 100 * upload.n_done // upload.n_rows if upload.n_rows else 100,
        "report": report_of(upload),
        "is_recorded": True,
        "topic": upload.topic,
        "go_on": GO_ON,
    }
    return TemplateResponse(request, "admin/forecasts/uploading.html", {**context, **shown})


def report_of(upload: Upload) -> ForecastImportReport:
    """What came of a file so far."""
    counts = {name: upload.counts.get(name, 0) for name in COUNTED}
    return ForecastImportReport(**counts, problems=tuple(RowProblem(**one) for one in upload.problems))
