"""The forms with which people record, correct and retract events."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from forecasts.feeds.codes import EVENT_TYPES
from forecasts.feeds.magnitudes import is_range
from forecasts.models import Event, EventVersion, Evidence, Source, Tier
from forecasts.services.events import (
    EventDraft,
    Report,
    add_evidence,
    correct_event,
    day,
    draft_of,
    interval,
    record_event,
    retract_event,
)
from forecasts.services.refusal import Refused

from .attributes import SHAPE, RangesField, write_ranges, write_value
from .fields import (
    AddressesField,
    AttributesField,
    LinesField,
    day_input,
    line_text,
    long_text,
    moment_input,
    time_input,
)
from .named_rows import NamedRowField
from .recording import RecordForm, already_recorded

LISTS = ("modes", "contexts", "topics", "actors", "recipients", "locations")
CODED = ("title", "event_type", "action_code", *LISTS, "modality", "tier", "status", "note")
FURTHER = ("announced", "effective")
TICK = timedelta(microseconds=1)
PERIODS = [("", "that day"), ("WEEK", "the week"), ("MONTH", "the month"), ("QUARTER", "the quarter")]
STANDING = [(one.value, one.label) for one in (EventVersion.Status.ACTIVE, EventVersion.Status.CONTESTED)]


def event_types() -> list[tuple[str, str]]:
    """Every event type with what it means."""
    return [("", "—"), *((name, f"{name}: {label}") for name, label in EVENT_TYPES.items())]


def code_text() -> forms.TextInput:
    """A line for a CAMEO code, with those there are."""
    return forms.TextInput(attrs={"list": "action-codes", "autocomplete": "off", "size": 8})


class EventFields(RecordForm):
    """What is known about an event, coded."""

    title = forms.CharField(
        max_length=500, widget=line_text(), help_text=_("Who did what: “The United States pauses military aid”.")
    )
    event_type = forms.ChoiceField(
        choices=event_types, help_text=_("A promise of aid is AGREE; aid that is cut is SANCTION.")
    )
    occurred_on = forms.DateField(widget=day_input(), label=_("Happened on"), help_text=_("In UTC."))
    occurred_time = forms.TimeField(
        required=False, widget=time_input(), label=_("At"), help_text=_("UTC; only when the minute is known.")
    )
    last_day = forms.DateField(
        required=False,
        widget=day_input(),
        label=_("Or at the latest on"),
        help_text=_("For something that happened some time between two days."),
    )
    date_precision = forms.ChoiceField(
        choices=PERIODS,
        required=False,
        label=_("Or some time in"),
        help_text=_("Of a week, month or quarter: its first day."),
    )
    known_at = forms.DateTimeField(
        required=False,
        widget=moment_input(),
        label=_("Known on"),
        help_text=_("UTC; when it was first reported. Empty: the day it happened."),
    )
    announced_on = forms.DateField(required=False, widget=day_input(), help_text=_("If on another day."))
    effective_on = forms.DateField(
        required=False, widget=day_input(), label=_("Took effect on"), help_text=_("If on another day; may be to come.")
    )
    topics = LinesField(suggestions="topics", help_text=_("aid/military; several by commas."))
    actors = LinesField(label=_("Who"), suggestions="entities", help_text=_("USA.GOV.POTUS; several by commas."))
    recipients = LinesField(
        label=_("Towards whom"), suggestions="entities", help_text=_("UKR; for an election who won.")
    )
    action_code = forms.CharField(
        max_length=4,
        required=False,
        label=_("CAMEO code"),
        widget=code_text(),
        help_text=_("With its leading zero: 072. Type a word of what it means to find one."),
    )
    modes = LinesField(suggestions="modes", help_text=_("PLOVER modes: withdraw, discontinue."))
    contexts = LinesField(suggestions="contexts", help_text=_("PLOVER contexts: military, election."))
    locations = LinesField(
        suggestions="entities", help_text=_("UKR, UKR.Donetsk: three letters, then what lies below.")
    )
    place_name = forms.CharField(max_length=200, required=False, widget=line_text(), label=_("Place"))
    lat = forms.FloatField(required=False, label=_("Latitude"), help_text=_("-90 to 90"))
    lon = forms.FloatField(required=False, label=_("Longitude"), help_text=_("-180 to 180"))
    attributes = AttributesField(required=False, help_text=_("One “name = value” a line: direction = ease"))
    ranges = RangesField(
        required=False, help_text=_("What is known as a range, one a line: %(shape)s.") % {"shape": SHAPE}
    )
    modality = forms.ChoiceField(
        choices=EventVersion.Modality.choices,
        initial=EventVersion.Modality.ACTUAL,
        help_text=_("Rules see only what happened."),
    )
    tier = forms.ChoiceField(
        choices=[("", _("As its source")), *Tier.choices], required=False, help_text=_("How good the report is.")
    )
    status = forms.ChoiceField(choices=STANDING, initial=EventVersion.Status.ACTIVE)
    note = forms.CharField(required=False, widget=long_text(2))

    aliases = {
        "occurred_from": "occurred_on",
        "occurred_until": "last_day",
        "announced_from": "announced_on",
        "announced_until": "announced_on",
        "effective_from": "effective_on",
        "effective_until": "effective_on",
        "place": "place_name",
        "external_id": "title",
        "evidence": "evidence_urls",
    }
    coding_fieldsets = (
        (
            None,
            {
                "fields": [
                    "title",
                    ("event_type", "action_code"),
                    ("occurred_on", "occurred_time", "last_day", "date_precision"),
                    ("known_at", "announced_on", "effective_on"),
                ]
            },
        ),
        (_("Who and what about"), {"fields": ["topics", ("actors", "recipients"), ("attributes", "ranges")]}),
        (
            _("More coding"),
            {
                "fields": [
                    ("modes", "contexts"),
                    ("locations", "place_name", "lat", "lon"),
                    ("modality", "status"),
                    "tier",
                    "note",
                ],
                "classes": ["collapse"],
            },
        ),
    )

    def clean(self) -> dict:
        super().clean()
        values = self.cleaned_data
        if values.get("occurred_time") and values.get("last_day"):
            self.add_error("last_day", gettext("Give either the minute, or the days between which it happened."))
        if values.get("date_precision") and (values.get("occurred_time") or values.get("last_day")):
            self.add_error(
                "date_precision", gettext("Give either a period, or the minute or days between which it happened.")
            )
        if twice := set(values.get("attributes", {})) & set(values.get("ranges", {})):
            self.add_error(
                "ranges", gettext("%(names)s is given among the attributes too.") % {"names": ", ".join(sorted(twice))}
            )
        last_day, first = values.get("last_day"), values.get("occurred_on")
        if last_day and first and last_day < first:
            self.add_error("last_day", gettext("It ends on %(day)s, before it begins.") % {"day": last_day})
        if last_day and last_day.year > 2200:
            self.add_error(
                "last_day", gettext("The year %(year)s is out of range; is a digit wrong?") % {"year": last_day.year}
            )
        return values

    def draft(self) -> EventDraft:
        """The input as the service takes it."""
        values = self.cleaned_data
        times = self._times()
        coded = {name: values[name] for name in CODED}
        return EventDraft(
            **times,
            **coded,
            known_at=values["known_at"] or times["occurred_from"],
            attributes={**values["attributes"], **values["ranges"]},
            place=self._place(),
        )

    def take_refusal(self, error: ValidationError) -> None:
        """An empty “known on” is the day itself: what is wrong with that day is told there alone."""
        found = error.message_dict
        if not self.cleaned_data["known_at"] and "occurred_from" in found:
            found.pop("known_at", None)
        super().take_refusal(Refused(found))

    def _times(self) -> dict[str, Any]:
        values = self.cleaned_data
        first, at, last_day = (values[name] for name in ("occurred_on", "occurred_time", "last_day"))
        said: dict[str, Any] = {f"{name}_on": values[f"{name}_on"] for name in FURTHER if values[f"{name}_on"]}
        if at is not None:
            return interval(said | {"occurred_at": datetime.combine(first, at, tzinfo=UTC)})
        if last_day:
            start, end = day(first, until=last_day)
            return interval(said | {"occurred_from": start, "occurred_until": end})
        return interval(said | {"occurred_on": first, "date_precision": values["date_precision"]})

    def _place(self) -> dict[str, object] | None:
        values = self.cleaned_data
        given = {"name": values["place_name"], "lat": values["lat"], "lon": values["lon"]}
        return {name: value for name, value in given.items() if value not in (None, "")} or None


class EventForm(EventFields):
    """An event that happened, with where it is reported."""

    source = NamedRowField(Source, help_text=_("The list it is entered in; its coverage decides what did not happen."))
    evidence_urls = AddressesField(
        required=False,
        label=_("Reported at"),
        help_text=_("One address a line. Two independent ones can make a verdict final."),
    )
    citation = forms.CharField(
        max_length=500,
        required=False,
        widget=line_text(),
        help_text=_("For a report without an address: publication, date, page."),
    )

    fieldsets = (
        (None, {"fields": ["source"]}),
        *EventFields.coding_fieldsets[:2],
        (_("Where it is reported"), {"fields": ["evidence_urls", "citation"]}),
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
            raise already_recorded("title", version.event, told=gettext("This event is recorded already."))
        version.event.called = called(version)
        return version.event


def called(version: Any) -> str:
    """What people know an event by, from one of its versions or from what has the same columns: who did what, and when."""
    return f"{version.title}, {version.occurred_from:%Y-%m-%d}"


class CorrectionForm(EventFields):
    """What is now known about a recorded event; the form starts from what is recorded."""

    reason = forms.CharField(widget=long_text(2), help_text=_("What changed and why; readers will see it."))

    fieldsets = (*EventFields.coding_fieldsets, ("Why", {"fields": ["reason"]}))

    def __init__(self, *args: Any, subject: Event, **kwargs: Any) -> None:
        super().__init__(*args, subject=subject, **kwargs)
        self.corrected = draft_of(subject.versions.latest("version"))
        self.initial = {**_as_input(self.corrected), **self.initial}
        self.fields["known_at"].required = True
        self.fields["known_at"].help_text = gettext("UTC; when the correction could be known.")

    def draft(self) -> EventDraft:
        """What is not touched stays as it is, to the minute."""
        kept: dict[str, Any] = {"tier": self.cleaned_data["tier"] or self.corrected.tier}
        for name in FURTHER:
            if f"{name}_on" not in self.changed_data:
                kept |= {bound: getattr(self.corrected, bound) for bound in (f"{name}_from", f"{name}_until")}
        if not set(self.changed_data) & {"occurred_on", "occurred_time", "last_day", "date_precision"}:
            kept |= {name: getattr(self.corrected, name) for name in ("occurred_from", "occurred_until", "precision")}
        return replace(super().draft(), **kept)

    def record(self, *, now: datetime, actor: Any) -> EventVersion:
        version, is_new = correct_event(
            event=self.subject, draft=self.draft(), reason=self.cleaned_data["reason"], now=now, recorded_by=actor
        )
        if not is_new:
            raise already_recorded("title", self.subject, told=gettext("That is what is recorded: nothing changed."))
        return version


def _as_input(draft: EventDraft) -> dict[str, object]:
    values = {name: getattr(draft, name) for name in CODED} | {
        "known_at": draft.known_at,
        "occurred_on": draft.occurred_from.date(),
    }
    values |= {name: ", ".join(getattr(draft, name)) for name in LISTS}
    plain = {name: value for name, value in draft.attributes.items() if not is_range(value)}
    values["attributes"] = "\n".join(f"{name} = {write_value(value)}" for name, value in plain.items())
    values["ranges"] = write_ranges(draft.attributes)
    place = draft.place or {}
    values |= {"place_name": place.get("name", ""), "lat": place.get("lat"), "lon": place.get("lon")}
    for name, start in (("announced", draft.announced_from), ("effective", draft.effective_from)):
        values[f"{name}_on"] = start.date() if start else None
    if draft.precision in dict(PERIODS):
        values["date_precision"] = draft.precision
    if draft.precision == EventVersion.Precision.INSTANT:
        values["occurred_time"] = draft.occurred_from.time()
    if draft.precision == EventVersion.Precision.RANGE:
        values["last_day"] = (draft.occurred_until - TICK).date()
    return values


class RetractionForm(RecordForm):
    """Why a recorded event did not happen, or not so."""

    reason = forms.CharField(widget=long_text(2), help_text=_("Why; readers will see it."))
    known_at = forms.DateTimeField(
        widget=moment_input(), label=_("Known on"), help_text=_("UTC; when that could be known.")
    )

    def record(self, *, now: datetime, actor: Any) -> EventVersion:
        version, _ = retract_event(event=self.subject, now=now, recorded_by=actor, **self.cleaned_data)
        return version


class EvidenceForm(RecordForm):
    """Another report of a recorded event."""

    url = forms.URLField(max_length=1000, required=False, label=_("Address"), assume_scheme="https", widget=line_text())
    citation = forms.CharField(
        max_length=500, required=False, widget=line_text(), help_text=_("For a report without an address.")
    )
    owner = forms.CharField(
        max_length=200,
        required=False,
        widget=line_text(),
        help_text=_("Who publishes it; wire copies share an owner. Empty: the host."),
    )
    quote = forms.CharField(required=False, widget=long_text(2))

    aliases = {"evidence": "url"}

    def record(self, *, now: datetime, actor: Any) -> Evidence:
        evidence, is_new = add_evidence(
            event=self.subject, report=Report(**self.cleaned_data), now=now, recorded_by=actor
        )
        if not is_new:
            raise already_recorded("url", self.subject, told=gettext("This report is recorded already."))
        return evidence
