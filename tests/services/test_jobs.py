"""Every run of a job is noted, whether it went well or not."""

from datetime import datetime, timedelta

import pytest
from django.core.management import call_command
from django.db import DatabaseError

from forecasts import tasks
from forecasts.models import JobRun
from forecasts.services import jobs
from forecasts.services.jobs import run_of
from tests.builders import NOW
from tests.doctor.breaks import BREAKS
from tests.everything import a_row_in_every_table

pytestmark = pytest.mark.django_db


def clock(*moments: datetime):
    return iter(moments).__next__


def test_a_run_that_went_well_is_noted():
    with run_of("sweep", clock=clock(NOW, NOW + timedelta(seconds=3))):
        pass

    row = JobRun.objects.get()
    assert (row.name, row.started_at, row.succeeded_at) == ("sweep", NOW, NOW + timedelta(seconds=3))
    assert (row.n_runs, row.n_failures, row.last_error) == (1, 0, "")


def test_a_run_that_failed_is_noted_and_fails():
    with pytest.raises(ValueError, match="odd"), run_of("sweep", clock=clock(NOW, NOW)):
        raise ValueError("odd")

    row = JobRun.objects.get()
    assert (row.succeeded_at, row.failed_at, row.last_error) == (None, NOW, "ValueError: odd")
    assert (row.n_runs, row.n_failures) == (1, 1)


def test_a_success_after_a_failure_leaves_no_error_and_keeps_the_count():
    with pytest.raises(ValueError, match="odd"), run_of("sweep", clock=clock(NOW, NOW)):
        raise ValueError("odd")
    with run_of("sweep", clock=clock(NOW, NOW)):
        pass

    row = JobRun.objects.get()
    assert (row.last_error, row.n_runs, row.n_failures) == ("", 2, 1)


def test_a_run_that_cannot_be_noted_is_no_failure(monkeypatch, caplog):
    def away(**_):
        raise DatabaseError("away")

    monkeypatch.setattr(jobs.JobRun.objects, "get_or_create", away)

    with run_of("sweep", clock=clock(NOW, NOW)):
        pass

    assert "job_not_noted" in caplog.text


@pytest.mark.parametrize(
    ("command", "job"),
    [
        ("sweep", "sweep"),
        ("recheck", "recheck"),
        ("forget_answers", "forget-answers"),
        ("record_aggregates", "record-aggregates"),
        ("record_uploads", "record-uploads"),
        ("reveal_sealed", "reveal-sealed"),
        ("send_webhooks", "send-webhooks"),
        ("make_pages", "make-pages"),
        ("doctor", "doctor"),
    ],
)
def test_cron_and_celery_note_the_same_jobs(command, job, capsys):
    call_command(command)
    getattr(tasks, command)()

    row = JobRun.objects.get(name=job)
    assert (row.n_runs, row.n_failures) == (2, 0)


def test_the_nightly_doctor_fails_and_says_what_is_broken(caplog):
    prediction = a_row_in_every_table()
    BREAKS["predictions stand as decided"].do(prediction)

    with pytest.raises(tasks.InvariantsBroken, match="invariants are broken: run `manage.py doctor`"):
        tasks.doctor()

    assert "invariant_broken" in caplog.text
    assert "which its last resolution does not say" in caplog.text
    assert JobRun.objects.get(name="doctor").n_failures == 1
