"""What was known at an instant, as the rule engine needs it."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, time, timedelta

from django.db.models import Exists, OuterRef, QuerySet

from forecasts import rules
from forecasts.models import Coverage, EntityMembership, EventVersion, Evidence, Milestone, Observation, Source

TICK = timedelta(microseconds=1)


def knowledge(*, publication: datetime, keys: Iterable[str], as_of: datetime) -> rules.Knowledge:
    """
    Return what bears on rules that listen for these keys, as known at `as_of`.

    Args:
        publication: When the prediction was issued; rules can count from it.
        keys: What the rules listen for.
        as_of: The knowledge time: facts published later are left out.
    """
    wanted = set(keys)
    coverage, tiers = coverage_at(as_of=as_of)
    return rules.Knowledge(
        as_of=as_of,
        publication=publication,
        occurrences=tuple(occurrences_at(keys=wanted, as_of=as_of)),
        observations=tuple(_series_values(keys=wanted, as_of=as_of)),
        complete_to=coverage,
        coverage_tiers=tiers,
        milestones=milestones(),
        memberships=tuple(_memberships()),
        judgements={},
    )


def versions_known_at(*, as_of: datetime) -> QuerySet[EventVersion]:
    """The version of each event that counted at `as_of`, without those retracted by then."""
    newer = EventVersion.objects.filter(event=OuterRef("event"), version__gt=OuterRef("version"), known_at__lte=as_of)
    known = EventVersion.objects.filter(known_at__lte=as_of).exclude(Exists(newer))
    return known.exclude(status=EventVersion.Status.RETRACTED)


def occurrences_at(*, keys: set[str], as_of: datetime) -> list[rules.Occurrence]:
    """The events that may concern a rule listening for these keys, in the order they happened."""
    versions = list(
        versions_known_at(as_of=as_of).filter(keys__key__in=keys).distinct().order_by("occurred_from", "known_at", "pk")
    )
    owners = _owners(events={version.event_id for version in versions})
    return [occurrence(version, owners=owners[version.event_id]) for version in versions]


def occurrence(version: EventVersion, *, owners: int) -> rules.Occurrence:
    """One event version in the engine's terms; the end of an interval becomes its last instant."""
    is_instant = version.occurred_until == version.occurred_from
    return rules.Occurrence(
        id=str(version.pk),
        title=version.title,
        earliest=version.occurred_from,
        latest=version.occurred_until if is_instant else version.occurred_until - TICK,
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


def _owners(*, events: set) -> Counter:
    """How many independent owners report each event."""
    pairs = Evidence.objects.filter(event__in=events).values_list("event", "owner").distinct()
    return Counter(event for event, _ in pairs)


def _series_values(*, keys: set[str], as_of: datetime) -> list[rules.SeriesValue]:
    names = [key.removeprefix("series:") for key in keys if key.startswith("series:")]
    if not names:
        return []
    rows = Observation.objects.filter(series__in=names, released_at__lte=as_of).order_by(
        "valid_on", "released_at", "pk"
    )
    return [
        rules.SeriesValue(
            id=f"observation:{row.pk}",
            series=row.series,
            valid_on=datetime.combine(row.valid_on, time(), tzinfo=UTC),
            value=float(row.value),
            released_at=row.released_at,
        )
        for row in rows
    ]


def coverage_at(*, as_of: datetime) -> tuple[Mapping[str, datetime], Mapping[str, str]]:
    """
    Return up to when each coverage group holds everything, as far as could be known at `as_of`, and its weakest tier.

    A group is as complete as its least complete source; a source is never complete nearer than its settlement lag.
    """
    stated = {row.source_id: row.complete_to for row in Coverage.objects.order_by("recorded_at", "pk")}
    ends: dict[str, list[datetime]] = defaultdict(list)
    tiers: dict[str, str] = {}
    without = set()
    for source in Source.objects.all():
        tiers[source.group] = max(tiers.get(source.group, "A"), source.tier)
        if source.pk in stated:
            ends[source.group].append(min(stated[source.pk], as_of - source.settlement_lag))
        else:
            without.add(source.group)
    return {group: min(found) for group, found in ends.items() if group not in without}, tiers


def milestones() -> dict[str, datetime]:
    """The newest date of each milestone."""
    return {row.key: row.occurs_at for row in Milestone.objects.order_by("key", "version")}


def _memberships() -> list[rules.Membership]:
    rows = EntityMembership.objects.select_related("member", "group").order_by("pk")
    return [rules.Membership(row.member.path, row.group.path, row.starts_at, row.ends_at) for row in rows]
