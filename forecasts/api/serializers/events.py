"""Sources, what they report, and the names that events use."""

from typing import Any
from uuid import UUID

from rest_framework import serializers

from forecasts.api.fields import (
    CodeField,
    DayField,
    EntityField,
    EventField,
    InstantField,
    NameField,
    SourceField,
    ValueField,
    WebAddressField,
)
from forecasts.feeds.event_fields import TIMES
from forecasts.models import (
    Coverage,
    Entity,
    EntityMembership,
    EventVersion,
    Evidence,
    Milestone,
    Observation,
    Source,
    Tier,
)
from forecasts.services.events import interval
from forecasts.services.refusal import Refused
from forecasts.services.sources import ENTITY_PATH, MILESTONE_KEY

from .base import Answer, Body, LongText, ShortText, Words


class SourceSerializer(Answer):
    settlement_lag_seconds = serializers.SerializerMethodField(help_text="How long an event can still be missing.")
    complete_to = serializers.DateTimeField(
        read_only=True, allow_null=True, help_text="Everything before it is recorded."
    )

    class Meta:
        model = Source
        fields = [
            "slug",
            "name",
            "kind",
            "tier",
            "group",
            "settlement_lag_seconds",
            "complete_to",
            "url",
            "citation",
            "recorded_at",
        ]

    def get_settlement_lag_seconds(self, source: Source) -> int:
        return int(source.settlement_lag.total_seconds())


class CoverageSerializer(Answer):
    source = serializers.SlugField(source="source.slug", read_only=True)  # type: ignore[assignment]  # A field of that name; the framework has something else under it.

    class Meta:
        model = Coverage
        fields = ["source", "complete_to", "note", "recorded_at"]


class EvidenceSerializer(Answer):
    class Meta:
        model = Evidence
        fields = ["url", "citation", "owner", "quote", "recorded_at"]


class EventVersionSerializer(Answer):
    """What was known about an event from `known_at` on."""

    modes = serializers.ListField(child=serializers.CharField(), read_only=True)
    contexts = serializers.ListField(child=serializers.CharField(), read_only=True)
    topics = serializers.ListField(child=serializers.CharField(), read_only=True)
    actors = serializers.ListField(child=serializers.CharField(), read_only=True)
    recipients = serializers.ListField(child=serializers.CharField(), read_only=True)
    locations = serializers.ListField(child=serializers.CharField(), read_only=True)
    attributes = serializers.DictField(read_only=True)
    place = serializers.DictField(read_only=True, allow_null=True)
    event_type_label = serializers.CharField(read_only=True, help_text="What the type means.")
    action_code_label = serializers.CharField(read_only=True, help_text="What the CAMEO code means.")

    class Meta:
        model = EventVersion
        fields = [
            "version",
            "title",
            "note",
            "occurred_from",
            "occurred_until",
            "precision",
            "announced_from",
            "announced_until",
            "effective_from",
            "effective_until",
            "event_type",
            "event_type_label",
            "action_code",
            "action_code_label",
            "modes",
            "contexts",
            "topics",
            "modality",
            "actors",
            "recipients",
            "locations",
            "place",
            "attributes",
            "tier",
            "status",
            "reason",
            "known_at",
            "recorded_at",
        ]


class EventSerializer(EventVersionSerializer):
    """An event as it is known now: its newest version, and where it is reported."""

    id = serializers.UUIDField(source="event_id", read_only=True)
    source = serializers.SlugField(source="event.source.slug", read_only=True)  # type: ignore[assignment]  # A field of that name; the framework has something else under it.
    external_id = serializers.CharField(source="event.external_id", read_only=True)
    evidence = EvidenceSerializer(source="event.evidence", many=True, read_only=True)
    owners = serializers.SerializerMethodField(help_text="Who reports it, or an event merged into it, each once.")
    merged_into = serializers.SerializerMethodField(help_text="The event that counts in its place, if there is one.")
    absorbed = serializers.SerializerMethodField(help_text="The events that are merged into it.")

    class Meta(EventVersionSerializer.Meta):
        fields = [
            "id",
            "source",
            "external_id",
            *EventVersionSerializer.Meta.fields,
            "evidence",
            "owners",
            "merged_into",
            "absorbed",
        ]

    def get_owners(self, version: Any) -> list[str]:
        events = [version.event, *(merge.merged for merge in version.event.standing_absorbed)]
        return sorted({report.owner for event in events for report in event.evidence.all()})

    def get_merged_into(self, version: Any) -> UUID | None:
        return next((merge.kept_id for merge in version.event.standing_merges), None)

    def get_absorbed(self, version: Any) -> list[UUID]:
        return [merge.merged_id for merge in version.event.standing_absorbed]


class EventWithVersionsSerializer(EventSerializer):
    versions = EventVersionSerializer(source="event.versions", many=True, read_only=True)

    class Meta(EventSerializer.Meta):
        fields = [*EventSerializer.Meta.fields, "versions"]


class ObservationSerializer(Answer):
    source = serializers.SlugField(source="source.slug", read_only=True)  # type: ignore[assignment]  # A field of that name; the framework has something else under it.

    class Meta:
        model = Observation
        fields = ["id", "source", "series", "valid_on", "value", "unit", "released_at", "recorded_at"]


class MembershipSerializer(Answer):
    group = serializers.CharField(source="group.path", read_only=True)

    class Meta:
        model = EntityMembership
        fields = ["group", "starts_at", "ends_at"]


class EntitySerializer(Answer):
    memberships = MembershipSerializer(many=True, read_only=True)

    class Meta:
        model = Entity
        fields = ["path", "label", "wikidata", "memberships"]


class MilestoneSerializer(Answer):
    class Meta:
        model = Milestone
        fields = ["key", "version", "label", "occurs_at", "url", "recorded_at"]


class NewReport(Body):
    """Where an event is reported: an address, or a citation where there is none."""

    url = WebAddressField(required=False, allow_blank=True, default="")
    citation = ShortText(500)
    owner = ShortText(help_text="Who publishes it; wire copies share an owner. By default the host of the address.")
    quote = LongText()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs["url"] and not attrs.get("citation"):
            raise serializers.ValidationError("A report needs an address or a citation.")
        return attrs


class Place(Body):
    """A point on the map: a name, or lat and lon in degrees, or all of them."""

    name = serializers.CharField(max_length=200, required=False)
    lat = serializers.FloatField(min_value=-90, max_value=90, required=False)
    lon = serializers.FloatField(min_value=-180, max_value=180, required=False)


class EventContent(Body):
    """What is known about an event, coded. When it occurred is given in one of three ways."""

    title = serializers.CharField(max_length=500, help_text="Who did what.")
    event_type = serializers.CharField(max_length=40, help_text="PLOVER type, or an x- type of our own.")
    occurred_on = DayField(required=False, help_text="The day.")
    occurred_at = InstantField(required=False, help_text="The instant, where it is known.")
    occurred_from = InstantField(required=False, help_text="The earliest it may have been; with occurred_until.")
    occurred_until = InstantField(required=False, help_text="It was before this.")
    date_precision = CodeField(
        choices=EventVersion.Precision.choices,
        required=False,
        help_text="WEEK, MONTH or QUARTER: occurred_on is its first day.",
    )
    announced_on = DayField(required=False, help_text="When it was announced.")
    announced_at = InstantField(required=False)
    announced_from = InstantField(required=False)
    announced_until = InstantField(required=False)
    effective_on = DayField(required=False, help_text="When it took effect, or will.")
    effective_at = InstantField(required=False)
    effective_from = InstantField(required=False)
    effective_until = InstantField(required=False)
    known_at = InstantField(required=False, help_text="When it was first reported; by default now.")
    action_code = ShortText(4, help_text="CAMEO code with its leading zero.")
    modes = Words()
    contexts = Words()
    topics = Words()
    modality = CodeField(choices=EventVersion.Modality.choices, default=EventVersion.Modality.ACTUAL)
    actors = Words()
    recipients = Words()
    locations = Words()
    place = Place(required=False)
    attributes = serializers.DictField(
        required=False, default=dict, help_text="Texts, flags, numbers, and ranges: low, high, perhaps best and unit."
    )
    note = LongText()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        times = {name: attrs.pop(name) for name in TIMES if name in attrs}
        return {**attrs, **_interval(times)}


def _interval(times: dict[str, Any]) -> dict[str, Any]:
    try:
        return interval(times)
    except Refused as refused:
        raise serializers.ValidationError(refused.message_dict) from None


class NewEvent(EventContent):
    source = SourceField(help_text="Slug; the source that the token is for.")  # type: ignore[assignment]  # A field of that name; the framework has something else under it.
    external_id = ShortText(help_text="The source's own id.")
    evidence = NewReport(many=True, max_length=50)  # type: ignore[call-arg]  # The framework takes it with `many`.


class NewCorrection(EventContent):
    """The whole content as it is known now; the earlier versions stay."""

    reason = serializers.CharField(max_length=5000, help_text="What changed and why.")
    status = CodeField(
        choices=[EventVersion.Status.ACTIVE.value, EventVersion.Status.CONTESTED.value],
        default=EventVersion.Status.ACTIVE,
    )


class NewRetraction(Body):
    reason = serializers.CharField(max_length=5000)
    known_at = InstantField(required=False, help_text="When it was known to be wrong; by default now.")


class NewReportOf(NewReport):
    event = EventField(help_text="Id of the event that is reported.")


class NewCorrectionOf(NewCorrection):
    event = EventField(help_text="Id of the event that is corrected.")


class NewRetractionOf(NewRetraction):
    event = EventField(help_text="Id of the event that is retracted.")


class NewMerge(Body):
    kept = EventField(help_text="Id of the event that counts in its place.")
    reason = serializers.CharField(max_length=5000, help_text="Why they are one event.")
    known_at = InstantField(required=False, help_text="When that could be known; by default now.")


class UndoneMerge(Body):
    reason = serializers.CharField(max_length=5000, help_text="Why it is an event of its own after all.")
    known_at = InstantField(required=False, help_text="When that could be known; by default now.")


class NewMergeOf(NewMerge):
    event = EventField(help_text="Id of the event that counts no more.")


class UndoneMergeOf(UndoneMerge):
    event = EventField(help_text="Id of the event that counts again.")


class NewSource(Body):
    """A feed; how far it is trusted decides what its events can decide."""

    slug = serializers.RegexField(
        r"^[a-z0-9][a-z0-9-]*\Z", max_length=60, help_text="Lowercase letters, digits and hyphens."
    )
    name = serializers.CharField(max_length=200)
    kind = CodeField(choices=Source.Kind.choices, default=Source.Kind.CURATED)
    tier = CodeField(choices=Tier.choices, help_text="How far it is trusted.")
    group = serializers.RegexField(
        r"^[a-z0-9][a-z0-9-]*\Z", max_length=60, default="wire", help_text="The coverage group that rules name."
    )
    settlement_lag_seconds = serializers.IntegerField(
        min_value=0, max_value=366 * 86_400, help_text="How long an event can still be missing."
    )
    url = WebAddressField(required=False, allow_blank=True, default="")
    citation = LongText()


class NewEntity(Body):
    path = NameField(
        shape=ENTITY_PATH.pattern, max_length=120, help_text="Words joined by dots: USA.GOV.POTUS lies in USA.GOV."
    )
    label = serializers.CharField(max_length=200)  # type: ignore[assignment]  # A field of that name; the framework has something else under it.
    wikidata = serializers.RegexField(
        r"^(Q[0-9]{1,12})?\Z", required=False, allow_blank=True, default="", help_text="Such as Q30."
    )


class NewMembership(Body):
    group = EntityField(help_text="Path of what it belongs to.")
    starts_at = InstantField(required=False, allow_null=True, default=None)
    ends_at = InstantField(required=False, allow_null=True, default=None)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["starts_at"] and attrs["ends_at"] and attrs["starts_at"] >= attrs["ends_at"]:
            raise serializers.ValidationError({"ends_at": ["It ends before it starts."]})
        return attrs


class NewMembershipOf(NewMembership):
    member = EntityField(help_text="Path of what belongs to it.")


class NewMilestone(Body):
    """A named date; another date for the same key is its next version."""

    key = NameField(
        shape=MILESTONE_KEY.pattern, max_length=100, help_text="Lowercase words joined by dots: us.inauguration.2025."
    )
    label = serializers.CharField(max_length=200)  # type: ignore[assignment]  # A field of that name; the framework has something else under it.
    occurs_at = InstantField()
    url = WebAddressField(required=False, allow_blank=True, default="")


class NewCoverage(Body):
    complete_to = InstantField(help_text="Everything before this is recorded.")
    note = LongText()


class NewCoverageOf(NewCoverage):
    source = SourceField(help_text="Slug; the source that the token is for.")  # type: ignore[assignment]  # A field of that name; the framework has something else under it.


class NewObservation(Body):
    source = SourceField(help_text="Slug; the source that the token is for.")  # type: ignore[assignment]  # A field of that name; the framework has something else under it.
    series = serializers.CharField(max_length=120)
    valid_on = DayField(help_text="The day the value is of; the first day of a month or quarter.")
    value = ValueField()
    unit = ShortText(40)
    released_at = InstantField()
