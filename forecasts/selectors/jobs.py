"""Whether the jobs of the schedule run."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Min

from forecasts.models import JobRun


@dataclass(frozen=True, kw_only=True)
class StaleJob:
    """A job without a success for longer than it may go without, and how that is told."""

    name: str
    told: str
    has_run: bool


def stale_jobs(*, now: datetime) -> list[StaleJob]:
    """
    The jobs that did not succeed for longer than `JOB_MAX_AGE` allows, by name.

    One that never ran is late by the time since any job first ran: on a new instance the nightly ones have a night.
    """
    succeeded = dict(JobRun.objects.values_list("name", "succeeded_at"))
    begun = JobRun.objects.aggregate(first=Min("first_run_at"))["first"]
    found = []
    for name, seconds in sorted(settings.JOB_MAX_AGE.items()):
        last = succeeded.get(name) or begun
        if last is None or now - last > timedelta(seconds=seconds):
            found.append(StaleJob(name=name, told=_told(succeeded.get(name)), has_run=name in succeeded))
    return found


def _told(succeeded_at: datetime | None) -> str:
    return f"last succeeded {succeeded_at:%Y-%m-%dT%H:%M:%SZ}" if succeeded_at else "never succeeded"
