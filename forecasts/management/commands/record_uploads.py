"""Go on with the files that were sent in the admin, without Celery: for cron, for one machine, for a look."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from forecasts.services.clocks import refuse_a_wrong_clock
from forecasts.services.jobs import run_of
from forecasts.services.uploads import record_uploads


class Command(BaseCommand):
    help = "Record what is left of files that were sent in the admin."

    def handle(self, *args: Any, **options: Any) -> None:
        with run_of("record-uploads", clock=timezone.now):
            refuse_a_wrong_clock(now=timezone.now())
            done = record_uploads(clock=timezone.now)
        self.stdout.write(f"{done} files ended")
