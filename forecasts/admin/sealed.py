"""What is sealed now and read later: sealed by a form, and revealed by a step."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from forecasts.models import Forecaster, Sealed, SealedContent, Unsealing
from forecasts.selectors.sealed import state_of
from forecasts.services.refusal import Refused
from forecasts.services.sealing import opened_by, reveal, seal_commitment, seal_content

from .fields import RuleField, line_text, moment_input
from .named_rows import NamedRowField
from .recording import RecordAdmin, RecordForm, Step, already_recorded
from .rows import KeptRows
from .wording import badge

EITHER = _("Give either a content to keep here, or a commitment to one that is kept elsewhere.")
BADGES = {
    "SEALED": ("open", _("Sealed")),
    "REVEALED": ("yes", _("Revealed")),
    "OVERDUE": ("no", _("Never revealed")),
}


class ContentForm(RecordForm):
    """A form with a content, whose faults are shown beside it."""

    content = RuleField(
        required=False,
        help_text=_(
            "JSON: {“v”: 1, “title”, “statement”, “outcome”, “topic”, “probability”}, or “prediction” in place of the texts."
        ),
    )

    def take_refusal(self, error: Any) -> None:
        """Show each message beside its field, with the name that it has in the content."""
        told: dict[str, list[str]] = {}
        for name, messages in error.message_dict.items():
            field, _, below = name.partition(".")
            told.setdefault(field, []).extend(f"{below}: {message}" if below else message for message in messages)
        super().take_refusal(Refused(told))


class SealForm(ContentForm):
    """A content to keep here until its date, or a commitment to one that is kept elsewhere."""

    forecaster = NamedRowField(Forecaster, help_text=_("Whose it is."))
    about = forms.CharField(
        max_length=200, required=False, widget=line_text(), help_text=_("What readers are told before it is revealed.")
    )
    reveal_by = forms.DateTimeField(
        widget=moment_input(), help_text=_("UTC. What is not revealed by then counts against the forecaster.")
    )
    commitment = forms.CharField(
        max_length=64,
        required=False,
        widget=line_text(),
        help_text=_("64 hexadecimal digits, where the content stays elsewhere."),
    )

    fieldsets = ((None, {"fields": ["forecaster", "about", "reveal_by", "content", "commitment"]}),)

    def clean(self) -> dict:
        super().clean()
        values = self.cleaned_data
        if "content" not in self.errors and (values.get("content") is None) == (not values.get("commitment")):
            self.add_error("content", EITHER)
        return values

    def record(self, *, now: datetime, actor: Any) -> Sealed:
        given = dict(self.cleaned_data)
        content, commitment = given.pop("content"), given.pop("commitment")
        if content is not None:
            row, _ = seal_content(content=content, now=now, recorded_by=actor, **given)
            return row
        row, is_new = seal_commitment(commitment=commitment, now=now, recorded_by=actor, **given)
        if not is_new:
            raise already_recorded("commitment", row, told=gettext("This commitment is recorded already."))
        return row


class RevealForm(ContentForm):
    """Showing what was sealed; both fields stay empty where the content is kept here."""

    salt = forms.CharField(max_length=64, required=False, widget=line_text(), help_text=_("In hexadecimal."))

    def record(self, *, now: datetime, actor: Any) -> Sealed:
        content, salt = self.cleaned_data["content"], self.cleaned_data["salt"]
        given = opened_by(content=content, salt=salt) if content is not None else None
        reveal(sealed=self.subject, given=given, now=now, recorded_by=actor)
        return self.subject


class UnsealingInline(KeptRows):
    model = Unsealing
    fields = readonly_fields = ("kind", "recorded_at", "prediction", "forecast", "content", "salt")
    ordering = ("pk",)
    verbose_name_plural = _("what became of it")


def _is_unrevealed(row: Sealed) -> bool:
    return not row.unsealings.filter(kind=Unsealing.Kind.REVEALED).exists()


@admin.register(Sealed)
class SealedAdmin(RecordAdmin):
    form_class = SealForm
    list_display = ("__str__", "forecaster", "shown_state", "reveal_by", "recorded_at")
    list_filter = (("forecaster", admin.RelatedOnlyFieldListFilter),)
    list_select_related = ("forecaster",)
    search_fields = ("commitment", "about", "forecaster__name")
    ordering = ("-recorded_at", "-pk")
    fields = ("commitment", "forecaster", "about", "reveal_by", "shown_place", "recorded_at", "recorded_by")
    inlines = (UnsealingInline,)
    steps = (
        Step(
            slug="reveal",
            label=_("Reveal"),
            form_class=RevealForm,
            permission="forecasts.add_unsealing",
            is_offered=_is_unrevealed,
        ),
    )

    def get_queryset(self, request: Any) -> Any:
        return super().get_queryset(request).prefetch_related("unsealings")

    @admin.display(description=_("state"))
    def shown_state(self, row: Any) -> str:
        code, label = BADGES[state_of(one.kind for one in row.unsealings.all())]
        return badge(code, str(label))

    @admin.display(description=_("content"))
    def shown_place(self, row: Any) -> str:
        if SealedContent.objects.filter(sealed=row).exists():
            return gettext("Kept here, and shown to nobody until it is revealed.")
        return gettext("Below.") if not _is_unrevealed(row) else gettext("Not kept here: whoever sealed it has it.")
