"""Record what crowds say: for cron where there is no Celery, and after importing forecasts."""

from datetime import timedelta

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from forecasts.services.aggregates import record_aggregates
from forecasts.services.jobs import run_of
from forecasts.services.refusal import Refused


class Command(BaseCommand):
    help = "Record the median, means and odds of the forecasts on each prediction that two or more people forecast."

    def add_arguments(self, parser) -> None:
        parser.add_argument("--days", type=int, help="only predictions forecast so many days back (default: all)")

    def handle(self, *args, days: int | None, **options) -> None:
        if days is not None and not 0 < days <= 100_000:
            raise CommandError(f"--days must be from 1 to 100000, got {days}")
        since = None if days is None else timedelta(days=days)
        try:
            with run_of("record-aggregates", clock=timezone.now):
                recorded = record_aggregates(now=timezone.now(), since=since)
        except Refused as refusal:
            raise CommandError(" ".join(refusal.messages)) from None
        self.stdout.write(f"{recorded} forecasts of aggregates were recorded")
