"""The forms with which people record, correct and retract events."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from forecasts import rules
from forecasts.models import Event, EventVersion, Evidence, Tier
from forecasts.services.events import (
    EventDraft,
    Report,
    add_evidence,
    correct_event,
    day,
    draft_of,
    record_event,
    retract_event,
)
from forecasts.services.refusal import Refused

from .attributes import write_value
from .fields import (
    AddressesField,
    AttributesField,
    LinesField,
    choose,
    day_input,
    line_text,
    long_text,
    moment_input,
    time_input,
)
from .recording import RecordForm, already_recorded

LABELS = {
    "AGREE": "agree or promise",
    "CONSULT": "meet or talk",
    "SUPPORT": "support, in words or by a deed short of aid",
    "CONCEDE": "concede, ease a restriction",
    "COOPERATE": "cooperate, share",
    "AID": "give aid",
    "RETREAT": "retreat, withdraw, release",
    "REQUEST": "ask or demand",
    "ACCUSE": "accuse, criticise",
    "REJECT": "refuse",
    "THREATEN": "threaten",
    "PROTEST": "protest",
    "SANCTION": "sanction, cut or stop",
    "MOBILIZE": "mobilise forces",
    "COERCE": "coerce, restrict, seize",
    "ASSAULT": "use force",
    "x-election-result": "the result of an election",
    "x-legal-act": "a legal act",
    "x-policy-change": "a change of policy",
    "x-office-change": "somebody takes or leaves an office",
    "x-statement": "a statement on the record",
}
LISTS = ("modes", "contexts", "topics", "actors", "recipients", "locations")
CODED = ("title", "event_type", "action_code", *LISTS, "attributes", "modality", "tier", "status", "note")
TICK = timedelta(microseconds=1)
STANDING = [(one.value, one.label) for one in (EventVersion.Status.ACTIVE, EventVersion.Status.CONTESTED)]


def event_types() -> list[tuple[str, str]]:
    """Every event type with what it means."""
    return [("", "—"), *((name, f"{name}: {LABELS[name]}" if name in LABELS else name) for name in rules.EVENT_TYPES)]


class EventFields(RecordForm):
    """What is known about an event, coded."""

    title = forms.CharField(
        max_length=500, widget=line_text(), help_text="Who did what: “The United States pauses military aid”."
    )
    event_type = forms.ChoiceField(
        choices=event_types, help_text="A promise of aid is AGREE; aid that is cut is SANCTION."
    )
    occurred_on = forms.DateField(widget=day_input(), label="Happened on", help_text="In UTC.")
    occurred_time = forms.TimeField(
        required=False, widget=time_input(), label="At", help_text="UTC; only when the minute is known."
    )
    last_day = forms.DateField(
        required=False,
        widget=day_input(),
        label="Or at the latest on",
        help_text="For something that happened some time between two days.",
    )
    known_at = forms.DateTimeField(
        required=False,
        widget=moment_input(),
        label="Known on",
        help_text="UTC; when it was first reported. Empty: the day it happened.",
    )
    topics = LinesField(suggestions="topics", help_text="aid/military; several by commas.")
    actors = LinesField(label="Who", suggestions="entities", help_text="USA.GOV.POTUS; several by commas.")
    recipients = LinesField(label="Towards whom", suggestions="entities", help_text="UKR; for an election who won.")
    action_code = forms.CharField(
        max_length=4, required=False, label="CAMEO code", help_text="With its leading zero: 072."
    )
    modes = LinesField(help_text="PLOVER modes: withdraw, discontinue.")
    contexts = LinesField(help_text="PLOVER contexts: military, election.")
    locations = LinesField(suggestions="entities")
    attributes = AttributesField(required=False, help_text="One “name = value” a line: direction = ease")
    modality = forms.ChoiceField(
        choices=EventVersion.Modality.choices,
        initial=EventVersion.Modality.ACTUAL,
        help_text="Rules see only what happened.",
    )
    tier = forms.ChoiceField(
        choices=[("", "As its source"), *Tier.choices], required=False, help_text="How good the report is."
    )
    status = forms.ChoiceField(choices=STANDING, initial=EventVersion.Status.ACTIVE)
    note = forms.CharField(required=False, widget=long_text(2))

    aliases = {
        "occurred_from": "occurred_on",
        "occurred_until": "last_day",
        "external_id": "title",
        "evidence": "evidence_urls",
    }
    suggestions = ("topics", "entities")
    coding_fieldsets = (
        (None, {"fields": ["title", "event_type", ("occurred_on", "occurred_time", "last_day"), "known_at"]}),
        ("Who and what about", {"fields": ["topics", ("actors", "recipients"), "attributes"]}),
        (
            "More coding",
            {
                "fields": [("action_code", "modes"), ("contexts", "locations"), ("modality", "status"), "tier", "note"],
                "classes": ["collapse"],
            },
        ),
    )

    def clean(self) -> dict:
        super().clean()
        values = self.cleaned_data
        if values.get("occurred_time") and values.get("last_day"):
            self.add_error("last_day", "Give either the minute, or the days between which it happened.")
        last_day, first = values.get("last_day"), values.get("occurred_on")
        if last_day and first and last_day < first:
            self.add_error("last_day", f"It ends on {last_day}, before it begins.")
        if last_day and last_day.year > 2200:
            self.add_error("last_day", f"The year {last_day.year} is out of range; is a digit wrong?")
        return values

    def draft(self) -> EventDraft:
        """The input as the service takes it."""
        values = self.cleaned_data
        start, end, precision = self._interval()
        coded = {name: values[name] for name in CODED}
        return EventDraft(
            occurred_from=start, occurred_until=end, precision=precision, known_at=values["known_at"] or start, **coded
        )

    def take_refusal(self, error: ValidationError) -> None:
        """An empty “known on” is the day itself: what is wrong with that day is told there alone."""
        found = error.message_dict
        if not self.cleaned_data["known_at"] and "occurred_from" in found:
            found.pop("known_at", None)
        super().take_refusal(Refused(found))

    def _interval(self) -> tuple[datetime, datetime, str]:
        first, at, last_day = (self.cleaned_data[name] for name in ("occurred_on", "occurred_time", "last_day"))
        if at is not None:
            moment = datetime.combine(first, at, tzinfo=UTC)
            return moment, moment, EventVersion.Precision.INSTANT
        start, end = day(first, until=last_day)
        return start, end, EventVersion.Precision.RANGE if last_day else EventVersion.Precision.DAY


class EventForm(EventFields):
    """An event that happened, with where it is reported."""

    source = choose(Event, "source", help_text="The list it is entered in; its coverage decides what did not happen.")
    evidence_urls = AddressesField(
        required=False,
        label="Reported at",
        help_text="One address a line. Two independent ones can make a verdict final.",
    )
    citation = forms.CharField(
        max_length=500,
        required=False,
        widget=line_text(),
        help_text="For a report without an address: publication, date, page.",
    )

    fieldsets = (
        (None, {"fields": ["source"]}),
        *EventFields.coding_fieldsets[:2],
        ("Where it is reported", {"fields": ["evidence_urls", "citation"]}),
        EventFields.coding_fieldsets[2],
    )

    def record(self, *, now: datetime, actor: Any) -> Event:
        reports = tuple(Report(url=url) for url in self.cleaned_data["evidence_urls"])
        if self.cleaned_data["citation"]:
            reports += (Report(citation=self.cleaned_data["citation"]),)
        version, is_new = record_event(
            source=self.cleaned_data["source"], draft=self.draft(), reports=reports, now=now, recorded_by=actor
        )
        if not is_new:
            raise already_recorded("title", version.event, told="This event is recorded already.")
        return version.event


class CorrectionForm(EventFields):
    """What is now known about a recorded event; the form starts from what is recorded."""

    reason = forms.CharField(widget=long_text(2), help_text="What changed and why; readers will see it.")

    fieldsets = (*EventFields.coding_fieldsets, ("Why", {"fields": ["reason"]}))

    def __init__(self, *args: Any, subject: Event, **kwargs: Any) -> None:
        super().__init__(*args, subject=subject, **kwargs)
        self.corrected = draft_of(subject.versions.latest("version"))
        self.initial = {**_as_input(self.corrected), **self.initial}
        self.fields["known_at"].required = True
        self.fields["known_at"].help_text = "UTC; when the correction could be known."

    def draft(self) -> EventDraft:
        """What is not touched stays as it is, to the minute."""
        kept: dict[str, Any] = {"tier": self.cleaned_data["tier"] or self.corrected.tier}
        if not set(self.changed_data) & {"occurred_on", "occurred_time", "last_day"}:
            kept |= {name: getattr(self.corrected, name) for name in ("occurred_from", "occurred_until", "precision")}
        return replace(super().draft(), **kept)

    def record(self, *, now: datetime, actor: Any) -> EventVersion:
        version, is_new = correct_event(
            event=self.subject, draft=self.draft(), reason=self.cleaned_data["reason"], now=now, recorded_by=actor
        )
        if not is_new:
            raise already_recorded("title", self.subject, told="That is what is recorded: nothing changed.")
        return version


def _as_input(draft: EventDraft) -> dict[str, object]:
    values = {name: getattr(draft, name) for name in CODED} | {
        "known_at": draft.known_at,
        "occurred_on": draft.occurred_from.date(),
    }
    values |= {name: ", ".join(getattr(draft, name)) for name in LISTS}
    values["attributes"] = "\n".join(f"{name} = {write_value(value)}" for name, value in draft.attributes.items())
    if draft.precision == EventVersion.Precision.INSTANT:
        values["occurred_time"] = draft.occurred_from.time()
    if draft.precision == EventVersion.Precision.RANGE:
        values["last_day"] = (draft.occurred_until - TICK).date()
    return values


class RetractionForm(RecordForm):
    """Why a recorded event did not happen, or not so."""

    reason = forms.CharField(widget=long_text(2), help_text="Why; readers will see it.")
    known_at = forms.DateTimeField(widget=moment_input(), label="Known on", help_text="UTC; when that could be known.")

    def record(self, *, now: datetime, actor: Any) -> EventVersion:
        version, _ = retract_event(event=self.subject, now=now, recorded_by=actor, **self.cleaned_data)
        return version


class EvidenceForm(RecordForm):
    """Another report of a recorded event."""

    url = forms.URLField(max_length=1000, required=False, label="Address", assume_scheme="https", widget=line_text())
    citation = forms.CharField(
        max_length=500, required=False, widget=line_text(), help_text="For a report without an address."
    )
    owner = forms.CharField(
        max_length=200,
        required=False,
        widget=line_text(),
        help_text="Who publishes it; wire copies share an owner. Empty: the host.",
    )
    quote = forms.CharField(required=False, widget=long_text(2))

    aliases = {"evidence": "url"}

    def record(self, *, now: datetime, actor: Any) -> Evidence:
        evidence, is_new = add_evidence(
            event=self.subject, report=Report(**self.cleaned_data), now=now, recorded_by=actor
        )
        if not is_new:
            raise already_recorded("url", self.subject, told="This report is recorded already.")
        return evidence
