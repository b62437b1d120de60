"""How work and feeds stand, in numbers for whoever watches."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Min, OuterRef, Subquery
from django.db.models.functions import Coalesce

from forecasts.models import Coverage, Delivery, JobRun, Prediction, Resolution, Source, Upload

LATELY = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class JobNumbers:
    """How a job of the schedule went; an age of a job that never succeeded counts from its first run."""

    age_seconds: float
    seconds: float
    runs: int
    failures: int
    is_failing: bool


@dataclass(frozen=True, kw_only=True)
class StandingWork:
    """What waits, since when, and what was done."""

    n_due: int
    sweep_lag_seconds: float
    n_stuck: int
    n_in_review: int
    n_deliveries_due: int
    n_uploads_going_on: int
    n_uploads_stuck: int
    resolutions_last_hour: dict[str, float]
    coverage_age_seconds: dict[str, float]
    jobs: Mapping[str, JobNumbers]


def standing_work(*, now: datetime) -> StandingWork:
    """Return how work and feeds stand; each number is read from an index, whatever there is on record."""
    since = Coalesce("retry_at", "next_check_at")
    due = Prediction.objects.due(now=now).aggregate(n=Count("pk"), first=Min(since))
    return StandingWork(
        n_due=due["n"],
        sweep_lag_seconds=(now - due["first"]).total_seconds() if due["first"] else 0.0,
        n_stuck=Prediction.objects.stuck().filter(next_check_at__isnull=False).count(),
        n_in_review=Prediction.objects.filter(status=Prediction.Status.NEEDS_REVIEW).count(),
        n_deliveries_due=Delivery.objects.due(now=now).count(),
        n_uploads_going_on=Upload.objects.going_on().count(),
        n_uploads_stuck=Upload.objects.stuck().count(),
        resolutions_last_hour=_resolutions(now=now),
        coverage_age_seconds=_coverage(now=now),
        jobs={one.name: _numbers(one, now=now) for one in JobRun.objects.all()},
    )


def _resolutions(*, now: datetime) -> dict[str, float]:
    lately = Resolution.objects.filter(recorded_at__gt=now - LATELY).order_by().values("state").annotate(n=Count("pk"))
    return dict.fromkeys(Resolution.State.values, 0.0) | {row["state"]: row["n"] for row in lately}


def _coverage(*, now: datetime) -> dict[str, float]:
    """By source, how long ago the instant is up to which it says it is complete; those that never said are left out."""
    newest = Coverage.objects.filter(source=OuterRef("pk")).order_by("-recorded_at", "-pk").values("complete_to")
    sources = Source.objects.annotate(complete_to=Subquery(newest[:1])).exclude(complete_to=None)
    return {slug: (now - moment).total_seconds() for slug, moment in sources.values_list("slug", "complete_to")}


def _numbers(job: JobRun, *, now: datetime) -> JobNumbers:
    return JobNumbers(
        age_seconds=(now - (job.succeeded_at or job.first_run_at)).total_seconds(),
        seconds=job.seconds,
        runs=job.n_runs,
        failures=job.n_failures,
        is_failing=bool(job.last_error),
    )
