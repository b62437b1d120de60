"""Confirming several proposed verdicts with one reason, after a look at each."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import helpers
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from forecasts import tasks
from forecasts.models import Prediction, Resolution
from forecasts.services.refusal import Refused
from forecasts.services.verdicts import record_verdict

from .fields import long_text
from .wording import verdict_badge

MOST = 50


class ReasonForm(forms.Form):
    """One reason for all of them."""

    reason = forms.CharField(
        widget=long_text(3),
        help_text=_("Why the proposed verdicts are right; readers will see it at each. At least ten characters."),
    )


@dataclass(frozen=True)
class Proposal:
    """A proposed verdict as the editor sees it; `seen` names it, so that one that changed meanwhile is refused."""

    prediction: Prediction
    resolution: Resolution

    @property
    def seen(self) -> str:
        return f"{self.prediction.pk}:{self.resolution.number}"

    @property
    def badge(self) -> str:
        return verdict_badge(self.prediction)


def proposals(predictions: QuerySet[Prediction]) -> list[Proposal]:
    """Those that wait for nothing but a confirmation: undisputed, with a proposed verdict that no fact contradicts."""
    safe = predictions.filter(status=Prediction.Status.PROPOSED, review_reasons=[]).exclude(verdict="")
    standing = Resolution.objects.current().filter(prediction__in=safe.values("pk"), state=Resolution.State.PROPOSED)
    found = standing.select_related("prediction__holder").order_by("recorded_at", "pk")[:MOST]
    return [Proposal(one.prediction, one) for one in found]


def confirm_page(request: HttpRequest, *, owner: Any, chosen: QuerySet[Prediction]) -> HttpResponse | None:
    """Ask for the reason beside what was found for each; then confirm those that are still as they were seen."""
    found = proposals(chosen)
    form = ReasonForm(request.POST if "seen" in request.POST else None)
    if form.is_valid():
        seen = set(request.POST.getlist("seen"))
        _confirm_all(
            request, owner=owner, found=[one for one in found if one.seen in seen], reason=form.cleaned_data["reason"]
        )
        if missed := len(seen) - len(seen & {one.seen for one in found}):
            owner.message_user(
                request,
                gettext("%(n)s changed meanwhile: look at them again.") % {"n": missed},
                messages.WARNING,
            )
        return None
    if not found:
        told = gettext(
            "None of them waits for a confirmation alone: decide disputed ones and those in review one by one."
        )
        owner.message_user(request, told, messages.WARNING)
        return None
    context = {
        **owner.admin_site.each_context(request),
        "title": gettext("Confirm proposed verdicts"),
        "opts": owner.opts,
        "found": found,
        "form": form,
        "n_left_out": chosen.count() - len(found),
        "checkbox": helpers.ACTION_CHECKBOX_NAME,
    }
    return TemplateResponse(request, "admin/forecasts/confirm_all.html", context)


def _confirm_all(request: Any, *, owner: Any, found: list[Proposal], reason: str) -> None:
    refused = [told for one in found if (told := _confirm(request, owner=owner, one=one, reason=reason))]
    if n_confirmed := len(found) - len(refused):
        owner.message_user(request, gettext("%(n)s confirmed.") % {"n": n_confirmed}, messages.SUCCESS)
    for told in refused:
        owner.message_user(request, told, messages.ERROR)


def _confirm(request: Any, *, owner: Any, one: Proposal, reason: str) -> str:
    """Confirm one, each in a transaction of its own; what its refusal says, empty where there is none."""
    try:
        with transaction.atomic():
            record_verdict(
                prediction_id=one.prediction.pk,
                verdict=one.resolution.verdict,
                share=one.resolution.share,
                reason=reason,
                actor=request.user,
                now=timezone.now(),
                expected_number=one.resolution.number,
            )
            owner.log_change(request, one.prediction, "Confirm proposed verdicts")
            tasks.hint()
    except Refused as error:
        return f"{one.prediction.title}: {' '.join(error.messages)}"
    return ""
