"""
What runs outside a request.

A message is only a hint: a lost one costs one sweep interval, a doubled one costs nothing.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import structlog
from celery import Task, shared_task
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from forecasts.doctor.examination import examine
from forecasts.held.ahead import make_pages_ahead
from forecasts.services import (
    aggregates,
    answers,
    checkpoints,
    deliveries,
    publishing,
    rechecks,
    sealing,
    sending,
    sweeps,
    uploads,
)
from forecasts.services.clocks import refuse_a_wrong_clock
from forecasts.services.jobs import run_of

logger = structlog.get_logger(__name__)


@contextmanager
def _run_of(job: str) -> Iterator[None]:
    """Note how a run of a job went, by a clock that can be believed."""
    with run_of(job, clock=timezone.now):
        refuse_a_wrong_clock(now=timezone.now())
        yield


@shared_task
def sweep() -> None:
    """Settle every prediction that is due."""
    with _run_of("sweep"):
        done = sweeps.sweep(now=timezone.now())
        logger.info("swept", checked=done.checked, changed=done.changed, failed=done.failed, left=done.left)
    if done.changed:
        _ask(make_pages)


@shared_task
def make_pages() -> None:
    """Make what readers waited for lately once more, where it changed."""
    with _run_of("make-pages"):
        done = make_pages_ahead(now=timezone.now())
        logger.info("pages_made", looked_at=done.looked_at, left=done.left)


@shared_task
def recheck() -> None:
    """Have the final verdicts of the last months looked at again."""
    with _run_of("recheck"):
        logger.info("rechecking", due=rechecks.recheck_finals(now=timezone.now()))


@shared_task
def forget_answers() -> None:
    """Delete the answers that were kept for requests sent again, once nobody can still be waiting for one."""
    with _run_of("forget-answers"):
        logger.info("forgot_answers", forgotten=answers.forget_answers(now=timezone.now()))


@shared_task
def record_aggregates() -> None:
    """Record what crowds say."""
    with _run_of("record-aggregates"):
        logger.info("aggregates_recorded", recorded=aggregates.record_aggregates(now=timezone.now()))


@shared_task
def reveal_sealed() -> None:
    """Reveal what is sealed and whose date has come, and note what nobody revealed."""
    with _run_of("reveal-sealed"):
        done = sealing.reveal_due(now=timezone.now())
        logger.info("sealed_revealed", revealed=done.revealed, overdue=done.overdue)


@shared_task
def send_webhooks() -> None:
    """Write down whom to tell of what, and send what is due."""
    with _run_of("send-webhooks"):
        written = deliveries.write_deliveries(now=timezone.now())
        done = sending.send_deliveries(now=timezone.now())
        forgotten = deliveries.forget_deliveries(now=timezone.now())
        told = {"written": written, "delivered": done.delivered, "failed": done.failed, "left": done.left}
        logger.info("webhooks_sent", **told, forgotten=forgotten)


@shared_task
def record_uploads() -> None:
    """Go on with the files that are recorded part by part."""
    with _run_of("record-uploads"):
        logger.info("uploads_recorded", ended=uploads.record_uploads(clock=timezone.now))


@shared_task
def checkpoint() -> None:
    """Sign the ledger as it is, and send the signature where it is out of our reach."""
    with _run_of("checkpoint"):
        made = checkpoints.make_checkpoint(desk=checkpoints.desk(), now=timezone.now())
        if made:
            sent = publishing.publish(made, places=publishing.places())
            logger.info("checkpoint_made", size=made.size, root=made.root, sent=sent)


@shared_task(soft_time_limit=3 * 3600, time_limit=3 * 3600 + 60)
def doctor() -> None:
    """Ask whether everything holds that must hold; each invariant that does not is an error in the log."""
    with _run_of("doctor"):
        found = list(examine(now=timezone.now()))
        broken = [one for one in found if one.n_breaches]
        for one in broken:
            told = {"number": one.number, "name": one.name, "breaches": list(one.breaches)}
            logger.error("invariant_broken", n_breaches=one.n_breaches, **told)
        logger.info("examined", checked=len(found), broken=len(broken))
        if broken:
            raise InvariantsBroken(f"{len(broken)} invariants are broken: run `manage.py doctor`")


class InvariantsBroken(Exception):
    """The records are not as they must be."""


def hint() -> None:
    """Ask for a sweep once the transaction is committed; without a broker the next scheduled one comes anyway."""
    transaction.on_commit(partial(_ask, sweep), robust=True)


def hint_uploads() -> None:
    """Ask for files to be gone on with, as `hint` asks for a sweep."""
    transaction.on_commit(partial(_ask, record_uploads), robust=True)


def _ask(task: Task) -> None:
    try:
        task.apply_async(retry=False, expires=180)
    except OperationalError as error:
        logger.warning("hint_not_sent", error=str(error))
