"""
What runs outside a request.

A message is only a hint: a lost one costs one sweep interval, a doubled one costs nothing.
"""

import structlog
from celery import shared_task
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from forecasts.services import aggregates, answers, deliveries, rechecks, sending, sweeps

logger = structlog.get_logger(__name__)


@shared_task
def sweep() -> None:
    """Settle every prediction that is due."""
    done = sweeps.sweep(now=timezone.now())
    logger.info("swept", checked=done.checked, changed=done.changed, failed=done.failed, left=done.left)


@shared_task
def recheck() -> None:
    """Have the final verdicts of the last months looked at again."""
    logger.info("rechecking", due=rechecks.recheck_finals(now=timezone.now()))


@shared_task
def forget_answers() -> None:
    """Delete the answers that were kept for requests sent again, once nobody can still be waiting for one."""
    logger.info("forgot_answers", forgotten=answers.forget_answers(now=timezone.now()))


@shared_task
def record_aggregates() -> None:
    """Record what crowds say."""
    logger.info("aggregates_recorded", recorded=aggregates.record_aggregates(now=timezone.now()))


@shared_task
def send_webhooks() -> None:
    """Write down whom to tell of what, and send what is due."""
    written = deliveries.write_deliveries(now=timezone.now())
    done = sending.send_deliveries(now=timezone.now())
    forgotten = deliveries.forget_deliveries(now=timezone.now())
    told = {"written": written, "delivered": done.delivered, "failed": done.failed, "left": done.left}
    logger.info("webhooks_sent", **told, forgotten=forgotten)


def hint() -> None:
    """Ask for a sweep once the transaction is committed; without a broker the next scheduled one comes anyway."""
    transaction.on_commit(_ask, robust=True)


def _ask() -> None:
    try:
        sweep.apply_async(retry=False, expires=180)
    except OperationalError as error:
        logger.warning("hint_not_sent", error=str(error))
