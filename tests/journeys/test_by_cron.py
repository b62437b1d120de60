"""Every job of the schedule runs by command too, outside of any transaction, as cron runs it."""

from django.core.management import call_command
from django.utils import timezone

from forecasts.models import JobRun
from tests.everything import a_row_in_every_table
from tests.examined import breaches

JOBS = (
    "sweep",
    "recheck",
    "forget_answers",
    "record_aggregates",
    "reveal_sealed",
    "send_webhooks",
    "make_pages",
    "record_uploads",
    "doctor",
)


def test_every_job_runs_by_command_and_leaves_nothing_broken(committed):
    a_row_in_every_table()
    # What the history left due in 2025 is settled before the doctor asks what is overdue.
    for job in JOBS:
        call_command(job)

    assert set(JobRun.objects.filter(last_error="").values_list("name", flat=True)) == {
        job.replace("_", "-") for job in JOBS
    }
    assert breaches(now=timezone.now()) == []
