"""Recording what happened: events in versions, their evidence, and making due what they touch."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Max, Min

from forecasts.feeds.periods import DAY, PERIODS, day, is_period, period
from forecasts.models import Event, EventKey, EventVersion, Evidence, Source

from .bulk import insert_values
from .event_drafts import (
    KEY,
    EventDraft,
    Report,
    check_draft,
    check_event,
    check_known_at,
    check_report,
    digest_of,
    keys_of,
    other_content,
    recorded_entities,
    report_values,
    version_row,
)
from .refusal import refuse
from .routing import wake

__all__ = [
    "EventDraft",
    "Report",
    "add_evidence",
    "correct_event",
    "day",
    "draft_of",
    "interval",
    "record_event",
    "retract_event",
    "wake_for",
]

WAYS_TO_SAY_WHEN = "occurred_on, or occurred_at, or occurred_from and occurred_until"


def interval(times: Mapping[str, Any]) -> dict[str, Any]:
    """
    When an event occurred, to what precision, and when it was announced and took effect, as half-open intervals.

    Args:
        times: `occurred_on`, a date, with `date_precision` if it is the first day of a WEEK, MONTH or QUARTER; or
            `occurred_at`; or `occurred_from` and `occurred_until`. The same for announced and effective, or neither.
    Raises:
        Refused: When it occurred is not given, or anything in several ways, or a precision that does not fit.
    """
    start, end, precision = _bounds("occurred", times)
    found = {"occurred_from": start, "occurred_until": end, "precision": precision}
    for name in ("announced", "effective"):
        if any(given.startswith(f"{name}_") for given in times):
            found[f"{name}_from"], found[f"{name}_until"], _ = _bounds(name, times)
    return found


def _bounds(name: str, times: Mapping[str, Any]) -> tuple[datetime, datetime, str]:
    given = {said: value for said, value in times.items() if said.startswith(f"{name}_")}
    precision = times.get("date_precision", "") if name == "occurred" else ""
    match sorted(given):
        case [said] if said == f"{name}_on":
            try:
                return *period(given[said], precision=precision or DAY), precision or DAY
            except ValueError as error:
                raise refuse("date_precision" if precision else said, str(error)) from None
        case [said] if said == f"{name}_at":
            return given[said], given[said], _fitting(precision, EventVersion.Precision.INSTANT.value, said=said)
        case [first, last] if (first, last) == (f"{name}_from", f"{name}_until"):
            bounds = given[first], given[last]
            if precision in PERIODS and is_period(*bounds, precision=precision):
                return *bounds, precision
            return *bounds, _fitting(precision, EventVersion.Precision.RANGE.value, said=f"{first} and {last}")
    ways = WAYS_TO_SAY_WHEN.replace("occurred", name)
    if not given:
        raise refuse("occurred_on", f"Say when it occurred: give {ways}.")
    raise refuse(next(iter(given)), f"Give {ways}; not {' and '.join(given)}.")


def _fitting(precision: str, meant: str, *, said: str) -> str:
    if precision not in ("", meant):
        raise refuse("date_precision", f"“{precision[:40]}” does not fit {said}, which says {meant}.")
    return meant


@transaction.atomic
def record_event(
    *,
    source: Source,
    draft: EventDraft,
    reports: tuple[Report, ...],
    now: datetime,
    external_id: str = "",
    recorded_by: User | None = None,
) -> tuple[EventVersion, bool]:
    """
    Record an event once; rules it may concern become due in the same transaction.

    Returns:
        Its latest version, and whether the event is new: the same event again adds nothing.
    Raises:
        Refused: A field is malformed, or the id is taken by an event with other content.
    """
    check_event(draft, reports=reports, now=now, entities=recorded_entities())
    digest = digest_of(draft)
    event, is_new = Event.objects.get_or_create(
        source=source, external_id=external_id or f"sha256:{digest}", defaults={"recorded_at": now}
    )
    if not is_new:
        return _same_event(event, digest=digest), False
    version = _append_version(event, draft=draft, digest=digest, reason="", now=now, recorded_by=recorded_by)
    for report in reports:
        _append_report(event, report=report, now=now, recorded_by=recorded_by)
    return version, True


def _same_event(event: Event, *, digest: str) -> EventVersion:
    versions = event.versions.order_by("version")
    if not any(version.sha256 == digest for version in versions):
        message = other_content(event.external_id, source=event.source, event_id=event.pk)
        raise refuse("external_id", message)
    return versions.latest("version")


@transaction.atomic
def correct_event(
    *, event: Event, draft: EventDraft, reason: str, now: datetime, recorded_by: User | None = None
) -> tuple[EventVersion, bool]:
    """
    Record what is now known about an event as its next version; the earlier ones stay.

    Returns:
        The latest version, and whether it is new: the same content again adds nothing.
    Raises:
        Refused: A field is malformed, the reason is missing, or it was known before the version it corrects.
    """
    check_draft(draft, now=now, entities=recorded_entities())
    return _supersede(event, draft=draft, reason=reason, now=now, recorded_by=recorded_by)


def _supersede(
    event: Event, *, draft: EventDraft, reason: str, now: datetime, recorded_by: User | None
) -> tuple[EventVersion, bool]:
    if not reason.strip():
        raise refuse("reason", "Say what changed and why.")
    Event.objects.select_for_update().get(pk=event.pk)
    latest = event.versions.latest("version")
    digest = digest_of(draft)
    if latest.sha256 == digest:
        return latest, False
    if draft.known_at < latest.known_at:
        raise refuse(
            "known_at", f"The version it corrects was known on {latest.known_at:%Y-%m-%d %H:%M} UTC, which is later."
        )
    return _append_version(
        event, draft=draft, digest=digest, reason=reason.strip(), now=now, recorded_by=recorded_by
    ), True


@transaction.atomic
def retract_event(
    *, event: Event, reason: str, known_at: datetime, now: datetime, recorded_by: User | None = None
) -> tuple[EventVersion, bool]:
    """
    Record that an event did not happen, or not so; rules no longer see it from `known_at` on.

    Raises:
        Refused: The reason is missing, or `known_at` is before the version it retracts or in the future.
    """
    latest = event.versions.latest("version")
    withdrawn = draft_of(latest, status=EventVersion.Status.RETRACTED, known_at=known_at)
    # The content stays as it is: what could not be recorded today can still be withdrawn.
    check_known_at(withdrawn, now=now)
    return _supersede(event, draft=withdrawn, reason=reason, now=now, recorded_by=recorded_by)


def draft_of(version: EventVersion, **changes: Any) -> EventDraft:
    """The content of a recorded version, with changes."""
    same = {name: getattr(version, name) for name in EventDraft.__dataclass_fields__}
    lists = {name: tuple(same[name]) for name in ("modes", "contexts", "topics", "actors", "recipients", "locations")}
    return EventDraft(**{**same, **lists, **changes})


@transaction.atomic
def add_evidence(
    *, event: Event, report: Report, now: datetime, recorded_by: User | None = None
) -> tuple[Evidence, bool]:
    """
    Record another report of an event; a second owner can make a verdict final by itself.

    Raises:
        Refused: The report names neither an address nor a citation.
    """
    check_report(report)
    evidence, is_new = _append_report(event, report=report, now=now, recorded_by=recorded_by)
    if is_new:
        wake_for(event, now=now)
    return evidence, is_new


def wake_for(event: Event, *, now: datetime) -> None:
    """Make due what listens for any version of the event: what was counted may count no more."""
    versions = event.versions.aggregate(since=Min("occurred_from"), until=Max("occurred_until"))
    keys = EventKey.objects.filter(event_version__event=event).values_list("key", flat=True)
    wake(keys=keys, occurred_from=versions["since"], occurred_until=versions["until"], now=now)


def _append_version(
    event: Event, *, draft: EventDraft, digest: str, reason: str, now: datetime, recorded_by: User | None
) -> EventVersion:
    number = (event.versions.aggregate(n=Max("version"))["n"] or 0) + 1
    version = version_row(
        event, number=number, draft=draft, digest=digest, reason=reason, now=now, recorded_by=recorded_by
    )
    version.save(force_insert=True)
    insert_values(EventKey, KEY, [(version.pk, key) for key in keys_of(draft)])
    wake_for(event, now=now)
    return version


def _append_report(event: Event, *, report: Report, now: datetime, recorded_by: User | None) -> tuple[Evidence, bool]:
    given = report_values(event.pk, report=report, now=now, recorded_by=recorded_by)
    place = {name: given.pop(name) for name in ("event_id", "url", "citation")}
    return Evidence.objects.get_or_create(**place, defaults=given)
