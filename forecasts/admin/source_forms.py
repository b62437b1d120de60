"""The forms of feeds, what they cover, series, entities and milestones."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from forecasts.models import Coverage, Entity, EntityMembership, Milestone, Observation, Source, Tier
from forecasts.services.sources import (
    record_coverage,
    record_entity,
    record_membership,
    record_milestone,
    record_observation,
    record_source,
)

from .fields import day_input, line_text, long_text, moment_input, number_text
from .named_rows import NamedRowField
from .recording import RecordForm, already_recorded


class SourceForm(RecordForm):
    """A feed of events or of a series."""

    name = forms.CharField(max_length=200, widget=line_text())
    slug = forms.SlugField(max_length=60, label=_("Short name"), help_text=_("ofac-press. It never changes."))
    kind = forms.ChoiceField(choices=Source.Kind.choices)
    tier = forms.ChoiceField(
        choices=Tier.choices, initial=Tier.B, help_text=_("How good its reports are; D never decides.")
    )
    group = forms.SlugField(
        max_length=60,
        initial="wire",
        label=_("Coverage group"),
        help_text=_("Rules name the group whose silence they trust; “wire” by default."),
    )
    settlement_days = forms.IntegerField(
        min_value=0,
        max_value=3650,
        initial=2,
        label=_("Settlement lag"),
        help_text=_("Days after which an event can no longer be missing."),
    )
    url = forms.URLField(max_length=1000, required=False, label=_("Address"), assume_scheme="https", widget=line_text())
    citation = forms.CharField(required=False, widget=long_text(2))

    def record(self, *, now: datetime, actor: Any) -> Source:
        values = dict(self.cleaned_data)
        known = Source.objects.filter(slug=values["slug"]).first()
        if known:
            raise already_recorded(
                "slug", known, told=gettext("“%(slug)s” is taken by %(known)s.") % {"slug": known.slug, "known": known}
            )
        return record_source(settlement_lag=timedelta(days=values.pop("settlement_days")), now=now, **values)


class CoverageForm(RecordForm):
    """A statement that a source holds everything up to an instant."""

    complete_to = forms.DateTimeField(
        widget=moment_input(),
        help_text=_("UTC. Everything that happened before is recorded; an earlier instant than before admits a gap."),
    )
    note = forms.CharField(required=False, widget=long_text(2), help_text=_("On what this rests."))

    def record(self, *, now: datetime, actor: Any) -> Coverage:
        coverage, is_new = record_coverage(source=self.subject, now=now, recorded_by=actor, **self.cleaned_data)
        if not is_new:
            raise already_recorded("complete_to", self.subject, told=gettext("That is what was stated last."))
        return coverage


class ObservationForm(RecordForm):
    """One value of a series as released at one time."""

    source = NamedRowField(Source, help_text=_("Its short name or its name."))
    series = forms.CharField(max_length=120, widget=line_text(), help_text=_("As rules name it: EIA:RBRTE.D"))
    valid_on = forms.DateField(
        widget=day_input(), label=_("Day"), help_text=_("The day the value is of; the first of a month or quarter.")
    )
    value = forms.DecimalField(max_digits=24, decimal_places=8, widget=number_text())
    unit = forms.CharField(max_length=40, required=False)
    released_at = forms.DateTimeField(widget=moment_input(), help_text=_("UTC; a revision has a later release."))

    def record(self, *, now: datetime, actor: Any) -> Observation:
        observation, is_new = record_observation(now=now, recorded_by=actor, **self.cleaned_data)
        if not is_new:
            raise already_recorded("value", observation, told=gettext("This release is recorded already."))
        return observation


class EntityForm(RecordForm):
    """An actor under its dotted path."""

    path = forms.CharField(
        max_length=120, widget=line_text(), help_text=_("USA.GOV.POTUS lies in USA.GOV, which lies in USA.")
    )
    label = forms.CharField(max_length=200, widget=line_text(), help_text=_("As readers will see it."))
    wikidata = forms.CharField(max_length=20, required=False, help_text=_("Q11696"))

    def record(self, *, now: datetime, actor: Any) -> Entity:
        known = Entity.objects.filter(path=self.cleaned_data["path"]).first()
        if known:
            raise already_recorded(
                "path",
                known,
                told=gettext("“%(path)s” is recorded as %(label)s.") % {"path": known.path, "label": known.label},
            )
        return record_entity(**self.cleaned_data)


class MembershipForm(RecordForm):
    """That the entity belongs to another between two dates."""

    group = NamedRowField(Entity, help_text=_("Its path or its label. A person to an office, a state to an alliance."))
    starts_at = forms.DateTimeField(required=False, widget=moment_input(), help_text=_("UTC; empty: since ever."))
    ends_at = forms.DateTimeField(required=False, widget=moment_input(), help_text=_("UTC; empty: it lasts."))

    def clean(self) -> dict:
        super().clean()
        values = self.cleaned_data
        starts_at, ends_at = values.get("starts_at"), values.get("ends_at")
        if values.get("group") == self.subject:
            self.add_error("group", gettext("An entity does not belong to itself."))
        if starts_at and ends_at and ends_at <= starts_at:
            self.add_error("ends_at", gettext("It ends before it begins."))
        return values

    def record(self, *, now: datetime, actor: Any) -> EntityMembership:
        membership, is_new = record_membership(member=self.subject, now=now, **self.cleaned_data)
        if not is_new:
            raise already_recorded("group", self.subject, told=gettext("That is recorded already."))
        return membership


class MilestoneForm(RecordForm):
    """A named date that rules can count from."""

    key = forms.CharField(
        max_length=100, widget=line_text(), help_text=_("us.inauguration.2025; the same key again changes its date.")
    )
    label = forms.CharField(max_length=200, widget=line_text())
    occurs_at = forms.DateTimeField(widget=moment_input(), help_text=_("UTC."))
    url = forms.URLField(max_length=1000, required=False, label=_("Address"), assume_scheme="https", widget=line_text())

    def record(self, *, now: datetime, actor: Any) -> Milestone:
        milestone, is_new = record_milestone(now=now, **self.cleaned_data)
        if not is_new:
            raise already_recorded("occurs_at", milestone, told=gettext("It is recorded with this date."))
        return milestone
