"""Recording many events, of several sources, each told what became of it: on the same path as files of events."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction

from forecasts.feeds import EventRow
from forecasts.models import Event, EventVersion, Source

from .batches import Fate, RowResult, told
from .import_reports import RowByRow
from .imports import record_new_events


@dataclass(frozen=True, slots=True)
class EventEntry:
    """One event as it was sent, with the slug of its source; the row's line is its index, counted from 0."""

    source: str
    row: EventRow

    @property
    def index(self) -> int:
        return self.row.line


@transaction.atomic
def record_events(entries: Sequence[EventEntry], *, now: datetime, recorded_by: User | None) -> list[RowResult]:
    """
    Record new events; one that is recorded already counts as unchanged, and a wrong one stops none of the others.

    Returns:
        What became of each.
    """
    sources = {one.slug: one for one in Source.objects.filter(slug__in={entry.source for entry in entries})}
    results = [result for entry in entries if (result := _misplaced(entry, sources=sources))]
    refused = {result.index for result in results}
    # In one order, so that two batches never wait for each other.
    for slug in sorted(sources):
        rows = [entry.row for entry in entries if entry.source == slug and entry.index not in refused]
        tally = record_new_events(source=sources[slug], rows=rows, now=now, recorded_by=recorded_by)
        results += _results(tally, source=sources[slug])
    return results


def _misplaced(entry: EventEntry, *, sources: Mapping[str, Source]) -> RowResult | None:
    if entry.source not in sources:
        message = f"There is no source “{entry.source[:80]}”."
        return RowResult(entry.index, Fate.REFUSED, errors={"source": [message]})
    if entry.row.corrects or entry.row.content.get("status") == EventVersion.Status.RETRACTED:
        message = (
            "This corrects or retracts an event: send it to events/{id}/corrections/ or retraction/, in numbers to "
            "bulk/corrections/ or bulk/retractions/, or as a file."
        )
        return RowResult(entry.index, Fate.REFUSED, errors={"": [message]})
    return None


def _results(tally: RowByRow, *, source: Source) -> Iterable[RowResult]:
    keys = _keys({external_id for external_id, _ in tally.recorded.values()}, source=source)
    for index, (external_id, is_new) in tally.recorded.items():
        yield RowResult(index, Fate.RECORDED if is_new else Fate.UNCHANGED, keys[external_id])
    for problems in tally.refused_rows.values():
        yield told(problems)


def _keys(external_ids: set[str], *, source: Source) -> Mapping[str, UUID]:
    found = Event.objects.filter(source=source, external_id__in=sorted(external_ids))
    return dict(found.values_list("external_id", "pk"))
