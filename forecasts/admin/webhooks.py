"""Webhooks and how telling them went: seen, switched off and on, and sent again by hand."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from forecasts.models import Delivery, Webhook
from forecasts.services.webhooks import disable, resume, send_again

from .recording import KeptAdmin, RecordForm, Step
from .wording import badge


class DisableForm(RecordForm):
    """Switching a webhook off."""

    reason = forms.CharField(max_length=500, help_text=_("Its owner reads it."))

    def record(self, *, now: datetime, actor: Any) -> Webhook:
        disable(webhook=self.subject, reason=self.cleaned_data["reason"])
        return self.subject


class ResumeForm(RecordForm):
    """Switching a webhook on again; it is told of all that happened since."""

    def record(self, *, now: datetime, actor: Any) -> Webhook:
        resume(webhook=self.subject)
        return self.subject


class SendAgainForm(RecordForm):
    """Sending a message once more, as another delivery."""

    def record(self, *, now: datetime, actor: Any) -> Delivery:
        return send_again(delivery=self.subject, now=now)


@admin.register(Webhook)
class WebhookAdmin(KeptAdmin):
    list_display = ("url", "account", "shown_events", "topic", "forecaster", "shown_state", "n_failures", "recorded_at")
    list_filter = ("state",)
    list_select_related = ("account", "topic", "forecaster")
    search_fields = ("url", "account__username")
    ordering = ("-recorded_at", "-pk")
    fields = (
        "url", "account", "shown_events", "topic", "forecaster", "state", "reason", "n_failures", "rotated_at", "recorded_at",
    )  # fmt: skip
    steps = (
        Step(
            slug="disable",
            label=_("Disable"),
            form_class=DisableForm,
            permission="forecasts.change_webhook",
            is_offered=lambda row: row.state != Webhook.State.DISABLED,
        ),
        Step(
            slug="resume",
            label=_("Resume"),
            form_class=ResumeForm,
            permission="forecasts.change_webhook",
            is_offered=lambda row: row.state != Webhook.State.ACTIVE,
        ),
    )

    @admin.display(description=_("told of"))
    def shown_events(self, row: Any) -> str:
        return ", ".join(row.events)

    @admin.display(description=_("state"))
    def shown_state(self, row: Any) -> str:
        return badge("yes" if row.state == Webhook.State.ACTIVE else "no", row.get_state_display())


class EndFilter(admin.SimpleListFilter):
    """How deliveries ended."""

    title = _("end")
    parameter_name = "end"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            ("waiting", gettext("Still to come")),
            ("delivered", gettext("Delivered")),
            ("gave_up", gettext("Given up")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        match self.value():
            case "waiting":
                return queryset.filter(next_attempt_at__isnull=False)
            case "delivered":
                return queryset.filter(delivered_at__isnull=False)
            case "gave_up":
                return queryset.filter(gave_up_at__isnull=False)
        return queryset


@admin.register(Delivery)
class DeliveryAdmin(KeptAdmin):
    list_display = (
        "event", "webhook", "recorded_at", "attempts", "last_status", "delivered_at", "gave_up_at", "next_attempt_at", "number",
    )  # fmt: skip
    list_filter = (EndFilter, "event")
    list_select_related = ("webhook",)
    search_fields = ("webhook__url", "message_id", "last_error")
    ordering = ("-pk",)
    actions = ("send_again",)
    steps = (Step(slug="again", label=_("Send again"), form_class=SendAgainForm, permission="forecasts.add_delivery"),)

    def has_send_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("forecasts.add_delivery")

    @admin.action(description=_("Send the selected again"), permissions=["send"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> None:
        chosen = queryset.select_related("webhook").order_by("pk")
        n_sent = len([send_again(delivery=delivery, now=timezone.now()) for delivery in chosen])
        self.message_user(request, gettext("%(sent)s will be sent again.") % {"sent": n_sent}, messages.SUCCESS)
