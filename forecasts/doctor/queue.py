"""Whether what is due is looked at: nothing lost, nothing late, no failure uncounted."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.db.models import Exists, OuterRef, Q

from forecasts.models import Prediction, Resolution, RuleVersion
from forecasts.selectors.jobs import stale_jobs
from forecasts.services.sweeps import BUDGET_SECONDS

# Events whose keys a rule listens for at their time, recorded since the prediction was last looked at.
MISSED = """
    SELECT DISTINCT p.id FROM forecasts_prediction p
    JOIN forecasts_ruleversion r ON r.prediction_id = p.id
    JOIN forecasts_rulekey k ON k.rule_version_id = r.id
    JOIN forecasts_eventkey e ON e.key = k.key
    JOIN forecasts_eventversion v ON v.id = e.event_version_id
    WHERE v.recorded_at > p.checked_at AND k.listens_until > v.occurred_from AND k.listens_from <= v.occurred_until
    AND (p.next_check_at IS NULL OR p.next_check_at > %s) AND p.attempts = 0
"""


def longest_delay() -> timedelta:
    """How long what is due may wait: two sweeps that come late, and the time that one takes."""
    return timedelta(seconds=2 * settings.SWEEP_SECONDS + BUDGET_SECONDS)


def nothing_is_overdue(*, now: datetime) -> Iterator[str]:
    """What is due was looked at in time, but for what failed so often that a person must look."""
    for pk, due in Prediction.objects.due(now=now - longest_delay()).values_list("pk", "next_check_at"):
        yield f"prediction {pk} is due since {due:%Y-%m-%d %H:%M:%S}"


def nothing_is_forgotten(*, now: datetime) -> Iterator[str]:
    """What waits for its first look, or for its verdict to become final, has a time for that."""
    central = RuleVersion.objects.filter(prediction=OuterRef("pk"), variant=RuleVersion.Variant.CENTRAL)
    unseen = Prediction.objects.filter(Exists(central), checked_at=None, next_check_at=None)
    for pk in unseen.values_list("pk", flat=True):
        yield f"prediction {pk} was never looked at and is not due"
    proposed = Resolution.objects.current().filter(state=Resolution.State.PROPOSED, finalises_at__isnull=False)
    late = Q(prediction__next_check_at=None) | Q(prediction__next_check_at__gt=now)
    ripe = proposed.filter(late, finalises_at__lte=now - longest_delay(), prediction__attempts=0)
    for pk, at in ripe.values_list("prediction", "finalises_at"):
        yield f"prediction {pk} was to become final at {at:%Y-%m-%d %H:%M:%S} and is not due"


def no_event_is_missed(*, now: datetime) -> Iterator[str]:
    """Whatever an event may concern was looked at since, or is due."""
    with connection.cursor() as cursor:
        cursor.execute(MISSED, [now])
        for (pk,) in cursor.fetchall():
            yield f"prediction {pk} was not looked at since an event that may concern it"


def jobs_run(*, now: datetime) -> Iterator[str]:
    """Every job that ever ran succeeded lately."""
    return (f"job {one.name}: {one.told}" for one in stale_jobs(now=now) if one.has_run)


def failures_are_counted(*, now: datetime) -> Iterator[str]:
    """A check that failed counts as an attempt until it succeeds or is started anew."""
    is_waiting = Q(next_check_at=None) | Q(next_check_at__gt=now)
    uncounted = ~Q(last_error="") & Q(attempts=0) & is_waiting
    for pk in Prediction.objects.filter(uncounted | Q(attempts__gt=Prediction.MAX_ATTEMPTS)).values_list(
        "pk", flat=True
    ):
        yield f"prediction {pk} has an error and no attempts that led to it, or more attempts than are made"
