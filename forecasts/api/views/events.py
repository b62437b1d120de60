"""What happened: sources, events, series, entities and milestones."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from forecasts.api.filters import EventFilter, ObservationFilter, SourceFilter
from forecasts.api.permissions import require_source
from forecasts.api.serializers.events import (
    CoverageSerializer,
    EntitySerializer,
    EventSerializer,
    EventWithVersionsSerializer,
    EvidenceSerializer,
    MilestoneSerializer,
    NewCorrection,
    NewCoverage,
    NewEntity,
    NewEvent,
    NewMembership,
    NewMerge,
    NewMilestone,
    NewObservation,
    NewReport,
    NewRetraction,
    NewSource,
    ObservationSerializer,
    SourceSerializer,
    UndoneMerge,
)
from forecasts.models import (
    ApiToken,
    Entity,
    EntityMembership,
    Event,
    EventMerge,
    EventVersion,
    Evidence,
    Milestone,
    Observation,
    Source,
)
from forecasts.selectors.events import possible_duplicates
from forecasts.services.events import EventDraft, Report, add_evidence, correct_event, record_event, retract_event
from forecasts.services.merges import merge_events, undo_merge
from forecasts.services.refusal import refuse
from forecasts.services.sources import (
    record_coverage,
    record_entity,
    record_membership,
    record_milestone,
    record_observation,
    record_source,
)
from forecasts.tasks import hint

from .base import NUMBER, RECENCY, SLUG, Records, recorded
from .rows import OF_EVENTS, SOURCES

NEWER = EventVersion.objects.filter(event=OuterRef("event"), version__gt=OuterRef("version"))
REPORTS = Prefetch("event__evidence", Evidence.objects.order_by("id"))
STANDING = EventMerge.objects.standing()
MERGES = (
    Prefetch("event__merges", STANDING, to_attr="standing_merges"),
    Prefetch("event__absorbed", STANDING.order_by("merged_id"), to_attr="standing_absorbed"),
    "event__standing_absorbed__merged__evidence",
)
VERSIONS = Prefetch("event__versions", EventVersion.objects.order_by("version"))
GROUPS = EntityMembership.objects.select_related("group").order_by("id")


class EventViewSet(Records):
    """What happened, as it is known now; each event also with every earlier version."""

    queryset = (
        EventVersion.objects.filter(~Exists(NEWER)).select_related("event__source").prefetch_related(REPORTS, *MERGES)
    )
    serializer_class = EventSerializer
    detail_serializer_class = EventWithVersionsSerializer
    filterset_class = EventFilter
    includes = OF_EVENTS
    orderings = RECENCY | {"occurred_from": ("occurred_from", "id")}
    lookup_field = "event_id"
    lookup_url_kwarg = "id"
    revisions = ("corrections", "retraction")
    write_scope = ApiToken.Scope.EVENT_WRITE

    def get_queryset(self) -> Any:
        rows = super().get_queryset()
        return rows if self.action == "list" else rows.prefetch_related(VERSIONS)

    @extend_schema(request=NewEvent, responses={201: EventWithVersionsSerializer})
    def create(self, request: Request) -> Response:
        """Record an event with its evidence; predictions it may concern are looked at again."""
        body, now = self.body(NewEvent), timezone.now()
        source, external_id = body.pop("source"), body.pop("external_id")
        require_source(self.token, source)
        reports = tuple(Report(**report) for report in body.pop("evidence"))
        draft = EventDraft(**{"known_at": now, **body})
        version = recorded(
            lambda: record_event(
                source=source, draft=draft, reports=reports, external_id=external_id, now=now, recorded_by=self.account
            ),
            field="external_id",
            address=self.address,
        )
        hint()
        return self.created(version)

    @extend_schema(request=NewCorrection, responses={201: EventWithVersionsSerializer})
    @action(detail=True, methods=["post"], filterset_class=None)
    def corrections(self, request: Request, **kwargs: Any) -> Response:
        """Record what is now known about an event; the earlier versions stay."""
        event, body = self._own_version().event, self.body(NewCorrection)
        with self.revising(Event.objects.filter(pk=event.pk)):
            version = recorded(
                lambda: correction_from(body, event=event, account=self.account, now=timezone.now()),
                field="title",
                address=self.address,
            )
        hint()
        return self.created(version)

    @extend_schema(request=NewRetraction, responses={201: EventWithVersionsSerializer})
    @action(detail=True, methods=["post"], filterset_class=None)
    def retraction(self, request: Request, **kwargs: Any) -> Response:
        """Record that an event did not happen, or not so."""
        event, body = self._own_version().event, self.body(NewRetraction)
        with self.revising(Event.objects.filter(pk=event.pk)):
            version = recorded(
                lambda: retraction_from(body, event=event, account=self.account, now=timezone.now()),
                field="reason",
                address=self.address,
            )
        hint()
        return self.created(version)

    @extend_schema(request=NewReport, responses={201: EvidenceSerializer})
    @action(detail=True, methods=["post"], filterset_class=None)
    def evidence(self, request: Request, **kwargs: Any) -> Response:
        """Record another report of an event."""
        version, report = self._own_version(), Report(**self.body(NewReport))
        address = self.address(version)
        evidence = recorded(
            lambda: add_evidence(event=version.event, report=report, now=timezone.now(), recorded_by=self.account),
            field="url",
            address=lambda _: address,
        )
        hint()
        return Response(EvidenceSerializer(evidence).data, status=201, headers={"Location": address})

    @extend_schema(responses=EventSerializer(many=True))
    @action(detail=True, pagination_class=None, filterset_class=None)
    def duplicates(self, request: Request, **kwargs: Any) -> Response:
        """The events of any source that may be the same one told again, the nearest in time first; 50 at most."""
        keys = possible_duplicates(version=self.get_object())
        found = {version.event_id: version for version in type(self).queryset.filter(event__in=keys)}
        return Response(EventSerializer([found[key] for key in keys if key in found], many=True).data)

    @extend_schema(request=NewMerge, responses={201: EventWithVersionsSerializer})
    @action(detail=True, methods=["post"], filterset_class=None)
    def merge(self, request: Request, **kwargs: Any) -> Response:
        """Record that an event is another one told again: that one counts, with the reports of both."""
        version, body, now = self._own_version(), self.body(NewMerge), timezone.now()
        require_source(self.token, body["kept"].source)
        recorded(
            lambda: merge_events(merged=version.event, now=now, actor=self.account, **body),
            field="kept",
            address=lambda _: self.address(version),
        )
        hint()
        return self.created(version)

    @extend_schema(request=UndoneMerge, responses={201: EventWithVersionsSerializer})
    @action(detail=True, methods=["post"], filterset_class=None)
    def unmerge(self, request: Request, **kwargs: Any) -> Response:
        """Record that a merged event is one of its own after all."""
        version, body, now = self._own_version(), self.body(UndoneMerge), timezone.now()
        recorded(
            lambda: undo_merge(merged=version.event, now=now, actor=self.account, **body),
            field="reason",
            address=lambda _: self.address(version),
        )
        hint()
        return self.created(version)

    def last_change(self, row: EventVersion) -> str:
        return (
            f"Version {row.version} was recorded on {row.recorded_at:%Y-%m-%d %H:%M:%S} UTC: {row.reason or row.title}"
        )

    def _own_version(self) -> EventVersion:
        version: EventVersion = self.get_object()
        require_source(self.token, version.event.source)
        return version


class ObservationViewSet(Records):
    """Values of numeric series, each as released at one time."""

    queryset = Observation.objects.select_related("source")
    serializer_class = ObservationSerializer
    filterset_class = ObservationFilter
    orderings = RECENCY | {"valid_on": ("valid_on", "id")}
    lookup_value_regex = NUMBER
    write_scope = ApiToken.Scope.EVENT_WRITE

    @extend_schema(request=NewObservation, responses={201: ObservationSerializer})
    def create(self, request: Request) -> Response:
        """Record one value of a series; a revision has its own release time."""
        body = self.body(NewObservation)
        require_source(self.token, body["source"])
        observation = recorded(
            lambda: record_observation(**body, now=timezone.now(), recorded_by=self.account),
            field="released_at",
            address=self.address,
        )
        hint()
        return self.created(observation)


class SourceViewSet(Records):
    """Feeds, and up to when each holds everything."""

    queryset = SOURCES
    serializer_class = SourceSerializer
    filterset_class = SourceFilter
    orderings = RECENCY | {"slug": ("slug",)}
    lookup_field = "slug"
    lookup_value_regex = SLUG

    @property
    def write_scope(self) -> str:
        return ApiToken.Scope.ADMIN if self.action == "create" else ApiToken.Scope.EVENT_WRITE

    @extend_schema(request=NewSource, responses={201: SourceSerializer})
    def create(self, request: Request) -> Response:
        """Record a feed; until it is covered, its whole group is not."""
        body = self.body(NewSource)
        source = recorded(lambda: source_from(body, now=timezone.now()), field="slug", address=self.address)
        hint()
        return self.created(source)

    @extend_schema(request=NewCoverage, responses={201: CoverageSerializer})
    @action(detail=True, methods=["post"], filterset_class=None)
    def coverage(self, request: Request, **kwargs: Any) -> Response:
        """State up to when the source holds everything; only then can rules find that something did not happen."""
        source, body = self.get_object(), self.body(NewCoverage)
        require_source(self.token, source)
        coverage = recorded(
            lambda: record_coverage(source=source, now=timezone.now(), recorded_by=self.account, **body),
            field="complete_to",
            address=lambda _: self.address(source),
        )
        hint()
        return Response(CoverageSerializer(coverage).data, status=201, headers={"Location": self.address(source)})


class EntityViewSet(Records):
    """Actors as dotted paths, and what they belong to."""

    queryset = Entity.objects.prefetch_related(Prefetch("memberships", GROUPS))
    serializer_class = EntitySerializer
    ordering = ("path",)
    orderings = {"path": ("path",)}
    lookup_field = "path"
    lookup_value_regex = "[A-Za-z0-9_.-]+"

    @property
    def write_scope(self) -> str:
        # Whose acts count as whose can decide predictions that are open.
        return ApiToken.Scope.ADMIN if self.action == "memberships" else ApiToken.Scope.PREDICTION_WRITE

    @extend_schema(request=NewEntity, responses={201: EntitySerializer})
    def create(self, request: Request) -> Response:
        """Record an actor under its dotted path."""
        body = self.body(NewEntity)
        return self.created(recorded(lambda: entity_from(body), field="path", address=self.address))

    @extend_schema(request=NewMembership, responses={201: EntitySerializer})
    @action(detail=True, methods=["post"], filterset_class=None)
    def memberships(self, request: Request, **kwargs: Any) -> Response:
        """Record that the entity belongs to another between two dates; undecided predictions are looked at again."""
        member, body = self.get_object(), self.body(NewMembership)
        recorded(
            lambda: membership_from(body, member=member, now=timezone.now()),
            field="group",
            address=lambda _: self.address(member),
        )
        hint()
        return self.created(member)


class MilestoneViewSet(Records):
    """Named dates, every version of each."""

    queryset = Milestone.objects.all()
    serializer_class = MilestoneSerializer
    ordering = ("key", "version")
    orderings = {"key": ("key", "version")}
    lookup_field = "key"
    lookup_value_regex = "[a-z0-9_.]+"
    write_scope = ApiToken.Scope.ADMIN

    @extend_schema(request=NewMilestone, responses={201: MilestoneSerializer})
    def create(self, request: Request) -> Response:
        """Record a named date, or its next version; rules that name it are looked at again."""
        body = self.body(NewMilestone)
        milestone = recorded(
            lambda: record_milestone(**body, now=timezone.now()), field="occurs_at", address=self.address
        )
        hint()
        shown = MilestoneSerializer(milestone).data
        return Response(shown, status=201, headers={"Location": self.address(milestone)})

    def get_object(self) -> Milestone:
        """The newest version."""
        newest = Milestone.objects.filter(key=self.kwargs["key"]).order_by("-version").values_list("pk", flat=True)[:1]
        self.queryset = Milestone.objects.filter(pk__in=list(newest))
        return super().get_object()


def correction_from(body: dict[str, Any], *, event: Event, account: Any, now: datetime) -> tuple[EventVersion, bool]:
    """Record the correction of a checked body; whether it is new."""
    content = {name: value for name, value in body.items() if name != "reason"}
    draft = EventDraft(**{"known_at": now, **content})
    return correct_event(event=event, draft=draft, reason=body["reason"], now=now, recorded_by=account)


def retraction_from(body: dict[str, Any], *, event: Event, account: Any, now: datetime) -> tuple[EventVersion, bool]:
    """Record the retraction of a checked body; whether it is new."""
    return retract_event(event=event, now=now, recorded_by=account, **{"known_at": now, **body})


def membership_from(body: dict[str, Any], *, member: Entity, now: datetime) -> tuple[EntityMembership, bool]:
    """
    Record the membership of a checked body; whether it is new.

    Raises:
        Refused: It is one of itself, or of a collection.
    """
    if body["group"].pk == member.pk:
        raise refuse("group", f"{member.path} cannot belong to itself.")
    return record_membership(member=member, now=now, **body)


def source_from(body: dict[str, Any], *, now: datetime) -> tuple[Source, bool]:
    """Record the source of a checked body; whether it is new."""
    details = {name: value for name, value in body.items() if name != "settlement_lag_seconds"}
    is_new = not Source.objects.filter(slug=body["slug"]).exists()
    return record_source(**details, settlement_lag=timedelta(seconds=body["settlement_lag_seconds"]), now=now), is_new


def entity_from(body: dict[str, Any]) -> tuple[Entity, bool]:
    """Record the entity of a checked body; whether it is new."""
    is_new = not Entity.objects.filter(path=body["path"]).exists()
    return record_entity(**body), is_new
