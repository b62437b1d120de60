"""What was known at an instant, as the rule engine needs it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from functools import partial, reduce
from operator import or_
from typing import Any, NamedTuple

from django.db.models import (
    BooleanField,
    CharField,
    DateTimeField,
    DurationField,
    Exists,
    ExpressionWrapper,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)

from forecasts import rules
from forecasts.models import (
    Coverage,
    EntityMembership,
    EventMerge,
    EventVersion,
    Judgement,
    Milestone,
    Observation,
    Source,
)

from .occurrences import Listening, Occurrences

SERIES = "series:"


class _General(NamedTuple):
    """
    What every rule has to know: a source with its tier, up to when it is complete and its lag; a membership; a milestone.

    `order` is their order within their kind.
    """

    kind: str
    order: int
    name: str
    group: str
    starts_at: datetime | None
    ends_at: datetime | None
    lag: timedelta | None

    @property
    def fact(self) -> tuple[str, str, datetime | None, datetime | None]:
        """What a membership says: who, of whom, from when to when."""
        return self.name, self.group, self.starts_at, self.ends_at


@dataclass(frozen=True)
class Listener:
    """
    A rule, as far as it matters to what it has to know.

    When its prediction was issued, what it listens for, and what people answered to its questions, by their place.
    """

    publication: datetime
    listening: Listening
    judgements: Mapping[str, bool] = field(default_factory=dict, hash=False)


def is_any_known_after(*, instant: datetime) -> ExpressionWrapper:
    """
    Return what asks whether any fact is on record that could be known only after an instant, as a column of any row.

    What is evaluated as of that instant goes without such a fact.
    """
    # What is on record was known by when it was recorded, and by that there is an index.
    later: dict[str, Any] = {"recorded_at__gt": instant}
    facts = (model.objects.filter(**later, known_at__gt=instant) for model in (EventVersion, EventMerge, Judgement))
    values = Observation.objects.filter(**later, released_at__gt=instant)
    asked = reduce(or_, (Q(Exists(rows.order_by())) for rows in (*facts, values)))
    return ExpressionWrapper(asked, BooleanField())


def knowledge(*, publication: datetime, keys: Iterable[str], as_of: datetime) -> rules.Knowledge:
    """
    Return what bears on rules that listen for these keys, as known at `as_of`.

    Args:
        publication: When the prediction was issued; rules can count from it.
        keys: What the rules listen for.
        as_of: The knowledge time: facts published later are left out.
    """
    listener = Listener(publication, dict.fromkeys(keys, rules.ALWAYS))
    (known,) = knowledge_of(listeners=[listener], as_of=as_of)
    return known


def knowledge_of(*, listeners: Sequence[Listener], as_of: datetime) -> Iterator[rules.Knowledge]:
    """
    Return what bears on each of several rules, as known at `as_of`, in their order, one at a time.

    The number of queries does not depend on how many they are; all are made at once.
    """
    general = _general()
    members = tuple(rules.Membership(*one.fact) for one in general if one.kind == "MEMBERSHIP")
    dates = {one.name: one.starts_at for one in general if one.kind == "MILESTONE" and one.starts_at}
    relations = rules.Relations(members)
    heard = [_widened(listener.listening, relations=relations) for listener in listeners]
    events = Occurrences(listeners=heard, as_of=as_of)
    values = _series_values(keys={key for listening in heard for key in listening}, as_of=as_of)
    coverage, tiers = _coverage([one for one in general if one.kind == "SOURCE"], as_of=as_of)
    return (
        rules.Knowledge(
            as_of=as_of,
            publication=listener.publication,
            occurrences=events.heard_by(listening),
            observations=tuple(value for name in sorted(values.keys() & listening.keys()) for value in values[name]),
            complete_to=coverage,
            coverage_tiers=tiers,
            milestones=dates,
            memberships=members,
            judgements=listener.judgements,
        )
        for listener, listening in zip(listeners, heard, strict=True)
    )


def _widened(listening: Listening, *, relations: rules.Relations) -> Listening:
    """The same with the keys of actors that could stand for those named."""
    wider: dict[str, rules.Stretch] = {}
    for key, stretch in listening.items():
        for other in relations.related([key]):
            found = wider.get(other)
            wider[other] = stretch if found is None else rules.hull(found, stretch)
    return wider


def _series_values(*, keys: set[str], as_of: datetime) -> Mapping[str, list[rules.SeriesValue]]:
    """The values released of each series, by its key, in the order of their days."""
    names = [key.removeprefix(SERIES) for key in keys if key.startswith(SERIES)]
    found: dict[str, list[rules.SeriesValue]] = defaultdict(list)
    if not names:
        return found
    rows = Observation.objects.filter(series__in=names, released_at__lte=as_of)
    for row in rows.order_by("valid_on", "released_at", "pk"):
        value = rules.SeriesValue(
            id=f"observation:{row.pk}",
            series=row.series,
            valid_on=datetime.combine(row.valid_on, time(), tzinfo=UTC),
            value=float(row.value),
            released_at=row.released_at,
        )
        found[rules.series_key(row.series)].append(value)
    return found


def _coverage(sources: Iterable[_General], *, as_of: datetime) -> tuple[Mapping[str, datetime], Mapping[str, str]]:
    """
    Return up to when each coverage group holds everything, as far as could be known at `as_of`, and its weakest tier.

    A group is as complete as its least complete source; a source is never complete nearer than its settlement lag.
    """
    ends: dict[str, list[datetime]] = defaultdict(list)
    tiers: dict[str, str] = {}
    without = set()
    for one in sources:
        tiers[one.name] = max(tiers.get(one.name, "A"), one.group)
        if one.starts_at is not None and one.lag is not None:
            ends[one.name].append(min(one.starts_at, as_of - one.lag))
        else:
            without.add(one.name)
    return {group: min(found) for group, found in ends.items() if group not in without}, tiers


def _general() -> list[_General]:
    """The sources, the memberships and the milestones, by one question of the database."""
    text = partial(Value, output_field=CharField())
    never, no_lag = Value(None, output_field=DateTimeField()), Value(None, output_field=DurationField())
    members = EntityMembership.objects.values_list(
        text("MEMBERSHIP"), "pk", "member__path", "group__path", "starts_at", "ends_at", no_lag
    )
    dated = Milestone.objects.values_list(text("MILESTONE"), "version", "key", text(""), "occurs_at", never, no_lag)
    rows = _sources().union(members.order_by(), dated.order_by(), all=True)
    return sorted(map(_General._make, rows), key=lambda one: one.order)


def _sources() -> QuerySet[Source, Any]:
    """The sources, each as a row of what is general: its group for its name, and what was stated of it last."""
    newest = Coverage.objects.filter(source=OuterRef("pk")).order_by("-recorded_at", "-pk")
    kind, never = Value("SOURCE", output_field=CharField()), Value(None, output_field=DateTimeField())
    stated = Subquery(newest.values("complete_to")[:1])
    return Source.objects.order_by().values_list(kind, "pk", "group", "tier", stated, never, "settlement_lag")


def milestones() -> dict[str, datetime]:
    """The newest date of each milestone."""
    return {row.key: row.occurs_at for row in Milestone.objects.order_by("key", "version")}


def memberships() -> tuple[rules.Membership, ...]:
    """Who belongs to whom, and when."""
    rows = EntityMembership.objects.order_by("pk").values_list("member__path", "group__path", "starts_at", "ends_at")
    return tuple(rules.Membership(*row) for row in rows)
