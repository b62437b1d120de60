"""What is to be recorded about an event, and everything that can be wrong with it."""

import hashlib
import json
import re
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from django.contrib.auth.models import User

from forecasts import rules
from forecasts.feeds import is_web_address
from forecasts.feeds.codes import CONTEXTS, EVENT_TYPES, MODES, action_code_fault, code_fault
from forecasts.feeds.magnitudes import attribute_faults
from forecasts.feeds.periods import PERIODS, is_period
from forecasts.feeds.places import location_fault, place_fault
from forecasts.models import Entity, Event, EventVersion, Source

from .refusal import Problems

FIRST_YEAR, MAX_YEARS_AHEAD, LONGEST_OWNER, LONGEST_PATH, LONGEST_REPORT = 1900, 50, 200, 120, 2400
MODALITIES = tuple(EventVersion.Modality.values)
# Not part of the digest where they are not given: what was recorded before they existed keeps its own.
OPTIONAL = ("announced_from", "announced_until", "effective_from", "effective_until", "place")
KEY = ("event_version_id", "key")
# One for all contents: to make it takes as long as to write a short one.
_WRITTEN = json.JSONEncoder(sort_keys=True, default=lambda moment: moment.isoformat(), ensure_ascii=False).encode


@dataclass(frozen=True)
class Report:
    """Where an event is reported: an address, or a citation where there is none."""

    url: str = ""
    citation: str = ""
    owner: str = ""
    quote: str = ""


@dataclass(frozen=True)
class EventDraft:
    """What is known about an event, coded. What ends in `_until` is excluded; equal to the start for an instant."""

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
    place: dict[str, object] | None = None
    announced_from: datetime | None = None
    announced_until: datetime | None = None
    effective_from: datetime | None = None
    effective_until: datetime | None = None
    attributes: dict[str, object] = field(default_factory=dict)
    tier: str = ""
    status: str = EventVersion.Status.ACTIVE
    note: str = ""


def recorded_entities() -> frozenset[str]:
    """The paths of every entity, for checking many drafts."""
    return frozenset(Entity.objects.values_list("path", flat=True))


def check_event(draft: EventDraft, *, reports: tuple[Report, ...], now: datetime, entities: Collection[str]) -> None:
    """
    Raises:
        Refused: With a message for each field of the draft or its reports that is wrong.
    """
    problems = Problems()
    _check_content(draft, now=now, entities=entities, problems=problems)
    _check_reports(reports, problems=problems)
    problems.raise_if_any()


def check_draft(draft: EventDraft, *, now: datetime, entities: Collection[str]) -> None:
    """
    Raises:
        Refused: With a message for each field of the draft that is wrong.
    """
    problems = Problems()
    _check_content(draft, now=now, entities=entities, problems=problems)
    problems.raise_if_any()


def check_known_at(draft: EventDraft, *, now: datetime) -> None:
    """
    Raises:
        Refused: It was known before it happened, or is not known yet.
    """
    problems = Problems()
    _check_known_at(draft, now=now, problems=problems)
    problems.raise_if_any()


def check_report(report: Report) -> None:
    """
    Raises:
        Refused: The report names neither an address nor a citation, or no web address.
    """
    problems = Problems()
    _check_reports((report,), problems=problems)
    problems.raise_if_any()


def _check_length(report: Report, *, problems: Problems) -> None:
    # One index holds the event, the address and the citation, and an entry of it about 2,700 bytes.
    if len(f"{report.url}{report.citation}".encode()) > LONGEST_REPORT:
        problems.add("evidence", f"Address and citation together are too long: {LONGEST_REPORT} bytes at most.")


def _check_content(draft: EventDraft, *, now: datetime, entities: Collection[str], problems: Problems) -> None:
    _check_times(draft, now=now, problems=problems)
    _check_codes(draft, problems=problems)
    if not draft.title.strip():
        problems.add("title", "An event needs a title that says who did what.")
    for name in ("actors", "recipients"):
        for path in getattr(draft, name):
            if not _known(path, entities=entities):
                problems.add(
                    name, f"“{path}” is no recorded entity, nor below one. Record it first, or check the spelling."
                )
    _check_places(draft, entities=entities, problems=problems)
    problems.extend("attributes", attribute_faults(draft.attributes))


def _check_codes(draft: EventDraft, *, problems: Problems) -> None:
    if draft.event_type not in EVENT_TYPES:
        problems.add("event_type", code_fault(draft.event_type, table=EVENT_TYPES, thing="event type"))
    if draft.action_code:
        problems.add_fault("action_code", action_code_fault(draft.action_code))
    for mode in draft.modes:
        problems.add_fault("modes", code_fault(mode, table=MODES, thing="PLOVER mode"))
    for context in draft.contexts:
        problems.add_fault("contexts", code_fault(context, table=CONTEXTS, thing="PLOVER context"))
    for name in ("topics", "actors", "recipients"):
        for path in getattr(draft, name):
            if len(path) > LONGEST_PATH:
                problems.add(name, f"“{path[:40]}…” has {len(path)} characters; {LONGEST_PATH} at most.")
    if draft.modality not in MODALITIES:
        problems.add("modality", f"“{draft.modality}” is no modality. Choose one of {', '.join(MODALITIES)}.")


def _check_places(draft: EventDraft, *, entities: Collection[str], problems: Problems) -> None:
    for path in draft.locations:
        if not _known(path, entities=entities) or len(path) > LONGEST_PATH:
            problems.add_fault("locations", location_fault(path))
    if draft.place is not None:
        problems.add_fault("place", place_fault(draft.place))


def _check_times(draft: EventDraft, *, now: datetime, problems: Problems) -> None:
    if draft.occurred_from <= now:
        _check_bounds("occurred", draft.occurred_from, draft.occurred_until, now=now, problems=problems)
    else:
        problems.add(
            "occurred_from",
            f"{draft.occurred_from:%Y-%m-%d %H:%M} UTC is in the future: record an event once it happened.",
        )
    if draft.precision in PERIODS[1:]:
        _check_period(draft, problems=problems)
    _check_known_at(draft, now=now, problems=problems)
    if draft.announced_from is not None or draft.announced_until is not None:
        _check_bounds("announced", draft.announced_from, draft.announced_until, now=now, problems=problems)
    if draft.announced_from is not None and draft.announced_from > now:
        problems.add("announced_from", f"{draft.announced_from:%Y-%m-%d} is in the future: leave it out until then.")
    if draft.effective_from is not None or draft.effective_until is not None:
        _check_bounds("effective", draft.effective_from, draft.effective_until, now=now, problems=problems)


def _check_known_at(draft: EventDraft, *, now: datetime, problems: Problems) -> None:
    if draft.known_at > now:
        problems.add("known_at", f"{draft.known_at:%Y-%m-%d %H:%M} UTC is in the future: when was it first reported?")
    if draft.known_at < draft.occurred_from:
        problems.add(
            "known_at", f"{draft.known_at:%Y-%m-%d %H:%M} UTC is before it happened: when was it first reported?"
        )


def _check_bounds(
    name: str, start: datetime | None, end: datetime | None, *, now: datetime, problems: Problems
) -> None:
    if start is None or end is None:
        problems.add(f"{name}_{'from' if start is None else 'until'}", f"Give {name}_from and {name}_until together.")
        return
    if start.year < FIRST_YEAR:
        problems.add(f"{name}_from", f"The year {start.year} is before {FIRST_YEAR}: is a digit missing?")
    if end < start:
        problems.add(f"{name}_until", f"It ends on {end:%Y-%m-%d}, before it begins.")
    if end.year > now.year + MAX_YEARS_AHEAD:
        problems.add(
            f"{name}_until", f"The year {end.year} is more than {MAX_YEARS_AHEAD} years away: is a digit wrong?"
        )


def _check_period(draft: EventDraft, *, problems: Problems) -> None:
    if not is_period(draft.occurred_from, draft.occurred_until, precision=draft.precision):
        begins, ends = f"{draft.occurred_from:%Y-%m-%d}", f"{draft.occurred_until:%Y-%m-%d}"
        problems.add("date_precision", f"{begins} to before {ends} is no {draft.precision.lower()}.")


def _known(path: str, *, entities: Collection[str]) -> bool:
    """Whether a dotted path or one above it is recorded."""
    words = path.split(".")
    return any(".".join(words[:depth]) in entities for depth in range(len(words), 0, -1))


def _check_reports(reports: tuple[Report, ...], *, problems: Problems) -> None:
    if not reports:
        problems.add("evidence", "An event needs at least one report: an address, or a citation.")
    for report in reports:
        if not report.url and not report.citation:
            problems.add("evidence", "A report needs an address or a citation.")
        _check_length(report, problems=problems)
        if report.url and not is_web_address(report.url):
            problems.add("evidence", f"“{report.url[:80]}” is no web address: it must begin with http:// or https://.")


def digest_of(draft: EventDraft) -> str:
    """SHA-256 of the content; when it was known is part of it only where something is retracted."""
    content = {name: value for name, value in vars(draft).items() if value is not None or name not in OPTIONAL}
    if draft.status != EventVersion.Status.RETRACTED:
        del content["known_at"]
    return hashlib.sha256(_WRITTEN(content).encode()).hexdigest()


def other_content(external_id: str, *, source: Source, event_id: object) -> str:
    """The message to whoever gives an id to an event that another one has."""
    return (
        f"“{external_id}” of {source.slug} is recorded with other content (event {event_id}). "
        "Record a correction of it, or give this event its own id."
    )


def version_row(
    event: Event, *, number: int, draft: EventDraft, digest: str, reason: str, now: datetime, recorded_by: User | None
) -> EventVersion:
    """The draft as a version of an event, not yet stored."""
    values = version_values(
        event.pk,
        source=event.source,
        number=number,
        draft=draft,
        digest=digest,
        reason=reason,
        now=now,
        recorded_by=recorded_by,
    )
    row = EventVersion(**values)
    row.event = event
    return row


def version_values(
    event_id: UUID,
    *,
    source: Source,
    number: int,
    draft: EventDraft,
    digest: str,
    reason: str,
    now: datetime,
    recorded_by: User | None,
) -> dict[str, Any]:
    """The draft as a version of an event of a source, by the attributes of its table and in one order."""
    return {
        "id": uuid4(),
        "event_id": event_id,
        "version": number,
        "reason": reason,
        "sha256": digest,
        "recorded_at": now,
        "recorded_by_id": recorded_by.pk if recorded_by else None,
        **{name: list(value) if isinstance(value, tuple) else value for name, value in vars(draft).items()},
        "tier": draft.tier or source.tier,
    }


def keys_of(draft: EventDraft) -> list[str]:
    """The keys under which a version is announced, in order."""
    return sorted(
        rules.event_keys(
            event_type=draft.event_type, action_code=draft.action_code, topics=draft.topics, actors=draft.actors
        )
    )


def report_values(event_id: UUID, *, report: Report, now: datetime, recorded_by: User | None) -> dict[str, Any]:
    """The report as evidence of an event, by the attributes of its table and in one order."""
    return {
        "event_id": event_id,
        "url": report.url,
        "citation": report.citation,
        "owner": (report.owner or _owner(report))[:LONGEST_OWNER],
        "quote": report.quote,
        "recorded_at": now,
        "recorded_by_id": recorded_by.pk if recorded_by else None,
    }


def _owner(report: Report) -> str:
    """The host without www, as a first guess at who publishes; for a citation its first part."""
    host = (urlsplit(report.url).hostname or "").removeprefix("www.")
    return host or re.split(r"[,;:]", report.citation)[0]
