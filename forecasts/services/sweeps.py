"""Taking what is due in batches: the database is the queue."""

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import Case, F, Q, QuerySet, Value, When

from forecasts.models import Among, Prediction, Uncounted

from .garbage import left_alone_by_the_collector
from .patience import AWAY, wait_until_it_answers
from .routing import make_due
from .settlement import settle_prediction, settle_predictions

logger = structlog.get_logger(__name__)

LIMIT, BATCH, BUDGET_SECONDS = 100_000, 1000, 45.0
FIRST_RETRY, LONGEST_RETRY = timedelta(minutes=1), timedelta(hours=6)


@dataclass(frozen=True)
class Sweep:
    """What one sweep did: predictions looked at, those whose record changed, those that failed, those left due."""

    checked: int = 0
    changed: int = 0
    failed: int = 0
    left: int = 0


def sweep(*, now: datetime, limit: int = LIMIT, budget: float = BUDGET_SECONDS) -> Sweep:
    """
    Settle what is due, each batch in its own transaction, until nothing is due or the budget is spent.

    Two sweeps at once are harmless: a row is claimed by a conditional update. Running it again changes nothing.

    Args:
        now: The instant of the sweep; also the knowledge time of its evaluations.
        limit: At most so many predictions.
        budget: At most so many seconds; what is left stays due.
    """
    ends = time.monotonic() + budget
    done: Counter[str] = Counter()
    take_up_what_is_uncounted(now=now)
    while done.total() < limit and time.monotonic() <= ends:
        batch = claim(now=now, most=min(BATCH, limit - done.total()))
        if not batch:
            break
        with left_alone_by_the_collector():
            done.update(_settle_batch(batch, now=now))
    left = Prediction.objects.due(now=now).count()
    return Sweep(checked=done.total(), changed=done["changed"], failed=done["failed"], left=left)


def take_up_what_is_uncounted(*, now: datetime) -> int:
    """
    Make due every prediction of which something was recorded since it was last counted, unless it is due already.

    Who records a forecast leaves a mark and nothing else: writing the row of the prediction takes longer than writing the
    forecast. One whose check failed waits for its next attempt as before.

    Returns:
        How many were made due.
    """
    if not Uncounted.objects.exists():
        return 0
    is_waiting = Q(next_check_at=None) | Q(next_check_at__gt=now)
    marked = Prediction.objects.filter(is_waiting, pk__in=Uncounted.objects.values("prediction"), attempts=0)
    return make_due(predictions=marked.values("pk"), now=now)


def claim(*, now: datetime, most: int) -> list[UUID]:
    """
    Take predictions that are due: undecided ones first, and one that failed before alone, after all others.

    The attempt is counted before the work, in its own transaction: a check that kills the process leaves its trace on
    every prediction of its batch, and when they are due again, after the back-off, each is taken by itself.
    """
    due = Prediction.objects.due(now=now)
    fresh = due.filter(attempts=0)
    for queue, size in ((fresh.undecided(), most), (fresh, most), (due, 1)):
        taken = _take(queue.order_by("next_check_at", "pk"), most=size, now=now)
        if taken:
            return taken
    return []


@transaction.atomic
def _take(queue: QuerySet[Prediction], *, most: int, now: datetime) -> list[UUID]:
    free = queue.select_for_update(skip_locked=True)
    taken = list(free.values_list("pk", flat=True)[:most])
    waits = [min(FIRST_RETRY * 2**attempts, LONGEST_RETRY) for attempts in range(Prediction.MAX_ATTEMPTS)]
    retry_at = Case(*(When(attempts=attempts, then=Value(now + wait)) for attempts, wait in enumerate(waits)))
    if taken:
        queue.filter(Among("pk", taken)).order_by().update(attempts=F("attempts") + 1, retry_at=retry_at)
    return taken


def _settle_batch(batch: Sequence[UUID], *, now: datetime) -> list[str]:
    """Settle a batch together; where one prediction spoils it, each half by itself, down to that one."""
    if len(batch) == 1:
        return [_settle_safely(batch[0], now=now)]
    try:
        added = {one.prediction_id for one in settle_predictions(prediction_ids=batch, now=now)}
    except AWAY:
        logger.warning("settlement_batch_without_database", size=len(batch), exc_info=True)
        wait_until_it_answers()
    except Exception:  # Which one it was, and why, comes out below.
        logger.warning("settlement_batch_failed", size=len(batch), exc_info=True)
    else:
        return ["changed" if primary_key in added else "unchanged" for primary_key in batch]
    middle = len(batch) // 2
    return [*_settle_batch(batch[:middle], now=now), *_settle_batch(batch[middle:], now=now)]


def _settle_safely(primary_key: UUID, *, now: datetime) -> str:
    try:
        return "changed" if settle_prediction(prediction_id=primary_key, now=now) else "unchanged"
    except AWAY:
        logger.exception("settlement_database_error", prediction_id=str(primary_key))
        wait_until_it_answers()
        # The attempt does not count: else so many crashes of the database would give a prediction up.
        Prediction.objects.filter(pk=primary_key, attempts__gt=0).update(attempts=F("attempts") - 1)
    except Exception as error:  # One bad rule must not stop the others; the error is stored and shown.
        logger.exception("settlement_failed", prediction_id=str(primary_key))
        Prediction.objects.filter(pk=primary_key).update(last_error=f"{type(error).__name__}: {error}"[:2000])
    return "failed"
