"""From a fact to the predictions it may concern: what rules listen for, and who becomes due."""

from collections.abc import Iterable, Mapping
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
        How many predictions are due because of it.
    """
    hold_routes()
    related = rules.Relations(memberships()).related(keys)
    touched = listeners(keys=related, since=occurred_from, until=occurred_until)
    return make_due(predictions=touched, now=now)


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
def make_due(*, predictions: Iterable[UUID] | QuerySet[Any, Any], now: datetime) -> int:
    """
    Make predictions due for the sweep, given by primary keys or a query for them.

    A prediction that was stuck gets new attempts, since what it failed on may have changed.
    """
    asked = Q(pk__in=predictions) if isinstance(predictions, QuerySet) else Among("pk", predictions)
    # Locked in the order in which batches lock them, or the two could wait for each other.
    locked = Prediction.objects.select_for_update().filter(asked).order_by("pk")
    return Prediction.objects.filter(pk__in=locked.values("pk")).update(next_check_at=now, attempts=0, retry_at=None)
