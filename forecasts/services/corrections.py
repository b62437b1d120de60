"""Corrections and retractions that come in a file: each the next version of an event that is recorded."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User
from django.db.models import Max, Min

from forecasts.feeds import RowProblem, problem
from forecasts.models import Among, Event, EventKey, EventVersion, Evidence, Source

from .bulk import insert_rows, insert_values
from .event_drafts import KEY, EventDraft, Report, digest_of, keys_of, report_values, version_row
from .events import draft_of
from .routing import wake

RETRACTED = EventVersion.Status.RETRACTED


@dataclass(frozen=True, slots=True)
class Correction:
    """
    What a row says is now known about a recorded event.

    Attributes:
        draft: The whole content; none for a retraction, which keeps the content.
        known_at: As the row says; none where it does not.
    """

    line: int
    external_id: str
    reason: str
    draft: EventDraft | None
    reports: tuple[Report, ...]
    known_at: datetime | None


@dataclass(frozen=True)
class Plan:
    """What is to be recorded for corrections, and what becomes of the others."""

    versions: list[tuple[Correction, EventVersion]]
    unchanged: int
    problems: list[RowProblem]


def plan_corrections(
    corrections: Sequence[Correction], *, source: Source, now: datetime, recorded_by: User | None = None
) -> Plan:
    """Return the versions that the corrections come to, in the order of their lines; nothing is stored."""
    histories = _histories(corrections, source=source)
    plan, unchanged = Plan([], 0, []), 0
    for one in corrections:
        history = histories.get(one.external_id, [])
        if history and _is_recorded(one, history=history):
            unchanged += 1
        elif fault := _fault(one, history=history, source=source, now=now):
            plan.problems.append(fault)
        else:
            version = _next_version(one, latest=history[-1], now=now, recorded_by=recorded_by)
            history.append(version)
            plan.versions.append((one, version))
    return Plan(plan.versions, unchanged, plan.problems)


def store_corrections(plan: Plan, *, now: datetime, recorded_by: User | None) -> None:
    """Store planned versions with their keys and reports; what listens for any version of their events becomes due."""
    versions = [version for _, version in plan.versions]
    if not versions:
        return
    insert_rows(EventVersion, versions)
    insert_values(EventKey, KEY, [(version.pk, key) for version in versions for key in keys_of(draft_of(version))])
    reports = [
        Evidence(**report_values(version.event_id, report=report, now=now, recorded_by=recorded_by))
        for one, version in plan.versions
        for report in one.reports
    ]
    Evidence.objects.bulk_create(reports, ignore_conflicts=True)
    events = {version.event_id for version in versions}
    span = EventVersion.objects.filter(event__in=events).aggregate(
        occurred_from=Min("occurred_from"), occurred_until=Max("occurred_until")
    )
    keys = EventKey.objects.filter(event_version__event__in=events).values_list("key", flat=True).distinct()
    wake(keys=keys, now=now, **span)


def lock_events(corrections: Iterable[Correction], *, source: Source) -> None:
    """Let nobody else correct these events until the transaction is over; in one order, so that nobody waits twice."""
    identifiers = {one.external_id for one in corrections}
    locked = Event.objects.select_for_update().filter(source=source, external_id__in=identifiers)
    list(locked.order_by("pk").values_list("pk", flat=True))


def never_recorded(one: Correction, *, source: Source) -> RowProblem:
    """The message to whoever corrects what is not there."""
    message = (
        f"“{one.external_id}” of {source.slug} was never recorded, so there is nothing to correct. A new event has no "
        "`corrects`, and comes in the file before what corrects it."
    )
    return problem(one.line, "corrects", message, one.external_id)


def _histories(corrections: Iterable[Correction], *, source: Source) -> dict[str, list[EventVersion]]:
    identifiers = {one.external_id for one in corrections}
    events = Event.objects.filter(source=source, external_id__in=identifiers).values_list("pk", flat=True)
    found = EventVersion.objects.filter(Among("event", events))
    histories: dict[str, list[EventVersion]] = defaultdict(list)
    for version in found.select_related("event__source").order_by("version"):
        histories[version.event.external_id].append(version)
    return dict(histories)


def _is_recorded(one: Correction, *, history: list[EventVersion]) -> bool:
    """Whether it says what is known now, or what an earlier version said then; without a time, at any time."""
    digest = digest_of(one.draft) if one.draft else ""
    same = [version for version in history if version.sha256 == digest or (not digest and version.status == RETRACTED)]
    is_now = bool(same) and same[-1] is history[-1]
    return is_now or any(one.known_at in (None, version.known_at) for version in same)


def _fault(one: Correction, *, history: list[EventVersion], source: Source, now: datetime) -> RowProblem | None:
    known_at = one.known_at or now
    if not history:
        return never_recorded(one, source=source)
    if not one.reason.strip():
        return problem(one.line, "reason", "Say what changed and why.")
    if known_at > now:
        return problem(one.line, "known_at", f"{known_at:%Y-%m-%d %H:%M} UTC is in the future.")
    if known_at < history[-1].known_at:
        message = f"The version it corrects was known on {history[-1].known_at:%Y-%m-%d %H:%M} UTC, which is later."
        return problem(one.line, "known_at", message)
    return None


def _next_version(one: Correction, *, latest: EventVersion, now: datetime, recorded_by: User | None) -> EventVersion:
    draft = one.draft or draft_of(latest, status=RETRACTED, known_at=one.known_at or now)
    return version_row(
        latest.event,
        number=latest.version + 1,
        draft=draft,
        digest=digest_of(draft),
        reason=one.reason.strip(),
        now=now,
        recorded_by=recorded_by,
    )
