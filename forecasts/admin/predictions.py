"""Claims: logging them, looking at what they came to, deciding them."""

from typing import Any

import structlog
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from forecasts.models import Prediction
from forecasts.selectors.judgements import asks_people
from forecasts.services.predictions import make_due
from forecasts.services.settlement import settle_prediction

from .article_text import text_url
from .bulk_confirm import confirm_page
from .decision_forms import DisputeForm, ReopenForm, VerdictForm
from .prediction_details import details_of
from .prediction_forms import PredictionForm, ReadingForm
from .prediction_starts import start_of
from .question_forms import AnswerForm
from .recording import RecordAdmin, Step, row_url
from .wording import verdict_badge, waiting_for
from .worklist import WaitingFilter

logger = structlog.get_logger(__name__)
DECIDE = "forecasts.add_resolution"


def has_verdict(prediction: Prediction) -> bool:
    return bool(prediction.verdict)


def is_undisputed(prediction: Prediction) -> bool:
    return has_verdict(prediction) and prediction.status != Prediction.Status.DISPUTED


def has_no_verdict(prediction: Prediction) -> bool:
    return not prediction.verdict


@admin.register(Prediction)
class PredictionAdmin(RecordAdmin):
    form_class = PredictionForm
    change_form_template = "admin/forecasts/prediction.html"
    list_display = ("title", "shown_verdict", "status", "shown_reason", "holder", "topic", "next_check_at")
    list_display_links = ("title",)
    list_filter = (
        WaitingFilter, "status", "verdict", "needs_confirmation", "attribution",
        ("topic", admin.RelatedOnlyFieldListFilter), ("holder", admin.RelatedOnlyFieldListFilter),
    )  # fmt: skip
    search_fields = ("title", "statement", "quote", "holder__name")
    ordering = ("-recorded_at", "-pk")
    fieldsets = (
        (
            _("The claim"),
            {
                "fields": [
                    "statement",
                    "condition",
                    "outcome",
                    "quote",
                    "original_wording",
                    "attribution",
                    "deadline_basis",
                    "deadline_words",
                    "deadline_policy",
                ]
            },
        ),
        (
            _("Where it stands"),
            {"fields": ["article", "holder", "topic", "issued_at", "contrasts_with", "cluster_key", "note"]},
        ),
        (
            "Record",
            {
                "fields": [
                    "recorded_at",
                    "recorded_by",
                    "checked_at",
                    "next_check_at",
                    "attempts",
                    "retry_at",
                    "last_error",
                ],
                "classes": ["collapse"],
            },
        ),
    )
    steps = (
        Step(
            slug="answer", label=_("Answer a question"), form_class=AnswerForm, permission="forecasts.add_judgement",
            is_offered=lambda row: asks_people(prediction=row),
        ),
        Step(slug="verdict", label=_("Record a verdict"), form_class=VerdictForm, permission=DECIDE, is_offered=has_no_verdict),
        Step(
            slug="confirm", label=_("Confirm or replace the verdict"), form_class=VerdictForm, permission=DECIDE,
            is_offered=has_verdict,
        ),
        Step(slug="dispute", label=_("Dispute"), form_class=DisputeForm, permission=DECIDE, is_offered=is_undisputed),
        Step(slug="reopen", label=_("Reopen"), form_class=ReopenForm, permission=DECIDE, is_offered=has_verdict),
        Step(slug="reading", label=_("Add a reading"), form_class=ReadingForm, permission="forecasts.add_ruleversion"),
    )  # fmt: skip

    actions = ("confirm",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Prediction]:
        return super().get_queryset(request).select_related("article", "holder", "topic")

    def has_decide_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(DECIDE)

    @admin.action(description=_("Confirm the proposed verdicts of the selected"), permissions=["decide"])
    def confirm(self, request: HttpRequest, queryset: QuerySet[Prediction]) -> HttpResponse | None:
        return confirm_page(request, owner=self, chosen=queryset)

    @admin.display(description=_("verdict"), ordering="verdict")
    def shown_verdict(self, row: Prediction) -> str:
        return verdict_badge(row)

    @admin.display(description=_("waits because"), empty_value="")
    def shown_reason(self, row: Prediction) -> str:
        return waiting_for(row)

    def details(self, row: Any) -> dict[str, object]:
        return details_of(row)

    def get_urls(self) -> list:
        check = self.admin_site.admin_view(require_POST(self.check_view))
        return [path("<path:object_id>/check/", check, name="forecasts_prediction_check"), *super().get_urls()]

    def check_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Look at the prediction now instead of at the next sweep."""
        row = self.get_object(request, unquote(object_id))
        if row is None:
            raise Http404(gettext("There is no such prediction."))
        if not request.user.has_perm("forecasts.add_evaluation"):
            raise PermissionDenied
        self.message_user(request, *_checked(row))
        return HttpResponseRedirect(row_url(row))

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {**start_of(request.GET), **super().get_changeform_initial_data(request)}

    def response_add(self, request: HttpRequest, obj: Prediction, post_url_continue=None) -> HttpResponse:
        """On to the article's text, or to another claim of the same article, holder and topic, as the button says."""
        response = super().response_add(request, obj, post_url_continue)
        if "_reading" in request.POST:
            return HttpResponseRedirect(reverse("admin:forecasts_prediction_reading", args=[obj.pk]))
        if "_totext" in request.POST and obj.article:
            return HttpResponseRedirect(text_url(obj.article))
        if "_addanother" not in request.POST:
            return response
        kept: dict[str, Any] = {
            "article": obj.article_id,
            "holder": obj.holder_id,
            "topic": obj.topic_id,
            "attribution": obj.attribution,
        }
        query = urlencode({name: value for name, value in kept.items() if value})
        return HttpResponseRedirect(f"{reverse('admin:forecasts_prediction_add')}?{query}")


def _checked(row: Prediction) -> tuple[str, int]:
    """Settle one prediction; the message that says what came of it, and its level."""
    now = timezone.now()
    make_due(predictions=[row.pk], now=now)
    try:
        added = settle_prediction(prediction_id=row.pk, now=now)
    except Exception as error:  # Whatever it is, the editor who asked should see it; the sweep tries again.
        logger.exception("check_failed", prediction_id=str(row.pk))
        told = {"type": type(error).__name__, "error": error}
        return (gettext("The check failed: %(type)s: %(error)s") % told)[:500], messages.ERROR
    if not added:
        return gettext("Checked: nothing changed."), messages.SUCCESS
    return gettext("Checked: %(added)s.") % {"added": added}, messages.SUCCESS
