"""Recording events in bulk: a thousand rows a transaction, and each bad row told with its line."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import islice
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction

from forecasts.feeds import BadRow, EventRow, problem
from forecasts.models import Among, Event, EventKey, EventVersion, Evidence, Source

from .bulk import insert_alike, insert_values
from .corrections import Correction, lock_events, never_recorded, plan_corrections, store_corrections
from .event_drafts import (
    KEY,
    EventDraft,
    Report,
    check_draft,
    check_event,
    check_report,
    digest_of,
    keys_of,
    other_content,
    recorded_entities,
    report_values,
    version_values,
)
from .events import interval
from .import_reports import ImportReport, RowByRow, Tally, line_of, patiently
from .refusal import Refused, refuse
from .routing import wake, woken_together

CHUNK = 1000


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A row that is right by itself; whether it is new is not yet known."""

    line: int
    external_id: str
    digest: str
    draft: EventDraft
    reports: tuple[Report, ...]


@dataclass(frozen=True, slots=True)
class _Chunk:
    """Up to a thousand rows: those that are right by themselves."""

    line: int
    candidates: list[_Candidate]
    corrections: list[Correction]


def import_events(
    *, source: Source, rows: Iterable[EventRow | BadRow], now: datetime, recorded_by: User | None = None
) -> ImportReport:
    """
    Record the events of a file; a bad row is told and stops none of the others.

    A thousand rows are one transaction, in which the predictions that they may concern become due. Where an import
    is broken off, run it again: what is recorded counts as unchanged. A row with `corrects` or the status RETRACTED
    is the next version of the event that has this id.

    Args:
        source: That the events are reported by.
        rows: As `feeds` reads them; taken one chunk at a time.
        now: When they are recorded, and known where a row does not say.
        recorded_by: Who answers for them.
    Raises:
        ImportStopped: The database stayed locked.
    """
    tally = Tally()
    for chunk in _chunks(rows, now=now, tally=tally):
        record = partial(_record, chunk, source=source, now=now, recorded_by=recorded_by)
        tally.take(patiently(record, line=chunk.line))
    return tally.report()


@transaction.atomic
def record_new_events(
    *, source: Source, rows: Sequence[EventRow], now: datetime, recorded_by: User | None = None
) -> RowByRow:
    """
    Record events in one transaction as `import_events` does, and tell of each row what became of it.

    Args:
        rows: None of them a correction or a retraction.
    """
    tally = RowByRow()
    for chunk in _chunks(rows, now=now, tally=tally):
        _record_new(chunk.candidates, source=source, now=now, recorded_by=recorded_by, tally=tally)
    return tally


def preview_events(*, source: Source, rows: Iterable[EventRow | BadRow], now: datetime) -> ImportReport:
    """
    Return what `import_events` would report, and record nothing.

    An id that comes twice in the file is noticed only within the same thousand rows, and so is an event that a later
    row corrects.
    """
    tally = Tally()
    for chunk in _chunks(rows, now=now, tally=tally):
        fresh = _unrecorded(chunk.candidates, source=source, tally=tally)
        of_fresh = [one for one in chunk.corrections if _follows(one, fresh=fresh)]
        plan = plan_corrections([one for one in chunk.corrections if one not in of_fresh], source=source, now=now)
        tally.new += len(fresh) + len(of_fresh) + len(plan.versions)
        tally.unchanged += plan.unchanged
        tally.refuse_each(plan.problems)
    return tally.report()


def _chunks(rows: Iterable[EventRow | BadRow], *, now: datetime, tally: Tally) -> Iterator[_Chunk]:
    """Yield the rows that are right by themselves in chunks; the others are counted."""
    entities, remaining = recorded_entities(), iter(rows)
    while chunk := list(islice(remaining, CHUNK)):
        found = _Chunk(line_of(chunk[0]), [], [])
        for row in chunk:
            if isinstance(row, BadRow):
                tally.refuse(*row.problems)
                continue
            try:
                if row.corrects or row.content.get("status") == EventVersion.Status.RETRACTED:
                    found.corrections.append(_correction(row, now=now, entities=entities))
                else:
                    found.candidates.append(_candidate(row, now=now, entities=entities))
            except Refused as refused:
                said = refused.message_dict.items()
                tally.refuse(*(problem(row.line, field, message) for field, found in said for message in found))
        yield found


def _candidate(row: EventRow, *, now: datetime, entities: frozenset[str]) -> _Candidate:
    """
    Raises:
        Refused: As `record_event` refuses the same event.
    """
    draft, reports = _content(row, now=now)
    if row.reason:
        raise refuse("reason", "Only a correction has a reason: name the event in `corrects`.")
    check_event(draft, reports=reports, now=now, entities=entities)
    digest = digest_of(draft)
    return _Candidate(row.line, row.external_id or f"sha256:{digest}", digest, draft, reports)


def _content(row: EventRow, *, now: datetime) -> tuple[EventDraft, tuple[Report, ...]]:
    content = {"title": "", "event_type": "", **row.content, **interval(row.occurred)}
    draft = EventDraft(known_at=row.known_at or now, **content)
    return draft, tuple(Report(**report) for report in row.reports)


def _correction(row: EventRow, *, now: datetime, entities: frozenset[str]) -> Correction:
    """
    Raises:
        Refused: It names two events or none, or `correct_event` refuses the same content.
    """
    if row.corrects and row.external_id not in ("", row.corrects):
        raise refuse("corrects", f"The row is “{row.external_id}” and corrects “{row.corrects}”: give one id.")
    target = row.corrects or row.external_id
    if not target:
        raise refuse("corrects", "Say by its external_id which event is retracted.")
    if row.content.get("status") == EventVersion.Status.RETRACTED:
        return Correction(row.line, target, row.reason, None, (), row.known_at)
    draft, reports = _content(row, now=now)
    check_draft(draft, now=now, entities=entities)
    for report in reports:
        check_report(report)
    return Correction(row.line, target, row.reason, draft, reports, row.known_at)


def _follows(one: Correction, *, fresh: dict[str, _Candidate]) -> bool:
    """Whether it corrects an event that an earlier line of the same rows tells for the first time."""
    return one.external_id in fresh and fresh[one.external_id].line < one.line


def _unrecorded(candidates: list[_Candidate], *, source: Source, tally: Tally) -> dict[str, _Candidate]:
    """The first candidate of each id that is not recorded; the others are counted as unchanged or refused."""
    recorded = _recorded(candidates, source=source)
    fresh: dict[str, _Candidate] = {}
    for candidate in candidates:
        identifier = candidate.external_id
        if identifier in recorded:
            event_id, digests = recorded[identifier]
            is_same, message = candidate.digest in digests, other_content(identifier, source=source, event_id=event_id)
        elif identifier in fresh:
            first = fresh[identifier]
            is_same, message = candidate.digest == first.digest, _given_twice(identifier, line=first.line)
        else:
            fresh[identifier] = candidate
            continue
        if is_same:
            tally.add_unchanged(line=candidate.line, external_id=identifier)
        else:
            tally.refuse(problem(candidate.line, "external_id", message, identifier))
    return fresh


def _given_twice(identifier: str, *, line: int) -> str:
    return f"“{identifier}” is the id of line {line} already, which has other content. Give each event its own id."


def _recorded(candidates: list[_Candidate], *, source: Source) -> dict[str, tuple[object, set[str]]]:
    """The recorded events that have the ids of the candidates, with the digests of their versions."""
    identifiers = sorted({candidate.external_id for candidate in candidates})
    events = Event.objects.filter(source=source, external_id__in=identifiers)
    found: dict[UUID, tuple[str, set[str]]] = {
        pk: (name, set()) for pk, name in events.values_list("pk", "external_id")
    }
    # Two questions: while a file comes in, the database does not know yet how large the tables are, and joins badly.
    versions = EventVersion.objects.filter(Among("event", found))
    for event_id, digest in versions.values_list("event", "sha256"):
        found[event_id][1].add(digest)
    return {name: (event_id, digests) for event_id, (name, digests) in found.items()}


@transaction.atomic
@woken_together()
def _record(chunk: _Chunk, *, source: Source, now: datetime, recorded_by: User | None) -> Tally:
    """Record what is new of a chunk, then what corrects it or what was recorded before."""
    tally = Tally()
    lines = _record_new(chunk.candidates, source=source, now=now, recorded_by=recorded_by, tally=tally)
    if not chunk.corrections:
        return tally
    lock_events(chunk.corrections, source=source)
    in_order = [one for one in chunk.corrections if lines.get(one.external_id, 0) < one.line]
    plan = plan_corrections(in_order, source=source, now=now, recorded_by=recorded_by)
    store_corrections(plan, now=now, recorded_by=recorded_by)
    tally.new += len(plan.versions)
    tally.unchanged += plan.unchanged
    tally.refuse_each(plan.problems)
    tally.refuse_each(never_recorded(one, source=source) for one in chunk.corrections if one not in in_order)
    return tally


def _record_new(
    candidates: list[_Candidate], *, source: Source, now: datetime, recorded_by: User | None, tally: Tally
) -> dict[str, int]:
    """Record the candidates that are new, with all that belongs to them; the line of each by its id."""
    fresh = _unrecorded(candidates, source=source, tally=tally)
    # In one order, so that two imports never wait for each other; who comes second skips what the first recorded.
    events = [Event(source=source, external_id=identifier, recorded_at=now) for identifier in sorted(fresh)]
    Event.objects.bulk_create(events, ignore_conflicts=True)
    ours = set(Event.objects.filter(Among("pk", (event.pk for event in events))).values_list("pk", flat=True))
    late = [fresh[event.external_id] for event in events if event.pk not in ours]
    if late:
        _unrecorded(late, source=source, tally=tally)
    stored = [(event, fresh[event.external_id]) for event in events if event.pk in ours]
    for event, one in stored:
        tally.add_new(line=one.line, external_id=event.external_id)
    _store(stored, source=source, now=now, recorded_by=recorded_by)
    return {event.external_id: one.line for event, one in stored}


def _store(
    found: Sequence[tuple[Event, _Candidate]], *, source: Source, now: datetime, recorded_by: User | None
) -> None:
    """Store the first versions of events with their keys and reports, and make due whom they may concern."""
    if not found:
        return
    drafts = [(event.pk, one.draft, one.digest) for event, one in found]
    versions = [
        version_values(
            event_id, source=source, number=1, draft=draft, digest=digest, reason="", now=now, recorded_by=recorded_by
        )
        for event_id, draft, digest in drafts
    ]
    keys = [
        (version["id"], key) for version, (_, draft, _) in zip(versions, drafts, strict=True) for key in keys_of(draft)
    ]
    reports = [
        report_values(event.pk, report=report, now=now, recorded_by=recorded_by)
        for event, one in found
        for report in _once(one.reports)
    ]
    insert_alike(EventVersion, versions)
    insert_values(EventKey, KEY, keys)
    insert_alike(Evidence, reports)
    wake(
        keys={key for _, key in keys},
        occurred_from=min(draft.occurred_from for _, draft, _ in drafts),
        occurred_until=max(draft.occurred_until for _, draft, _ in drafts),
        now=now,
    )


def _once(reports: tuple[Report, ...]) -> Iterable[Report]:
    """The reports without those that name the same place again."""
    return {(report.url, report.citation): report for report in reversed(reports)}.values()
