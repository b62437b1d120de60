"""The events that may concern rules, as they were known at an instant."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from forecasts import rules
from forecasts.models import EventKey, EventMerge, EventVersion, Evidence

TICK = timedelta(microseconds=1)
Listening = Mapping[str, rules.Stretch]


class Occurrences:
    """Events of one knowledge time, found again by key and time without asking the database."""

    def __init__(self, *, listeners: Sequence[Listening], as_of: datetime) -> None:
        self._found = _load(listeners=listeners, as_of=as_of)
        self._places: dict[str, list[int]] = {}
        for place, event in enumerate(self._found):
            for key in rules.occurrence_keys(event):
                self._places.setdefault(key, []).append(place)

    def heard_by(self, listening: Listening) -> tuple[rules.Occurrence, ...]:
        """The events with one of the keys in the time of that key, in the order they happened."""
        places = {
            place
            for key, stretch in listening.items()
            for place in self._places.get(key, ())
            if _touches(self._found[place], stretch)
        }
        return tuple(self._found[place] for place in sorted(places))


def _touches(event: rules.Occurrence, stretch: rules.Stretch) -> bool:
    return event.earliest < stretch.until and event.latest >= stretch.since


def _load(*, listeners: Sequence[Listening], as_of: datetime) -> list[rules.Occurrence]:
    keys = sorted({key for listening in listeners for key in listening})
    since = min((one.since for listening in listeners for one in listening.values()), default=as_of)
    until = max((one.until for listening in listeners for one in listening.values()), default=as_of)
    named = EventKey.objects.filter(key__in=keys).values("event_version")
    versions = versions_known_at(as_of=as_of).filter(pk__in=named, occurred_until__gte=since, occurred_from__lt=until)
    owners = Evidence.objects.filter(event=OuterRef("event")).order_by().values("event")
    counted = Subquery(owners.annotate(n=Count("owner", distinct=True)).values("n"))
    absorbed = EventMerge.objects.standing(as_of=as_of).filter(kept=OuterRef("event"))
    rows = list(
        versions.annotate(n_owners=Coalesce(counted, 0), has_absorbed=Exists(absorbed)).order_by(
            "occurred_from", "known_at", "pk"
        )
    )
    joint = _joint_owners([version.event_id for version in rows if version.has_absorbed], as_of=as_of)
    return [occurrence(row, owners=len(joint[row.event_id]) if row.has_absorbed else row.n_owners) for row in rows]


def _joint_owners(kept: Iterable[UUID], *, as_of: datetime) -> dict[UUID, set[str]]:
    """Who reports each of these events, or one of those merged into it; nothing is asked where there are none."""
    events = list(kept)
    found: dict[UUID, set[str]] = defaultdict(set)
    if not events:
        return found
    own = Evidence.objects.filter(event__in=events).values_list("event_id", "owner")
    standing = EventMerge.objects.standing(as_of=as_of).filter(kept__in=events, merged__evidence__isnull=False)
    for event_id, owner in own.union(standing.values_list("kept_id", "merged__evidence__owner")):
        found[event_id].add(owner)
    return found


def versions_known_at(*, as_of: datetime) -> QuerySet[EventVersion]:
    """The version of each event that counted at `as_of`, without those retracted or merged into others by then."""
    newer = EventVersion.objects.filter(event=OuterRef("event"), version__gt=OuterRef("version"), known_at__lte=as_of)
    elsewhere = EventMerge.objects.standing(as_of=as_of).filter(merged=OuterRef("event"))
    known = EventVersion.objects.filter(known_at__lte=as_of).exclude(Exists(newer)).exclude(Exists(elsewhere))
    return known.exclude(status=EventVersion.Status.RETRACTED)


def occurrence(version: EventVersion, *, owners: int) -> rules.Occurrence:
    """One event version in the engine's terms; the end of an interval becomes its last instant."""
    earliest, latest = _inclusive(version.occurred_from, version.occurred_until)
    return rules.Occurrence(
        id=str(version.pk),
        title=version.title,
        earliest=earliest,
        latest=latest,
        announced=_bounds(version.announced_from, version.announced_until),
        effective=_bounds(version.effective_from, version.effective_until),
        event_type=version.event_type,
        action_code=version.action_code or None,
        modes=tuple(version.modes),
        contexts=tuple(version.contexts),
        topics=tuple(version.topics),
        actors=tuple(version.actors),
        recipients=tuple(version.recipients),
        locations=tuple(version.locations),
        attributes=version.attributes,
        modality=version.modality,
        tier=version.tier,
        contested=version.status == EventVersion.Status.CONTESTED,
        owners=owners,
        known_at=version.known_at,
    )


def _bounds(start: datetime | None, end: datetime | None) -> tuple[datetime, datetime] | None:
    return None if start is None or end is None else _inclusive(start, end)


def _inclusive(start: datetime, end: datetime) -> tuple[datetime, datetime]:
    return start, end if end == start else end - TICK
