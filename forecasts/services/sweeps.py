"""Taking what is due, one prediction at a time: the database is the queue."""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.db import DatabaseError
from django.db.models import F

from forecasts.models import Prediction

from .settlement import settle_prediction

logger = structlog.get_logger(__name__)

BATCH, BUDGET_SECONDS = 500, 45.0
FIRST_RETRY, LONGEST_RETRY = timedelta(minutes=1), timedelta(hours=6)


@dataclass(frozen=True)
class Sweep:
    """What one sweep did: predictions looked at, those whose record changed, those that failed, those left due."""

    checked: int = 0
    changed: int = 0
    failed: int = 0
    left: int = 0


def sweep(*, now: datetime, limit: int = BATCH, budget: float = BUDGET_SECONDS) -> Sweep:
    """
    Settle what is due, each prediction in its own transaction, until nothing is due or the budget is spent.

    Two sweeps at once are harmless: a row is claimed by a conditional update. Running it again changes nothing.

    Args:
        now: The instant of the sweep; also the knowledge time of its evaluations.
        limit: At most so many predictions.
        budget: At most so many seconds; what is left stays due.
    """
    ends = time.monotonic() + budget
    due = list(Prediction.objects.due(now=now).order_by("next_check_at", "pk").values_list("pk", flat=True)[:limit])
    results = []
    for primary_key in due:
        if time.monotonic() > ends:
            break
        if _claim(primary_key, now=now):
            results.append(_settle_safely(primary_key, now=now))
    left = Prediction.objects.due(now=now).count()
    return Sweep(checked=len(results), changed=results.count("changed"), failed=results.count("failed"), left=left)


def _claim(primary_key: UUID, *, now: datetime) -> bool:
    """
    Count the attempt before the work, in its own transaction.

    A check that kills the process leaves its trace, and the row is due again only after the back-off.
    """
    attempts = Prediction.objects.filter(pk=primary_key).values_list("attempts", flat=True).first() or 0
    retry_at = now + min(FIRST_RETRY * 2**attempts, LONGEST_RETRY)
    due = Prediction.objects.due(now=now).filter(pk=primary_key)
    return bool(due.update(attempts=F("attempts") + 1, next_check_at=retry_at))


def _settle_safely(primary_key: UUID, *, now: datetime) -> str:
    try:
        return "changed" if settle_prediction(prediction_id=primary_key, now=now) else "unchanged"
    except DatabaseError:
        # The database is away or overloaded: the row keeps its back-off, the next sweep tries again.
        logger.exception("settlement_database_error", prediction_id=str(primary_key))
    except Exception as error:  # One bad rule must not stop the others; the error is stored and shown.
        logger.exception("settlement_failed", prediction_id=str(primary_key))
        Prediction.objects.filter(pk=primary_key).update(last_error=f"{type(error).__name__}: {error}"[:2000])
    return "failed"
