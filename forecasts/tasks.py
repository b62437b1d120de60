"""
What runs outside a request.

A message is only a hint: a lost one costs one sweep interval, a doubled one costs nothing.
"""

from celery import shared_task
from django.utils import timezone

from forecasts.services import settlement

# The sweep stops here and leaves the rest due, so that two beats never pile up on one worker.
SWEEP_BUDGET_SECONDS = 45.0


@shared_task
def sweep() -> None:
    """Settle every prediction that is due."""
    settlement.sweep(now=timezone.now(), budget=SWEEP_BUDGET_SECONDS)


@shared_task
def settle(*, prediction_id: int) -> None:
    """Settle one prediction, which may have become decidable."""
    settlement.settle_prediction(prediction_id=prediction_id, now=timezone.now())
