"""The page on which a file of forecasts with outcomes is looked at and recorded."""

from itertools import islice
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from forecasts.feeds import FORMATS, FileRefused, read_forecasts
from forecasts.models import Upload
from forecasts.services.articles import TOPIC_PATH
from forecasts.services.forecast_imports import CHUNK, import_forecasts, preview_forecasts
from forecasts.services.forecast_plans import ForecastImportReport, Origin
from forecasts.services.import_reports import ImportStopped
from forecasts.services.uploads import take_upload
from forecasts.tasks import hint_uploads

from .fields import line_text
from .upload_progress import NEEDED, progress_url

N_LISTED = 5
RECORD = "_record"
# What is recorded while its sender waits; longer files are recorded outside of the request.
MOST_AT_ONCE = CHUNK


class UploadForm(forms.Form):
    """A file and where its questions belong."""

    topic = forms.RegexField(
        rf"^{TOPIC_PATH.pattern}$",
        max_length=200,
        widget=line_text(),
        help_text=_("Of questions that name none: sport/nfl. It is made where it is new."),
        error_messages={"invalid": _("A topic is lowercase words joined by slashes, like sport/nfl.")},
    )
    file = forms.FileField(help_text=_("CSV. Its header says which format it has."))

    def clean_file(self) -> Any:
        found = self.cleaned_data["file"]
        if found.size > settings.IMPORT_MAX_BYTES:
            raise forms.ValidationError(
                gettext(
                    "The file has %(size)s bytes; %(most)s at most. Record it with manage.py import_forecasts, or in parts."
                )
                % {"size": found.size, "most": settings.IMPORT_MAX_BYTES}
            )
        return found


def upload_page(request: HttpRequest, *, context: dict[str, Any]) -> HttpResponse:
    """Show the form; on a post say what the file would come to, or record it and say what it came to."""
    if not request.user.has_perms(NEEDED):
        raise PermissionDenied
    form = UploadForm(request.POST or None, request.FILES or None)
    if RECORD in request.POST and form.is_valid() and (upload := _taken(request, form=form)):
        return HttpResponseRedirect(progress_url(upload))
    report = _report(request, form=form) if request.method == "POST" and form.is_valid() else None
    shown = {
        "title": gettext("Import forecasts with outcomes"),
        "form": form,
        "report": report,
        "is_recorded": RECORD in request.POST,
        "topic": form.cleaned_data["topic"] if report else "",
        "formats": FORMATS,
        "record": RECORD,
        "at_once": MOST_AT_ONCE,
        "uploads": Upload.objects.filter(sent_by=request.user).defer("content").order_by("-sent_at", "pk")[:N_LISTED],  # type: ignore[misc]  # Nobody is anonymous here.
    }
    return TemplateResponse(request, "admin/forecasts/upload.html", {**context, **shown})


def _taken(request: HttpRequest, *, form: UploadForm) -> Upload | None:
    """The file, kept to be recorded part by part; None where it is short, or refused as a whole."""
    file = form.cleaned_data["file"]
    try:
        is_long = next(islice(read_forecasts(file.file), MOST_AT_ONCE, None), None) is not None
    except FileRefused:
        return None
    finally:
        file.seek(0)
    if not is_long:
        return None
    kept = {"name": file.name, "topic": form.cleaned_data["topic"], "content": file.read()}
    upload = take_upload(**kept, sent_by=request.user, now=timezone.now())  # type: ignore[arg-type]  # Nobody is anonymous here.
    hint_uploads()
    return upload


def _report(request: HttpRequest, *, form: UploadForm) -> ForecastImportReport | None:
    imports = import_forecasts if RECORD in request.POST else preview_forecasts
    origin = Origin(actor=request.user, topic=form.cleaned_data["topic"], now=timezone.now())  # type: ignore[arg-type]  # Nobody is anonymous here.
    try:
        return imports(rows=read_forecasts(form.cleaned_data["file"].file), origin=origin)
    except (FileRefused, ImportStopped) as error:
        form.add_error("file", str(error))
        return None
