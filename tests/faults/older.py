"""
The service as another release has it, whose sweep has another name and an argument: `celery -A tests.faults.older worker`.

It does not know the task of this release, and this release does not know its own.
"""

from celery.signals import celeryd_after_setup

from config.celery import app

__all__ = ["app"]
OURS, THEIRS = "forecasts.tasks.sweep", "forecasts.tasks.settle_due"


@app.task(name=THEIRS)
def settle_due(*, limit: int) -> None:
    """Settle so many of the predictions that are due."""
    from django.utils import timezone

    from forecasts.services import sweeps

    sweeps.sweep(now=timezone.now(), limit=limit)


@celeryd_after_setup.connect
def forget_ours(**_: object) -> None:
    """Be without what the other release has."""
    app.tasks.pop(OURS)
