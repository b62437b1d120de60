"""In numbers: sources, what they report and up to when, and the names that events use."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from forecasts.api.permissions import require_source
from forecasts.api.serializers.events import (
    NewCorrectionOf,
    NewCoverageOf,
    NewEntity,
    NewMembershipOf,
    NewMergeOf,
    NewMilestone,
    NewObservation,
    NewReportOf,
    NewRetractionOf,
    NewSource,
    UndoneMergeOf,
)
from forecasts.models import ApiToken, Event
from forecasts.services.batches import RowResult, SentRow
from forecasts.services.events import Report, add_evidence
from forecasts.services.merges import merge_events, record_merges, undo_merge
from forecasts.services.sources import record_coverage, record_milestone, record_observation

from .bulk import in_numbers
from .events import correction_from, entity_from, membership_from, retraction_from, source_from
from .one_by_one import OneByOneEndpoint, OnRoutes, Write


@in_numbers(NewSource, name="sources", scope=ApiToken.Scope.ADMIN)
class SourceBulkView(OneByOneEndpoint):
    """Record feeds; a slug that is recorded already counts as unchanged."""

    ordered_by = ("slug",)

    def write(self, body: dict[str, Any], *, now: datetime) -> tuple[object, bool]:
        source, is_new = source_from(body, now=now)
        return source.slug, is_new


@in_numbers(NewCoverageOf, name="coverage", scope=ApiToken.Scope.EVENT_WRITE)
class CoverageBulkView(OneByOneEndpoint):
    """State up to when sources hold everything; what was stated of a source last counts as unchanged."""

    ordered_by = ("source",)

    def write(self, body: dict[str, Any], *, now: datetime) -> tuple[object, bool]:
        self.require(require_source, body["source"], field="source")
        coverage, is_new = record_coverage(**body, now=now, recorded_by=self.account)
        return coverage.source.slug, is_new


@in_numbers(NewObservation, name="observations", scope=ApiToken.Scope.EVENT_WRITE)
class ObservationBulkView(OneByOneEndpoint):
    """Record values of series, each as released at one time."""

    ordered_by = ("series", "valid_on", "released_at")

    def write(self, body: dict[str, Any], *, now: datetime) -> tuple[object, bool]:
        self.require(require_source, body["source"], field="source")
        observation, is_new = record_observation(**body, now=now, recorded_by=self.account)
        return observation.pk, is_new


@in_numbers(NewEntity, name="entities", scope=ApiToken.Scope.PREDICTION_WRITE)
class EntityBulkView(OneByOneEndpoint):
    """Record actors under their dotted paths; a path that is recorded already counts as unchanged."""

    ordered_by = ("path",)

    def write(self, body: dict[str, Any], *, now: datetime) -> tuple[object, bool]:
        entity, is_new = entity_from(body)
        return entity.path, is_new


@in_numbers(NewMembershipOf, name="memberships", scope=ApiToken.Scope.ADMIN)
class MembershipBulkView(OnRoutes):
    """
    Record that entities belong to others between two dates; undecided predictions are looked at again, once.

    The same two between the same dates again count as unchanged.
    """

    ordered_by = ("member", "group")

    def write(self, body: dict[str, Any], *, now: datetime) -> tuple[object, bool]:
        member = body.pop("member")
        _, is_new = membership_from(body, member=member, now=now)
        return member.path, is_new


@in_numbers(NewMilestone, name="milestones", scope=ApiToken.Scope.ADMIN)
class MilestoneBulkView(OnRoutes):
    """Record named dates, or their next versions; the date of the newest version again counts as unchanged."""

    ordered_by = ("key",)

    def write(self, body: dict[str, Any], *, now: datetime) -> tuple[object, bool]:
        milestone, is_new = record_milestone(**body, now=now)
        return milestone.key, is_new


class AboutEvents(OneByOneEndpoint):
    """Rows that are each about a recorded event."""

    ordered_by = ("event",)

    def own_event(self, body: dict[str, Any]) -> Event:
        """
        The event that a row is about, which is taken out of it.

        Raises:
            Refused: It is of a source that the token does not record for.
        """
        event: Event = body.pop("event")
        self.require(require_source, event.source, field="event")
        return event


@in_numbers(NewReportOf, name="evidence", scope=ApiToken.Scope.EVENT_WRITE)
class EvidenceBulkView(AboutEvents):
    """Record further reports of events; the same address again counts as unchanged."""

    def write(self, body: dict[str, Any], *, now: datetime) -> tuple[object, bool]:
        event = self.own_event(body)
        _, is_new = add_evidence(event=event, report=Report(**body), now=now, recorded_by=self.account)
        return event.pk, is_new


@in_numbers(NewCorrectionOf, name="corrections", scope=ApiToken.Scope.EVENT_WRITE)
class CorrectionBulkView(AboutEvents):
    """Record what is now known about events; the content of the newest version again counts as unchanged."""

    def write(self, body: dict[str, Any], *, now: datetime) -> tuple[object, bool]:
        event = self.own_event(body)
        _, is_new = correction_from(body, event=event, account=self.account, now=now)
        return event.pk, is_new


@in_numbers(NewRetractionOf, name="retractions", scope=ApiToken.Scope.EVENT_WRITE)
class RetractionBulkView(AboutEvents):
    """Record that events did not happen, or not so; a retraction known at the same instant again counts as unchanged."""

    def write(self, body: dict[str, Any], *, now: datetime) -> tuple[object, bool]:
        event = self.own_event(body)
        _, is_new = retraction_from(body, event=event, account=self.account, now=now)
        return event.pk, is_new


class OnPairs(AboutEvents):
    """Rows that each are about two events, or about how they belong together."""

    def record(self, rows: Sequence[SentRow], *, write: Write, now: datetime) -> list[RowResult]:
        return record_merges(rows, write=write)


@in_numbers(NewMergeOf, name="merges", scope=ApiToken.Scope.EVENT_WRITE)
class MergeBulkView(OnPairs):
    """Record that events are others told again; what is merged into the same event already counts as unchanged."""

    def write(self, body: dict[str, Any], *, now: datetime) -> tuple[object, bool]:
        event = self.own_event(body)
        self.require(require_source, body["kept"].source, field="kept")
        _, is_new = merge_events(merged=event, now=now, actor=self.account, **body)
        return event.pk, is_new


@in_numbers(UndoneMergeOf, name="unmerges", scope=ApiToken.Scope.EVENT_WRITE)
class UnmergeBulkView(OnPairs):
    """Record that merged events are events of their own after all; what is one already counts as unchanged."""

    def write(self, body: dict[str, Any], *, now: datetime) -> tuple[object, bool]:
        event = self.own_event(body)
        _, is_new = undo_merge(merged=event, now=now, actor=self.account, **body)
        return event.pk, is_new
