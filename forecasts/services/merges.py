"""Saying that two recorded events are one: both stay, one counts, and a later row can undo it."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction

from forecasts.models import Among, Event, EventMerge, EventVersion

from .batches import RowResult, SentRow, key_in, one_by_one
from .events import wake_for
from .refusal import Problems, refuse
from .routing import woken_together


@transaction.atomic
def record_merges(
    rows: Sequence[SentRow], *, write: Callable[[dict[str, Any]], tuple[object, bool]]
) -> list[RowResult]:
    """
    Record rows that each join an `event` to one that is `kept`, or part it from it.

    Every event is locked before anything else, in the order of their keys: each row locks two of them.

    Args:
        rows: Each with its index.
        write: Records a row and returns what it is found by and whether it is new; raises `Refused`.
    """
    _lock({key for _, values in rows for name in ("event", "kept") if (key := key_in(values.get(name)))})
    return one_by_one(rows, write=write)


@transaction.atomic
def merge_events(
    *,
    kept: Event,
    merged: Event,
    reason: str,
    now: datetime,
    known_at: datetime | None = None,
    actor: User | None = None,
) -> tuple[EventMerge, bool]:
    """
    Record that one event is another told again: it no longer counts, its reports count for the one that is kept.

    Args:
        known_at: When that could be known; by default now. Before it the two stand apart, for whoever asks.
    Returns:
        The merge, and whether it is new: the same again adds nothing.
    Raises:
        Refused: They are one event, one is retracted or merged already, the reason is missing, or `known_at` does
            not follow what it rests on.
    """
    _lock({kept.pk, merged.pk})
    last = _last(merged)
    if last and last.kept_id == kept.pk:
        return last, False
    _check_pair(kept=kept, merged=merged, last=last)
    added = _append(merged, kept=kept, last=last, reason=reason, known_at=known_at or now, now=now, actor=actor)
    return added, True


@transaction.atomic
def undo_merge(
    *, merged: Event, reason: str, now: datetime, known_at: datetime | None = None, actor: User | None = None
) -> tuple[EventMerge, bool]:
    """
    Record that a merged event is one of its own after all; from `known_at` on both count again.

    Raises:
        Refused: It was never merged, the reason is missing, or `known_at` is before the merge or in the future.
    """
    _lock({merged.pk})
    last = _last(merged)
    if last is None:
        raise refuse("merged", "This event is not merged into another one.")
    undone = last.kept
    if undone is None:
        return last, False
    added = _append(merged, kept=None, last=last, reason=reason, known_at=known_at or now, now=now, actor=actor)
    wake_for(undone, now=now)
    return added, True


def _lock(events: Collection[UUID]) -> None:
    list(Event.objects.select_for_update().filter(Among("pk", events)).order_by("pk").values_list("pk", flat=True))


def _last(merged: Event) -> EventMerge | None:
    return EventMerge.objects.filter(merged=merged).select_related("kept").order_by("-number").first()


def _check_pair(*, kept: Event, merged: Event, last: EventMerge | None) -> None:
    problems = Problems()
    if kept.pk == merged.pk:
        problems.add("kept", "An event cannot be merged into itself.")
    if last and last.kept_id:
        problems.add("merged", f"It is merged into {last.kept_id} already; undo that first.")
    standing = EventMerge.objects.standing()
    above = standing.filter(merged=kept).first()
    if above:
        problems.add("kept", f"{kept.pk} is merged itself, into {above.kept_id}: merge into that one.")
    if standing.filter(kept=merged).exists():
        problems.add(
            "merged", "Others are merged into this event. Keep it and merge the other one, or undo those first."
        )
    for name, event in (("kept", kept), ("merged", merged)):
        if event.versions.latest("version").status == EventVersion.Status.RETRACTED:
            problems.add(name, f"{event.pk} is retracted: it counts for nothing already.")
    problems.raise_if_any()


def _append(
    merged: Event,
    *,
    kept: Event | None,
    last: EventMerge | None,
    reason: str,
    known_at: datetime,
    now: datetime,
    actor: Any,
) -> EventMerge:
    problems = Problems()
    if not reason.strip():
        problems.add("reason", "Say why the two are one event, or why they are not.")
    if known_at > now:
        problems.add("known_at", f"{known_at:%Y-%m-%d %H:%M} UTC is in the future.")
    earliest = _known_from(merged, kept=kept, last=last)
    if known_at < earliest:
        problems.add(
            "known_at",
            f"{known_at:%Y-%m-%d %H:%M} UTC is before {earliest:%Y-%m-%d %H:%M}, when what it rests on was known.",
        )
    problems.raise_if_any()
    number = last.number + 1 if last else 1
    added = EventMerge.objects.create(
        merged=merged, number=number, kept=kept, reason=reason.strip(), known_at=known_at, recorded_at=now, actor=actor
    )
    with woken_together():
        for event in filter(None, (merged, kept)):
            wake_for(event, now=now)
    return added


def _known_from(merged: Event, *, kept: Event | None, last: EventMerge | None) -> datetime:
    """When the first versions of both and the last word on the merge were known."""
    firsts = EventVersion.objects.filter(event__in=[event for event in (merged, kept) if event], version=1)
    return max([*firsts.values_list("known_at", flat=True), *([last.known_at] if last else [])])
