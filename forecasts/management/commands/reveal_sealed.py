"""Reveal what is sealed until now: for cron where there is no Celery."""

from django.core.management.base import BaseCommand
from django.utils import timezone

from forecasts.services.jobs import run_of
from forecasts.services.sealing import reveal_due


class Command(BaseCommand):
    help = "Reveal what is sealed and whose date has come, and note what nobody revealed."

    def handle(self, *args, **options) -> None:
        with run_of("reveal-sealed", clock=timezone.now):
            done = reveal_due(now=timezone.now())
        self.stdout.write(f"{done.revealed} revealed, {done.overdue} not revealed by their date")
