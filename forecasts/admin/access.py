"""Tokens for programs: shown once when issued, revoked but never deleted."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from forecasts.models import ApiToken, Forecaster, Source
from forecasts.services.tokens import issue_token, revoke_token

from .fields import line_text, moment_input
from .named_rows import NamedRowField
from .recording import RecordAdmin, RecordForm
from .wording import badge


class ApiTokenForm(RecordForm):
    """What a program may do, and as whom."""

    name = forms.CharField(max_length=100, widget=line_text(), help_text=_("What it is for: “nightly import”."))
    account = NamedRowField(User, help_text=_("Whose rights it has; what it writes is recorded as theirs."))
    scopes = forms.MultipleChoiceField(
        choices=ApiToken.Scope.choices, widget=forms.CheckboxSelectMultiple, help_text=_("No more than it needs.")
    )
    forecaster = NamedRowField(Forecaster, required=False, help_text=_("Whom it forecasts as."))
    source = NamedRowField(Source, required=False, help_text=_("Which source it records events for."))
    expires_at = forms.DateTimeField(required=False, widget=moment_input(), help_text=_("UTC; empty: never."))

    def record(self, *, now: datetime, actor: Any) -> ApiToken:
        token, text = issue_token(now=now, **self.cleaned_data)
        token.text_shown_once = text  # type: ignore[attr-defined]  # For the next page alone; no column.
        return token


@admin.register(ApiToken)
class ApiTokenAdmin(RecordAdmin):
    form_class = ApiTokenForm
    list_display = ("name", "prefix", "account", "shown_scopes", "shown_state", "expires_at", "last_used_at")
    list_select_related = ("account",)
    search_fields = ("name", "prefix")
    ordering = ("-recorded_at", "-pk")
    fields = (
        "name", "prefix", "account", "scopes", "forecaster", "source", "recorded_at", "expires_at", "revoked_at", "last_used_at",
    )  # fmt: skip
    actions = ("revoke",)

    @admin.display(description=_("scopes"))
    def shown_scopes(self, row: Any) -> str:
        return ", ".join(row.scopes)

    @admin.display(description=_("state"))
    def shown_state(self, row: Any) -> str:
        return badge("no", gettext("Revoked")) if row.revoked_at else badge("yes", gettext("Valid"))

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("forecasts.change_apitoken")

    @admin.action(description=_("Revoke the selected tokens"), permissions=["revoke"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiToken]) -> None:
        n_revoked = sum(revoke_token(token=token, now=timezone.now()) for token in queryset)
        self.message_user(request, gettext("%(n)s revoked.") % {"n": n_revoked}, messages.SUCCESS)

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue=None) -> HttpResponse:
        """The one page that ever shows the token itself."""
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("The token, shown this once"),
            "opts": self.opts,
            "token": obj,
            "text": obj.text_shown_once,
        }
        return TemplateResponse(request, "admin/forecasts/token.html", context)
