"""From a fact to the predictions it may concern: what rules listen for, and who becomes due."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from forecasts import rules
from forecasts.models import Among, Prediction, RuleKey, RuleVersion
from forecasts.selectors.knowledge import memberships, milestones
from forecasts.selectors.listening import listeners

ROWS = 5000
ROUTES_LOCK = 0x41667465  # Any number, as long as nothing else in the database locks it.
Listened = QuerySet[Any, Any]


@dataclass
class _Waiting:
    """What is to become due at the end of a block: who listens for facts, by when these occurred, and predictions."""

    facts: dict[tuple[datetime, datetime], set[str]] = field(default_factory=lambda: defaultdict(set))
    predictions: set[UUID] = field(default_factory=set)
    queries: list[Listened] = field(default_factory=list)
    since: list[datetime] = field(default_factory=list)

    def add(self, other: "_Waiting") -> None:
        for span, keys in other.facts.items():
            self.facts[span] |= keys
        self.predictions |= other.predictions
        self.queries += other.queries
        self.since += other.since

    def end(self) -> None:
        """Make due whoever waits, with one statement."""
        if not self.since:
            return
        queries = [*(_listening_for(keys, *span) for span, keys in self.facts.items()), *self.queries]
        if len(queries) == 1 and not self.predictions:
            # As without a block: the database finds and locks them in one.
            make_due(predictions=queries[0], now=max(self.since))
            return
        found = {pk for query in queries for row in query for pk in row.values()}
        make_due(predictions=found | self.predictions, now=max(self.since))


_WAITING: ContextVar[_Waiting | None] = ContextVar("waiting", default=None)


@contextmanager
def woken_together() -> Iterator[None]:
    """
    Put off to the end of a block whatever is made due within, and then do it with one statement.

    For transactions of many steps. Who makes some due, and then others, holds some while waiting for others, and whoever
    does the same in another order would wait in a circle. Blocks may lie in each other; one that fails makes nothing due.
    """
    outer, own = _WAITING.get(), _Waiting()
    before = _WAITING.set(own)
    try:
        yield
    finally:
        _WAITING.reset(before)
    if outer is None:
        own.end()
    else:
        outer.add(own)


def listen(readings: Mapping[RuleVersion, rules.Rule]) -> None:
    """Record what rules listen for, and when, as the dates of milestones stand; what is recorded already stays."""
    dates = milestones()
    rows = [
        RuleKey(rule_version=version, key=key, listens_from=stretch.since, listens_until=stretch.until)
        for version, rule in readings.items()
        for key, stretch in sorted(
            rules.listens_for(rule, publication=version.prediction.issued_at, milestones=dates).items()
        )
    ]
    RuleKey.objects.bulk_create(rows, ignore_conflicts=True, batch_size=ROWS)


def wake(
    *,
    keys: Iterable[str],
    now: datetime,
    occurred_from: datetime = rules.BEGINNING_OF_TIME,
    occurred_until: datetime = rules.END_OF_TIME,
) -> int:
    """
    Make due every prediction with a rule that listens for one of the keys at that time.

    Args:
        occurred_from: When the fact began; left out where it has no time of its own.
        occurred_until: When it ended.
    Returns:
        How many predictions are due because of it; none yet in a block of `woken_together`.
    """
    if waiting := _WAITING.get():
        waiting.facts[occurred_from, occurred_until] |= {*keys}
        waiting.since.append(now)
        return 0
    return make_due(predictions=_listening_for(keys, occurred_from, occurred_until), now=now)


def _listening_for(keys: Iterable[str], since: datetime, until: datetime) -> Listened:
    """The predictions that listen for a fact, whoever else records rules at the moment."""
    hold_routes()
    return listeners(keys=rules.Relations(memberships()).related(keys), since=since, until=until)


def hold_routes() -> None:
    """Let no rule, milestone or membership change who listens until this transaction is over."""
    _lock("pg_advisory_xact_lock_shared")


def change_routes() -> None:
    """Wait for facts that are being recorded, and let others wait: neither side must miss the other."""
    _lock("pg_advisory_xact_lock")


def _lock(function: str) -> None:
    # On SQLite every transaction that writes is alone anyway.
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {function}(%s)", [ROUTES_LOCK])


@transaction.atomic
def make_due(*, predictions: Iterable[UUID] | Listened, now: datetime) -> int:
    """
    Make predictions due for the sweep, given by primary keys or a query for them.

    A prediction that was stuck gets new attempts, since what it failed on may have changed.

    Returns:
        How many are due; none yet in a block of `woken_together`.
    """
    if waiting := _WAITING.get():
        waiting.queries += [predictions] if isinstance(predictions, QuerySet) else []
        waiting.predictions |= set() if isinstance(predictions, QuerySet) else {*predictions}
        waiting.since.append(now)
        return 0
    asked = Q(pk__in=predictions) if isinstance(predictions, QuerySet) else Among("pk", predictions)
    # Locked in the order in which batches lock them, or the two could wait for each other.
    locked = Prediction.objects.select_for_update().filter(asked).order_by("pk")
    return Prediction.objects.filter(pk__in=locked.values("pk")).update(next_check_at=now, attempts=0, retry_at=None)
