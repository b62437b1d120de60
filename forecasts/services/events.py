"""Recording what happened: events in versions, their evidence, and making due what they touch."""

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Max

from forecasts import rules
from forecasts.models import Entity, Event, EventKey, EventVersion, Evidence, RuleKey, Source

from .predictions import make_due
from .refusal import Problems, refuse

CODE = re.compile(r"\d{2,4}")
FIRST_YEAR, MAX_ATTRIBUTES = 1900, 50


@dataclass(frozen=True)
class Report:
    """Where an event is reported: an address, or a citation where there is none."""

    url: str = ""
    citation: str = ""
    owner: str = ""
    quote: str = ""


@dataclass(frozen=True)
class EventDraft:
    """What is known about an event, coded. `occurred_until` is excluded; equal to the start for an instant."""

    title: str
    event_type: str
    occurred_from: datetime
    occurred_until: datetime
    known_at: datetime
    precision: str = EventVersion.Precision.DAY
    action_code: str = ""
    modes: tuple[str, ...] = ()
    contexts: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    modality: str = EventVersion.Modality.ACTUAL
    actors: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()
    locations: tuple[str, ...] = ()
    attributes: dict[str, object] = field(default_factory=dict)
    tier: str = ""
    status: str = EventVersion.Status.ACTIVE
    note: str = ""


def day(on: date, *, until: date | None = None) -> tuple[datetime, datetime]:
    """The half-open interval of a day in UTC, or of the days from one to another, both included."""
    start = datetime(on.year, on.month, on.day, tzinfo=UTC)
    last = until or on
    return start, datetime(last.year, last.month, last.day, tzinfo=UTC) + timedelta(days=1)


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
    checked(draft, now=now)
    _check_reports(reports)
    digest = _digest(draft)
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
        raise refuse(
            "external_id",
            f"“{event.external_id}” of {event.source.slug} is recorded with other content (event {event.pk}). "
            "Record a correction of it, or give this event its own id.",
        )
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
    checked(draft, now=now)
    if not reason.strip():
        raise refuse("reason", "Say what changed and why.")
    Event.objects.select_for_update().get(pk=event.pk)
    latest = event.versions.latest("version")
    digest = _digest(draft)
    if latest.sha256 == digest:
        return latest, False
    if draft.known_at < latest.known_at:
        raise refuse(
            "known_at", f"The version it corrects was known on {latest.known_at:%Y-%m-%d %H:%M} UTC, which is later."
        )
    return _append_version(
        event, draft=draft, digest=digest, reason=reason.strip(), now=now, recorded_by=recorded_by
    ), True


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
    return correct_event(event=event, draft=withdrawn, reason=reason, now=now, recorded_by=recorded_by)


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
    _check_reports((report,))
    evidence, is_new = _append_report(event, report=report, now=now, recorded_by=recorded_by)
    if is_new:
        wake(keys=EventKey.objects.filter(event_version__event=event).values_list("key", flat=True), now=now)
    return evidence, is_new


def wake(*, keys: Iterable[str], now: datetime) -> int:
    """Make due every prediction with a rule that listens for one of the keys."""
    return make_due(predictions=RuleKey.objects.filter(key__in=list(keys)).values("rule_version__prediction"), now=now)


def checked(draft: EventDraft, *, now: datetime) -> EventDraft:
    """
    The draft itself, when nothing is wrong with it.

    Raises:
        Refused: With a message for each field that is.
    """
    problems = Problems()
    _check_times(draft, now=now, problems=problems)
    if not draft.title.strip():
        problems.add("title", "An event needs a title that says who did what.")
    if draft.event_type not in rules.EVENT_TYPES:
        problems.add(
            "event_type", f"“{draft.event_type}” is no event type. Choose one of {', '.join(rules.EVENT_TYPES)}."
        )
    if draft.action_code and not CODE.fullmatch(draft.action_code):
        problems.add(
            "action_code",
            f"“{draft.action_code}” is no CAMEO code: two to four digits with the leading zero, like 072.",
        )
    _check_paths(draft, problems=problems)
    problems.raise_if_any()
    return draft


def _check_times(draft: EventDraft, *, now: datetime, problems: Problems) -> None:
    if draft.occurred_from.year < FIRST_YEAR:
        problems.add(
            "occurred_from", f"The year {draft.occurred_from.year} is before {FIRST_YEAR}: is a digit missing?"
        )
    if draft.occurred_from > now:
        problems.add(
            "occurred_from",
            f"{draft.occurred_from:%Y-%m-%d %H:%M} UTC is in the future: record an event once it happened.",
        )
    if draft.occurred_until < draft.occurred_from:
        problems.add("occurred_until", f"It ends on {draft.occurred_until:%Y-%m-%d}, before it begins.")
    if draft.known_at > now:
        problems.add("known_at", f"{draft.known_at:%Y-%m-%d %H:%M} UTC is in the future: when was it first reported?")
    if draft.known_at < draft.occurred_from:
        problems.add(
            "known_at", f"{draft.known_at:%Y-%m-%d %H:%M} UTC is before it happened: when was it first reported?"
        )


def _check_paths(draft: EventDraft, *, problems: Problems) -> None:
    roots = set(Entity.objects.values_list("path", flat=True))
    for name in ("actors", "recipients"):
        for path in getattr(draft, name):
            if not _known(path, roots=roots):
                problems.add(
                    name, f"“{path}” is no recorded entity, nor below one. Record it first, or check the spelling."
                )
    if len(draft.attributes) > MAX_ATTRIBUTES:
        problems.add("attributes", f"{len(draft.attributes)} attributes are too many; {MAX_ATTRIBUTES} at most.")


def _known(path: str, *, roots: set[str]) -> bool:
    """Whether a dotted path or one above it is recorded."""
    words = path.split(".")
    return any(".".join(words[:depth]) in roots for depth in range(1, len(words) + 1))


def _check_reports(reports: tuple[Report, ...]) -> None:
    if not reports:
        raise refuse("evidence", "An event needs at least one report: an address, or a citation.")
    for report in reports:
        if not report.url and not report.citation:
            raise refuse("evidence", "A report needs an address or a citation.")
        if report.url and urlsplit(report.url).scheme not in ("http", "https"):
            raise refuse("evidence", f"“{report.url[:80]}” is no web address: it must begin with http:// or https://.")


def _digest(draft: EventDraft) -> str:
    content = {name: value for name, value in asdict(draft).items() if name != "known_at"}
    if draft.status == EventVersion.Status.RETRACTED:
        content["known_at"] = draft.known_at
    text = json.dumps(content, sort_keys=True, default=lambda moment: moment.isoformat(), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _append_version(
    event: Event, *, draft: EventDraft, digest: str, reason: str, now: datetime, recorded_by: User | None
) -> EventVersion:
    fields = {name: getattr(draft, name) for name in EventDraft.__dataclass_fields__}
    fields |= {name: list(value) for name, value in fields.items() if isinstance(value, tuple)}
    fields["tier"] = draft.tier or event.source.tier
    number = (event.versions.aggregate(n=Max("version"))["n"] or 0) + 1
    version = EventVersion.objects.create(
        event=event, version=number, reason=reason, sha256=digest, recorded_at=now, recorded_by=recorded_by, **fields
    )
    keys = sorted(rules.event_keys(event_type=draft.event_type, action_code=draft.action_code, topics=draft.topics))
    EventKey.objects.bulk_create(EventKey(event_version=version, key=key) for key in keys)
    wake(keys=EventKey.objects.filter(event_version__event=event).values_list("key", flat=True), now=now)
    return version


def _append_report(event: Event, *, report: Report, now: datetime, recorded_by: User | None) -> tuple[Evidence, bool]:
    owner = report.owner or _owner(report)
    return Evidence.objects.get_or_create(
        event=event,
        url=report.url,
        citation=report.citation,
        defaults={"owner": owner, "quote": report.quote, "recorded_at": now, "recorded_by": recorded_by},
    )


def _owner(report: Report) -> str:
    """The host without www, as a first guess at who publishes; for a citation its first part."""
    host = (urlsplit(report.url).hostname or "").removeprefix("www.")
    return host or re.split(r"[,;:]", report.citation)[0][:200]
