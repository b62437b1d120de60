"""Recording sources and their coverage, series, entities and milestones."""

import re
from contextlib import suppress
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Max

from forecasts import rules
from forecasts.models import (
    Coverage,
    Entity,
    EntityMembership,
    Milestone,
    Observation,
    Prediction,
    RuleKey,
    RuleVersion,
    Source,
)

from .refusal import refuse
from .routing import change_routes, listen, make_due, wake

ENTITY_PATH = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*")
MILESTONE_KEY = re.compile(r"[a-z0-9_]+(\.[a-z0-9_]+)*")


@transaction.atomic
def record_source(*, slug: str, name: str, now: datetime, settlement_lag: timedelta, **details: Any) -> Source:
    """Record a feed, or return the one that has this slug; until a new one is covered, its whole group is not."""
    source, is_new = Source.objects.get_or_create(
        slug=slug, defaults={"name": name, "settlement_lag": settlement_lag, "recorded_at": now, **details}
    )
    if is_new:
        wake(keys=[f"coverage:{source.group}"], now=now)
    return source


@transaction.atomic
def record_coverage(
    *, source: Source, complete_to: datetime, now: datetime, note: str = "", recorded_by: User | None = None
) -> tuple[Coverage, bool]:
    """
    State that a source holds everything before an instant; an earlier instant than before admits a gap.

    Raises:
        Refused: The instant lies in the future.
    """
    if complete_to > now:
        raise refuse(
            "complete_to", f"{complete_to:%Y-%m-%d %H:%M} UTC is in the future: no source is complete that far."
        )
    # Of two who state the same at once, one records it.
    Source.objects.select_for_update(no_key=True).get(pk=source.pk)
    latest = source.coverage.order_by("-recorded_at", "-pk").first()
    if latest and latest.complete_to == complete_to:
        return latest, False
    coverage = Coverage.objects.create(
        source=source, complete_to=complete_to, note=note, recorded_at=now, recorded_by=recorded_by
    )
    moved = {"occurred_until": complete_to}
    if latest:
        # What counted of the earlier statement was never nearer to its own recording than the lag.
        first, last = sorted((latest.complete_to, complete_to))
        moved = {"occurred_from": first - source.settlement_lag, "occurred_until": last}
    wake(keys=[f"coverage:{source.group}"], now=now, **moved)
    return coverage, True


@transaction.atomic
def record_observation(
    *,
    source: Source,
    series: str,
    valid_on: date,
    value: Decimal,
    released_at: datetime,
    now: datetime,
    unit: str = "",
    recorded_by: User | None = None,
) -> tuple[Observation, bool]:
    """
    Record one value of a series as released at one time; a revision has a later release.

    Raises:
        Refused: The release lies in the future or before the day it is of, or that release has another value.
    """
    if released_at > now:
        raise refuse(
            "released_at", f"{released_at:%Y-%m-%d %H:%M} UTC is in the future: record a value once it is released."
        )
    if released_at.date() < valid_on:
        raise refuse("released_at", f"{released_at:%Y-%m-%d} is before {valid_on}, the day the value is of.")
    observation, is_new = Observation.objects.get_or_create(
        series=series,
        valid_on=valid_on,
        released_at=released_at,
        defaults={"source": source, "value": value, "unit": unit, "recorded_at": now, "recorded_by": recorded_by},
    )
    if not is_new and observation.value != value:
        raise refuse(
            "value",
            f"{series} on {valid_on} was released with {observation.value.normalize():f}. A revision needs its own release time.",
        )
    if is_new:
        wake(keys=[f"series:{series}"], now=now)
    return observation, is_new


def record_entity(*, path: str, label: str, wikidata: str = "") -> Entity:
    """
    Record an actor under its dotted path, or return the one that is there.

    Raises:
        Refused: The path is malformed.
    """
    if not ENTITY_PATH.fullmatch(path):
        raise refuse(
            "path",
            f"“{path}” is no entity path: words of letters, digits, - and _, joined by dots, like USA.GOV.POTUS.",
        )
    entity, _ = Entity.objects.get_or_create(path=path, defaults={"label": label, "wikidata": wikidata})
    return entity


@transaction.atomic
def record_membership(
    *, member: Entity, group: Entity, now: datetime, starts_at: datetime | None = None, ends_at: datetime | None = None
) -> tuple[EntityMembership, bool]:
    """
    Record that one entity belongs to another between two dates; every undecided prediction is looked at again.

    Raises:
        Refused: One of them is a collection, whose members are recorded one by one.
    """
    for name, entity in (("member", member), ("group", group)):
        if entity.path in rules.COLLECTIONS:
            raise refuse(name, f"“{entity.path}” is a collection of names: choose one of those below it.")
    change_routes()
    membership, is_new = EntityMembership.objects.get_or_create(
        member=member, group=group, starts_at=starts_at, ends_at=ends_at, defaults={"recorded_at": now}
    )
    if is_new:
        make_due(predictions=Prediction.objects.undecided().values("pk"), now=now)
    return membership, is_new


@transaction.atomic
def record_milestone(
    *, key: str, label: str, occurs_at: datetime, now: datetime, url: str = ""
) -> tuple[Milestone, bool]:
    """
    Record a named date; another date for the same name is its next version, and rules that name it are due.

    Raises:
        Refused: The key is malformed.
    """
    if not MILESTONE_KEY.fullmatch(key):
        raise refuse("key", f"“{key}” is no milestone key: lowercase words joined by dots, like us.inauguration.2025.")
    change_routes()
    latest = Milestone.objects.filter(key=key).order_by("-version").first()
    if latest and latest.occurs_at == occurs_at:
        return latest, False
    number = (Milestone.objects.filter(key=key).aggregate(n=Max("version"))["n"] or 0) + 1
    milestone = Milestone.objects.create(
        key=key, version=number, label=label, occurs_at=occurs_at, url=url, recorded_at=now
    )
    _listen_anew(key)
    wake(keys=[f"milestone:{key}"], now=now)
    return milestone, True


def _listen_anew(milestone: str) -> None:
    """Have the rules that name a milestone listen in the time that its new date gives them."""
    naming = RuleKey.objects.filter(key=f"milestone:{milestone}").values("rule_version")
    readable = {}
    for version in RuleVersion.objects.filter(pk__in=naming).select_related("prediction"):
        # A rule that cannot be read listens to nothing until it is replaced.
        with suppress(rules.RuleError):
            readable[version] = rules.recorded_rule(version.rule)
    listen(readable)
