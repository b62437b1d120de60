"""How the jobs of the schedule went."""

from django.db import models

from .row import Row


class JobRun(Row):
    """One job of the schedule: when it last ran, when it last succeeded, and how often it did. One row a job."""

    name = models.CharField(max_length=40, primary_key=True)
    first_run_at = models.DateTimeField()
    started_at = models.DateTimeField(help_text="When it last began.")
    succeeded_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    seconds = models.FloatField(default=0, help_text="How long the last run took.")
    n_runs = models.PositiveBigIntegerField(default=0)
    n_failures = models.PositiveBigIntegerField(default=0)
    last_error = models.CharField(max_length=500, blank=True)

    def __str__(self) -> str:
        return self.name
