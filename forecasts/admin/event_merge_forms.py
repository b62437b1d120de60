"""The forms with which people say that two events are one, or are not."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from forecasts.models import Event, EventMerge
from forecasts.selectors.events import latest_versions, possible_duplicates
from forecasts.services.merges import merge_events, undo_merge

from .fields import long_text, moment_input
from .recording import RecordForm, already_recorded


def known_at_field() -> forms.DateTimeField:
    """When it could be known."""
    told = gettext("UTC; when that could be known. Empty: now.")
    return forms.DateTimeField(required=False, widget=moment_input(), label=_("Known on"), help_text=told)


class MergeForm(RecordForm):
    """That a recorded event is another one told again."""

    kept = forms.UUIDField(
        label=_("Into the event"),
        widget=forms.TextInput(attrs={"list": "duplicates", "class": "vTextField", "autocomplete": "off"}),
        help_text=_("Its id; possible duplicates are offered. It is the one that counts."),
    )
    reason = forms.CharField(widget=long_text(2), help_text=_("Why they are one event; readers will see it."))
    known_at = known_at_field()

    aliases = {"merged": "kept"}

    def datalists(self) -> dict[str, Mapping[Any, str]]:
        """With the possible duplicates, by id."""
        found = possible_duplicates(version=self.subject.versions.latest("version"))
        titles = latest_versions().filter(event__in=found).order_by("occurred_from", "pk")
        return super().datalists() | {
            "duplicates": {str(one.event_id): f"{one.title}, {one.occurred_from:%Y-%m-%d}" for one in titles}
        }

    def clean_kept(self) -> Event:
        key: UUID = self.cleaned_data["kept"]
        found = Event.objects.filter(pk=key).first()
        if found is None:
            raise ValidationError(gettext("There is no event %(key)s.") % {"key": key})
        return found

    def record(self, *, now: datetime, actor: Any) -> EventMerge:
        merge, is_new = merge_events(merged=self.subject, now=now, actor=actor, **self.cleaned_data)
        if not is_new:
            raise already_recorded("kept", self.subject, told=gettext("It is merged into that event already."))
        return merge


class UndoMergeForm(RecordForm):
    """Why a merged event is one of its own after all."""

    reason = forms.CharField(widget=long_text(2), help_text=_("Why; readers will see it."))
    known_at = known_at_field()

    def record(self, *, now: datetime, actor: Any) -> EventMerge:
        merge, _ = undo_merge(merged=self.subject, now=now, actor=actor, **self.cleaned_data)
        return merge
