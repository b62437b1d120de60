"""Look again at final verdicts: for cron where there is no Celery, and after importing late facts."""

from datetime import timedelta

from django.core.management.base import BaseCommand
from django.utils import timezone

from forecasts.services.jobs import run_of
from forecasts.services.rechecks import LOOK_BACK, recheck_finals


class Command(BaseCommand):
    help = "Make due the predictions whose verdict became final lately, so that the next sweep looks at them again."

    def add_arguments(self, parser) -> None:
        parser.add_argument(
            "--days", type=int, default=LOOK_BACK.days, help=f"how far back (default: {LOOK_BACK.days})"
        )

    def handle(self, *args, days: int, **options) -> None:
        with run_of("recheck", clock=timezone.now):
            found = recheck_finals(now=timezone.now(), since=timedelta(days=days))
        self.stdout.write(f"{found} final verdicts are due to be looked at again")
