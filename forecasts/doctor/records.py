"""Whether records are as they were written: none changed, none gone, none twice."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, models
from django.db.models import Count, F, Max, Min, OuterRef, Q, Subquery

from forecasts.models import (
    Change,
    Evaluation,
    Event,
    EventMerge,
    EventVersion,
    Evidence,
    Judgement,
    KeptAnswer,
    Lexicon,
    Milestone,
    Observation,
    Resolution,
    RuleVersion,
)
from forecasts.selectors.guards import missing_triggers

# Each kind of version with what it is a version of, and the column that counts up from 1.
SERIES: tuple[tuple[type[models.Model], tuple[str, ...], str], ...] = (
    (Resolution, ("prediction",), "number"),
    (RuleVersion, ("prediction", "name"), "version"),
    (Evaluation, ("rule_version",), "number"),
    (Judgement, ("rule_version", "path"), "number"),
    (EventVersion, ("event",), "version"),
    (EventMerge, ("merged",), "number"),
    (Milestone, ("key",), "version"),
    (Lexicon, ("code",), "version"),
)
# Each identity that a second record must not have.
IDENTITIES: tuple[tuple[type[models.Model], tuple[str, ...]], ...] = (
    (Event, ("source", "external_id")),
    (Evidence, ("event", "url", "citation")),
    (Observation, ("series", "valid_on", "released_at")),
)
# What the feed of changes tells by the key of the row itself.
TOLD_BY_KEY = ("article", "prediction", "rule", "forecast", "observation", "evaluation", "resolution", "score")
TABLES = {"rule": "ruleversion"}
CLOCK_TOLERANCE = timedelta(seconds=5)


def guards_stand(*, now: datetime) -> Iterable[str]:
    """Every trigger that refuses to change or delete a record is there and fires."""
    return [f"trigger {name} is missing or disabled" for name in missing_triggers()]


def versions_count_up(*, now: datetime) -> Iterator[str]:
    """Versions of one thing are numbered 1 to n without a gap: none was taken out, none slipped in."""
    for model, of, number in SERIES:
        rows = model._default_manager.order_by().values(*of)
        numbers = rows.annotate(n=Count("pk"), first=Min(number), last=Max(number))
        for row in numbers.exclude(first=1, last=F("n")):
            named = ", ".join(f"{name} {row[name]}" for name in of)
            yield f"{model._meta.model_name} of {named}: {row['n']} rows are numbered {row['first']} to {row['last']}"


def feed_and_records_agree(*, now: datetime) -> Iterator[str]:
    """Whatever the feed of changes tells of is recorded, and whatever is recorded was told of."""
    for kind in TOLD_BY_KEY:
        table = f"forecasts_{TABLES.get(kind, kind)}"
        told = f"SELECT key FROM {Change._meta.db_table} WHERE kind = %s AND action = 'RECORDED'"  # noqa: S608 no value, and no name from outside
        keys = f"SELECT CAST(id AS text) FROM {table}"  # noqa: S608 no value, and no name from outside
        yield from (f"{kind} {key} was recorded and is gone" for key in _keys(f"{told} EXCEPT {keys}", kind))
        yield from (f"{kind} {key} came past the feed of changes" for key in _keys(f"{keys} EXCEPT {told}", kind))


def _keys(statement: str, kind: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(statement, [kind])
        return sorted(str(key) for (key,) in cursor.fetchall())


def clocks_run_forwards(*, now: datetime) -> Iterator[str]:
    """A later version was recorded no earlier than the one before it, and nothing was recorded in the future."""
    for model, of, number in SERIES:
        before = model._default_manager.filter(
            **{name: OuterRef(name) for name in of}, **{number: OuterRef(number) - 1}
        )
        previous = Subquery(before.values("recorded_at")[:1])
        rows = model._default_manager.alias(previous=previous).filter(
            Q(recorded_at__lt=F("previous") - CLOCK_TOLERANCE) | Q(recorded_at__gt=now + CLOCK_TOLERANCE)
        )
        yield from (
            f"{model._meta.model_name} {pk} says it was recorded {recorded_at:%Y-%m-%d %H:%M:%S}"
            for pk, recorded_at in rows.values_list("pk", "recorded_at")
        )


def nothing_is_recorded_twice(*, now: datetime) -> Iterator[str]:
    """One identity of a source is one record, and one number is one version."""
    for model, of in (*IDENTITIES, *((model, (*of, number)) for model, of, number in SERIES)):
        for row in _twice(model, of):
            named = ", ".join(f"{name} {row[name]}" for name in of)
            yield f"{model._meta.model_name} with {named} is recorded {row['n']} times"


def a_key_has_one_answer(*, now: datetime) -> Iterator[str]:
    """One Idempotency-Key of a token was answered once."""
    for row in _twice(KeptAnswer, ("token", "key")):
        yield f"the key {row['key']} of token {row['token']} has {row['n']} answers"


def _twice(model: type[models.Model], of: tuple[str, ...]) -> Iterable[Any]:
    return model._default_manager.order_by().values(*of).annotate(n=Count("pk")).filter(n__gt=1)
