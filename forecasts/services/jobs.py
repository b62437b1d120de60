"""Noting how the jobs of the schedule went."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

import structlog
from django.db import DatabaseError, InterfaceError
from django.db.models import F

from forecasts.models import JobRun

logger = structlog.get_logger(__name__)


@contextmanager
def run_of(job: str, *, clock: Callable[[], datetime]) -> Iterator[None]:
    """
    Note how a run of a job went: `with run_of("sweep", clock=timezone.now): …`; a failure is noted and raised again.

    A run that cannot be noted is logged, and is not a failure of the job.
    """
    started_at, began = clock(), time.monotonic()
    try:
        yield
    except BaseException as error:
        told = f"{type(error).__name__}: {error}"[:500]
        _note(
            job, started_at=started_at, began=began, failed_at=clock(), last_error=told, n_failures=F("n_failures") + 1
        )
        raise
    _note(job, started_at=started_at, began=began, succeeded_at=clock(), last_error="")


def _note(job: str, *, started_at: datetime, began: float, **told: object) -> None:
    changed = {"started_at": started_at, "seconds": time.monotonic() - began, "n_runs": F("n_runs") + 1, **told}
    try:
        JobRun.objects.get_or_create(name=job, defaults={"first_run_at": started_at, "started_at": started_at})
        JobRun.objects.filter(name=job).update(**changed)
    except (DatabaseError, InterfaceError):
        logger.exception("job_not_noted", job=job)
