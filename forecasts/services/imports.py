"""Recording events in bulk: a thousand rows a transaction, and each bad row told with its line."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from django.contrib.auth.models import User
from django.db import transaction

from forecasts.feeds import BadRow, EventRow, RowProblem, problem
from forecasts.models import Event, EventKey, EventVersion, Evidence, Source

from .bulk import insert_rows
from .event_drafts import (
    EventDraft,
    Report,
    check_event,
    digest_of,
    key_rows,
    other_content,
    recorded_entities,
    report_row,
    version_row,
)
from .events import interval
from .refusal import Refused
from .routing import wake

CHUNK, MAX_PROBLEMS = 1000, 1000


@dataclass(frozen=True)
class ImportReport:
    """What became of the rows of a file: how many were new, unchanged or refused, and the first problems."""

    new: int
    unchanged: int
    refused: int
    problems: tuple[RowProblem, ...]


class _Tally:
    """Counts what becomes of the rows."""

    def __init__(self) -> None:
        self.new = self.unchanged = self.refused = 0
        self._problems: list[RowProblem] = []

    def refuse(self, *problems: RowProblem) -> None:
        """Count one row as refused."""
        self.refused += 1
        self._problems += problems[: MAX_PROBLEMS - len(self._problems)]

    def report(self) -> ImportReport:
        return ImportReport(self.new, self.unchanged, self.refused, tuple(self._problems))


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A row that is right by itself; whether it is new is not yet known."""

    line: int
    external_id: str
    digest: str
    draft: EventDraft
    reports: tuple[Report, ...]


def import_events(
    *, source: Source, rows: Iterable[EventRow | BadRow], now: datetime, recorded_by: User | None = None
) -> ImportReport:
    """
    Record the events of a file; a bad row is told and stops none of the others.

    A thousand rows are one transaction, in which the predictions that they may concern become due. Where an import
    is broken off, run it again: what is recorded counts as unchanged.

    Args:
        source: That the events are reported by.
        rows: As `feeds` reads them; taken one chunk at a time.
        now: When they are recorded, and known where a row does not say.
        recorded_by: Who answers for them.
    """
    tally = _Tally()
    for candidates in _candidates(rows, now=now, tally=tally):
        _record(candidates, source=source, now=now, recorded_by=recorded_by, tally=tally)
    return tally.report()


def preview_events(*, source: Source, rows: Iterable[EventRow | BadRow], now: datetime) -> ImportReport:
    """
    Return what `import_events` would report, and record nothing.

    An id that comes twice in the file is noticed only within the same thousand rows.
    """
    tally = _Tally()
    for candidates in _candidates(rows, now=now, tally=tally):
        tally.new += len(_unrecorded(candidates, source=source, tally=tally))
    return tally.report()


def _candidates(rows: Iterable[EventRow | BadRow], *, now: datetime, tally: _Tally) -> Iterator[list[_Candidate]]:
    """Yield the rows that are right by themselves in chunks; the others are counted."""
    entities, remaining = recorded_entities(), iter(rows)
    while chunk := list(islice(remaining, CHUNK)):
        candidates = []
        for row in chunk:
            if isinstance(row, BadRow):
                tally.refuse(*row.problems)
                continue
            try:
                candidates.append(_candidate(row, now=now, entities=entities))
            except Refused as refused:
                said = refused.message_dict.items()
                tally.refuse(*(problem(row.line, field, message) for field, found in said for message in found))
        yield candidates


def _candidate(row: EventRow, *, now: datetime, entities: frozenset[str]) -> _Candidate:
    """
    Raises:
        Refused: As `record_event` refuses the same event.
    """
    content = {"title": "", "event_type": "", **row.content, **interval(row.occurred)}
    draft = EventDraft(known_at=row.known_at or now, **content)
    reports = tuple(Report(**report) for report in row.reports)
    check_event(draft, reports=reports, now=now, entities=entities)
    digest = digest_of(draft)
    return _Candidate(row.line, row.external_id or f"sha256:{digest}", digest, draft, reports)


def _unrecorded(candidates: list[_Candidate], *, source: Source, tally: _Tally) -> dict[str, _Candidate]:
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
            tally.unchanged += 1
        else:
            tally.refuse(problem(candidate.line, "external_id", message, identifier))
    return fresh


def _given_twice(identifier: str, *, line: int) -> str:
    return f"“{identifier}” is the id of line {line} already, which has other content. Give each event its own id."


def _recorded(candidates: list[_Candidate], *, source: Source) -> dict[str, tuple[object, set[str]]]:
    """The recorded events that have the ids of the candidates, with the digests of their versions."""
    identifiers = sorted({candidate.external_id for candidate in candidates})
    found: dict[str, tuple[object, set[str]]] = {}
    versions = EventVersion.objects.filter(event__source=source, event__external_id__in=identifiers)
    for identifier, event_id, digest in versions.values_list("event__external_id", "event_id", "sha256"):
        found.setdefault(identifier, (event_id, set()))[1].add(digest)
    return found


@transaction.atomic
def _record(
    candidates: list[_Candidate], *, source: Source, now: datetime, recorded_by: User | None, tally: _Tally
) -> None:
    """Record the candidates that are new, with all that belongs to them."""
    fresh = _unrecorded(candidates, source=source, tally=tally)
    # In one order, so that two imports never wait for each other; who comes second skips what the first recorded.
    events = [Event(source=source, external_id=identifier, recorded_at=now) for identifier in sorted(fresh)]
    Event.objects.bulk_create(events, ignore_conflicts=True)
    ours = set(Event.objects.filter(pk__in=[event.pk for event in events]).values_list("pk", flat=True))
    late = [fresh[event.external_id] for event in events if event.pk not in ours]
    if late:
        _unrecorded(late, source=source, tally=tally)
    stored = [(event, fresh[event.external_id]) for event in events if event.pk in ours]
    tally.new += len(stored)
    versions = [
        version_row(event, number=1, draft=one.draft, digest=one.digest, reason="", now=now, recorded_by=recorded_by)
        for event, one in stored
    ]
    keys = [key for version in versions for key in key_rows(version)]
    reports = (
        report_row(event, report=report, now=now, recorded_by=recorded_by)
        for event, one in stored
        for report in _once(one.reports)
    )
    insert_rows(EventVersion, versions)
    insert_rows(EventKey, keys)
    insert_rows(Evidence, reports)
    if versions:
        wake(
            keys={key.key for key in keys},
            occurred_from=min(version.occurred_from for version in versions),
            occurred_until=max(version.occurred_until for version in versions),
            now=now,
        )


def _once(reports: tuple[Report, ...]) -> Iterable[Report]:
    """The reports without those that name the same place again."""
    return {(report.url, report.citation): report for report in reversed(reports)}.values()
